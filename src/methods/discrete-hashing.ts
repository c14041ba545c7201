/**
 * The problem that SDH and ZSH share (Shen et al., CVPR 2015, eq. 5):
 *   J = ‖Y − BW‖² + λ‖W‖² + ν‖B − F(X)‖² + νρ‖P‖²        B ∈ {−1, 1}^{n×bits},  F(x) = Pᵀφ(x)
 * rows of Y are the targets of the rows' classes: unit vectors of the classes (SDH), or their embeddings (ZSH). Each step
 * below is the minimum of J in one block (B: along every bit), so that none lets J rise.
 */
import { z } from 'zod';
import { Cholesky } from './cholesky.ts';
import type { Matrix } from './contract.ts';
import { openProduct, type Product } from './dense.ts';
import { type CodeProblem, improveCodes } from './discrete-codes.ts';
import { bandwidthSetting } from './feature-map.ts';
import type { HashFunctions, KernelRegression } from './kernel-regression.ts';

/** What SDH and ZSH share. 1000 anchors, λ = 1 and ν = 10⁻⁵ are those of the papers or of their authors' code. */
export const discreteHashingSettings = {
  /** How many training rows are anchors, all if there are fewer. Few blur; time grows with the cube. */
  anchors: z.number().int().min(8).max(4096).default(1000),
  bandwidth: bandwidthSetting.default(0.5),
  /** λ, weight of ‖W‖². Without effect while it is small beside the number of rows. */
  lambda: z.number().min(1e-6).max(1e6).default(1),
  /** ν, how much codes keep to what F can reach. Small: classes decide. Large: codes of one class differ. */
  nu: z.number().min(1e-9).max(1e3).default(1e-5),
};

export interface DiscreteSettings {
  /** λ > 0. */
  readonly lambda: number;
  /** ν > 0. */
  readonly nu: number;
  /** ρ > 0, as given to the regression. */
  readonly ridge: number;
}

export class DiscreteHashing {
  /** B. */
  readonly codes: Matrix;
  /** W, row-major `[bits, dims of the targets]`. */
  w: Float64Array;
  functions: HashFunctions;
  readonly #regression: KernelRegression;
  readonly #classOf: Int32Array;
  readonly #counts: Float64Array;
  readonly #gram: Product;
  readonly #settings: DiscreteSettings;

  private constructor(
    codes: Matrix,
    functions: HashFunctions,
    regression: KernelRegression,
    classOf: Int32Array,
    counts: Float64Array,
    gram: Product,
    settings: DiscreteSettings,
  ) {
    this.codes = codes;
    this.w = new Float64Array();
    this.functions = functions;
    this.#regression = regression;
    this.#classOf = classOf;
    this.#counts = counts;
    this.#gram = gram;
    this.#settings = settings;
  }

  /** Starts from codes `[n, bits]`, which become its own, with the F of these codes. `counts`: rows of each class of `classOf`. */
  static async open(
    codes: Matrix,
    classOf: Int32Array,
    counts: Float64Array,
    regression: KernelRegression,
    settings: DiscreteSettings,
  ): Promise<DiscreteHashing> {
    const gram = await openProduct(codes, codes, { transposeA: true });
    const functions = await regression.fit(codes);
    return new DiscreteHashing(codes, functions, regression, classOf, counts, gram, settings);
  }

  /** W = (BᵀB + λI)⁻¹ BᵀY for targets `[classes, dims]`. */
  async updateW(targets: Dense): Promise<void> {
    const bits = this.codes.cols;
    const { data } = await this.#gram.run(this.codes, this.codes);
    const factor = Cholesky.of({ data: Float64Array.from(data), size: bits }, this.#settings.lambda);
    const right = this.correlations(targets);
    const { cols } = targets;
    this.w = new Float64Array(bits * cols);
    for (let j = 0; j < cols; j++) {
      const column = factor.solve(Float64Array.from({ length: bits }, (_, k) => right[k * cols + j]!));
      for (let k = 0; k < bits; k++) this.w[k * cols + j] = column[k]!;
    }
  }

  /** P and b. */
  async updateF(): Promise<void> {
    this.functions = await this.#regression.fit(this.codes);
  }

  /** B, bit by bit. Returns the share of bits that changed. */
  async updateB(targets: Dense, piece?: (done: number) => Promise<void>): Promise<number> {
    const problem: CodeProblem = {
      gram: timesTransposed(this.w, this.w, targets.cols),
      pull: timesTransposed(targets.data, this.w, targets.cols),
      classOf: this.#classOf,
      outputs: this.functions.outputs,
      nu: this.#settings.nu,
    };
    return (await improveCodes(this.codes, problem, piece)) / this.codes.data.length;
  }

  /** BᵀY, row-major `[bits, dims]`. */
  correlations({ data, cols }: Dense): Float64Array {
    const bits = this.codes.cols;
    const sums = this.#classSums();
    const out = new Float64Array(bits * cols);
    for (let c = 0; c < this.#counts.length; c++)
      for (let k = 0; k < bits; k++) {
        const sum = sums[c * bits + k]!;
        for (let j = 0; j < cols; j++) out[k * cols + j]! += sum * data[c * cols + j]!;
      }
    return out;
  }

  /** J, and its part ‖Y − BW‖². */
  async objective(targets: Dense): Promise<{ objective: number; misfit: number }> {
    const { lambda, nu, ridge } = this.#settings;
    const { cols } = targets;
    const { data: gram } = await this.#gram.run(this.codes, this.codes);
    // ‖Y − BW‖² = ‖Y‖² − 2 tr(Wᵀ BᵀY) + tr(W Wᵀ BᵀB): nothing of the size n × dims.
    let misfit = -2 * dot(this.w, this.correlations(targets));
    for (let at = 0; at < targets.data.length; at++)
      misfit += this.#counts[Math.floor(at / cols)]! * targets.data[at]! ** 2;
    misfit += dot(timesTransposed(this.w, this.w, cols), gram);
    let apart = 0;
    const { outputs, energy } = this.functions;
    for (let i = 0; i < outputs.data.length; i++) apart += (this.codes.data[i]! - outputs.data[i]!) ** 2;
    const objective = misfit + lambda * dot(this.w, this.w) + nu * (apart + ridge * energy);
    return { objective, misfit };
  }

  async dispose(): Promise<void> {
    await this.#gram.dispose();
  }

  /** `[classes, bits]` */
  #classSums(): Float64Array {
    const { data, cols, rows } = this.codes;
    const sums = new Float64Array(this.#counts.length * cols);
    for (let i = 0; i < rows; i++) {
      const from = this.#classOf[i]! * cols;
      for (let k = 0; k < cols; k++) sums[from + k]! += data[i * cols + k]!;
    }
    return sums;
  }
}

/** Row-major `[classes, cols]`, float64. */
export interface Dense {
  readonly data: Float64Array;
  readonly cols: number;
}

/** A Bᵀ of row-major matrices with `cols` columns. */
function timesTransposed(a: Float64Array, b: Float64Array, cols: number): Float64Array {
  const [n, m] = [a.length / cols, b.length / cols];
  const out = new Float64Array(n * m);
  for (let i = 0; i < n; i++)
    for (let k = 0; k < m; k++) {
      let total = 0;
      for (let j = 0; j < cols; j++) total += a[i * cols + j]! * b[k * cols + j]!;
      out[i * m + k] = total;
    }
  return out;
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!;
  return total;
}
