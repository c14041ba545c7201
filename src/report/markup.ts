/** Pieces of HTML that all parts of a page are made of. Arguments called `text` or `title` are escaped, `inner` is markup. */
import { escapeXml } from './escape.ts';
import { PLOT_STYLE } from './series-style.ts';
import { linePlot, type PlotOptions, type PlotSeries } from './svg-plot.ts';
import type { Cell, Column } from './table.ts';

export const section = (id: string, title: string, inner: string): string =>
  inner
    ? `<section id="${id}" aria-labelledby="${id}-title">\n<h2 id="${id}-title">${escapeXml(title)}</h2>\n${inner}\n</section>`
    : '';

export const paragraph = (text: string, className?: string): string =>
  text ? `<p${className ? ` class="${className}"` : ''}>${escapeXml(text)}</p>` : '';

export const details = (title: string, inner: string, open = false): string =>
  inner ? `<details${open ? ' open' : ''}><summary>${escapeXml(title)}</summary>\n${inner}\n</details>` : '';

/** What may be wider than the page scrolls by itself, and can be reached by keyboard. */
export const scroll = (title: string, inner: string): string =>
  `<div class="scroll" role="group" tabindex="0" aria-label="${escapeXml(title)}">${inner}</div>`;

export interface TableContent {
  readonly title: string;
  readonly columns: readonly Column[];
  /** Whether cells of text break into lines. Default false. */
  readonly wide?: boolean;
  /** The first cell of a row is its name. */
  readonly rows: readonly (readonly (Cell | string)[])[];
}

export function htmlTable({ title, columns, rows, wide }: TableContent): string {
  const side = (i: number): string => (i > 0 && columns[i]?.align === 'left' ? ' class="left"' : '');
  const head = columns
    .map((column, i) =>
      column.title ? `<th scope="col"${side(i)}>${escapeXml(column.title)}</th>` : '<td></td>',
    )
    .join('');
  const body = rows.map(([name, ...cells]) => {
    const values = cells.map((cell, i) => {
      const { text, strong } = typeof cell === 'string' ? { text: cell } : cell;
      const inner = strong ? `<strong>${escapeXml(text)}</strong>` : escapeXml(text);
      return `<td${side(i + 1)}>${inner}</td>`;
    });
    const title = typeof name === 'string' ? name : name!.text;
    return `<tr><th scope="row">${escapeXml(title)}</th>${values.join('')}</tr>`;
  });
  return scroll(
    title,
    `<table${wide ? ' class="wide"' : ''}><caption>${escapeXml(title)}</caption>
<thead><tr>${head}</tr></thead>
<tbody>${body.join('\n')}</tbody></table>`,
  );
}

/** A plot without its style, which stands once in the page's head. */
export const inPage = (svg: string): string => svg.replace(PLOT_STYLE, '');

/** More values of x than that are a curve, whose numbers are in `results.json`. */
const MOST_ROWS = 16;

/** A line plot with its numbers as a table that opens. */
export function plotFigure(series: readonly PlotSeries[], options: PlotOptions): string {
  const xs = [...new Set(series.flatMap(({ points }) => points.map(({ x }) => x)))].sort((a, b) => a - b);
  const columns = [
    { title: options.xLabel, align: 'left' as const },
    ...series.map(({ name }) => ({ title: name })),
  ];
  const rows = xs.map((x) => [
    options.xText?.(x) ?? `${x}`,
    ...series.map(({ points }) => {
      const point = points.find((one) => one.x === x);
      return point ? number(point.y) + (point.error ? ` ± ${number(point.error)}` : '') : '–';
    }),
  ]);
  const title = options.name ?? `${options.yLabel}: ${options.title}`;
  const numbers = rows.length <= MOST_ROWS ? details('Numbers', htmlTable({ title, columns, rows })) : '';
  return figure(linePlot(series, options), numbers);
}

export const figure = (svg: string, below = ''): string => `<figure>${inPage(svg)}${below}</figure>`;

export const plots = (figures: readonly string[]): string =>
  figures.length > 0 ? `<div class="plots">${figures.join('\n')}</div>` : '';

/** Three digits behind the point for shares, three digits in all for what is larger. */
export const number = (value: number): string =>
  Math.abs(value) < 10 ? value.toFixed(3) : `${Number(value.toPrecision(4))}`;
