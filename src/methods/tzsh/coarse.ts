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
import { groupMeans, product } from '../dense.ts';
import { type Assignment, refinePrototypes, spreadPrototypes } from '../prototypes.ts';

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
