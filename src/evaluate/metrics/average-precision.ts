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
  let hits = 0;
  for (let d = 0; d < items.length && before < cutoff; d++) {
    const n = items[d]!;
    const r = relevant[d]!;
    sum += tiedPrecisions({ n, r, places: Math.min(n, cutoff - before), before, hits });
    before += n;
    hits += r;
  }
  return sum / Math.min(cutoff, total(relevant));
}

/**
 * Expected AP over the first `cutoff` places, divided by the relevant items among these places rather than by
 * min(cutoff, R_tot): how much public code computes AP@R (see `averagePrecisionByHits`). 0 … 1; an order without a hit
 * counts 0.
 *
 * Only one distance can make the number of hits uncertain: that at which the cutoff falls, of whose n items, r of them
 * relevant, m are within. The h relevant among them are hypergeometric; given h, place N+1+i is relevant with
 * probability h/m, and each of the i before it with (h−1)/(m−1). The ratio is averaged over h, exactly.
 */
export function expectedAveragePrecisionByHits(
  { items, relevant }: RankingHistogram,
  cutoff: number,
): number {
  let sum = 0;
  let before = 0;
  let hits = 0;
  for (let d = 0; d < items.length && before < cutoff; d++) {
    const n = items[d]!;
    const r = relevant[d]!;
    if (before + n > cutoff && r > 0 && r < n) {
      const m = cutoff - before;
      let first = 0; // Σ_i (R + 1) / (N + 1 + i): each place as if no tied item before it were relevant
      let later = 0; // Σ_i i / (N + 1 + i)
      for (let i = 0; i < m; i++) {
        first += (hits + 1) / (before + 1 + i);
        later += i / (before + 1 + i);
      }
      return meanOverHits({ n, r, m }, (h) => {
        if (hits + h === 0) return 0;
        return (sum + (h / m) * (first + (m > 1 ? (h - 1) / (m - 1) : 0) * later)) / (hits + h);
      });
    }
    const places = Math.min(n, cutoff - before);
    sum += tiedPrecisions({ n, r, places, before, hits });
    hits += r === n ? places : r;
    before += n;
  }
  return hits === 0 ? 0 : sum / hits;
}

/**
 * Mean of `value` over the number of relevant items among `m` drawn from `n` of which `r` are relevant. Weights are
 * relative to the likeliest number, so that none overflows.
 */
function meanOverHits(
  { n, r, m }: { readonly n: number; readonly r: number; readonly m: number },
  value: (hits: number) => number,
): number {
  const least = Math.max(0, m - (n - r));
  const most = Math.min(m, r);
  const mode = Math.min(most, Math.max(least, Math.floor(((m + 1) * (r + 1)) / (n + 2))));
  /** P(h + 1) / P(h). */
  const ratio = (h: number): number => ((r - h) * (m - h)) / ((h + 1) * (n - r - m + h + 1));
  let total = 1;
  let sum = value(mode);
  for (let h = mode, weight = 1; h < most && weight > 0; h++) {
    weight *= ratio(h);
    total += weight;
    sum += weight * value(h + 1);
  }
  for (let h = mode, weight = 1; h > least && weight > 0; h--) {
    weight /= ratio(h - 1);
    total += weight;
    sum += weight * value(h - 1);
  }
  return sum / total;
}

interface Tied {
  /** Items of the distance, and relevant ones among them. */
  readonly n: number;
  readonly r: number;
  /** How many of the distance's places count. */
  readonly places: number;
  /** Items and relevant items at smaller distances. */
  readonly before: number;
  readonly hits: number;
}

/** Expected sum of the precisions at the relevant items of one distance. */
function tiedPrecisions({ n, r, places, before, hits }: Tied): number {
  if (r === 0) return 0;
  const step = n > 1 ? (r - 1) / (n - 1) : 0;
  let precision = 0;
  for (let i = 0; i < places; i++) precision += (hits + 1 + i * step) / (before + 1 + i);
  return (r / n) * precision;
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
