/**
 * The B-step of discrete hashing (Shen et al., CVPR 2015, §3.2): codes of −1 and 1 for targets Y and hash functions F,
 *   min_B ‖Y − BW‖² + ν‖B − F‖²  =  constant + Σ_i b_iᵀ G b_i − 2 b_iᵀ q_i      G = W Wᵀ,  q_i = W y_i + ν f_i
 * by discrete cyclic coordinate descent: with the other bits fixed, bit k of row i is best as the sign of
 *   z_ik = q_ik − Σ_{j≠k} G_kj b_ij                                             (their eq. 10)
 * and one bit after the other is set so, until no bit changes. Rows do not meet in this problem: each is solved alone, which
 * gives what the authors' passes over whole columns give, and a bit that stays costs nothing.
 */
import type { Matrix } from './contract.ts';
import { rowOf } from './dense.ts';

/** Passes over the bits of a row, as in the authors' code; most rows settle after three. */
const MOST_PASSES = 10;
/** Rows between two calls of `piece`. */
const PIECE = 2048;

export interface CodeProblem {
  /** G = W Wᵀ, row-major `[bits, bits]`. */
  readonly gram: Float64Array;
  /** W y of each class, row-major `[classes, bits]`: rows of a class share their target. */
  readonly pull: Float64Array;
  /** `[n]`, the class of every row. */
  readonly classOf: Int32Array;
  /** F, `[n, bits]`. */
  readonly outputs: Matrix;
  /** ν ≥ 0. */
  readonly nu: number;
}

/**
 * Improves codes `[n, bits]` of −1 and 1 in place; the objective never rises. Returns how many bits changed.
 * @param piece called between pieces of the rows with the share done; throws to stop
 */
export async function improveCodes(
  codes: Matrix,
  { gram, pull, classOf, outputs, nu }: CodeProblem,
  piece: (done: number) => Promise<void> = async () => undefined,
): Promise<number> {
  const bits = codes.cols;
  const others = gram.slice();
  for (let k = 0; k < bits; k++) others[k * (bits + 1)] = 0;
  const z = new Float64Array(bits);
  let changed = 0;
  for (let i = 0; i < codes.rows; i++) {
    const b = rowOf(codes, i);
    const f = rowOf(outputs, i);
    const from = classOf[i]! * bits;
    for (let k = 0; k < bits; k++) z[k] = pull[from + k]! + nu * f[k]!;
    for (let j = 0; j < bits; j++) take(z, others, j, b[j]!);
    for (let pass = 0, settled = false; pass < MOST_PASSES && !settled; pass++) {
      settled = true;
      for (let k = 0; k < bits; k++) {
        // At z = 0 both values are as good: the bit stays.
        if (z[k]! * b[k]! >= 0) continue;
        b[k] = -b[k]!;
        take(z, others, k, 2 * b[k]!);
        changed++;
        settled = false;
      }
    }
    if ((i + 1) % PIECE === 0) await piece((i + 1) / codes.rows);
  }
  return changed;
}

/** z − change · G_j. */
function take(z: Float64Array, gram: Float64Array, j: number, change: number): void {
  const bits = z.length;
  for (let k = 0, at = j * bits; k < bits; k++, at++) z[k]! -= change * gram[at]!;
}

/** Codes `[n, bits]` of −1 and 1, drawn evenly. */
export function randomCodes(rows: number, bits: number, uniform: () => number): Matrix {
  const data = Float32Array.from({ length: rows * bits }, () => (uniform() < 0.5 ? -1 : 1));
  return { data, rows, cols: bits };
}
