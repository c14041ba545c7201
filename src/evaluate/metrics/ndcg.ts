/** Normalised discounted cumulative gain with ties, for items that share several labels with a query. */

/** What one shared label more is worth: 2^shared − 1 (Burges et al., Learning to Rank using Gradient Descent, 2005). */
const worth = (shared: number): number => 2 ** shared - 1;

/** Prefix sums of the discounts 1 / log₂(1 + place): entry p is the sum of the places 1 … p. */
export function discountSums(places: number): Float64Array {
  const sums = new Float64Array(places + 1);
  for (let p = 1; p <= places; p++) sums[p] = sums[p - 1]! + 1 / Math.log2(1 + p);
  return sums;
}

/**
 * Expected NDCG of the whole ranking under a random order of ties, 0 … 1: a place of distance d is worth the mean
 * gain of that distance (McSherry and Najork 2008). NaN when no item shares a label.
 *
 * @param items `[bits + 1]` items at each distance
 * @param distances `[n]` distances of the items
 * @param gains `[n]` labels that an item shares with the query
 * @param sums `discountSums(n)`
 */
export function expectedNdcg(
  items: Uint32Array,
  distances: Uint16Array,
  gains: Uint8Array,
  sums: Float64Array,
): number {
  const gainAt = new Float64Array(items.length);
  const withGain = new Uint32Array(256);
  for (let i = 0; i < gains.length; i++) {
    const gain = gains[i]!;
    if (gain === 0) continue;
    gainAt[distances[i]!]! += worth(gain);
    withGain[gain]!++;
  }
  let dcg = 0;
  let place = 0;
  for (let d = 0; d < items.length; d++) {
    const n = items[d]!;
    if (gainAt[d]! > 0) dcg += (gainAt[d]! / n) * (sums[place + n]! - sums[place]!);
    place += n;
  }
  let ideal = 0;
  place = 0;
  for (let gain = 255; gain > 0; gain--) {
    const n = withGain[gain]!;
    ideal += worth(gain) * (sums[place + n]! - sums[place]!);
    place += n;
  }
  return dcg / ideal;
}
