/** Mean and standard deviation over seeds: one line of a results table. */
import type { DatabaseName, Evaluation, Task } from './evaluate.ts';

export interface Spread {
  readonly mean: number;
  /** Sample standard deviation (n − 1); null for a single seed. */
  readonly sd: number | null;
}

const FIGURES = [
  'map',
  'mapLow',
  'mapHigh',
  'mapAt5000',
  'precisionAtRadius2',
  'emptyAtRadius2',
  'chance',
  'encodeItemsPerSecond',
] as const;
const OPTIONAL_FIGURES = ['ndcg', 'mapSeen', 'harmonicMean', 'trainSeconds'] as const;

export type SummaryRow = {
  readonly method: string;
  readonly bits: number;
  readonly task: Task;
  readonly database: DatabaseName;
  /** Seeds that the means are over. */
  readonly seeds: readonly number[];
} & { readonly [Figure in (typeof FIGURES)[number]]: Spread } & {
  /** Only where every run of the row has the figure. */
  readonly [Figure in (typeof OPTIONAL_FIGURES)[number]]?: Spread;
};

/** One row for each method, bits, task and database, in the order of first appearance. */
export function summarize(runs: readonly Evaluation[]): SummaryRow[] {
  const groups = new Map<string, Evaluation[]>();
  for (const run of runs) {
    const key = [run.method, run.bits, run.task, run.database].join('\n');
    const group = groups.get(key);
    if (group) group.push(run);
    else groups.set(key, [run]);
  }
  return Array.from(groups.values(), (group) => {
    const { method, bits, task, database } = group[0]!;
    const required = FIGURES.map((name) => [name, spread(group.map((run) => run[name]))] as const);
    const optional = OPTIONAL_FIGURES.flatMap((name) => {
      const values = group.map((run) => run[name]).filter((value) => typeof value === 'number');
      return values.length === group.length ? [[name, spread(values)] as const] : [];
    });
    const figures = Object.fromEntries([...required, ...optional]) as unknown as Record<
      (typeof FIGURES)[number],
      Spread
    >;
    return { method, bits, task, database, seeds: group.map(({ seed }) => seed), ...figures };
  });
}

export function spread(values: readonly number[]): Spread {
  const n = values.length;
  const mean = values.reduce((total, value) => total + value, 0) / n;
  if (n < 2) return { mean, sd: null };
  const squares = values.reduce((total, value) => total + (value - mean) ** 2, 0);
  return { mean, sd: Math.sqrt(squares / (n - 1)) };
}
