/**
 * Cholesky factor of a regularised covariance, C + εI = L Lᵀ, and the solutions that whitening needs. Rows of L are read
 * in order, so that a thousand dimensions take a fraction of a second.
 */
import type { Symmetric } from './principal.ts';

export class Cholesky {
  readonly size: number;
  /** ε, as added to the diagonal. */
  readonly epsilon: number;
  /** Row-major lower triangle L `[size, size]`. */
  readonly #lower: Float64Array;

  private constructor(size: number, epsilon: number, lower: Float64Array) {
    this.size = size;
    this.epsilon = epsilon;
    this.#lower = lower;
  }

  /** Of C + εI, C symmetric without negative eigenvalues; ε > 0. */
  static of({ data, size }: Symmetric, epsilon: number): Cholesky {
    const lower = new Float64Array(size * size);
    for (let i = 0; i < size; i++) {
      const row = lower.subarray(i * size, (i + 1) * size);
      for (let j = 0; j <= i; j++) {
        const other = lower.subarray(j * size, (j + 1) * size);
        let rest = data[i * size + j]!;
        for (let k = 0; k < j; k++) rest -= row[k]! * other[k]!;
        // A pivot of C + εI is at least ε; what falls below did so by rounding.
        row[j] = i === j ? Math.sqrt(Math.max(epsilon, rest + epsilon)) : rest / other[j]!;
      }
    }
    return new Cholesky(size, epsilon, lower);
  }

  /** Of C + εI with ε = `ridge` times the mean of C's diagonal (of 1 where C is zero). */
  static ridged(matrix: Symmetric, ridge: number): Cholesky {
    let trace = 0;
    for (let i = 0; i < matrix.size; i++) trace += matrix.data[i * (matrix.size + 1)]!;
    return Cholesky.of(matrix, (ridge * trace) / matrix.size || ridge);
  }

  /** L⁻¹ x, a fresh array. */
  solveLower(x: Float64Array): Float64Array {
    const { size } = this;
    const out = Float64Array.from(x);
    for (let i = 0; i < size; i++) {
      const row = this.#lower.subarray(i * size, (i + 1) * size);
      let rest = out[i]!;
      for (let k = 0; k < i; k++) rest -= row[k]! * out[k]!;
      out[i] = rest / row[i]!;
    }
    return out;
  }

  /** L⁻ᵀ x, a fresh array. */
  solveUpper(x: Float64Array): Float64Array {
    const { size } = this;
    const out = Float64Array.from(x);
    for (let i = size - 1; i >= 0; i--) {
      const row = this.#lower.subarray(i * size, (i + 1) * size);
      out[i]! /= row[i]!;
      // Column i of Lᵀ is row i of L: what x_i explains is taken off the rest.
      for (let k = 0; k < i; k++) out[k]! -= row[k]! * out[i]!;
    }
    return out;
  }

  /** (C + εI)⁻¹ x, a fresh array. */
  solve(x: Float64Array): Float64Array {
    return this.solveUpper(this.solveLower(x));
  }
}
