/**
 * Sequential bits of SCM (Zhang & Li, AAAI 2014, algorithm 1). Wanted are codes whose products are the semantic similarity,
 * min ‖c S̃ − sign(X W_x) sign(Y W_y)ᵀ‖² over c bits; S̃ = 2 L Lᵀ − 1 1ᵀ, the rows of L unit label vectors. Bit after
 * bit, with the residual R_t = c S̃ − Σ_{k<t} sign(X w_x^k) sign(Y w_y^k)ᵀ:
 *   max w_xᵀ (Xᵀ R_t Y) w_y   under   w_xᵀ C_xx w_x = w_yᵀ C_yy w_y = 1        (their eq. 9; C regularised, eq. 12)
 *
 * Neither S̃ nor R_t is ever formed. Xᵀ R_t Y is a sum of one outer product a class, one for the −1 1ᵀ and one a bit; whitened
 * by L_x⁻¹ and L_y⁻¹ (`cholesky.ts`), its leading singular pair gives w_x = L_x⁻ᵀ u and w_y = L_y⁻ᵀ v. Memory is linear in
 * the number of pairs.
 */
import type { Random } from '../../random.ts';
import { Cholesky } from '../cholesky.ts';
import type { Matrix } from '../contract.ts';
import { block, type Symmetric } from '../principal.ts';
import { leadingSingularTriplets } from '../singular.ts';

export interface SequentialOptions {
  readonly bits: number;
  /** ε of both covariances as a share of the mean variance of their dimensions. */
  readonly ridge: number;
  readonly random: Random;
  /** `similarity`: the singular value that the bit was made from, as a share of the first bit's. */
  readonly onBit: (bit: number, similarity: number) => Promise<void>;
}

/** Both views side by side, as in `PairedViews`: the first has `size` of the columns. */
export interface LabelledViews {
  readonly rows: Matrix;
  readonly mean: Float32Array;
  readonly size: number;
  readonly scatter: Symmetric;
  /** `[rows]`, at least one class each. */
  readonly labels: readonly (readonly number[])[];
}

/** One outer product of the whitened Xᵀ R Y: weight · left rightᵀ. */
interface Term {
  readonly weight: number;
  readonly left: Float64Array;
  readonly right: Float64Array;
}

/** Directions of both views, one a bit. */
export async function sequentialDirections(
  views: LabelledViews,
  { bits, ridge, random, onBit }: SequentialOptions,
): Promise<{ readonly first: Float64Array[]; readonly second: Float64Array[] }> {
  const { size, scatter, labels, rows } = views;
  const x = new Side(views, 0, size, Cholesky.ridged(block(scatter, 0, size), ridge));
  const y = new Side(views, size, rows.cols, Cholesky.ridged(block(scatter, size, rows.cols), ridge));
  const ones = new Float64Array(rows.rows).fill(1);
  const terms: Term[] = [{ weight: -bits, left: x.correlate(ones), right: y.correlate(ones) }];
  for (const column of labelColumns(labels))
    terms.push({ weight: 2 * bits, left: x.correlate(column), right: y.correlate(column) });
  const first: Float64Array[] = [];
  const second: Float64Array[] = [];
  let strongest = 0;
  for (let bit = 0; bit < bits; bit++) {
    const [pair] = leadingSingularTriplets(
      {
        rows: x.dim,
        cols: y.dim,
        times: (v) => combine(terms, x.dim, ({ weight, right }) => weight * dot(right, v), 'left'),
        transposed: (u) => combine(terms, y.dim, ({ weight, left }) => weight * dot(left, u), 'right'),
      },
      1,
      random,
    );
    const { value, left, right } = pair!;
    strongest ||= value;
    const wx = x.factor.solveUpper(left);
    const wy = y.factor.solveUpper(right);
    first.push(wx);
    second.push(wy);
    terms.push({ weight: -1, left: x.correlate(x.signs(wx)), right: y.correlate(y.signs(wy)) });
    await onBit(bit, strongest > 0 ? value / strongest : 0);
  }
  return { first, second };
}

/** One view: centred columns `from` … `to` − 1 of the rows, and the factor of their covariance. */
class Side {
  readonly factor: Cholesky;
  readonly dim: number;
  readonly #rows: Matrix;
  readonly #mean: Float32Array;
  readonly #from: number;

  constructor({ rows, mean }: LabelledViews, from: number, to: number, factor: Cholesky) {
    this.#rows = rows;
    this.#mean = mean.subarray(from, to);
    this.#from = from;
    this.dim = to - from;
    this.factor = factor;
  }

  #row(i: number): Float32Array {
    const start = i * this.#rows.cols + this.#from;
    return this.#rows.data.subarray(start, start + this.dim);
  }

  /** sign(X w), a zero as −1 like the bit of a code. */
  signs(w: Float64Array): Float64Array {
    const offset = dot(this.#mean, w);
    return Float64Array.from({ length: this.#rows.rows }, (_, i) => (dot(this.#row(i), w) > offset ? 1 : -1));
  }

  /** L⁻¹ Xᵀ s. */
  correlate(s: Float64Array): Float64Array {
    const out = new Float64Array(this.dim);
    let total = 0;
    for (let i = 0; i < s.length; i++) {
      if (s[i] === 0) continue;
      total += s[i]!;
      const row = this.#row(i);
      for (let j = 0; j < out.length; j++) out[j]! += s[i]! * row[j]!;
    }
    for (let j = 0; j < out.length; j++) out[j]! -= total * this.#mean[j]!;
    return this.factor.solveLower(out);
  }
}

/** The columns of L: 1 / √(classes of the row) where the row has the class. */
function* labelColumns(labels: LabelledViews['labels']): Generator<Float64Array> {
  const members = new Map<number, number[]>();
  labels.forEach((list, row) => {
    for (const label of list) {
      const rows = members.get(label);
      if (rows) rows.push(row);
      else members.set(label, [row]);
    }
  });
  for (const [, rows] of [...members].sort(([a], [b]) => a - b)) {
    const column = new Float64Array(labels.length);
    for (const row of rows) column[row] = 1 / Math.sqrt(labels[row]!.length);
    yield column;
  }
}

function combine(
  terms: readonly Term[],
  dim: number,
  share: (term: Term) => number,
  side: 'left' | 'right',
): Float64Array {
  const out = new Float64Array(dim);
  for (const term of terms) {
    const factor = share(term);
    const direction = term[side];
    for (let i = 0; i < dim; i++) out[i]! += factor * direction[i]!;
  }
  return out;
}

function dot(a: Float32Array | Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < b.length; i++) total += a[i]! * b[i]!;
  return total;
}
