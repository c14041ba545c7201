import { describe, expect, it } from 'vitest';
import { Labels } from '../data/index.ts';
import { Random } from '../random.ts';
import { Confusion, placesUntil } from './confusion.ts';
import { countRanking, makeHistogram } from './metrics/histogram.ts';

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}

/** Of every order of the ties, what share of the first places each class takes, on average. */
function enumerate(distances: readonly number[], lists: readonly number[][], places: number): number[] {
  let orders: number[][] = [[]];
  for (let d = 0; d <= Math.max(...distances); d++) {
    const tied = distances.flatMap((distance, row) => (distance === d ? [row] : []));
    orders = orders.flatMap((head) => permutations(tied).map((tail) => [...head, ...tail]));
  }
  const sums = [0, 0, 0, 0];
  for (const order of orders) {
    for (const row of order.slice(0, places))
      for (const label of lists[row]!) sums[label]! += 1 / (places * lists[row]!.length * orders.length);
  }
  return sums;
}

const ranked = (distances: readonly number[]) => {
  const histogram = makeHistogram(8);
  const array = Uint16Array.from(distances);
  countRanking(histogram, array, new Uint8Array(array.length));
  return { query: 0, distances: array, items: histogram.items };
};

describe('who is taken for whom', () => {
  it('is the mean over all orders of the ties, and items of several classes are divided', () => {
    const random = new Random(3, 'confusion');
    for (let i = 0; i < 40; i++) {
      // Two items a distance and five at the last: the tenth place is among ties.
      const distances = [0, 0, 1, 1, 2, 2, 3, 4, 4, 4, 4, 4].slice(random.below(3));
      const lists = distances.map(() => [0, 1, 2, 3].filter(() => random.below(2) === 0));
      const confusion = new Confusion(Labels.fromLists(lists, 4));
      confusion.add([2], ranked(distances));
      const expected = enumerate(distances, lists, Math.min(10, distances.length));
      const { asked, found } = confusion.result();
      expect(asked).toEqual([2]);
      const shares = expected.map((_, label) => found[0]!.find((one) => one.label === label)?.share ?? 0);
      for (const [label, share] of shares.entries()) expect(share).toBeCloseTo(expected[label]!, 12);
      expect(found[0]!.map(({ share }) => share)).toEqual(
        found[0]!.map(({ share }) => share).sort((a, b) => b - a),
      );
    }
  });

  it('is a mean over the queries of a class, and a query of two classes counts for both', () => {
    const confusion = new Confusion(Labels.fromIndexes([0, 1], 2));
    confusion.add([0], ranked([0, 8]));
    confusion.add([0, 1], ranked([0, 8]));
    const half = [
      { label: 0, share: 0.5 },
      { label: 1, share: 0.5 },
    ];
    expect(confusion.result()).toEqual({ asked: [0, 1], found: [half, half] });
  });

  it('names ten classes, the own one among them even if it was never found', () => {
    const confusion = new Confusion(Labels.fromIndexes([9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 10], 11));
    confusion.add([10], ranked([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]));
    const [found] = confusion.result().found;
    expect(found!.map(({ label }) => label)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 10]);
    expect(found!.at(-1)!.share).toBe(0);
  });

  it('ends where the places end', () => {
    expect(placesUntil(Uint32Array.of(3, 0, 4), 3)).toEqual([0, 1]);
    expect(placesUntil(Uint32Array.of(3, 0, 4), 5)).toEqual([2, 0.5]);
    expect(placesUntil(Uint32Array.of(3, 0, 4), 7)).toEqual([2, 1]);
  });
});
