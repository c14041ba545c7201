/**
 * The space in which mining compares items: what the source teaches about similarity, carried over to the target.
 *
 * 1. Directions in which items of one seen class differ among themselves say nothing about class: they are scaled to
 *    unit variance by the within-class covariance of the source (WCCN, Hatch et al. 2006), shrunk towards the sphere
 *    because few classes estimate it poorly.
 * 2. Where the pool then varies by no more than a class does, it is noise; where it varies by e > 1, the share (e − 1)/e
 *    is between classes (Wiener's filter). Directions are weighted by that share.
 * 3. Rows are normalised, and moved towards the mean of their neighbours in the pool: a cluster's members agree about
 *    where its centre lies.
 * Reconstruction.
 */
import { takeRows } from '../data/matrix.ts';
import type { Random } from '../random.ts';
import type { Matrix } from './contract.ts';
import { covariance, project } from './covariance.ts';
import { centred, groupMeans, largest, normaliseRows, product, rowOf } from './dense.ts';
import { leadingEigenvectors } from './principal.ts';
import { meanRow } from './projection.ts';

export interface SpaceOptions {
  /** 0: the estimated covariance; 1: none of it, plain cosine. */
  readonly shrinkage: number;
  readonly neighbours: number;
  readonly threads?: number | undefined;
  readonly random: Random;
}

/** Directions of the pool that are kept: beyond these, between-class variance is below what a class varies by. */
const MAX_DIRECTIONS = 128;
/** How often items move towards their neighbours, each time half the way. */
const SMOOTHING_PASSES = 2;
/** Rows compared with all candidates at once: bounds memory to this many × candidates. */
const BLOCK_ROWS = 1024;
/** Rows among which neighbours are sought. */
const MAX_CANDIDATES = 8192;

/**
 * @param source features `[n, d]`
 * @param labels `[n]`, from 0 to `classes` − 1
 * @param pool features `[m, d]`
 * @returns `[m, d]`, unit rows
 */
export async function similaritySpace(
  source: Matrix,
  labels: Int32Array,
  classes: number,
  pool: Matrix,
  options: SpaceOptions,
): Promise<Matrix> {
  const filtered = await filteredSpace(source, labels, classes, pool, options);
  return options.neighbours > 0 ? smooth(filtered, options.neighbours, options.threads) : filtered;
}

/** Steps 1 and 2: before neighbours agree. Parameters and result as of `similaritySpace`. */
export async function filteredSpace(
  source: Matrix,
  labels: Int32Array,
  classes: number,
  pool: Matrix,
  options: Omit<SpaceOptions, 'neighbours'>,
): Promise<Matrix> {
  const map = await fitSpace(source, labels, classes, pool, options);
  return map(pool);
}

export interface FitOptions extends Omit<SpaceOptions, 'neighbours'> {
  /**
   * Where the space has its origin: at the mean of the `source` (default), so that the pool's shift from it counts as
   * similarity too, or of the `pool`.
   */
  readonly around?: 'source' | 'pool';
}

/** Steps 1 and 2 as a map from features `[n, d]` to unit rows `[n, …]`, fitted to the source and the pool. */
export async function fitSpace(
  source: Matrix,
  labels: Int32Array,
  classes: number,
  pool: Matrix,
  { shrinkage, random, threads, around = 'source' }: FitOptions,
): Promise<(rows: Matrix) => Promise<Matrix>> {
  const means = groupMeans(source, labels, classes);
  const within = centred(source, (row) => rowOf(means, labels[row]!));
  const scatter = await product(within, within, { transposeA: true, threads });
  const whitening = inverseRoot(scatter, source.rows, shrinkage);
  const centre = meanRow(around === 'source' ? source : pool);
  const whiten = (rows: Matrix): Promise<Matrix> =>
    product(
      centred(rows, () => centre),
      whitening,
      { threads },
    );
  const filter = await fitFilter(await whiten(pool), random, threads);
  return async (rows) => normaliseRows(await filter(await whiten(rows)));
}

/** The pool's principal directions, each weighted by its share of variance beyond the within-class one, which is 1. */
async function fitFilter(
  white: Matrix,
  random: Random,
  threads: number | undefined,
): Promise<(rows: Matrix) => Promise<Matrix>> {
  const mean = meanRow(white);
  const proceed = async (): Promise<void> => {};
  const spread = await covariance(white, mean, proceed, threads);
  const count = Math.min(MAX_DIRECTIONS, white.cols);
  const directions = Float32Array.from(leadingEigenvectors(spread, count, random));
  // Projected, not centred: the pool's mean is where it lies relative to the source, which clusters share or do not.
  const origin = new Float32Array(white.cols);
  const along = (rows: Matrix): Promise<Matrix> => project(rows, origin, directions, proceed, threads);
  const projected = await along(white);
  const centres = await along({ data: mean, rows: 1, cols: white.cols });
  const shares = new Float64Array(count);
  for (let k = 0; k < count; k++) {
    let squares = 0;
    for (let i = 0; i < white.rows; i++) squares += (projected.data[i * count + k]! - centres.data[k]!) ** 2;
    const variance = squares / white.rows;
    // Not max(0, variance − 1) / variance: units that died on the whole pool have no variance at all.
    shares[k] = variance > 1 ? (variance - 1) / variance : 0;
  }
  // Classes that nothing tells apart leave no direction: better unfiltered than empty.
  if (!shares.some((share) => share > 0)) return async (rows) => rows;
  return async (rows) => {
    const filtered = await along(rows);
    for (let i = 0; i < filtered.data.length; i++) filtered.data[i]! *= shares[i % count]!;
    return filtered;
  };
}

/** T with T·Tᵀ = S⁻¹, S = (1 − λ)·scatter/n + λ·(mean variance)·I: the transposed inverse of S's Cholesky factor. */
function inverseRoot(scatter: Matrix, n: number, shrinkage: number): Matrix {
  const d = scatter.cols;
  let trace = 0;
  for (let i = 0; i < d; i++) trace += scatter.data[i * d + i]! / n;
  const variance = trace / d || 1;
  const shrunk = Float64Array.from(scatter.data, (value) => ((1 - shrinkage) * value) / n);
  // A little of the sphere always stays: dead hidden units make the estimate singular.
  for (let i = 0; i < d; i++) shrunk[i * d + i]! += Math.max(shrinkage, 1e-4) * variance;
  const lower = cholesky(shrunk, d);
  // Forward substitution, one column of L⁻¹ at a time, written as a row of its transpose.
  const data = new Float32Array(d * d);
  const column = new Float64Array(d);
  for (let c = 0; c < d; c++) {
    for (let i = c; i < d; i++) {
      let value = i === c ? 1 : 0;
      for (let k = c; k < i; k++) value -= lower[i * d + k]! * column[k]!;
      column[i] = value / lower[i * d + i]!;
      data[c * d + i] = column[i]!;
    }
  }
  return { data, rows: d, cols: d };
}

/**
 * Lower factor of a positive definite matrix, in place, row by row. ml-matrix has one that reads every element through a
 * call: four times as long, and a mining of 1,344-d features waits for it.
 */
function cholesky(matrix: Float64Array, d: number): Float64Array {
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let value = matrix[i * d + j]!;
      for (let k = 0, a = i * d, b = j * d; k < j; k++, a++, b++) value -= matrix[a]! * matrix[b]!;
      matrix[i * d + j] = i === j ? Math.sqrt(value) : value / matrix[j * d + j]!;
    }
  }
  return matrix;
}

/**
 * Step 3: moves every row of unit length half way towards the mean of its nearest rows, `passes` times. Beyond
 * `MAX_CANDIDATES` rows, neighbours are sought among so many of them, evenly spaced: time and memory stay linear.
 */
export async function smooth(
  matrix: Matrix,
  neighbours: number,
  threads?: number,
  passes = SMOOTHING_PASSES,
): Promise<Matrix> {
  let at = matrix;
  const stride = Math.ceil(matrix.rows / MAX_CANDIDATES);
  const candidates = Int32Array.from({ length: Math.ceil(matrix.rows / stride) }, (_, i) => i * stride);
  const count = Math.min(neighbours, candidates.length - 1);
  for (let pass = 0; pass < passes && count > 0; pass++) {
    const data = new Float32Array(at.data.length);
    const sought = stride === 1 ? at : takeRows(at, candidates);
    for (let from = 0; from < at.rows; from += BLOCK_ROWS) {
      const rows = Math.min(BLOCK_ROWS, at.rows - from);
      const block = { data: at.data.subarray(from * at.cols, (from + rows) * at.cols), rows, cols: at.cols };
      const similar = await product(block, sought, { transposeB: true, threads });
      for (let i = 0; i < rows; i++) {
        const itself = (from + i) % stride === 0 ? (from + i) / stride : -1;
        const nearest = largest(rowOf(similar, i), count, itself).map((k) => k * stride);
        towards(at, from + i, nearest, data);
      }
    }
    at = normaliseRows({ ...at, data });
  }
  return at;
}

/** Writes half of row `i` plus half of the (normalised) mean of the rows `nearest`. */
function towards(matrix: Matrix, i: number, nearest: Int32Array, out: Float32Array): void {
  const { cols } = matrix;
  const mean = new Float64Array(cols);
  for (const row of nearest) {
    for (let j = 0; j < cols; j++) mean[j]! += matrix.data[row * cols + j]!;
  }
  let squares = 0;
  for (const value of mean) squares += value * value;
  const scale = squares > 0 ? 0.5 / Math.sqrt(squares) : 0;
  for (let j = 0; j < cols; j++) out[i * cols + j] = 0.5 * matrix.data[i * cols + j]! + scale * mean[j]!;
}
