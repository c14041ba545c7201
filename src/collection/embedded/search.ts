/** Searches in one state: the nearest of each modality, joined to the nearest items in the order (distance, id). */
import { Codes } from '../../codes/index.ts';
import type { ModalityName } from '../../data/index.ts';
import { compareIds } from '../../search/ids.ts';
import { type CollectionHit, type CollectionPage, type CollectionQuery, MODALITIES } from '../contract.ts';
import type { Filter } from '../filter/index.ts';
import type { Kept } from './kept-items.ts';
import type { Loaded } from './load.ts';

export interface SearchedState extends Loaded {
  kept(items: readonly number[]): Kept[];
  /** A bit an item. */
  matching(filter: Filter, signal?: AbortSignal): Promise<Uint8Array>;
}

interface Found {
  readonly item: number;
  readonly id: string;
  readonly distance: number;
  readonly modality: ModalityName;
}

/** Of queries that differ in their codes only. */
export async function searchState(
  state: SearchedState,
  queries: readonly CollectionQuery[],
  signal: AbortSignal | undefined,
): Promise<CollectionPage[]> {
  const { memory, head } = state;
  const { k = 10, offset = 0, radius = head.bits, modality, filter } = queries[0]!;
  const codes = Codes.fromBytes(Buffer.concat(queries.map(({ code }) => code)), { bits: head.bits });
  const chosen = filter && (await state.matching(filter, signal));
  const found = queries.map((): Found[] => []);
  for (const m of modality === undefined ? MODALITIES : [modality]) {
    const lists = await memory.index(m).search(codes, {
      k: offset + k + 1,
      ties: true, // the order of ids decides among them
      radius,
      ...(chosen && { filter: memory.rowsOf(m, chosen) }),
      ...(signal && { signal }),
    });
    for (const [i, hits] of lists.entries()) {
      for (const { row, distance } of hits) {
        const item = memory.itemAt(m, row);
        found[i]!.push({ item, id: memory.ids.at(item), distance, modality: m });
      }
    }
  }
  return found.map((all) => pageOf(state, all, { offset, k }));
}

function pageOf(
  { head, kept }: SearchedState,
  found: Found[],
  { offset, k }: { readonly offset: number; readonly k: number },
): CollectionPage {
  // The nearest code of an item is among the first of its modality, or there are enough nearer items without it.
  found.sort((a, b) => a.distance - b.distance || compareIds(a.id, b.id));
  const seen = new Set<number>();
  const items = found.filter(({ item }) => !seen.has(item) && seen.add(item));
  const page = items.slice(offset, offset + k);
  const more = kept(page.map(({ item }) => item));
  const hits = page.map(({ item: _, ...hit }, i): CollectionHit => ({ ...hit, ...more[i]! }));
  return { hits, more: items.length > offset + k, version: head.version };
}
