/**
 * Hash coding: min Σ_i ‖b_i − √w_i Rᵀ v_i‖² over B ∈ {−1, 1} and R with orthonormal rows (or columns, where there are more
 * categories than bits), v = (p^α − mean), p the categories that a network sees in an item. Inner products of p^α are
 * affinities (Bhattacharyya's for α = ½), and signs of rotated rows keep them. B = sign(V R) and R by Procrustes are closed
 * forms, as in ITQ. Weights enter as √w on the rows, which changes no sign. Reconstruction.
 */
import type { Random } from '../../random.ts';
import type { Matrix } from '../contract.ts';
import { covariance } from '../covariance.ts';
import { product } from '../dense.ts';
import { quantizingRotation, rotateWeights } from '../itq/rotation.ts';
import { leadingEigenvectors } from '../principal.ts';

export interface Coding {
  /** `[categories]` */
  readonly mean: Float32Array;
  /** `[categories, bits]`, row-major. */
  readonly weights: Float32Array;
}

export interface CodingOptions {
  readonly bits: number;
  readonly iterations: number;
  readonly random: (stream: string) => Random;
  /** `loss` is the mean of (B − √w V R)² over entries; it never rises. */
  readonly onIteration: (done: number, loss: number) => Promise<void>;
}

/** @param powers p^α of items, `[n, categories]`; @param shares `[n]` weights w ≥ 0 */
export async function learnCoding(
  powers: Matrix,
  shares: Float64Array,
  options: CodingOptions,
): Promise<Coding> {
  const { bits, iterations, random, onIteration } = options;
  const { rows, cols } = powers;
  const total = shares.reduce((sum, share) => sum + share, 0);
  const mean = new Float32Array(cols);
  const sums = new Float64Array(cols);
  for (let i = 0; i < powers.data.length; i++)
    sums[i % cols]! += shares[Math.floor(i / cols)]! * powers.data[i]!;
  for (let k = 0; k < cols; k++) mean[k] = sums[k]! / total;
  const roots = shares.map((share) => Math.sqrt((share * rows) / total));
  const data = powers.data.map((value, i) => roots[Math.floor(i / cols)]! * (value - mean[i % cols]!));
  const centred = { data, rows, cols };
  const principal = new Float32Array(cols * bits);
  if (cols > bits) {
    const spread = await covariance(centred, new Float32Array(cols), async () => {});
    principal.set(leadingEigenvectors(spread, bits, random('principal')));
  } else for (let k = 0; k < cols; k++) principal[k * bits + k] = 1; // the other columns stay empty: R fills them
  const projected = await product(centred, { data: principal, rows: cols, cols: bits });
  // To unit mean square over the bits: the corners of the cube have entries of 1.
  let squares = 0;
  for (const value of projected.data) squares += value * value;
  const scale = 1 / (Math.sqrt(squares / projected.data.length) || 1);
  for (let i = 0; i < projected.data.length; i++) projected.data[i]! *= scale;
  const rotation = await quantizingRotation(projected, {
    iterations,
    random: random('rotation'),
    onIteration: (i, loss) => onIteration((i + 1) / iterations, loss),
  });
  const scaled = principal.map((value) => value * scale);
  return { mean, weights: rotateWeights(scaled, rotation, bits) };
}
