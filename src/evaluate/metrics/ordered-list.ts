/**
 * Average precision of one list in one order, as it is defined where nothing is tied, and with each of the two
 * denominators that "mAP@R" stands for in print. The figures of an evaluation are the expectations of these under a
 * random order of ties (`average-precision.ts`).
 */

/** For the places 1, 2, … of a whole ranking of the database, whether the item there is relevant: > 0. */
export type OrderedRelevance = ArrayLike<number>;

/** AP@all: the mean over all relevant items of the precision at their place. NaN when nothing is relevant. */
export const averagePrecision = (ordered: OrderedRelevance): number =>
  averagePrecisionAt(ordered, ordered.length);

/**
 * AP@R: the same sum over the first R places, divided by min(R, relevant items of the database): 1 only where as many
 * of the first R are relevant as can be. NaN when nothing is relevant. `mapAt5000` is the mean of its expectation.
 */
export function averagePrecisionAt(ordered: OrderedRelevance, cutoff: number): number {
  const { sum } = withinFirst(ordered, cutoff);
  return sum / Math.min(cutoff, withinFirst(ordered, ordered.length).hits);
}

/**
 * AP@R divided by the hits among the first R, as much public code of deep hashing has it (`CalcTopMap`): one hit at the
 * first place and none after it scores 1. 0 without a hit. `mapAt5000ByHits` is the mean of its expectation.
 */
export function averagePrecisionByHits(ordered: OrderedRelevance, cutoff: number): number {
  const { sum, hits } = withinFirst(ordered, cutoff);
  return hits === 0 ? 0 : sum / hits;
}

/** Relevant items among the first `cutoff`, and the sum of the precisions at their places. */
function withinFirst(ordered: OrderedRelevance, cutoff: number): { sum: number; hits: number } {
  let sum = 0;
  let hits = 0;
  for (let i = 0; i < Math.min(cutoff, ordered.length); i++) if (ordered[i]! > 0) sum += ++hits / (i + 1);
  return { sum, hits };
}
