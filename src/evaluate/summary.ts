/** Mean and standard deviation over seeds: one line of a results table. */
import type { DatabaseName, Evaluation } from './evaluate.ts';
import type { Task } from './tasks.ts';

export interface Spread {
  readonly mean: number;
  /** Sample standard deviation (n − 1); null for a single seed. */
  readonly sd: number | null;
}

/** The mean of image->text and text->image: the figure that cross-modal methods are compared by. */
export const BOTH_WAYS = 'image<->text';

const FIGURES = [
  'map',
  'mapLow',
  'mapHigh',
  'mapAt5000',
  'mapAt5000ByHits',
  'precisionAtRadius2',
  'emptyAtRadius2',
  'chance',
  'lift',
  'encodeItemsPerSecond',
] as const;
const OPTIONAL_FIGURES = ['ndcg', 'mapSeen', 'harmonicMean', 'trainSeconds'] as const;
type Figure = (typeof FIGURES)[number];
type OptionalFigure = (typeof OPTIONAL_FIGURES)[number];

export type SummaryRow = {
  readonly method: string;
  readonly bits: number;
  readonly task: Task | typeof BOTH_WAYS;
  readonly database: DatabaseName;
  /** Seeds that the means are over. */
  readonly seeds: readonly number[];
  /** `lift` is (map − chance) / (1 − chance) of every seed: 0 a random order, 1 a perfect one. */
} & { readonly [name in Figure]: Spread } & {
  /** Only where every run of the row has the figure. */
  readonly [name in OptionalFigure]?: Spread;
};

/** What a row is made of: one seed's figures. */
interface Entry {
  readonly key: Pick<SummaryRow, 'method' | 'bits' | 'task' | 'database'>;
  readonly seed: number;
  readonly figures: Readonly<Record<Figure, number>> &
    Readonly<Partial<Record<OptionalFigure, number | null>>>;
}

/**
 * One row for each method, bits, task and database, in the order of first appearance; then, where there are both
 * directions between pictures and texts, one of the task `image<->text`: every figure of a seed is the mean of the two.
 */
export function summarize(runs: readonly Evaluation[]): SummaryRow[] {
  const entries = runs.map(entryOf);
  const grouped = groupBy([...entries, ...bothWays(entries)], ({ key }) => Object.values(key).join('\n'));
  return grouped.map((group) => {
    const required = FIGURES.map(
      (name) => [name, spread(group.map(({ figures }) => figures[name]))] as const,
    );
    const optional = OPTIONAL_FIGURES.flatMap((name) => {
      const values = group.map(({ figures }) => figures[name]).filter((value) => typeof value === 'number');
      return values.length === group.length ? [[name, spread(values)] as const] : [];
    });
    const figures = Object.fromEntries([...required, ...optional]) as unknown as Record<Figure, Spread>;
    return { ...group[0]!.key, seeds: group.map(({ seed }) => seed), ...figures };
  });
}

function entryOf({ method, bits, task, database, seed, ...figures }: Evaluation): Entry {
  const { map, chance } = figures;
  // Where everything is relevant, every order is perfect and none is better than chance.
  const lift = chance < 1 ? (map - chance) / (1 - chance) : 0;
  return { key: { method, bits, task, database }, seed, figures: { ...figures, lift } };
}

function bothWays(entries: readonly Entry[]): Entry[] {
  const across = entries.filter(({ key: { task } }) => task === 'image->text' || task === 'text->image');
  const runs = groupBy(across, ({ key: { method, bits, database }, seed }) =>
    [method, bits, database, seed].join('\n'),
  );
  return runs.flatMap(([one, other]) => {
    if (!one || !other) return [];
    const mean = (name: Figure | OptionalFigure): [string, number][] => {
      const [a, b] = [one.figures[name], other.figures[name]];
      return typeof a === 'number' && typeof b === 'number' ? [[name, (a + b) / 2]] : [];
    };
    const figures = Object.fromEntries([...FIGURES, ...OPTIONAL_FIGURES].flatMap(mean));
    const key = { ...one.key, task: BOTH_WAYS } as const;
    return [{ key, seed: one.seed, figures: figures as Entry['figures'] }];
  });
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups.values()];
}

export function spread(values: readonly number[]): Spread {
  const n = values.length;
  const mean = values.reduce((total, value) => total + value, 0) / n;
  if (n < 2) return { mean, sd: null };
  const squares = values.reduce((total, value) => total + (value - mean) ** 2, 0);
  return { mean, sd: Math.sqrt(squares / (n - 1)) };
}
