/** Items of one call, checked before anything is written, and laid out as they are kept. */
import { UnseenError } from '../errors.ts';
import { MODALITIES, type NewItem } from './contract.ts';
import { parsePayload } from './payload.ts';

/** Memory for one call; larger loads are many calls. */
export const MAX_ITEMS = 1_000_000;
const ID = /^[^\p{Cc}\p{Cs}]{1,512}$/u;

export interface CheckedItems {
  readonly ids: readonly string[];
  /** Bit m: the item has a code of `MODALITIES[m]`. `[items]` */
  readonly masks: Uint8Array;
  /** Codes, item after item, of an item in the order of `MODALITIES`. */
  readonly codes: Uint8Array;
  /** JSON texts. */
  readonly payloads: readonly string[];
}

const refuse = (row: number, field: string, reason: string, received: unknown): UnseenError =>
  new UnseenError('COLLECTION_ITEM_INVALID', { row, field, reason, received });

/** @throws `COLLECTION_ITEM_INVALID` naming item and field; whatever `parsePayload` throws */
export function checkItems(items: readonly NewItem[], bits: number): CheckedItems {
  if (items.length > MAX_ITEMS) throw refuse(MAX_ITEMS, 'items', `at most ${MAX_ITEMS} a call`, items.length);
  const width = bits / 8;
  const ids: string[] = new Array(items.length);
  const payloads: string[] = new Array(items.length);
  const masks = new Uint8Array(items.length);
  const codes = new Uint8Array(items.length * width * MODALITIES.length);
  const seen = new Set<string>();
  let end = 0;
  for (let row = 0; row < items.length; row++) {
    const item = items[row]!;
    if (typeof item !== 'object' || item === null) throw refuse(row, 'item', 'must be an object', item);
    const { id } = item;
    if (typeof id !== 'string' || !ID.test(id))
      throw refuse(row, 'id', 'must be a text of 1 to 512 characters without control characters', id);
    if (seen.add(id).size <= row) throw refuse(row, 'id', 'stands twice in the call', id);
    for (const key of Object.keys(item.codes ?? {}))
      if (!MODALITIES.some((name) => name === key))
        throw refuse(row, 'codes', `must be of ${MODALITIES.join(' or ')}`, key);
    for (let m = 0; m < MODALITIES.length; m++) {
      const code = item.codes?.[MODALITIES[m]!];
      if (code === undefined) continue;
      if (!(code instanceof Uint8Array) || code.length !== width)
        throw refuse(row, `codes.${MODALITIES[m]}`, `must be ${width} bytes`, code?.length);
      codes.set(code, end);
      end += width;
      masks[row]! |= 1 << m;
    }
    if (masks[row] === 0) throw refuse(row, 'codes', 'must have one code at least', 'none');
    ids[row] = id;
    payloads[row] = item.payload === undefined ? '{}' : JSON.stringify(parsePayload(item.payload));
  }
  return { ids, masks, payloads, codes: codes.subarray(0, end) };
}

/** Codes of an item: bits of its mask. */
export function codesOf(mask: number): number {
  let count = 0;
  for (let rest = mask; rest > 0; rest &= rest - 1) count++;
  return count;
}
