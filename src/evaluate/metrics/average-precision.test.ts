import { describe, expect, it } from 'vitest';
import { Random } from '../../random.ts';
import {
  averagePrecisionBounds,
  chanceAveragePrecision,
  expectedAveragePrecision,
  expectedAveragePrecisionByHits,
} from './average-precision.ts';
import { countRanking, makeHistogram, type RankingHistogram } from './histogram.ts';
import { discountSums, expectedNdcg } from './ndcg.ts';
import { countBall, expectedPrecisionAt } from './precision.ts';

/** AP@R as `CalcTopMap` of public code computes it: the mean, over the hits among the first R, of the precision there. */
function calcTopMap(order: readonly number[], cutoff: number): number {
  const within = order.slice(0, cutoff);
  const places = within.flatMap((relevant, i) => (relevant > 0 ? [i + 1] : []));
  if (places.length === 0) return 0;
  return mean(places.map((place, i) => (i + 1) / place));
}

/** The public definition on one order: mean over relevant items of the precision at their place. */
function averagePrecision(order: readonly number[], cutoff = order.length): number {
  let hits = 0;
  let sum = 0;
  for (const [i, relevant] of order.slice(0, cutoff).entries()) {
    if (relevant) sum += ++hits / (i + 1);
  }
  return sum / Math.min(cutoff, order.filter((relevant) => relevant > 0).length);
}

const precisionAt = (order: readonly number[], n: number): number =>
  order.slice(0, n).filter((relevant) => relevant > 0).length / n;

function ndcg(order: readonly number[]): number {
  const dcg = (gains: readonly number[]): number =>
    gains.reduce((sum, gain, i) => sum + (2 ** gain - 1) / Math.log2(i + 2), 0);
  return dcg(order) / dcg([...order].sort((a, b) => b - a));
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}

/** Every order of a ranking given as groups of equally far gains, nearest first. */
function orders(groups: readonly (readonly number[])[]): number[][] {
  let all: number[][] = [[]];
  for (const group of groups)
    all = all.flatMap((head) => permutations(group).map((tail) => [...head, ...tail]));
  return all;
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

function arrays(groups: readonly (readonly number[])[]): { distances: Uint16Array; gains: Uint8Array } {
  return {
    distances: Uint16Array.from(groups.flatMap((group, d) => group.map(() => d))),
    gains: Uint8Array.from(groups.flat()),
  };
}

function histogramOf(groups: readonly (readonly number[])[]): RankingHistogram {
  const histogram = makeHistogram(groups.length + 1);
  const { distances, gains } = arrays(groups);
  countRanking(histogram, distances, gains);
  return histogram;
}

/** Groups of at most 4 (24 orders each), some empty, with at least one relevant item. */
function randomGroups(random: Random, most: number): number[][] {
  for (;;) {
    const groups = Array.from({ length: 1 + random.below(4) }, () =>
      Array.from({ length: random.below(5) }, () => random.below(most + 1)),
    );
    if (groups.flat().some((gain) => gain > 0)) return groups;
  }
}

describe('metrics of one ranking equal the mean over all orders of its ties', () => {
  const random = new Random(11, 'ties');
  const cases = Array.from({ length: 60 }, () => randomGroups(random, 1));

  it('expected AP, and its bounds are the worst and the best order', () => {
    for (const groups of cases) {
      const values = orders(groups).map((order) => averagePrecision(order));
      const histogram = histogramOf(groups);
      expect(expectedAveragePrecision(histogram)).toBeCloseTo(mean(values), 12);
      const { low, high } = averagePrecisionBounds(histogram);
      expect(low).toBeCloseTo(Math.min(...values), 12);
      expect(high).toBeCloseTo(Math.max(...values), 12);
    }
  });

  it('expected AP over the first R places, divided by min(R, relevant items)', () => {
    for (const groups of cases) {
      const all = orders(groups);
      const histogram = histogramOf(groups);
      for (let cutoff = 1; cutoff <= groups.flat().length + 1; cutoff++) {
        const expected = mean(all.map((order) => averagePrecision(order, cutoff)));
        expect(expectedAveragePrecision(histogram, cutoff)).toBeCloseTo(expected, 12);
      }
    }
  });

  it('expected AP over the first R places, divided by the hits among them', () => {
    for (const groups of cases) {
      const all = orders(groups);
      const histogram = histogramOf(groups);
      for (let cutoff = 1; cutoff <= groups.flat().length + 1; cutoff++) {
        const expected = mean(all.map((order) => calcTopMap(order, cutoff)));
        expect(expectedAveragePrecisionByHits(histogram, cutoff)).toBeCloseTo(expected, 12);
      }
    }
  });

  it('the same where all is one tie', () => {
    for (let n = 1; n <= 7; n++) {
      for (let r = 0; r <= n; r++) {
        const group = Array.from({ length: n }, (_, i) => (i < r ? 1 : 0));
        const all = permutations(group);
        for (let cutoff = 1; cutoff <= n; cutoff++) {
          const expected = mean(all.map((order) => calcTopMap(order, cutoff)));
          expect(expectedAveragePrecisionByHits(histogramOf([group]), cutoff)).toBeCloseTo(expected, 12);
        }
      }
    }
  });

  it('precision within radius 2, which no order of ties changes', () => {
    for (const groups of cases) {
      const inBall = groups.slice(0, 3).flat().length;
      const found = orders(groups).map((order) => order.slice(0, inBall).filter((gain) => gain > 0).length);
      const [items, relevant] = countBall(histogramOf(groups), 2);
      expect(items).toBe(inBall);
      expect([Math.min(...found), Math.max(...found)]).toEqual([relevant, relevant]);
    }
  });

  it('precision at a rank', () => {
    for (const groups of cases) {
      const all = orders(groups);
      const histogram = histogramOf(groups);
      for (let n = 1; n <= groups.flat().length + 2; n++) {
        const expected = mean(all.map((order) => precisionAt(order, n)));
        expect(expectedPrecisionAt(histogram, n)).toBeCloseTo(expected, 12);
      }
    }
  });

  it('NDCG with several shared labels', () => {
    for (let i = 0; i < 40; i++) {
      const groups = randomGroups(random, 3);
      const { distances, gains } = arrays(groups);
      const value = expectedNdcg(histogramOf(groups).items, distances, gains, discountSums(gains.length));
      expect(value).toBeCloseTo(mean(orders(groups).map(ndcg)), 12);
    }
  });

  it('chance is expected AP of a database in random order', () => {
    for (let n = 1; n <= 7; n++) {
      for (let r = 1; r <= n; r++) {
        const group = Array.from({ length: n }, (_, i) => (i < r ? 1 : 0));
        const expected = mean(permutations(group).map((order) => averagePrecision(order)));
        expect(chanceAveragePrecision(n, r)).toBeCloseTo(expected, 12);
        expect(expectedAveragePrecision(histogramOf([group]))).toBeCloseTo(expected, 12);
      }
    }
  });
});

describe('one ranking', () => {
  it('without ties is the public definition, and its bounds meet', () => {
    const random = new Random(12, 'untied');
    for (let i = 0; i < 50; i++) {
      const order = Array.from({ length: 30 }, () => random.below(2));
      order[random.below(30)] = 1;
      const histogram = histogramOf(order.map((gain) => [gain]));
      const expected = averagePrecision(order);
      expect(expectedAveragePrecision(histogram)).toBeCloseTo(expected, 12);
      const { low, high } = averagePrecisionBounds(histogram);
      expect([low, high]).toEqual([high, low]);
      expect(low).toBeCloseTo(expected, 12);
    }
  });

  it('the worked example: 1 miss, then 2 of 3 tied, then 1 of 2 tied, is 31/60', () => {
    const groups = [[0], [1, 0, 1], [0, 1]];
    expect(expectedAveragePrecision(histogramOf(groups))).toBeCloseTo(0.516667, 6);
    expect(mean(orders(groups).map((order) => averagePrecision(order)))).toBeCloseTo(31 / 60, 12);
  });

  it('AP over the first R never rewards a worse ranking: [+,−,+] scores at least [+,−,−]', () => {
    const more = histogramOf([[1], [0], [1], [0]]);
    const fewer = histogramOf([[1], [0], [0], [1]]);
    expect(expectedAveragePrecision(more, 3)).toBeGreaterThan(expectedAveragePrecision(fewer, 3));
  });

  it('counts a ball with its edge', () => {
    const histogram = histogramOf([[1], [], [0, 1], [1]]);
    expect(countBall(histogram, 0)).toEqual([1, 1]);
    expect(countBall(histogram, 2)).toEqual([3, 2]);
    expect(countBall(histogram, 99)).toEqual([4, 3]);
  });

  it('big lists keep the order low ≤ expected ≤ high', () => {
    const random = new Random(13, 'big');
    for (let i = 0; i < 30; i++) {
      const histogram = makeHistogram(16);
      for (let d = 0; d <= 16; d++) {
        histogram.items[d] = random.below(500);
        histogram.relevant[d] = random.below(histogram.items[d]! + 1);
      }
      histogram.items[3]! += 1;
      histogram.relevant[3]! += 1;
      const { low, high } = averagePrecisionBounds(histogram);
      const expected = expectedAveragePrecision(histogram);
      expect(low).toBeLessThanOrEqual(expected);
      expect(expected).toBeLessThanOrEqual(high);
      const byHits = expectedAveragePrecisionByHits(histogram, 1000);
      expect(byHits).toBeGreaterThanOrEqual(expectedAveragePrecision(histogram, 1000));
      expect(byHits).toBeLessThanOrEqual(1);
    }
  });
});
