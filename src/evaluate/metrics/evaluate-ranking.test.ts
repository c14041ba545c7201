import { describe, expect, it } from 'vitest';
import { Codes, hammingDistance } from '../../codes/index.ts';
import { Labels } from '../../data/labels.ts';
import { Random } from '../../random.ts';
import { expectedAveragePrecision } from './average-precision.ts';
import { makeHistogram } from './histogram.ts';
import { evaluateRanking, harmonicMean, type RankingInput } from './index.ts';

function randomCodes(random: Random, n: number, bits: number): Codes {
  return Codes.fromBytes(
    Uint8Array.from({ length: (n * bits) / 8 }, () => random.below(256)),
    { bits },
  );
}

const randomLabels = (random: Random, n: number, classes: number): Int32Array =>
  Int32Array.from({ length: n }, () => random.below(classes));

function randomInput(seed: number, queries = 20, database = 300, bits = 16): RankingInput {
  const random = new Random(seed, 'input');
  return {
    queries: randomCodes(random, queries, bits),
    database: randomCodes(random, database, bits),
    relevant: { queries: randomLabels(random, queries, 5), database: randomLabels(random, database, 5) },
  };
}

/** Distances written by hand: one query 00000000, an item at distance d has d low bits set. */
function byDistance(distances: readonly number[], labels: readonly number[]): RankingInput {
  return {
    queries: Codes.fromBytes(Uint8Array.of(0), { bits: 8 }),
    database: Codes.fromBytes(
      Uint8Array.from(distances, (d) => (1 << d) - 1),
      { bits: 8 },
    ),
    relevant: { queries: Int32Array.of(1), database: Int32Array.from(labels) },
  };
}

describe('evaluateRanking', () => {
  it('ties do not change mAP, nor anything else, when the database is permuted', async () => {
    const input = randomInput(1);
    const labels = input.relevant as { queries: Int32Array; database: Int32Array };
    const order = new Random(2, 'order').permutation(input.database.count);
    const permuted: RankingInput = {
      queries: input.queries,
      database: input.database.take(order),
      relevant: { queries: labels.queries, database: Int32Array.from(order, (row) => labels.database[row]!) },
    };
    expect(await evaluateRanking(permuted)).toEqual(await evaluateRanking(input));
  });

  it('gives the same when several evaluations take turns', async () => {
    const inputs = [4, 5, 6].map((seed) => randomInput(seed, 400, 3000, 64)); // each long enough to give way
    const together = await Promise.all(inputs.map((input) => evaluateRanking(input)));
    for (const [i, input] of inputs.entries()) expect(await evaluateRanking(input)).toEqual(together[i]);
  });

  it('is the mean over queries of each query alone', async () => {
    const input = randomInput(3);
    const labels = input.relevant as { queries: Int32Array; database: Int32Array };
    const all = await evaluateRanking(input);
    const sum = { map: 0, mapLow: 0, mapHigh: 0, mapAt5000: 0, ball: 0, empty: 0, chance: 0, at10: 0 };
    for (let q = 0; q < input.queries.count; q++) {
      const one = await evaluateRanking({
        queries: input.queries.slice(q, q + 1),
        database: input.database,
        relevant: { queries: labels.queries.slice(q, q + 1), database: labels.database },
      });
      sum.map += one.map;
      sum.mapLow += one.mapLow;
      sum.mapHigh += one.mapHigh;
      sum.mapAt5000 += one.mapAt5000;
      sum.ball += one.precisionAtRadius2;
      sum.empty += one.emptyAtRadius2;
      sum.chance += one.chance;
      sum.at10 += one.precisionAt[10]!;
    }
    const n = input.queries.count;
    expect(all.queries).toBe(n);
    expect(all.map).toBeCloseTo(sum.map / n, 12);
    expect(all.mapLow).toBeCloseTo(sum.mapLow / n, 12);
    expect(all.mapHigh).toBeCloseTo(sum.mapHigh / n, 12);
    expect(all.mapAt5000).toBeCloseTo(sum.mapAt5000 / n, 12);
    expect(all.precisionAtRadius2).toBeCloseTo(sum.ball / n, 12);
    expect(all.emptyAtRadius2).toBeCloseTo(sum.empty / n, 12);
    expect(all.chance).toBeCloseTo(sum.chance / n, 12);
    expect(all.precisionAt[10]).toBeCloseTo(sum.at10 / n, 12);
  });

  it('agrees with a naive evaluation of sorted lists when nothing is tied', async () => {
    const distances = [4, 0, 6, 2, 8, 1];
    const labels = [1, 1, 0, 0, 1, 0];
    const metrics = await evaluateRanking(byDistance(distances, labels), { precisionAt: [1, 3, 6, 12] });
    // by distance: + − − + − +
    const expected = (1 / 1 + 2 / 4 + 3 / 6) / 3;
    expect(metrics.map).toBeCloseTo(expected, 12);
    expect(metrics.mapLow).toBeCloseTo(expected, 12);
    expect(metrics.mapHigh).toBeCloseTo(expected, 12);
    expect(metrics.mapAt5000).toBeCloseTo(expected, 12);
    expect(metrics.precisionAt).toEqual({ 1: 1, 3: 1 / 3, 6: 1 / 2, 12: 3 / 12 });
    expect(metrics.precisionAtRadius2).toBeCloseTo(1 / 3, 12);
    expect(metrics.emptyAtRadius2).toBe(0);
    expect(metrics.prCurve.radius).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(metrics.prCurve.recall).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 3].map((hits) => hits / 3));
    expect(metrics.prCurve.precision[4]).toBeCloseTo(2 / 4, 12);
  });

  it('an empty ball of radius 2 counts as precision 0', async () => {
    const metrics = await evaluateRanking(byDistance([3, 4], [1, 0]));
    expect(metrics.precisionAtRadius2).toBe(0);
    expect(metrics.emptyAtRadius2).toBe(1);
    expect(metrics.prCurve.radius[0]).toBe(3);
  });

  it('chance is what codes that tell nothing apart score', async () => {
    const input = randomInput(4);
    const blind = { ...input, database: input.database.take(new Int32Array(input.database.count)) };
    const metrics = await evaluateRanking(blind);
    expect(metrics.map).toBeCloseTo(metrics.chance, 12);
    expect(metrics.mapHigh).toBe(1);
  });

  it('a function, single labels and label lists say the same', async () => {
    const input = randomInput(5);
    const labels = input.relevant as { queries: Int32Array; database: Int32Array };
    labels.database[7] = -1;
    labels.queries[3] = -1;
    const { queries, database } = labels;
    const expected = await evaluateRanking(input);
    expect(expected.skippedQueries).toBe(1);
    const asFunction = (q: number, row: number): boolean => queries[q]! >= 0 && queries[q] === database[row];
    expect(await evaluateRanking({ ...input, relevant: asFunction })).toEqual(expected);
    const asLabels = { queries: Labels.fromIndexes(queries, 5), database: Labels.fromIndexes(database, 5) };
    expect(await evaluateRanking({ ...input, relevant: asLabels })).toEqual(expected);
    const mixed = { queries, database: asLabels.database };
    expect(await evaluateRanking({ ...input, relevant: mixed })).toEqual(expected);
  });

  it('with several labels an item is relevant when it shares one, and NDCG is reported', async () => {
    const random = new Random(6, 'lists');
    const lists = (n: number): number[][] =>
      Array.from({ length: n }, () => [0, 1, 2, 3, 4, 5].filter(() => random.below(4) === 0));
    const [ours, theirs] = [lists(15), lists(200)];
    const codes = { queries: randomCodes(random, 15, 24), database: randomCodes(random, 200, 24) };
    const metrics = await evaluateRanking({
      ...codes,
      relevant: { queries: Labels.fromLists(ours, 6), database: Labels.fromLists(theirs, 6) },
    });
    const shares = (q: number, row: number): boolean =>
      ours[q]!.some((label) => theirs[row]!.includes(label));
    const { ndcg, ...rest } = metrics;
    expect(rest).toEqual(await evaluateRanking({ ...codes, relevant: shares }));
    expect(ndcg).toBeGreaterThan(0);
    expect(ndcg).toBeLessThan(1);
  });

  it('queries without a relevant item are counted, not averaged', async () => {
    const input = randomInput(7);
    const labels = input.relevant as { queries: Int32Array; database: Int32Array };
    const extra = Codes.fromBytes(new Uint8Array([...input.queries.bytes, 0, 0, 1, 1]), { bits: 16 });
    const queries = Int32Array.of(...labels.queries, -1, 99);
    const metrics = await evaluateRanking({
      queries: extra,
      database: input.database,
      relevant: { queries, database: labels.database },
    });
    expect(metrics).toEqual({ ...(await evaluateRanking(input)), skippedQueries: 2 });
  });

  it('histograms are those of pairwise distances', async () => {
    const input = randomInput(8, 3, 2000, 72);
    const labels = input.relevant as { queries: Int32Array; database: Int32Array };
    let sum = 0;
    for (let q = 0; q < 3; q++) {
      const histogram = makeHistogram(72);
      for (let row = 0; row < 2000; row++) {
        const distance = hammingDistance(input.queries.row(q), input.database.row(row));
        histogram.items[distance]!++;
        if (labels.queries[q] === labels.database[row]) histogram.relevant[distance]!++;
      }
      sum += expectedAveragePrecision(histogram);
    }
    expect((await evaluateRanking(input)).map).toBeCloseTo(sum / 3, 12);
  });

  it('refuses what cannot be evaluated', async () => {
    const input = randomInput(9);
    const { queries, database } = input;
    const labels = input.relevant as { queries: Int32Array; database: Int32Array };
    const code = (relevant: RankingInput['relevant'], options = {}): Promise<unknown> =>
      evaluateRanking({ queries, database, relevant }, options).catch((error: unknown) => error);
    expect(await code({ ...labels, queries: new Int32Array(3) })).toMatchObject({ code: 'ARGUMENT_INVALID' });
    expect(await code({ ...labels, database: new Int32Array(3) })).toMatchObject({
      code: 'ARGUMENT_INVALID',
    });
    expect(await code(() => false)).toMatchObject({ code: 'EVALUATION_EMPTY' });
    expect(await code(labels, { precisionAt: [0] })).toMatchObject({ code: 'ARGUMENT_INVALID' });
    expect(await code(labels, { signal: AbortSignal.abort() })).toMatchObject({ code: 'ABORTED' });
    const shorter = evaluateRanking({
      ...input,
      queries: Codes.fromBytes(queries.bytes, { bits: 8 }),
      relevant: () => true,
    });
    await expect(shorter).rejects.toMatchObject({ code: 'CODES_BITS_MISMATCH' });
  });
});

describe('harmonicMean', () => {
  it('lies between the two and is 0 when either is', () => {
    expect(harmonicMean(0.5, 0.5)).toBe(0.5);
    expect(harmonicMean(0.6, 0.3)).toBeCloseTo(0.4, 12);
    expect(harmonicMean(0, 0.9)).toBe(0);
    expect(harmonicMean(0, 0)).toBe(0);
  });
});
