/** Single linkage at one level: the connected components of "within the radius". */
import type { Codes } from '../codes/index.ts';
import { NO_ROW } from './equal-rows.ts';
import { BATCH, CAP, type NeighbourOptions, NeighbourSearch } from './neighbour-search.ts';
import type { HammingIndex } from './types.ts';
import { UnionFind } from './union-find.ts';

/**
 * Of every row of `rows` (ascending, of distinct codes) the lowest row that a chain of steps within the radius leads to.
 * `[index.rows]`, NO_ROW for rows that were not asked about.
 *
 * Every row asks once, and is found no more by those after it: both ends of a pair know it. A row of a group above CAP asks
 * later and only for rows outside of its group, for inside a heap of m rows there are m² pairs that say nothing new.
 */
export async function linkTransitively(
  index: HammingIndex,
  codes: Codes,
  rows: Uint32Array,
  options: NeighbourOptions,
): Promise<Uint32Array> {
  const search = new NeighbourSearch(index, codes, rows, options);
  const sets = new UnionFind(index.rows);
  let later: number[] = [];
  let done = 0;
  const ask = async (batch: readonly number[], filter?: Uint8Array): Promise<void> => {
    for (const [i, hits] of (await search.near(batch, filter)).entries()) {
      for (const hit of hits) sets.join(batch[i]!, hit.row);
      if (hits.length < CAP) {
        search.close(batch[i]!);
        done++;
      } else later.push(batch[i]!);
    }
    options.onProgress?.({ done, total: rows.length });
  };

  for (let at = 0; at < rows.length; ) {
    const batch: number[] = [];
    for (; at < rows.length && batch.length < BATCH; at++) {
      if (sets.sizeOf(rows[at]!) <= CAP) batch.push(rows[at]!);
      else later.push(rows[at]!);
    }
    await ask(batch);
  }
  while (later.length > 0) {
    const root = sets.root(later[0]!);
    const batch: number[] = [];
    const others: number[] = [];
    for (const row of later) (batch.length < BATCH && sets.root(row) === root ? batch : others).push(row);
    later = others;
    const outside = search.open.slice();
    for (const row of rows) if (sets.root(row) === root) outside[row >> 3]! &= ~(1 << (row & 7));
    if (outside.some((byte) => byte !== 0)) await ask(batch, outside);
    else done += batch.length; // nothing is left that could join
  }
  const owner = new Uint32Array(index.rows).fill(NO_ROW);
  for (const row of rows) owner[row] = sets.root(row);
  return owner;
}
