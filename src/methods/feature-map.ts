/**
 * Feature maps of linear methods: the inputs themselves, or radial basis functions around anchors, which are training
 * rows: φ_k(x) = exp(−‖x − a_k‖² / 2σ²). Kulis & Grauman ("Kernelized Locality-Sensitive Hashing", ICCV 2009) and Liu et
 * al. ("Supervised Hashing with Kernels", CVPR 2012) made this the usual front of linear hash functions.
 */
import { z } from 'zod';
import { takeRows } from '../data/index.ts';
import {
  add,
  compileForward,
  constant,
  exp,
  input,
  matmul,
  mul,
  neg,
  relu,
  square,
  sub,
  sum,
  type Tensor,
} from '../graph/index.ts';
import type { Random } from '../random.ts';
import type { Matrix } from './contract.ts';
import { meanRow } from './projection.ts';

/** `rbf`: σ² in units of the mean squared distance from a row to an anchor. Small: only neighbours count; large: nearly linear. */
export const bandwidthSetting = z.number().positive().max(1000);

/** Settings of every method that starts with a feature map. */
export const featureMapSettings = {
  /** `rbf`: radial basis functions on anchors; `linear`: the inputs themselves, as in the first papers. */
  kernel: z.enum(['rbf', 'linear']).default('rbf'),
  /** `rbf`: how many training rows are anchors, all if there are fewer. Few blur; time grows with the cube. */
  anchors: z.number().int().min(8).max(4096).default(500),
  bandwidth: bandwidthSetting.default(0.3),
};

export interface FeatureMapSettings {
  readonly kernel: 'rbf' | 'linear';
  readonly anchors: number;
  readonly bandwidth: number;
}

export interface FeatureMap {
  /** Dimensions of φ(x). */
  readonly dim: number;
  /** `[n, d]` → `[n, dim]`, as part of any graph. */
  apply(x: Tensor): Tensor;
}

/** φ(x) = x. */
export const identityMap = (dim: number): FeatureMap => ({ dim, apply: (x) => x });

/** Rows a piece when distances are averaged or rows are mapped. */
const PIECE = 2048;

/** Radial basis functions on `anchors` of the rows `[n, d]`, drawn without repeats. */
export async function rbfMap(
  rows: Matrix,
  { anchors, bandwidth, random }: Omit<FeatureMapSettings, 'kernel'> & { readonly random: Random },
): Promise<FeatureMap> {
  const chosen = random.permutation(rows.rows).slice(0, Math.min(anchors, rows.rows));
  const centres = takeRows(rows, chosen);
  // Distances do not depend on the origin, their rounding does: near the data it is smallest.
  const origin = constant(meanRow(centres), [1, rows.cols]);
  const distances = squaredDistances(centres, origin);
  const all = await mapRows({ dim: centres.rows, apply: distances }, rows);
  let total = 0;
  for (const value of all.data) total += value;
  const variance = bandwidth * (total / all.data.length || 1);
  return { dim: centres.rows, apply: (x) => exp(mul(distances(x), -1 / (2 * variance))) };
}

/** ‖x − a_k‖² for rows `[n, d]` and anchors as rows: `[n, anchors]`. */
function squaredDistances(centres: Matrix, origin: Tensor): (x: Tensor) => Tensor {
  const a = sub(constant(centres.data, [centres.rows, centres.cols]), origin);
  const anchorSquares = sum(square(a), { axes: [1] });
  return (x) => {
    const shifted = sub(x, origin);
    const own = sum(square(shifted), { axes: [1], keepDims: true });
    const products = matmul(shifted, a, { transposeB: true });
    return relu(add(add(own, anchorSquares), neg(mul(products, 2))));
  };
}

/** φ of every row. */
export async function mapRows(map: FeatureMap, rows: Matrix): Promise<Matrix> {
  const x = input('x', ['rows', rows.cols]);
  const forward = await compileForward({ inputs: [x], outputs: { y: map.apply(x) }, parameters: new Map() });
  try {
    const data = new Float32Array(rows.rows * map.dim);
    for (let from = 0; from < rows.rows; from += PIECE) {
      const to = Math.min(rows.rows, from + PIECE);
      const { y } = await forward.run({ x: rows.data.subarray(from * rows.cols, to * rows.cols) });
      data.set(y!.data, from * map.dim);
    }
    return { data, rows: rows.rows, cols: map.dim };
  } finally {
    await forward.dispose();
  }
}
