/** What mining got right, by the pool's hidden labels: for the log and for nothing else. Nothing flows back into training. */
import type { MinedPairs } from './fine.ts';

export interface PairPrecision {
  /** Of the pairs taken as similar, the share that is; NaN without such pairs. */
  readonly similarPrecision: number;
  readonly dissimilarPrecision: number;
}

/** Representatives whose pairs are counted: all of them up to this many, evenly spaced beyond. */
const COUNTED = 1024;

/** Shares of mined pairs among the representatives that are right. Items without a label are left out. */
export function pairPrecision(chosen: Int32Array, pairs: MinedPairs, truth: Int32Array): PairPrecision {
  const labelled = chosen.filter((row) => truth[row]! >= 0);
  const stride = Math.max(1, Math.ceil(labelled.length / COUNTED));
  const rows = labelled.filter((_, i) => i % stride === 0);
  const n = rows.length;
  const similar = new Float32Array(n * n);
  const dissimilar = new Float32Array(n * n);
  pairs.fill(rows, similar, dissimilar);
  const counts = { similar: 0, similarRight: 0, dissimilar: 0, dissimilarRight: 0 };
  for (let a = 0; a < n; a++) {
    for (let b = a + 1; b < n; b++) {
      const same = truth[rows[a]!] === truth[rows[b]!];
      counts.similar += similar[a * n + b]!;
      counts.dissimilar += dissimilar[a * n + b]!;
      if (same) counts.similarRight += similar[a * n + b]!;
      else counts.dissimilarRight += dissimilar[a * n + b]!;
    }
  }
  return {
    similarPrecision: counts.similarRight / counts.similar,
    dissimilarPrecision: counts.dissimilarRight / counts.dissimilar,
  };
}
