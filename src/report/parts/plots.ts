/** What the parts of a page share: plots as figures, one key for many of them, and those that have something to show. */
import type { Plot } from '../curves.ts';
import { escapeXml } from '../escape.ts';
import { plotFigure } from '../markup.ts';
import { sample } from '../series-style.ts';
import type { View } from '../view.ts';

export const figureOf = ({ series, options }: Plot): string => plotFigure(series, options);

/** Those with a line to draw. */
export const shown = (all: readonly Plot[]): Plot[] =>
  all.filter(({ series }) => series.some(({ points }) => points.length > 1));

/** One key for many small plots. */
export function key(view: View): string {
  if (view.methods.length < 2) return '';
  const entries = view.methods.map(
    (method) =>
      `<li><svg class="plot" viewBox="0 0 32 12" width="32" height="12" aria-hidden="true">${sample(view.styleOf(method), 0, 0)}</svg> ${escapeXml(method)}</li>`,
  );
  return `<ul class="key">${entries.join('')}</ul>`;
}
