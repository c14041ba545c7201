/** Runs of several methods, lengths and seeds as tables and plots: one of each a task and database. */
import type { Evaluation, Spread, SummaryRow } from '../evaluate/index.ts';
import { BOTH_WAYS } from '../evaluate/summary.ts';
import { TASKS } from '../evaluate/tasks.ts';
import { linePlot } from './svg-plot.ts';
import { type Cell, type Column, formatSpread, textTable } from './table.ts';

export interface ComparisonRow {
  readonly method: string;
  /** The table's figure over the seeds, one entry a length; undefined where nothing was run. */
  readonly cells: readonly (Spread | undefined)[];
  /** Trained with the hidden labels: a bound to compare with, not a competitor. */
  readonly oracle: boolean;
}

export interface ComparisonTable {
  readonly figure: 'map' | 'lift';
  readonly task: string;
  readonly database: string;
  /** Lengths of the codes, ascending. */
  readonly bits: readonly number[];
  /** In the order in which the methods first ran; oracles last. */
  readonly rows: readonly ComparisonRow[];
  /** The figure of a random order, one entry a length. */
  readonly chance: readonly Spread[];
  readonly seeds: number;
}

const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)];

/** The mean of both directions first, for it is what methods of pictures and texts are compared by. */
const TASK_ORDER: readonly string[] = [BOTH_WAYS, ...TASKS];

/** Of the mean of both directions two tables: mAP, and the lift over chance. */
export function comparisonTables(summary: readonly SummaryRow[]): ComparisonTable[] {
  const places = distinct(summary.map(({ task, database }) => `${task}\n${database}`));
  const ordered = places
    .map((place) => place.split('\n') as [SummaryRow['task'], SummaryRow['database']])
    .sort(([a], [b]) => TASK_ORDER.indexOf(a) - TASK_ORDER.indexOf(b));
  return ordered.flatMap(([task, database]) => {
    const here = summary.filter((row) => row.task === task && row.database === database);
    const figures = task === BOTH_WAYS ? (['map', 'lift'] as const) : (['map'] as const);
    return figures.map((figure) => comparisonTable(here, figure));
  });
}

/** Rows of one task and database. */
function comparisonTable(here: readonly SummaryRow[], figure: ComparisonTable['figure']): ComparisonTable {
  const { task, database } = here[0]!;
  const bits = distinct(here.map((row) => row.bits)).sort((a, b) => a - b);
  const rows = distinct(here.map((row) => row.method)).map((method): ComparisonRow => {
    const cells = bits.map((n) => here.find((row) => row.method === method && row.bits === n)?.[figure]);
    return { method, cells, oracle: method.endsWith('/oracle') };
  });
  rows.sort((a, b) => Number(a.oracle) - Number(b.oracle)); // a stable sort: the rest keeps its order
  // Chance depends on the split only: every method of a seed has the same.
  const chanceOf = (n: number): Spread => here.find((row) => row.bits === n)!.chance;
  const chance = bits.map((n) => (figure === 'map' ? chanceOf(n) : { mean: 0, sd: null }));
  const seeds = Math.max(...here.map((row) => row.seeds.length));
  return { figure, task, database, bits, rows, chance, seeds };
}

/** Whether the cell has the best mean of its column among the competitors. */
export function isBest({ rows }: ComparisonTable, row: ComparisonRow, column: number): boolean {
  const cell = row.cells[column];
  if (row.oracle || !cell) return false;
  return rows.every(({ oracle, cells }) => oracle || !cells[column] || cells[column].mean <= cell.mean);
}

const DATABASES: Readonly<Record<string, string>> = {
  unseen: 'database of unseen classes',
  generalized: 'database of seen and unseen classes',
  all: 'database of all classes',
};

const FIGURES = { map: 'mAP', lift: 'Lift over chance, (mAP − chance) / (1 − chance)' } as const;

export function tableTitle({ figure, task, database, seeds }: ComparisonTable): string {
  const over = seeds > 1 ? `mean ± standard deviation of ${seeds} seeds` : 'one seed';
  const what = task === BOTH_WAYS ? 'mean of image->text and text->image' : task;
  return `${FIGURES[figure]}, ${what}, ${DATABASES[database] ?? database} (${over})`;
}

/** Rows of text cells, chance last, as both the terminal and the page show them. */
export function tableCells(table: ComparisonTable): { columns: Column[]; rows: Cell[][] } {
  const columns: Column[] = [
    { title: 'method', align: 'left' },
    ...table.bits.map((length) => ({ title: `${length} bits` })),
  ];
  const rows = table.rows.map((row) => [
    { text: row.oracle ? `${row.method} (sees the labels)` : row.method },
    ...row.cells.map((cell, i) => ({ text: cell ? formatSpread(cell) : '–', strong: isBest(table, row, i) })),
  ]);
  const chance = [{ text: 'chance' }, ...table.chance.map(({ mean }) => ({ text: mean.toFixed(3) }))];
  return { columns, rows: [...rows, chance] };
}

export function comparisonText(
  tables: readonly ComparisonTable[],
  strong?: (text: string) => string,
): string {
  return tables
    .map((table) => {
      const { columns, rows } = tableCells(table);
      return `${tableTitle(table)}\n\n${textTable(columns, rows, strong)}`;
    })
    .join('\n\n');
}

/** Precision against recall of hash lookup at growing radius, one curve a run; the runs are of one task. */
export function plotPrecisionRecall(runs: readonly Evaluation[]): string {
  const lengths = distinct(runs.map(({ bits }) => bits));
  const series = runs.map(({ method, bits, prCurve: { recall, precision } }) => ({
    name: lengths.length > 1 ? `${method} ${bits}` : method,
    points: recall.map((x, i) => ({ x, y: precision[i]! })),
  }));
  return linePlot(series, {
    title: `Precision and recall by Hamming radius, ${runs[0]!.task}`,
    xLabel: 'recall',
    yLabel: 'precision',
    xTicks: [0, 0.2, 0.4, 0.6, 0.8, 1],
    yMax: 1,
  });
}

/** One plot a task, of the first seed's runs on the first database: the unseen classes, or all. */
export function plotsOfPrecisionRecall(runs: readonly Evaluation[]): string[] {
  const { seed, database } = runs[0]!;
  const shown = runs.filter((run) => run.seed === seed && run.database === database);
  const tasks = TASKS.filter((task) => shown.some((run) => run.task === task));
  return tasks.map((task) => plotPrecisionRecall(shown.filter((run) => run.task === task)));
}
