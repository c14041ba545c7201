/**
 * The fine step: similarities among the representatives.
 *
 * The pair scorer r(|z_i − z_j|, z_i·z_j), learned on source pairs, looks at pairs of representatives. A pair of one
 * coarse class counts as similar if r > t⁺, a pair of two as dissimilar if r < t⁻, and is ignored between: the likely
 * mistakes of the coarse step teach nothing. Thresholds are quantiles, not constants: r is calibrated on the source, and
 * target pairs score lower throughout. Reconstruction.
 */
import type { Random } from '../../random.ts';
import type { Matrix } from '../contract.ts';

/** The trained parameters of r; logit = product · (z_i·z_j) − Σ_k distance_k |z_ik − z_jk| + bias. */
export interface PairScorer {
  readonly distance: Float32Array;
  readonly product: number;
  readonly bias: number;
}

export interface MinedPairs {
  /** Fills `[n, n]` weights for pool rows `rows`: 1 where the pair counts. */
  fill(rows: Int32Array, similar: Float32Array, dissimilar: Float32Array): void;
}

/** Pairs sampled to place the thresholds. */
const SAMPLED_PAIRS = 20_000;

/** All pairs, by their coarse classes alone. */
export const coarsePairs = (classOf: Int32Array): MinedPairs => ({
  fill: (rows, similar, dissimilar) =>
    eachPair(rows, (i, j, at, mirrored) => {
      const same = classOf[i] === classOf[j] ? 1 : 0;
      similar[at] = similar[mirrored] = same;
      dissimilar[at] = dissimilar[mirrored] = 1 - same;
    }),
});

/** Pairs that the coarse classes and the pair scorer agree on. */
export function finePairs(
  classOf: Int32Array,
  chosen: Int32Array,
  z: Matrix,
  scorer: PairScorer,
  options: { readonly similarShare: number; readonly dissimilarShare: number; readonly random: Random },
): MinedPairs {
  const score = (i: number, j: number): number => {
    let logit = scorer.bias;
    for (let k = 0, a = i * z.cols, b = j * z.cols; k < z.cols; k++, a++, b++) {
      const x = z.data[a]!;
      const y = z.data[b]!;
      logit += scorer.product * x * y - scorer.distance[k]! * Math.abs(x - y);
    }
    return logit;
  };
  const [high, low] = thresholds();
  return {
    fill: (rows, similar, dissimilar) =>
      eachPair(rows, (i, j, at, mirrored) => {
        const same = classOf[i] === classOf[j];
        const logit = score(i, j);
        similar[at] = similar[mirrored] = same && logit >= high ? 1 : 0;
        dissimilar[at] = dissimilar[mirrored] = !same && logit <= low ? 1 : 0;
      }),
  };

  function thresholds(): [number, number] {
    const { similarShare, dissimilarShare, random } = options;
    const same: number[] = [];
    const different: number[] = [];
    const members = new Map<number, number[]>();
    for (const row of chosen) {
      const list = members.get(classOf[row]!);
      if (list) list.push(row);
      else members.set(classOf[row]!, [row]);
    }
    for (let n = 0; n < SAMPLED_PAIRS; n++) {
      const i = chosen[random.below(chosen.length)]!;
      const j = chosen[random.below(chosen.length)]!;
      if (classOf[i] !== classOf[j]) different.push(score(i, j));
      const mates = members.get(classOf[i]!)!;
      const mate = mates[random.below(mates.length)]!;
      if (mate !== i) same.push(score(i, mate));
    }
    return [quantile(same, 1 - similarShare), quantile(different, dissimilarShare)];
  }
}

function quantile(values: number[], share: number): number {
  if (values.length === 0) return 0;
  values.sort((a, b) => a - b);
  return values[Math.min(values.length - 1, Math.floor(share * values.length))]!;
}

/** Calls back for every unordered pair of places in `rows`; the same pool row twice is no pair. */
function eachPair(
  rows: Int32Array,
  visit: (i: number, j: number, at: number, mirrored: number) => void,
): void {
  const n = rows.length;
  for (let a = 0; a < n; a++) {
    for (let b = a + 1; b < n; b++) {
      if (rows[a] !== rows[b]) visit(rows[a]!, rows[b]!, a * n + b, b * n + a);
    }
  }
}
