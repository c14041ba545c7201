/** The tables of a comparison, and their main figure by the length of the code. */
import { type BarGroup, barPlot } from '../bars.ts';
import { type ComparisonTable, comparisonTables } from '../comparison.ts';
import { byBits, DATABASE_TITLES } from '../curves.ts';
import type { Finding } from '../finding.ts';
import { details, figure, paragraph, plots } from '../markup.ts';
import { figuresTable } from '../page.ts';
import { isOracle, type View } from '../view.ts';
import { figureOf } from './plots.ts';

export function figuresPart(view: View): string {
  const tables = comparisonTables(view.summary);
  const main = tables.filter(({ task }) => task === view.mainTask);
  const others = tables.filter(({ task }) => task !== view.mainTask);
  const hint = view.methods.some(isOracle)
    ? 'Bold: the best of a column. An oracle trains with the labels that the others have to guess: a bound, no competitor. Chance is a random order.'
    : 'Bold: the best of a column. Chance is a random order.';
  return [paragraph(hint, 'quiet'), tablesOf(main), details('Every task by itself', tablesOf(others))].join(
    '\n',
  );
}

const tablesOf = (tables: readonly ComparisonTable[]): string =>
  tables.length > 0 ? `<div class="tables">${tables.map(figuresTable).join('\n')}</div>` : '';

/** Lines where there are several lengths, bars where there is one; one figure alone needs neither. */
export function lengthPart(view: View, { ranking }: Finding): string {
  const best = ranking[0]!.method;
  const { mainTask, databases, summary, bits } = view;
  if (bits.length > 1)
    return plots(databases.map((database) => figureOf(byBits(view, 'map', mainTask, database, best))));
  if (view.methods.length < 2) return '';
  return plots(
    databases.map((database) => {
      const here = summary.filter((row) => row.task === mainTask && row.database === database);
      const groups = view.methods.flatMap((name): BarGroup[] => {
        const row = here.find(({ method }) => method === name);
        if (!row) return [];
        const { mean: value, sd } = row.map;
        return [{ name, bars: [{ value, ...(sd !== null && { error: sd }) }], best: name === best }];
      });
      return figure(
        barPlot(groups, {
          title: `mAP, ${bits[0]} bits, ${DATABASE_TITLES[database]}`,
          label: 'mAP',
          kinds: ['mAP'],
          line: { name: 'chance', value: here[0]!.chance.mean },
          width: 480,
        }),
      );
    }),
  );
}
