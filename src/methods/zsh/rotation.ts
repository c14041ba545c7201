/**
 * The R-step of ZSH: with codes B and W fixed,
 *   min_R −2 tr(Rᵀ Y Bᵀ W) + δ tr(Rᵀ Y L Yᵀ R)        RᵀR = I, R is [dims, directions]
 *
 * A square R turns all of the semantic space: then tr(Rᵀ Y L Yᵀ R) = tr(Y L Yᵀ) whatever R, and the minimum is the polar factor of
 * M = Y Bᵀ W (orthogonal Procrustes), where the authors' code walks along the Stiefel manifold. A narrow R leaves directions
 * out; the minimum is then approached by R ← polar((αI − δ Y L Yᵀ) R + M), α at least the largest eigenvalue of δ Y L Yᵀ (Nie,
 * Zhang & Li, "A generalized power iteration method for solving quadratic problem on the Stiefel manifold", 2017): no step
 * raises the value.
 */
import { Matrix as Dense, SingularValueDecomposition } from 'ml-matrix';
import type { Random } from '../../random.ts';
import type { Dense as Targets } from '../discrete-hashing.ts';
import type { Symmetric } from '../principal.ts';

/** Steps of a narrow R, as many as the authors allow theirs. */
const STEPS = 10;

export interface RotationSettings {
  /** δ ≥ 0. */
  readonly delta: number;
  /** Columns of R; default, and at most: as many as the semantics have dimensions. */
  readonly directions?: number | undefined;
  readonly random: Random;
}

/** R, and the targets RᵀY that follow from it. */
export class SemanticRotation {
  readonly directions: number;
  /** Yᵀ R a class, `[classes, directions]`. */
  targets: Targets;
  #r: Dense;
  readonly #semantics: Targets;
  readonly #roughness: Symmetric;
  readonly #counts: Float64Array;
  readonly #delta: number;

  /** @param semantics Yᵀ a class, `[classes, dims]`; `counts`: rows of each class */
  constructor(
    semantics: Targets,
    roughness: Symmetric,
    counts: Float64Array,
    { delta, directions = semantics.cols, random }: RotationSettings,
  ) {
    this.directions = Math.min(directions, semantics.cols);
    this.#semantics = semantics;
    this.#roughness = roughness;
    this.#counts = counts;
    this.#delta = delta;
    this.#r = randomRotation(semantics.cols, this.directions, random);
    this.targets = this.#rotated();
  }

  /** The R-step for Bᵀ Yᵀ, `[bits, dims]`, and W, `[bits, directions]`. */
  update(correlations: Float64Array, w: Float64Array): void {
    const agreement = asDense(correlations, this.#r.rows).transpose().mmul(asDense(w, this.directions));
    this.#r = rotationStep(this.#r, agreement, this.#roughness, this.#delta);
    this.targets = this.#rotated();
  }

  /** δ tr(RᵀY L YᵀR). */
  neighbourhood(): number {
    return rotationCost(this.#r, Dense.zeros(this.#r.rows, this.directions), this.#roughness, this.#delta);
  }

  /** ‖Y‖² − ‖RᵀY‖²: what a narrow R leaves out of the semantics; 0 for a square one. */
  leftOut(): number {
    return this.#energy(this.#semantics) - this.#energy(this.targets);
  }

  #energy({ data, cols }: Targets): number {
    return data.reduce((sum, value, at) => sum + this.#counts[Math.floor(at / cols)]! * value * value, 0);
  }

  #rotated(): Targets {
    const { data, cols } = this.#semantics;
    return {
      data: Float64Array.from(asDense(data, cols).mmul(this.#r).to1DArray()),
      cols: this.directions,
    };
  }
}

const asDense = (data: Float64Array, cols: number): Dense =>
  new Dense(Array.from({ length: data.length / cols }, (_, i) => data.subarray(i * cols, (i + 1) * cols)));

/** One R-step from `r`, a fresh matrix. `agreement` is M, `[dims, directions]`. */
export function rotationStep(r: Dense, agreement: Dense, roughness: Symmetric, delta: number): Dense {
  if (r.rows === r.columns) return polar(agreement);
  const { size } = roughness;
  const pull = new Dense(
    Array.from({ length: size }, (_, i) => roughness.data.subarray(i * size, (i + 1) * size)),
  ).mul(-delta);
  // Y L Yᵀ has no negative eigenvalues: their sum bounds the largest.
  const alpha = Math.max(0, -pull.trace());
  for (let i = 0; i < size; i++) pull.set(i, i, pull.get(i, i) + alpha);
  let current = r;
  for (let step = 0; step < STEPS; step++) current = polar(pull.mmul(current).add(agreement));
  return current;
}

/** −2 tr(Rᵀ M) + δ tr(Rᵀ S R). */
export function rotationCost(r: Dense, agreement: Dense, roughness: Symmetric, delta: number): number {
  let total = -2 * Dense.mul(r, agreement).sum();
  const { data, size } = roughness;
  for (let j = 0; j < r.columns; j++)
    for (let a = 0; a < size; a++)
      for (let b = 0; b < size; b++) total += delta * r.get(a, j) * data[a * size + b]! * r.get(b, j);
  return total;
}

/** Orthonormal columns `[dims, directions]`, directions ≤ dims, evenly distributed. */
export function randomRotation(dims: number, directions: number, random: Random): Dense {
  return polar(
    new Dense(
      Array.from({ length: dims }, () => Float64Array.from({ length: directions }, () => random.normal())),
    ),
  );
}

/** U Vᵀ of the decomposition U Σ Vᵀ: the nearest matrix with orthonormal columns. */
function polar(matrix: Dense): Dense {
  const { leftSingularVectors, rightSingularVectors } = new SingularValueDecomposition(matrix);
  return leftSingularVectors.mmul(rightSingularVectors.transpose());
}
