/** The leader algorithm (Hartigan, "Clustering Algorithms", 1975, chapter 3), with the nearest leader in place of the first. */
import type { Codes } from '../codes/index.ts';
import { NO_ROW } from './equal-rows.ts';
import { BATCH, type NeighbourOptions, NeighbourSearch } from './neighbour-search.ts';
import type { HammingIndex } from './types.ts';

/** Hits of a row that its batch holds; a row that is kept and has more asks again, alone. */
const CAP = 1024;

/**
 * Of every row of `rows` (ascending, of distinct codes) the kept row that it belongs to: itself, or the nearest kept row
 * before it within the radius, the first of several. `[index.rows]`, NO_ROW for rows that were not asked about.
 * Only kept rows need a search: rows that were joined meanwhile are passed over.
 */
export async function linkToLeaders(
  index: HammingIndex,
  codes: Codes,
  rows: Uint32Array,
  options: NeighbourOptions,
): Promise<Uint32Array> {
  const search = new NeighbourSearch(index, codes, rows, options);
  const owner = new Uint32Array(index.rows).fill(NO_ROW);
  const distance = new Uint16Array(index.rows).fill(0xffff);
  let at = 0;
  while (at < rows.length) {
    const batch: number[] = [];
    for (; at < rows.length && batch.length < BATCH; at++) {
      if (owner[rows[at]!] === NO_ROW) batch.push(rows[at]!);
      else search.close(rows[at]!); // before every later leader, so none of them may take it
    }
    const found = await search.near(batch, CAP);
    for (const [i, leader] of batch.entries()) {
      if (owner[leader] !== NO_ROW) continue; // joined a leader of the same batch
      owner[leader] = leader;
      const near = found[i]!.length < CAP ? found[i]! : await search.allNear(leader);
      for (const hit of near) {
        if (hit.row <= leader || hit.distance >= distance[hit.row]!) continue;
        owner[hit.row] = leader;
        distance[hit.row] = hit.distance;
      }
    }
    for (const row of batch) search.close(row);
    options.onProgress?.({ done: at, total: rows.length });
  }
  return owner;
}
