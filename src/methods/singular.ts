/** Leading singular triplets of a matrix that is known by its products: K = Σ_k σ_k u_k v_kᵀ. */
import type { Random } from '../random.ts';
import { leadingEigenvectorsOf } from './principal.ts';

export interface LinearOperator {
  readonly rows: number;
  readonly cols: number;
  /** K v; a fresh array of `rows`. */
  times(v: Float64Array): Float64Array;
  /** Kᵀ u; a fresh array of `cols`. */
  transposed(u: Float64Array): Float64Array;
}

export interface SingularTriplet {
  /** ≥ 0. */
  readonly value: number;
  readonly left: Float64Array;
  readonly right: Float64Array;
}

/** Relative to the largest: below it a direction of the other side is rounding, and is given as zeros. */
const NOTHING = 1e-10;

/**
 * Largest singular value first; `count` at most the smaller side. The unit vectors of the smaller side are eigenvectors of
 * K Kᵀ (or Kᵀ K), those of the other follow from them. The larger-side vector of a vanishing σ is zero.
 */
export function leadingSingularTriplets(
  operator: LinearOperator,
  count: number,
  random: Random,
): SingularTriplet[] {
  const wide = operator.rows <= operator.cols;
  const forth = (x: Float64Array) => (wide ? operator.transposed(x) : operator.times(x));
  const back = (x: Float64Array) => (wide ? operator.times(x) : operator.transposed(x));
  const own = leadingEigenvectorsOf(
    { size: Math.min(operator.rows, operator.cols), multiply: (x) => back(forth(x)) },
    count,
    random,
  );
  let largest = 0;
  return own.map((vector) => {
    const image = forth(vector);
    const value = norm(image);
    largest = Math.max(largest, value);
    const scale = value > NOTHING * largest ? 1 / value : 0;
    const other = image.map((x) => x * scale);
    return wide ? { value, left: vector, right: other } : { value, left: other, right: vector };
  });
}

function norm(x: Float64Array): number {
  let squares = 0;
  for (const value of x) squares += value * value;
  return Math.sqrt(squares);
}
