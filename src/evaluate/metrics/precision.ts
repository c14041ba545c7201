/** Precision at a rank and within a Hamming ball. */
import type { RankingHistogram } from './histogram.ts';

/**
 * Expected share of relevant items in the first `n` places under a random order of ties. Places that the database
 * is too small to fill count as not relevant.
 */
export function expectedPrecisionAt({ items, relevant }: RankingHistogram, n: number): number {
  let before = 0;
  let found = 0;
  for (let d = 0; d < items.length && before < n; d++) {
    const places = Math.min(items[d]!, n - before);
    if (places > 0) found += (relevant[d]! * places) / items[d]!;
    before += places;
  }
  return found / n;
}

/** Items and relevant items at a distance ≤ radius. */
export function countBall({ items, relevant }: RankingHistogram, radius: number): [number, number] {
  let n = 0;
  let r = 0;
  for (let d = 0; d <= Math.min(radius, items.length - 1); d++) {
    n += items[d]!;
    r += relevant[d]!;
  }
  return [n, r];
}
