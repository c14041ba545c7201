/**
 * Prototypes of unlabelled items: k-means with starts spread over the items. Neither step of it, assigning items and
 * moving prototypes, ever raises the misfit.
 */
import type { Random } from '../random.ts';
import type { Matrix } from './contract.ts';
import { groupMeans, openProduct, type Product, rowOf } from './dense.ts';

export interface Assignment {
  /** `[m]` target class of every pool item, 0 … classes − 1. */
  readonly classOf: Int32Array;
  /** `[m]` ≥ 0: squared distance to the second nearest prototype minus that to the nearest. */
  readonly margin: Float32Array;
  /** Sum of the squared distances to the nearest prototypes, up to a constant of the space: smaller fits better. */
  readonly misfit: number;
}

const MAX_PASSES = 100;

/**
 * Prototype refinement.
 * @param space pool items `[m, d]`
 * @param first prototypes `[classes, d]`
 */
export async function refinePrototypes(space: Matrix, first: Matrix, threads?: number): Promise<Assignment> {
  const inner = await openProduct(space, first, { transposeB: true, threads });
  let prototypes = first;
  let current = await assign(space, prototypes, inner);
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    prototypes = movedPrototypes(space, current.classOf, prototypes);
    const next = await assign(space, prototypes, inner);
    const settled = next.classOf.every((c, i) => c === current.classOf[i]);
    current = next;
    if (settled) break;
  }
  await inner.dispose();
  return current;
}

/** Means of the items assigned to each prototype; one that lost all its items stays where it was. */
export function movedPrototypes(space: Matrix, classOf: Int32Array, prototypes: Matrix): Matrix {
  const means = groupMeans(space, classOf, prototypes.rows);
  const alive = new Set(classOf);
  for (let c = 0; c < prototypes.rows; c++) if (!alive.has(c)) rowOf(means, c).set(rowOf(prototypes, c));
  return means;
}

/**
 * k-means++ (Arthur and Vassilvitskii 2007) with several candidates a step, the one kept that lowers the sum of squared
 * distances most.
 */
export function spreadPrototypes(space: Matrix, classes: number, random: Random): Matrix {
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
