/**
 * Average precision of a ranking with ties: its expectation under a random order within equal distance, and its
 * worst and best order (He, Cakir, Bargal, Sclaroff: Hashing as Tie-Aware Learning to Rank, CVPR 2018; McSherry and
 * Najork: Computing Information Retrieval Performance Measures Efficiently in the Presence of Tied Scores, ECIR 2008).
 */
import { type RankingHistogram, total } from './histogram.ts';

/**
 * Expected AP over the first `cutoff` places, 0 … 1:
 * `1/min(cutoff, R_tot) · Σ_d r_d/n_d · Σ_i (R + 1 + i·(r_d−1)/(n_d−1)) / (N + 1 + i)`, the sum over the places of
 * distance d up to the cutoff; N and R count items and relevant items at smaller distances. The place N+1+i holds a
 * relevant item with probability r_d/n_d, and given that, each of the i tied items before it is relevant with
 * probability (r_d−1)/(n_d−1). NaN when nothing is relevant.
 */
export function expectedAveragePrecision(
  { items, relevant }: RankingHistogram,
  cutoff = Number.POSITIVE_INFINITY,
): number {
  let sum = 0;
  let before = 0;
  let relevantBefore = 0;
  for (let d = 0; d < items.length && before < cutoff; d++) {
    const n = items[d]!;
    const r = relevant[d]!;
    if (r > 0) {
      const step = n > 1 ? (r - 1) / (n - 1) : 0;
      const places = Math.min(n, cutoff - before);
      let precision = 0;
      for (let i = 0; i < places; i++) precision += (relevantBefore + 1 + i * step) / (before + 1 + i);
      sum += (r / n) * precision;
    }
    before += n;
    relevantBefore += r;
  }
  return sum / Math.min(cutoff, total(relevant));
}

/** AP when relevant items come last (`low`) or first (`high`) within equal distance. NaN when nothing is relevant. */
export function averagePrecisionBounds({ items, relevant }: RankingHistogram): { low: number; high: number } {
  let low = 0;
  let high = 0;
  let before = 0;
  let relevantBefore = 0;
  for (let d = 0; d < items.length; d++) {
    const n = items[d]!;
    const r = relevant[d]!;
    for (let j = 1; j <= r; j++) {
      low += (relevantBefore + j) / (before + n - r + j);
      high += (relevantBefore + j) / (before + j);
    }
    before += n;
    relevantBefore += r;
  }
  return { low: low / relevantBefore, high: high / relevantBefore };
}

/**
 * Expected AP of a random order of `items` items of which `relevant` ≥ 1 are relevant: the same formula with all
 * distances equal, summed up: `c + (1 − c)·H(items)/items`, c = (relevant−1)/(items−1), H the harmonic number.
 * It is a little above relevant/items, because short lists favour AP.
 */
export function chanceAveragePrecision(items: number, relevant: number): number {
  if (items === 1) return 1;
  let harmonic = 0;
  for (let i = items; i >= 1; i--) harmonic += 1 / i;
  const c = (relevant - 1) / (items - 1);
  return c + ((1 - c) * harmonic) / items;
}
