/**
 * Regularised canonical correlation analysis of two views (Hotelling 1936; with a ridge: Vinod 1976): directions a, b that
 * maximise aᵀ C_xy b under aᵀ (C_xx + ε_x I) a = bᵀ (C_yy + ε_y I) b = 1, each uncorrelated with those before it.
 *
 * With L Lᵀ = C + εI they are a = L_x⁻ᵀ u, b = L_y⁻ᵀ v for the singular triplets (ρ, u, v) of K = L_x⁻¹ C_xy L_y⁻ᵀ. K is
 * never formed: Lanczos iteration asks for products only.
 */
import type { Random } from '../../random.ts';
import { Cholesky } from '../cholesky.ts';
import { block, type Symmetric } from '../principal.ts';
import { leadingSingularTriplets } from '../singular.ts';

export interface CanonicalDirections {
  /** ρ, largest first, 0 … 1. */
  readonly correlations: Float64Array;
  /** Directions of the first view, one after the other. */
  readonly first: readonly Float64Array[];
  readonly second: readonly Float64Array[];
}

/**
 * @param joint covariance of both views side by side; the first has `size` dimensions
 * @param ridge ε as a share of the mean variance of the view's dimensions
 */
export function canonicalDirections(
  joint: Symmetric,
  size: number,
  { count, ridge, random }: { readonly count: number; readonly ridge: number; readonly random: Random },
): CanonicalDirections {
  const x = Cholesky.ridged(block(joint, 0, size), ridge);
  const y = Cholesky.ridged(block(joint, size, joint.size), ridge);
  const cross = (row: number): Float64Array =>
    joint.data.subarray(row * joint.size + size, (row + 1) * joint.size);
  const triplets = leadingSingularTriplets(
    {
      rows: x.size,
      cols: y.size,
      times(v) {
        const b = y.solveUpper(v);
        return x.solveLower(Float64Array.from({ length: size }, (_, row) => dot(cross(row), b)));
      },
      transposed(u) {
        const a = x.solveUpper(u);
        const out = new Float64Array(y.size);
        for (let row = 0; row < size; row++) {
          const values = cross(row);
          for (let j = 0; j < out.length; j++) out[j]! += a[row]! * values[j]!;
        }
        return y.solveLower(out);
      },
    },
    count,
    random,
  );
  return {
    correlations: Float64Array.from(triplets, ({ value }) => value),
    first: triplets.map(({ left }) => x.solveUpper(left)),
    second: triplets.map(({ right }) => y.solveUpper(right)),
  };
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!;
  return total;
}
