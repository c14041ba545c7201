/** A search in one state: the nearest of each modality, joined to the nearest items in the order (distance, id). */
import { Codes } from '../../codes/index.ts';
import type { ModalityName } from '../../data/index.ts';
import { compareIds } from '../../search/ids.ts';
import {
  type CollectionHit,
  type CollectionPage,
  type CollectionQuery,
  type Item,
  MODALITIES,
} from '../contract.ts';
import type { Filter } from '../filter/index.ts';
import type { Loaded } from './load.ts';

export interface SearchedState extends Loaded {
  kept(items: readonly number[]): Pick<Item, 'payload' | 'picture'>[];
  /** A bit an item. */
  matching(filter: Filter, signal?: AbortSignal): Promise<Uint8Array>;
}

export async function searchState(state: SearchedState, query: CollectionQuery): Promise<CollectionPage> {
  const { memory, head } = state;
  const { k = 10, offset = 0, radius = head.bits, modality, filter, signal } = query;
  const code = Codes.fromBytes(query.code, { bits: head.bits });
  const chosen = filter && (await state.matching(filter, signal));
  const found: { item: number; id: string; distance: number; modality: ModalityName }[] = [];
  for (const m of modality === undefined ? MODALITIES : [modality]) {
    const [hits] = await memory.index(m).search(code, {
      k: offset + k + 1,
      ties: true, // the order of ids decides among them
      radius,
      ...(chosen && { filter: memory.rowsOf(m, chosen) }),
      ...(signal && { signal }),
    });
    for (const { row, distance } of hits!) {
      const item = memory.itemAt(m, row);
      found.push({ item, id: memory.ids.at(item), distance, modality: m });
    }
  }
  // The nearest code of an item is among the first of its modality, or there are enough nearer items without it.
  found.sort((a, b) => a.distance - b.distance || compareIds(a.id, b.id));
  const seen = new Set<number>();
  const items = found.filter(({ item }) => !seen.has(item) && seen.add(item));
  const page = items.slice(offset, offset + k);
  const kept = state.kept(page.map(({ item }) => item));
  const hits = page.map(({ item: _, ...hit }, i): CollectionHit => ({ ...hit, ...kept[i]! }));
  return { hits, more: items.length > offset + k, version: head.version };
}
