/**
 * The coarse step: the most representative pool items of every target class.
 *
 * Prototypes in the similarity space and the items nearest to them refine each other until they agree (k-means, one
 * prototype a target class). One start is semantic: scores cos(g(u_j), a_c), with the mean and the spread of every class
 * removed (else a few classes, hubs, take everything), choose a few items a class, and their mean is the class's first
 * prototype. Word vectors know little of looks, so this start may end in a poor optimum; others spread prototypes over
 * the pool (k-means++), and the one whose items lie nearest to their prototypes wins. How representative an item is = by
 * how much it is nearer to its own prototype than to the next one. Reconstruction.
 */
import type { Random } from '../../random.ts';
import type { Matrix } from '../contract.ts';
import { groupMeans, openProduct, type Product, product, rowOf } from './dense.ts';

export interface Assignment {
  /** `[m]` target class of every pool item, 0 … classes − 1. */
  readonly classOf: Int32Array;
  /** `[m]` ≥ 0: squared distance to the second nearest prototype minus that to the nearest. */
  readonly margin: Float32Array;
  /** Sum of the squared distances to the nearest prototypes, up to a constant of the space: smaller fits better. */
  readonly misfit: number;
}

const MAX_PASSES = 100;
/** Starts of k-means++ beside the semantic one. */
const SPREAD_STARTS = 10;
/** A class's first prototype is the mean of its best-scored 1/4 of an even share of the pool, at least this many. */
const MIN_SEEDS = 3;

/**
 * Seeds by semantics.
 * @param semantic outputs of the semantic head for the pool `[m, a]`, unit rows
 * @param embeddings of the target classes `[k, a]`, unit rows
 * @returns `[m]` target class, or −1 for items that seed none; an item that could seed several goes to the one that scores it best
 */
export async function semanticSeeds(
  semantic: Matrix,
  embeddings: Matrix,
  threads?: number,
): Promise<Int32Array> {
  const scores = await product(semantic, embeddings, { transposeB: true, threads });
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
 * The best of several refinements: one from the semantic seeds, the others from prototypes spread over the pool.
 * @param space pool items `[m, d]`, unit rows
 */
export async function clusterPool(
  space: Matrix,
  semantic: Int32Array,
  classes: number,
  random: Random,
  threads?: number,
): Promise<Assignment> {
  let best = await refinePrototypes(space, groupMeans(space, semantic, classes), threads);
  for (let start = 0; start < SPREAD_STARTS; start++) {
    const found = await refinePrototypes(space, spreadPrototypes(space, classes, random), threads);
    if (found.misfit < best.misfit) best = found;
  }
  return best;
}

/**
 * Prototype refinement.
 * @param space pool items `[m, d]`
 * @param first prototypes `[classes, d]`
 */
export async function refinePrototypes(space: Matrix, first: Matrix, threads?: number): Promise<Assignment> {
  const classes = first.rows;
  const inner = await openProduct(space, first, { transposeB: true, threads });
  let prototypes = first;
  let current = await assign(space, prototypes, inner);
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const means = groupMeans(space, current.classOf, classes);
    // A class that lost all its items keeps its last prototype.
    const alive = new Set(current.classOf);
    for (let c = 0; c < classes; c++) if (!alive.has(c)) rowOf(means, c).set(rowOf(prototypes, c));
    prototypes = means;
    const next = await assign(space, prototypes, inner);
    const settled = next.classOf.every((c, i) => c === current.classOf[i]);
    current = next;
    if (settled) break;
  }
  await inner.dispose();
  return current;
}

/**
 * k-means++ (Arthur and Vassilvitskii 2007) with several candidates a step, the one kept that lowers the sum of squared
 * distances most.
 */
function spreadPrototypes(space: Matrix, classes: number, random: Random): Matrix {
  const { rows, cols } = space;
  const candidates = 2 + Math.floor(Math.log(classes));
  const data = new Float32Array(classes * cols);
  let nearest: Float64Array = new Float64Array(rows).fill(Infinity);
  for (let c = 0; c < classes; c++) {
    let best: { row: number; total: number; nearest: Float64Array } | undefined;
    for (let n = 0; n < (c === 0 ? 1 : candidates); n++) {
      const row = c === 0 ? random.below(rows) : drawn(nearest, random);
      const updated = nearest.map((distance, i) => Math.min(distance, squaredDistance(space, i, row)));
      const total = updated.reduce((sum, distance) => sum + distance, 0);
      if (!best || total < best.total) best = { row, total, nearest: updated };
    }
    nearest = best!.nearest;
    data.set(rowOf(space, best!.row), c * cols);
  }
  return { data, rows: classes, cols };
}

/** A place, with probability in proportion to its weight. */
function drawn(weights: Float64Array, random: Random): number {
  let left = random.uniform() * weights.reduce((sum, weight) => sum + weight, 0);
  const at = weights.findIndex((weight) => {
    left -= weight;
    return left < 0;
  });
  return at < 0 ? random.below(weights.length) : at;
}

function squaredDistance({ data, cols }: Matrix, a: number, b: number): number {
  let total = 0;
  for (let j = 0, i = a * cols, k = b * cols; j < cols; j++, i++, k++) total += (data[i]! - data[k]!) ** 2;
  return total;
}

async function assign(space: Matrix, prototypes: Matrix, product: Product): Promise<Assignment> {
  const inner = await product.run(space, prototypes);
  const classes = prototypes.rows;
  const norms = Float64Array.from({ length: classes }, (_, c) =>
    rowOf(prototypes, c).reduce((sum, value) => sum + value * value, 0),
  );
  const classOf = new Int32Array(space.rows);
  const margin = new Float32Array(space.rows);
  let misfit = 0;
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
    misfit += nearest;
  }
  return { classOf, margin, misfit };
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
