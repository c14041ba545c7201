/**
 * The measurements of docs/traps.md: the same codes, judged in the ways that mislead and in ours. On the bundled icons, 24
 * unseen classes, seeds from 100 on.
 */
import { openIcons } from '../src/bundled/icons.ts';
import type { Codes } from '../src/codes/index.ts';
import { canonicalHash } from '../src/data/canonical-hash.ts';
import {
  classesOfRow,
  type Dataset,
  datasetFromArrays,
  type Split,
  zeroShotSplit,
} from '../src/data/index.ts';
import {
  averagePrecision,
  averagePrecisionAt,
  averagePrecisionByHits,
  evaluateRanking,
  type RetrievalMetrics,
} from '../src/evaluate/index.ts';
import { createMethod, type MethodSettings } from '../src/methods/index.ts';
import { Random } from '../src/random.ts';
import { LinearIndex } from '../src/search/index.ts';

/** Titles of the columns, then rows that begin with their name. */
export type Measured = readonly (readonly string[])[];

const UNSEEN = 24;
const SEEDS = [100, 101, 102];
const icons = await openIcons();
const splitOf = (data: Dataset, seed: number): Split => zeroShotSplit(data, { unseen: UNSEEN, seed });

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const show = (value: number): string => value.toFixed(3);
const label = (row: number): number => classesOfRow(icons, row)[0]!;
const labelsOf = (rows: readonly number[]): Int32Array => Int32Array.from(rows, label);

const made = new Map<string, Promise<Codes>>();

/** Codes of every row; tables share what they have in common. */
function codesOf(name: string, split: Split, settings: MethodSettings, data = icons): Promise<Codes> {
  const key = JSON.stringify([name, split.hash, settings]);
  const codes = made.get(key) ?? train(name, split, settings, data);
  made.set(key, codes);
  return codes;
}

async function train(name: string, split: Split, settings: MethodSettings, data: Dataset): Promise<Codes> {
  const model = await createMethod(name, { seed: split.seed, ...settings }).fit(data, split);
  try {
    return await model.encode('image', data.modalities.image!.features!);
  } finally {
    await model.dispose();
  }
}

const measure = (
  codes: Codes,
  queries: readonly number[],
  database: readonly number[],
): Promise<RetrievalMetrics> =>
  evaluateRanking({
    queries: codes.take(queries),
    database: codes.take(database),
    relevant: { queries: labelsOf(queries), database: labelsOf(database) },
  });

/** What a stable sort of a database in this order makes of each query: 1 where an item is right. */
function sortedLists(codes: Codes, queries: readonly number[], database: readonly number[]): Uint8Array[] {
  const index = LinearIndex.from(codes.take(database));
  const labels = labelsOf(database);
  return queries.map((query) => {
    const distances = index.distances(codes, query);
    // Items of one distance stay in the order of the database; a sort with a comparison takes ten times as long.
    const byDistance: number[][] = Array.from({ length: codes.bits + 1 }, () => []);
    for (let at = 0; at < labels.length; at++)
      byDistance[distances[at]!]!.push(labels[at] === label(query) ? 1 : 0);
    return Uint8Array.from(byDistance.flat());
  });
}

const shuffled = (rows: readonly number[]): number[] => new Random(1, 'file order').shuffle([...rows]);

/** One set of codes, the database in several orders; ITQ, seen and unseen classes searched. */
export async function tieOrder(): Promise<Measured> {
  const split = splitOf(icons, SEEDS[0]!);
  const { query, database, train } = split;
  const everything = [...database, ...train];
  const orders: [string, number[]][] = [
    ['unseen classes, then seen ones', everything],
    ['sorted by class', [...everything].sort((a, b) => label(a) - label(b))],
    ['shuffled', shuffled(everything)],
    ['seen classes, then unseen ones', [...train, ...database]],
  ];
  const columns = await Promise.all(
    [16, 64].map(async (bits) => {
      const codes = await codesOf('itq', split, { bits });
      const { map, mapLow, mapHigh } = await measure(codes, query, everything);
      const sorts = orders.map(([, rows]) =>
        show(mean(sortedLists(codes, query, rows).map(averagePrecision))),
      );
      return [`ITQ, ${bits} bits`, ...sorts, show(map), show(mapLow), show(mapHigh)];
    }),
  );
  const names = [
    ...orders.map(([name]) => name),
    '`map`: the expectation',
    '`mapLow`: the worst',
    '`mapHigh`: the best',
  ];
  return ['order of ties', ...names].map((name, i) => [name, ...columns.map((column) => column[i]!)]);
}

/** mAP@R of one set of codes and one order, three ways of dividing. */
export async function denominators(): Promise<Measured> {
  const split = splitOf(icons, SEEDS[0]!);
  const codes = await codesOf('itq', split, { bits: 16 });
  const lists = sortedLists(codes, split.query, shuffled([...split.database, ...split.train]));
  const rows = [20, 100, 500, lists[0]!.length].map((cutoff) => {
    const byHits = lists.map((list) => averagePrecisionByHits(list, cutoff));
    const withHits = byHits.filter((_, i) => lists[i]!.subarray(0, cutoff).includes(1));
    const byRelevant = mean(lists.map((list) => averagePrecisionAt(list, cutoff)));
    return [String(cutoff), show(byRelevant), show(mean(byHits)), show(mean(withHits))];
  });
  return [['R', 'min(R, relevant)', 'hits', 'hits, queries without one left out'], ...rows];
}

/** Splits that leak; ITQ, 64 bits, database of unseen classes, mean of three seeds. */
export async function leaks(): Promise<Measured> {
  const { image } = icons.modalities;
  const single = datasetFromArrays({
    name: 'icons, each for itself',
    classes: icons.classes,
    modalities: { image: { features: image!.features!, labels: image!.labels } },
  });
  const results = await Promise.all(
    SEEDS.map(async (seed) => {
      const [split, apart] = [splitOf(icons, seed), splitOf(single, seed)];
      const codes = await codesOf('itq', split, { bits: 64 });
      const others = await codesOf('itq', apart, { bits: 64 }, single);
      return [
        await measure(codes, split.query, split.database),
        await measure(codes, split.query, [...split.database, ...split.query]),
        await measure(others, apart.query, apart.database),
      ];
    }),
  );
  const names = [
    'no drawing on two sides',
    'the queries are in the database, too',
    'variants of a drawing on both sides',
  ];
  const rows = names.map((name, i) => [
    name,
    show(mean(results.map((of) => of[i]!.map))),
    show(mean(results.map((of) => of[i]!.precisionAt[1]!))),
  ]);
  return [['', 'mAP', 'precision at 1'], ...rows];
}

/** The best of twenty draws of LSH, chosen on half of the queries, and what it is worth on the other half. */
export async function choice(): Promise<Measured> {
  const split = splitOf(icons, SEEDS[0]!);
  const everything = shuffled(split.database);
  const draws = await Promise.all(
    Array.from({ length: 20 }, async (_, seed) => {
      const codes = await codesOf('lsh', split, { bits: 16, seed: 100 + seed });
      return sortedLists(codes, split.query, everything).map(averagePrecision);
    }),
  );
  const random = new Random(7, 'halves');
  const sum = { chosen: 0, fresh: 0, typical: 0 };
  const times = 200;
  for (let i = 0; i < times; i++) {
    const order = random.permutation(split.query.length);
    const half = order.length >> 1;
    const over = (draw: readonly number[], part: Int32Array): number =>
      mean(Array.from(part, (q) => draw[q]!));
    const scores = draws.map((draw) => over(draw, order.subarray(0, half)));
    const best = scores.indexOf(Math.max(...scores));
    sum.chosen += scores[best]! / times;
    sum.fresh += over(draws[best]!, order.subarray(half)) / times;
    sum.typical += mean(scores) / times;
  }
  return [
    ['', 'mAP'],
    ['mean of the twenty draws', show(sum.typical)],
    ['the best draw, on the queries that chose it', show(sum.chosen)],
    ['the same draw, on the other queries', show(sum.fresh)],
  ];
}

/** The pool is the other half of the unseen rows, or the database itself; the same queries and database. */
export async function pool(method: string, settings: MethodSettings): Promise<Measured> {
  const rows = await Promise.all(
    SEEDS.map(async (seed) => {
      const split = splitOf(icons, seed);
      const { hash: _, ...body } = {
        ...split,
        protocol: 'zero-shot/pool=database' as const,
        pool: split.database,
      };
      const same: Split = { ...body, hash: canonicalHash(body) };
      const both = [split, same].map(async (one) =>
        measure(await codesOf(method, one, settings), split.query, split.database),
      );
      return (await Promise.all(both)).map(({ map }) => map);
    }),
  );
  const line = (i: number): string[] => [
    ...rows.map((row) => show(row[i]!)),
    show(mean(rows.map((row) => row[i]!))),
  ];
  return [
    ['pool', ...SEEDS.map((seed) => `seed ${seed}`), 'mean'],
    ['other rows of the unseen classes', ...line(0)],
    ['the database itself', ...line(1)],
  ];
}

/** mAP of unseen classes by how long a network learned from the seen ones: a choice that only their labels could make. */
export async function lengths(): Promise<Measured> {
  const steps = [50, 100, 200, 400, 800, 1600];
  const rows: string[][] = [];
  for (const seed of SEEDS) {
    const split = splitOf(icons, seed);
    const row = [`seed ${seed}`];
    for (const length of steps) {
      const codes = await codesOf('tzsh/source-only', split, {
        bits: 32,
        hidden: 64,
        batch: 64,
        steps: length,
      });
      row.push(show((await measure(codes, split.query, split.database)).map));
    }
    rows.push(row);
  }
  return [['steps', ...steps.map(String)], ...rows];
}
