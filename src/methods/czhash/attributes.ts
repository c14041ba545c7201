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

/** P for features `[n, d]` and attribute vectors `[n, a]`; `ridge` is ν in units of the features' mean variance. */
export async function fitAttributes(
  features: Matrix,
  attributes: Matrix,
  ridge: number,
  threads?: number,
): Promise<AttributeMap> {
  const { rows, cols: d } = features;
  const a = attributes.cols;
  const gram = await product(features, features, { transposeA: true, threads });
  const cross = await product(features, attributes, { transposeA: true, threads });
  const data = Float64Array.from(gram.data, (value) => value / rows);
  const factor = Cholesky.ridged({ data, size: d }, ridge);
  const weights = new Float32Array(d * a);
  for (let j = 0; j < a; j++) {
    const column = factor.solve(Float64Array.from({ length: d }, (_, i) => cross.data[i * a + j]! / rows));
    for (let i = 0; i < d; i++) weights[i * a + j] = column[i]!;
  }
  const map = { data: weights, rows: d, cols: a };
  return { weights: map, objective: await attributeObjective(features, attributes, map, factor.epsilon) };
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
