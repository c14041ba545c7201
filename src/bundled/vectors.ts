/** Class embeddings from word vectors: sums and unit vectors in float64, a matrix at the end. */
import type { Matrix } from '../data/dataset.ts';

export type Vector = readonly number[];

/** Of at least one vector, all of one length. */
export const sum = (vectors: readonly Vector[]): number[] =>
  Array.from(vectors[0]!, (_, j) => vectors.reduce((total, vector) => total + vector[j]!, 0));

export function unit(vector: Vector): number[] {
  const norm = Math.sqrt(vector.reduce((total, x) => total + x * x, 0));
  return vector.map((x) => x / norm);
}

export const toMatrix = (rows: readonly Vector[]): Matrix => ({
  data: Float32Array.from(rows.flat()),
  rows: rows.length,
  cols: rows[0]!.length,
});
