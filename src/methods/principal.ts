/**
 * Leading eigenvectors of a symmetric matrix.
 *
 * Small matrices go through a full decomposition; for large ones, whose full decomposition grows with d³, Lanczos
 * iteration with full reorthogonalisation (Golub & Van Loan, Matrix Computations, §10.3) finds the leading ones alone.
 */
import { Matrix as Dense, EigenvalueDecomposition } from 'ml-matrix';
import type { Random } from '../random.ts';

/** Full decomposition takes 1.5 s here (one core) and eight times as long for every doubling. */
const FULL_UP_TO = 512;
/** Relative to the largest eigenvalue: a direction this exact has converged for a method that keeps signs only. */
const TOLERANCE = 1e-6;
/** Fewer new directions than this are not worth another decomposition of the tridiagonal matrix. */
const FEWEST_MORE = 8;

/** Symmetric, row-major `[size, size]`, float64. */
export interface Symmetric {
  readonly data: Float64Array;
  readonly size: number;
}

/** The square block of rows and columns `from` … `to` − 1. */
export function block({ data, size }: Symmetric, from: number, to: number): Symmetric {
  const width = to - from;
  const out = new Float64Array(width * width);
  for (let row = 0; row < width; row++) {
    const start = (from + row) * size;
    out.set(data.subarray(start + from, start + to), row * width);
  }
  return { data: out, size: width };
}

/** A symmetric matrix that is known by its products alone. */
export interface SymmetricOperator {
  readonly size: number;
  /** The matrix times x; a fresh array. */
  multiply(x: Float64Array): Float64Array;
}

/** Row-major `[size, count]`: unit eigenvectors as columns, largest eigenvalue first; the sign makes the largest entry positive. */
export function leadingEigenvectors(matrix: Symmetric, count: number, random: Random): Float64Array {
  const { size } = matrix;
  const columns =
    size <= FULL_UP_TO
      ? fullDecomposition(matrix, count)
      : lanczos({ size, multiply: (x) => multiply(matrix, x) }, count, random);
  const out = new Float64Array(size * count);
  for (const [k, column] of columns.entries()) {
    withFixedSign(column);
    for (let i = 0; i < size; i++) out[i * count + k] = column[i]!;
  }
  return out;
}

/** Unit eigenvectors of an operator, the one of the largest eigenvalue first, with signs as in `leadingEigenvectors`. */
export const leadingEigenvectorsOf = (
  operator: SymmetricOperator,
  count: number,
  random: Random,
): Float64Array[] => lanczos(operator, count, random).map(withFixedSign);

/** Eigenvectors have no sign of their own: fix one, so that the result does not hang on the algorithm. In place. */
function withFixedSign(column: Float64Array): Float64Array {
  let largest = 0;
  for (let i = 1; i < column.length; i++) if (Math.abs(column[i]!) > Math.abs(column[largest]!)) largest = i;
  if (column[largest]! < 0) for (let i = 0; i < column.length; i++) column[i] = -column[i]!;
  return column;
}

function fullDecomposition({ data, size }: Symmetric, count: number): Float64Array[] {
  const rows = Array.from({ length: size }, (_, i) => data.subarray(i * size, (i + 1) * size));
  const { eigenvectorMatrix, realEigenvalues } = new EigenvalueDecomposition(new Dense(rows), {
    assumeSymmetric: true,
  });
  const order = realEigenvalues.map((_, i) => i).sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!);
  return order
    .slice(0, count)
    .map((k) => Float64Array.from({ length: size }, (_, i) => eigenvectorMatrix.get(i, k)));
}

function lanczos(operator: SymmetricOperator, count: number, random: Random): Float64Array[] {
  const { size } = operator;
  const basis: Float64Array[] = [];
  const alpha: number[] = [];
  const beta: number[] = [];
  let target = Math.min(size, 2 * count + 40);
  let next = freshDirection(size, basis, random);
  for (;;) {
    while (basis.length < target) {
      basis.push(next);
      const image = operator.multiply(next);
      alpha.push(dot(image, next));
      // Twice: once leaves rounding errors that bring back found directions as ghosts.
      orthogonalise(image, basis);
      orthogonalise(image, basis);
      const length = Math.sqrt(dot(image, image));
      // An invariant subspace is exhausted: go on from a new direction, uncoupled from it.
      const exhausted = length <= 1e-12 * Math.abs(alpha[0]!) || length === 0;
      beta.push(exhausted ? 0 : length);
      if (exhausted && basis.length < size) next = freshDirection(size, basis, random);
      else next = image.map((value) => value / length);
    }
    const { values, vectors } = tridiagonal(alpha, beta);
    const last = basis.length - 1;
    // |β · last entry| is the residual's norm of a Ritz vector.
    const worst = Math.max(...vectors.slice(0, count).map((vector) => Math.abs(beta[last]! * vector[last]!)));
    if (basis.length === size || worst <= TOLERANCE * Math.abs(values[0]!)) {
      return vectors.slice(0, count).map((vector) => combine(basis, vector));
    }
    target = Math.min(size, target + Math.max(count, FEWEST_MORE));
  }
}

function tridiagonal(
  alpha: readonly number[],
  beta: readonly number[],
): { values: number[]; vectors: number[][] } {
  const size = alpha.length;
  const dense = Dense.zeros(size, size);
  for (let i = 0; i < size; i++) {
    dense.set(i, i, alpha[i]!);
    if (i + 1 < size) {
      dense.set(i, i + 1, beta[i]!);
      dense.set(i + 1, i, beta[i]!);
    }
  }
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(dense, {
    assumeSymmetric: true,
  });
  const order = realEigenvalues.map((_, i) => i).sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!);
  return {
    values: order.map((k) => realEigenvalues[k]!),
    vectors: order.map((k) => eigenvectorMatrix.getColumn(k)),
  };
}

function freshDirection(size: number, basis: readonly Float64Array[], random: Random): Float64Array {
  const direction = Float64Array.from({ length: size }, () => random.normal());
  orthogonalise(direction, basis);
  orthogonalise(direction, basis);
  const length = Math.sqrt(dot(direction, direction));
  return direction.map((value) => value / length);
}

function multiply({ data, size }: Symmetric, x: Float64Array): Float64Array {
  const out = new Float64Array(size);
  for (let i = 0; i < size; i++) out[i] = dot(data.subarray(i * size, (i + 1) * size), x);
  return out;
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!;
  return total;
}

function orthogonalise(x: Float64Array, basis: readonly Float64Array[]): void {
  for (const direction of basis) {
    const share = dot(x, direction);
    for (let i = 0; i < x.length; i++) x[i]! -= share * direction[i]!;
  }
}

function combine(basis: readonly Float64Array[], weights: readonly number[]): Float64Array {
  const out = new Float64Array(basis[0]!.length);
  for (const [k, direction] of basis.entries()) {
    const weight = weights[k]!;
    for (let i = 0; i < out.length; i++) out[i]! += weight * direction[i]!;
  }
  return out;
}
