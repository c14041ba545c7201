/**
 * What ranking by Hamming distance knows of one query: how many items, and how many relevant ones, lie at each
 * distance. Every tie-aware metric is a function of these two counts alone, so no order of the database can change it.
 */
export interface RankingHistogram {
  /** `[bits + 1]`: items of the database at each distance (n_d). */
  readonly items: Uint32Array;
  /** `[bits + 1]`: relevant ones among them (r_d ≤ n_d). */
  readonly relevant: Uint32Array;
}

export const makeHistogram = (bits: number): RankingHistogram => ({
  items: new Uint32Array(bits + 1),
  relevant: new Uint32Array(bits + 1),
});

/** Counts `distances` `[n]` and the items with `gains` > 0 `[n]` into the histogram, which is cleared first. */
export function countRanking(histogram: RankingHistogram, distances: Uint16Array, gains: Uint8Array): void {
  const { items, relevant } = histogram;
  items.fill(0);
  relevant.fill(0);
  for (let i = 0; i < distances.length; i++) {
    const distance = distances[i]!;
    items[distance]!++;
    relevant[distance]! += gains[i]! > 0 ? 1 : 0;
  }
}

export function total(counts: Uint32Array): number {
  let sum = 0;
  for (const count of counts) sum += count;
  return sum;
}
