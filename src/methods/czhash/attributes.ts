/**
 * The category attribute space: P_m maps a modality's features to the attribute vectors of items,
 *   min_P Σ_labelled ‖Pᵀ f_i − e_i‖² / n + ν ‖P‖²,   P = (FᵀF/n + νI)⁻¹ FᵀE/n,
 * and an unlabelled item's attribute vector is the mean of what its modalities say: the minimiser of Σ_m ‖P_mᵀ f_m − e‖².
 * e_i of a labelled item is the normalised mean of its classes' embeddings, from which the mean over classes is taken:
 * what all class names share tells none apart. Closed forms of a reconstructed objective.
 */
import type { Labels } from '../../data/index.ts';
import { Cholesky } from '../cholesky.ts';
import type { Matrix } from '../contract.ts';
import { normaliseRows, product, rowOf } from '../dense.ts';
import { meanRow } from '../projection.ts';

/** Class embeddings `[classes, a]` around their mean, unit rows. */
export function centredEmbeddings(embeddings: Matrix): Matrix {
  const mean = meanRow(embeddings);
  const data = embeddings.data.map((value, i) => value - mean[i % embeddings.cols]!);
  return normaliseRows({ ...embeddings, data });
}

/** e of labelled items `[items, a]`, unit rows; `items` are rows of `labels`, each with a class at least. */
export function attributeVectors(labels: Labels, items: Int32Array, embeddings: Matrix): Matrix {
  const { cols } = embeddings;
  const data = new Float32Array(items.length * cols);
  for (const [i, item] of items.entries()) {
    for (const label of labels.of(item)) {
      const row = rowOf(embeddings, label);
      for (let j = 0; j < cols; j++) data[i * cols + j]! += row[j]!;
    }
  }
  return normaliseRows({ data, rows: items.length, cols });
}

export interface AttributeMap {
  /** `[d, a]` */
  readonly weights: Matrix;
  /** Σ ‖Pᵀ f_i − e_i‖² / n + ν ‖P‖² at the minimum. */
  readonly objective: number;
}

/**
 * Beyond this many features, and with fewer items than features, P = Fᵀ (FFᵀ/n + νI)⁻¹ E/n is solved instead, which is the
 * same: the cube of 3,072 pixel values costs ten seconds, that of some hundred items nothing.
 */
const WIDE = 1536;

/** P for features `[n, d]` and attribute vectors `[n, a]`; `ridge` is ν in units of the features' mean variance. */
export async function fitAttributes(
  features: Matrix,
  attributes: Matrix,
  ridge: number,
  threads?: number,
): Promise<AttributeMap> {
  const { rows, cols: d } = features;
  const dual = d > WIDE && d > rows;
  const gram = await product(features, features, { transposeA: !dual, transposeB: dual, threads });
  const data = Float64Array.from(gram.data, (value) => value / rows);
  // FFᵀ has the trace of FᵀF over fewer entries.
  const factor = Cholesky.ridged({ data, size: gram.cols }, dual ? (ridge * rows) / d : ridge);
  const right = dual ? attributes : await product(features, attributes, { transposeA: true, threads });
  const solved = solveColumns(factor, right, rows);
  const weights = dual ? await product(features, solved, { transposeA: true, threads }) : solved;
  return { weights, objective: await attributeObjective(features, attributes, weights, factor.epsilon) };
}

/** Solutions for the columns of `right`, each divided by `n`. */
function solveColumns(factor: Cholesky, right: Matrix, n: number): Matrix {
  const { rows, cols } = right;
  const data = new Float32Array(rows * cols);
  for (let j = 0; j < cols; j++) {
    const column = factor.solve(Float64Array.from({ length: rows }, (_, i) => right.data[i * cols + j]! / n));
    for (let i = 0; i < rows; i++) data[i * cols + j] = column[i]!;
  }
  return { data, rows, cols };
}

/** Σ ‖Pᵀ f_i − e_i‖² / n + ν ‖P‖² for any P. */
export async function attributeObjective(
  features: Matrix,
  attributes: Matrix,
  weights: Matrix,
  epsilon: number,
): Promise<number> {
  const predicted = await product(features, weights);
  let error = 0;
  for (let i = 0; i < predicted.data.length; i++) error += (predicted.data[i]! - attributes.data[i]!) ** 2;
  let norm = 0;
  for (const value of weights.data) norm += value * value;
  return error / features.rows + epsilon * norm;
}
