/**
 * Collective matrix factorisation (Ding, Guo & Zhou, CVPR 2014, eq. 5): one latent factor V for both views, and linear maps
 * P_t that reach it from each,
 *   O = Σ_t λ_t ‖X_t − U_t V‖² + μ Σ_t ‖V − P_t X_t‖² + γ (‖V‖² + Σ_t ‖U_t‖² + ‖P_t‖²)        λ_1 = λ, λ_2 = 1 − λ
 * Each block is the minimum of O with the others fixed (their eq. 8 … 10):
 *   U_t = X_t Vᵀ (V Vᵀ + γ/λ_t I)⁻¹
 *   V   = (Σ_t λ_t U_tᵀ U_t + (2μ + γ) I)⁻¹ Σ_t (λ_t U_tᵀ + μ P_t) X_t
 *   P_t = V X_tᵀ (X_t X_tᵀ + γ/μ I)⁻¹
 *
 * V is a linear function of the data after its first update, V = A_1 X_1 + A_2 X_2, so all of this needs no more of the data
 * than the products X_s X_tᵀ: time and memory of a round do not grow with the number of pairs.
 */
import { CholeskyDecomposition, Matrix as Dense } from 'ml-matrix';
import type { Random } from '../../random.ts';
import { Cholesky } from '../cholesky.ts';
import { block, type Symmetric } from '../principal.ts';

export interface FactorisationOptions {
  readonly bits: number;
  /** Share λ of the first view, above 0 and below 1. */
  readonly balance: number;
  readonly mu: number;
  readonly gamma: number;
  readonly random: Random;
}

/** One view: its share of the objective, X_t X_tᵀ, and the factor of X_t X_tᵀ + γ/μ I. */
interface View {
  readonly from: number;
  readonly to: number;
  readonly lambda: number;
  readonly products: Dense;
  readonly factor: Cholesky;
}

/** U_t, V and P_t of one moment. V is known by A, `[bits, all dimensions]`. */
export interface Factors {
  /** U_tᵀ, `[bits, d_t]`. */
  readonly u: readonly [Dense, Dense];
  readonly a: Dense;
  /** P_t, `[bits, d_t]`. */
  readonly p: readonly [Dense, Dense];
  /** V Xᵀ, `[bits, all dimensions]`. */
  readonly vx: Dense;
  /** V Vᵀ. */
  readonly vv: Dense;
}

export class Factorisation {
  readonly #views: readonly [View, View];
  readonly #products: Dense;
  readonly #options: FactorisationOptions;

  /** @param products X Xᵀ of both views' centred columns below each other; the first has `size` dimensions */
  constructor(products: Symmetric, size: number, options: FactorisationOptions) {
    const { balance, gamma, mu } = options;
    const view = (from: number, to: number, lambda: number): View => {
      const own = block(products, from, to);
      return { from, to, lambda, products: toDense(own), factor: Cholesky.of(own, gamma / mu) };
    };
    this.#views = [view(0, size, balance), view(size, products.size, 1 - balance)];
    this.#products = toDense(products);
    this.#options = options;
  }

  /** Random P_t, V = ½ Σ_t P_t X_t, and the U_t that fit. */
  initial(): Factors {
    const { bits, random } = this.#options;
    const draw = ({ from, to }: View): Dense =>
      new Dense(
        Array.from({ length: bits }, () => Float64Array.from({ length: to - from }, () => random.normal())),
      );
    const p: [Dense, Dense] = [draw(this.#views[0]), draw(this.#views[1])];
    const first = this.#withA({ p, u: p }, beside(p).mul(0.5));
    return this.updateU(first);
  }

  updateU(factors: Factors): Factors {
    const { gamma } = this.#options;
    const u = this.#each(({ from, to, lambda }) =>
      solve(ridged(factors.vv, gamma / lambda), columns(factors.vx, from, to)),
    );
    return { ...factors, u };
  }

  updateV(factors: Factors): Factors {
    const { mu, gamma } = this.#options;
    const { u, p } = factors;
    let inner = Dense.zeros(u[0].rows, u[0].rows);
    for (const [t, { lambda }] of this.#views.entries()) inner = inner.add(gram(u[t]!).mul(lambda));
    const towards = this.#each(({ lambda }, t) => Dense.mul(u[t]!, lambda).add(Dense.mul(p[t]!, mu)));
    return this.#withA(factors, solve(ridged(inner, 2 * mu + gamma), beside(towards)));
  }

  updateP(factors: Factors): Factors {
    const p = this.#each(({ from, to, factor }) => {
      const rows = columns(factors.vx, from, to).to2DArray();
      return new Dense(rows.map((row) => factor.solve(Float64Array.from(row))));
    });
    return { ...factors, p };
  }

  /** O. */
  objective({ u, p, vx, vv }: Factors): number {
    const { mu, gamma } = this.#options;
    let total = gamma * vv.trace();
    for (const [t, { from, to, lambda, products }] of this.#views.entries()) {
      const own = columns(vx, from, to);
      const reconstruction = products.trace() - 2 * dot(u[t]!, own) + dot(gram(u[t]!), vv);
      const reach = vv.trace() - 2 * dot(p[t]!, own) + dot(p[t]!.mmul(products), p[t]!);
      total += lambda * reconstruction + mu * reach + gamma * (dot(u[t]!, u[t]!) + dot(p[t]!, p[t]!));
    }
    return total;
  }

  #withA(factors: Pick<Factors, 'u' | 'p'>, a: Dense): Factors {
    const vx = a.mmul(this.#products);
    const vv = vx.mmul(a.transpose());
    // Rounding leaves it not quite symmetric, and a Cholesky factor asks for that.
    return { ...factors, a, vx, vv: vv.add(vv.transpose()).mul(0.5) };
  }

  #each(make: (view: View, t: number) => Dense): [Dense, Dense] {
    return [make(this.#views[0], 0), make(this.#views[1], 1)];
  }
}

const toDense = ({ data, size }: Symmetric): Dense =>
  new Dense(Array.from({ length: size }, (_, i) => data.subarray(i * size, (i + 1) * size)));

const columns = (matrix: Dense, from: number, to: number): Dense =>
  matrix.subMatrix(0, matrix.rows - 1, from, to - 1);

const gram = (matrix: Dense): Dense => matrix.mmul(matrix.transpose());

const ridged = (matrix: Dense, ridge: number): Dense => Dense.eye(matrix.rows).mul(ridge).add(matrix);

/** M⁻¹ B of a positive definite M. */
const solve = (matrix: Dense, right: Dense): Dense => new CholeskyDecomposition(matrix).solve(right);

function beside([left, right]: readonly [Dense, Dense]): Dense {
  const out = Dense.zeros(left.rows, left.columns + right.columns);
  return out.setSubMatrix(left, 0, 0).setSubMatrix(right, 0, left.columns);
}

function dot(a: Dense, b: Dense): number {
  let total = 0;
  for (let i = 0; i < a.rows; i++) for (let j = 0; j < a.columns; j++) total += a.get(i, j) * b.get(i, j);
  return total;
}
