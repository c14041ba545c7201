/** Single linkage at one level: the connected components of "within the radius". */
import type { Codes } from '../codes/index.ts';
import { clearBit } from './bitmap.ts';
import { NO_ROW } from './equal-rows.ts';
import { BATCH, type NeighbourOptions, NeighbourSearch } from './neighbour-search.ts';
import type { HammingIndex } from './types.ts';
import { UnionFind } from './union-find.ts';

/** A group of more rows is a heap: inside one of m rows there are up to m² pairs, which say nothing new. */
const CAP = 64;

/**
 * Of every row of `rows` (ascending, of distinct codes) the lowest row that a chain of steps within the radius leads to.
 * `[index.rows]`, NO_ROW for rows that were not asked about.
 *
 * Every row asks once, and is found no more by those after it: both ends of a pair know it. Rows of a heap ask later, and
 * only for rows outside of it.
 */
export async function linkTransitively(
  index: HammingIndex,
  codes: Codes,
  rows: Uint32Array,
  options: NeighbourOptions,
): Promise<Uint32Array> {
  const search = new NeighbourSearch(index, codes, rows, options);
  const sets = new UnionFind(index.rows);
  const waiting = new Uint8Array(index.rows).fill(1);
  let done = 0;
  /** Returns whether anything was found. */
  const ask = async (batch: readonly number[], filter?: Uint8Array): Promise<boolean> => {
    let found = false;
    for (const [i, hits] of (await search.near(batch, CAP, filter)).entries()) {
      const row = batch[i]!;
      for (const hit of hits) sets.join(row, hit.row);
      found ||= hits.length > 0;
      if (hits.length === CAP) continue;
      search.close(row);
      waiting[row] = 0;
      done++;
    }
    options.onProgress?.({ done, total: rows.length });
    return found;
  };

  for (let at = 0; at < rows.length; ) {
    const batch: number[] = [];
    for (; at < rows.length && batch.length < BATCH; at++) {
      if (sets.sizeOf(rows[at]!) <= CAP) batch.push(rows[at]!);
    }
    await ask(batch);
  }
  const outside = search.open.slice();
  for (const first of rows) {
    while (waiting[first]) {
      const heap: number[] = [];
      outside.set(search.open);
      sets.forEach(first, (row) => {
        if (waiting[row]) heap.push(row);
        clearBit(outside, row);
      });
      if (outside.every((byte) => byte === 0)) {
        for (const row of heap) waiting[row] = 0; // nothing is left that could join
        continue;
      }
      let grown = false;
      for (let at = 0; at < heap.length && !grown; at += BATCH) {
        grown = await ask(heap.slice(at, at + BATCH), outside);
      }
    }
  }
  options.onProgress?.({ done: rows.length, total: rows.length });
  const owner = new Uint32Array(index.rows).fill(NO_ROW);
  for (const row of rows) owner[row] = sets.root(row);
  return owner;
}
