/** Which items a group of calls makes and which it kills, call after call. */
import { setBit } from '../../search/bitmap.ts';
import type { CheckedItems } from '../check-items.ts';
import { encodeIds } from '../ids/encoded-ids.ts';
import type { ItemIds } from './item-ids.ts';
import type { NewRows } from './new-rows.ts';

export type Write =
  | { readonly kind: 'upsert'; readonly model: string; readonly items: CheckedItems; readonly rows: NewRows }
  | { readonly kind: 'delete'; readonly ids: readonly string[] };

export interface Numbered {
  /** Items that die: some were there before, some came in this group. */
  readonly killed: ReadonlySet<number>;
  /** Items replaced or deleted by each call. */
  readonly answers: number[];
  /** Number of the item after the last new one. */
  readonly next: number;
}

/** Gives every new item its number from `first` on. No id stands twice in one call. */
export function numbered(group: readonly Write[], first: number, ids: ItemIds): Numbered {
  const killed = new Set<number>();
  /** What the calls before in the group have made of an id. */
  const latest = group.length > 1 ? new Map<string, number>() : undefined;
  let next = first;
  /** `before`: the item of that id before the group; `item`: its new one; −1: none. */
  const take = (id: string, before: number, item: number): boolean => {
    const old = latest?.get(id) ?? before;
    latest?.set(id, item);
    if (old >= 0) killed.add(old);
    return old >= 0;
  };
  const answers = group.map((one) => {
    const [names, encoded] =
      one.kind === 'delete' ? [one.ids, encodeIds(one.ids)] : [one.items.ids, one.rows.ids];
    const before = ids.itemsOf(encoded);
    let count = 0;
    for (let place = 0; place < names.length; place++)
      if (take(names[place]!, before[place]!, one.kind === 'delete' ? -1 : next++)) count++;
    return count;
  });
  return { killed, answers, next };
}

/** Bit i: item i of a block of `count` is dead; undefined if none is. */
export function deadBitmap(count: number, lives: (place: number) => boolean): Uint8Array | undefined {
  let bitmap: Uint8Array | undefined;
  for (let place = 0; place < count; place++) {
    if (lives(place)) continue;
    bitmap ??= new Uint8Array(Math.ceil(count / 8));
    setBit(bitmap, place);
  }
  return bitmap;
}
