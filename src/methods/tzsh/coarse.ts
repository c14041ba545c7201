/**
 * The coarse step: the most representative pool items of every target class.
 *
 * Semantic scores cos(g(u_j), a_c), with the mean and the spread of every class removed (else a few classes, hubs, take
 * everything), choose a few items a class; their mean in the similarity space is the class's first prototype; prototypes
 * and assignments then refine each other (k-means) until they agree. How representative an item is = by how much it is
 * nearer to its own prototype than to the next one. Reconstruction.
 */
import type { Matrix } from '../contract.ts';
import { groupMeans, product, rowOf } from './dense.ts';

export interface Assignment {
  /** `[m]` target class of every pool item, 0 … classes − 1. */
  readonly classOf: Int32Array;
  /** `[m]` ≥ 0: squared distance to the second nearest prototype minus that to the nearest. */
  readonly margin: Float32Array;
}

const MAX_PASSES = 100;
/** A class's first prototype is the mean of its best-scored 1/4 of an even share of the pool, at least this many. */
const MIN_SEEDS = 3;

/**
 * Seeds by semantics.
 * @param semantic outputs of the semantic head for the pool `[m, a]`, unit rows
 * @param embeddings of the target classes `[k, a]`, unit rows
 * @returns `[m]` target class, or −1 for items that seed none; an item that seeds several goes to the last
 */
export async function semanticSeeds(semantic: Matrix, embeddings: Matrix): Promise<Int32Array> {
  const scores = await product(semantic, embeddings, { transposeB: true });
  const { rows, cols: classes } = scores;
  const seeds = new Int32Array(rows).fill(-1);
  const best = new Float64Array(rows).fill(-Infinity);
  const count = Math.min(rows, Math.max(MIN_SEEDS, Math.floor(rows / classes / 4)));
  for (let c = 0; c < classes; c++) {
    const column = Float64Array.from({ length: rows }, (_, i) => scores.data[i * classes + c]!);
    const mean = column.reduce((sum, value) => sum + value, 0) / rows;
    const spread = Math.sqrt(column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rows) || 1;
    const order = Array.from(column.keys()).sort((i, j) => column[j]! - column[i]! || i - j);
    for (const row of order.slice(0, count)) {
      const score = (column[row]! - mean) / spread;
      if (score <= best[row]!) continue; // a better class has it
      best[row] = score;
      seeds[row] = c;
    }
  }
  return seeds;
}

/**
 * Prototype refinement.
 * @param space pool items `[m, d]`, unit rows
 * @param seeds `[m]` first members of every class, −1 elsewhere
 */
export async function refinePrototypes(
  space: Matrix,
  seeds: Int32Array,
  classes: number,
): Promise<Assignment> {
  let classOf = seeds;
  let prototypes = groupMeans(space, seeds, classes);
  for (let pass = 0; ; pass++) {
    const next = await assign(space, prototypes);
    const settled = next.classOf.every((c, i) => c === classOf[i]);
    if (settled || pass === MAX_PASSES) return next;
    classOf = next.classOf;
    const means = groupMeans(space, classOf, classes);
    // A class that lost all its items keeps its last prototype.
    const alive = new Uint8Array(classes);
    for (const c of classOf) alive[c] = 1;
    for (let c = 0; c < classes; c++) if (!alive[c]) rowOf(means, c).set(rowOf(prototypes, c));
    prototypes = means;
  }
}

async function assign(space: Matrix, prototypes: Matrix): Promise<Assignment> {
  const inner = await product(space, prototypes, { transposeB: true });
  const classes = prototypes.rows;
  const norms = Float64Array.from({ length: classes }, (_, c) =>
    rowOf(prototypes, c).reduce((sum, value) => sum + value * value, 0),
  );
  const classOf = new Int32Array(space.rows);
  const margin = new Float32Array(space.rows);
  for (let i = 0; i < space.rows; i++) {
    let nearest = Infinity;
    let second = Infinity;
    for (let c = 0; c < classes; c++) {
      const distance = norms[c]! - 2 * inner.data[i * classes + c]!;
      if (distance < nearest) {
        second = nearest;
        nearest = distance;
        classOf[i] = c;
      } else if (distance < second) second = distance;
    }
    margin[i] = classes > 1 ? second - nearest : 1;
  }
  return { classOf, margin };
}

/** Pool rows that are the `share` of their class with the largest margins (at least two a class), ascending. */
export function representatives({ classOf, margin }: Assignment, classes: number, share: number): Int32Array {
  const members: number[][] = Array.from({ length: classes }, () => []);
  classOf.forEach((c, row) => {
    members[c]!.push(row);
  });
  const taken = members.flatMap((rows) => {
    const count = Math.max(2, Math.round(share * rows.length));
    return rows.sort((i, j) => margin[j]! - margin[i]! || i - j).slice(0, count);
  });
  return Int32Array.from(taken).sort();
}
