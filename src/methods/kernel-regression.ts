/**
 * The F-step of discrete hashing: hash functions F(x) = Pᵀ(φ(x) − μ) + b that reach given codes,
 *   min_{P,b} ‖B − F(X)‖² + ρ‖P‖²      P = (ΦᵀΦ + ρI)⁻¹ ΦᵀB,  b = mean of B      (Φ: φ(X) less its mean μ)
 * The authors of SDH and ZSH append a column of ones to φ(x) instead; b is the same intercept, without its share of ρ.
 *
 * The factor of ΦᵀΦ + ρI is made once, since only B changes between rounds.
 */
import { Cholesky } from './cholesky.ts';
import type { Matrix } from './contract.ts';
import { covariance, type PieceDone } from './covariance.ts';
import { openProduct, type Product } from './dense.ts';
import { meanRow } from './projection.ts';

export interface HashFunctions {
  /** P, row-major `[d, bits]`. */
  readonly weights: Float32Array;
  /** b, `[bits]`. */
  readonly bias: Float32Array;
  /** F(X), `[n, bits]`. */
  readonly outputs: Matrix;
  /** ‖P‖². */
  readonly energy: number;
}

export class KernelRegression {
  /** μ, `[d]`. */
  readonly mean: Float32Array;
  readonly #rows: Matrix;
  readonly #factor: Cholesky;
  readonly #correlate: Product;
  readonly #predict: Product;

  private constructor(
    mean: Float32Array,
    rows: Matrix,
    factor: Cholesky,
    correlate: Product,
    predict: Product,
  ) {
    this.mean = mean;
    this.#rows = rows;
    this.#factor = factor;
    this.#correlate = correlate;
    this.#predict = predict;
  }

  /**
   * For codes of `bits` of the mapped rows φ(X), `[n, d]`, which are centred in place.
   * @param ridge ρ > 0, in units of the squared features summed over the rows
   */
  static async open(
    rows: Matrix,
    bits: number,
    ridge: number,
    pieceDone: PieceDone,
  ): Promise<KernelRegression> {
    const mean = meanRow(rows);
    for (let i = 0; i < rows.data.length; i += rows.cols)
      for (let j = 0; j < rows.cols; j++) rows.data[i + j]! -= mean[j]!;
    const scatter = await covariance(rows, new Float32Array(rows.cols), pieceDone);
    // (ΦᵀΦ + ρI)⁻¹ = (C + ρ/n I)⁻¹ / n, and C is what is at hand.
    const factor = Cholesky.of(scatter, ridge / rows.rows);
    const codes = { data: new Float32Array(), rows: rows.rows, cols: bits };
    const correlate = await openProduct(rows, codes, { transposeA: true });
    const predict = await openProduct(rows, { ...codes, rows: rows.cols });
    return new KernelRegression(mean, rows, factor, correlate, predict);
  }

  /** The hash functions nearest to codes `[n, bits]` of −1 and 1. */
  async fit(codes: Matrix): Promise<HashFunctions> {
    const { rows: n, cols: bits } = codes;
    const correlations = await this.#correlate.run(this.#rows, codes);
    const d = correlations.rows;
    const weights = new Float32Array(d * bits);
    let energy = 0;
    for (let k = 0; k < bits; k++) {
      const right = Float64Array.from({ length: d }, (_, j) => correlations.data[j * bits + k]! / n);
      const column = this.#factor.solve(right);
      for (let j = 0; j < d; j++) {
        weights[j * bits + k] = column[j]!;
        energy += column[j]! * column[j]!;
      }
    }
    const bias = meanRow(codes);
    const outputs = await this.#predict.run(this.#rows, { data: weights, rows: d, cols: bits });
    for (let i = 0; i < outputs.data.length; i++) outputs.data[i]! += bias[i % bits]!;
    return { weights, bias, outputs, energy };
  }

  async dispose(): Promise<void> {
    await Promise.all([this.#correlate.dispose(), this.#predict.dispose()]);
  }
}
