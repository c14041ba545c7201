/**
 * Pseudo labels: every pool item takes the classes that score best for it, as the paper has it: no class's scores are
 * brought to the mean of the others, so that hubs, classes that score well for everything, take what they take.
 */
import type { Matrix } from '../contract.ts';
import { largest, normaliseRows, rowOf } from '../dense.ts';

/**
 * How many concepts a pool item takes where `wanted` are asked for: at most half of the unseen classes, at least one. With more, any
 * two items share one, and the pairs say little.
 */
export const conceptCount = (wanted: number, unseen: number): number =>
  Math.max(1, Math.min(wanted, Math.floor(unseen / 2)));

/**
 * The `count` best classes of every item, at most as many as there are.
 * @param scores `[m, classes]`
 * @returns `[m][count]` classes, the best first; of equal scores the class with the lower number
 */
export const topConcepts = (scores: Matrix, count: number): Int32Array[] =>
  Array.from({ length: scores.rows }, (_, i) => largest(rowOf(scores, i), Math.min(count, scores.cols)));

/**
 * Labels as rows of unit length: the r-th best concept weighs 1/r. The inner product of two rows says how far two items share their
 * concepts: 1 all of them in one order, 0 none.
 * @returns `[m, classes]`
 */
export function membershipsOf(top: readonly Int32Array[], classes: number): Matrix {
  const data = new Float32Array(top.length * classes);
  for (const [i, concepts] of top.entries())
    for (const [rank, c] of concepts.entries()) data[i * classes + c] = 1 / (rank + 1);
  return normaliseRows({ data, rows: top.length, cols: classes });
}

export interface LabelPrecision {
  /** Share of items whose best concept is their class; NaN where no item has one. */
  readonly first: number;
  /** Share of items whose class is among their concepts. */
  readonly any: number;
}

/** How many pseudo labels are right. `truth` `[m]` counts unseen classes, −1 where there is none. */
export function labelPrecision(top: readonly Int32Array[], truth: Int32Array): LabelPrecision {
  const labelled = Array.from(truth.keys()).filter((i) => truth[i]! >= 0);
  const share = (right: (i: number) => boolean): number => labelled.filter(right).length / labelled.length;
  return { first: share((i) => top[i]![0] === truth[i]), any: share((i) => top[i]!.includes(truth[i]!)) };
}
