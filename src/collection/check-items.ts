/** Items of one call, checked before anything is written, and laid out as they are kept. */
import { createHash } from 'node:crypto';
import { UnseenError } from '../errors.ts';
import { type ItemCodes, MAX_PICTURE_BYTES, MODALITIES, type NewItem, PICTURE_TYPES } from './contract.ts';
import { type EncodedIds, firstTwice } from './ids/encoded-ids.ts';
import { IdPacking } from './ids/id-packing.ts';
import { type PackedPayloads, PayloadPacking } from './payload.ts';
import { pictureType } from './picture-type.ts';

/** Memory for one call; larger loads are many calls. */
export const MAX_ITEMS = 1_000_000;

export interface CheckedItems {
  readonly ids: readonly string[];
  /** The same ids, with their hashes. */
  readonly encodedIds: Required<EncodedIds>;
  /** Bit m: the item has a code of `MODALITIES[m]`. `[items]` */
  readonly masks: Uint8Array;
  /** Codes, item after item, of an item in the order of `MODALITIES`. */
  readonly codes: Uint8Array;
  readonly payloads: PackedPayloads;
  /** Of the items that have one, by their place. */
  readonly pictures: ReadonlyMap<number, CheckedPicture>;
}

export interface CheckedPicture {
  /** SHA-256, 32 bytes. */
  readonly hash: Buffer;
  readonly bytes: Uint8Array;
}

const refuse = (row: number, field: string, reason: string, received: unknown): UnseenError =>
  new UnseenError('COLLECTION_ITEM_INVALID', { row, field, reason, received });

/** @throws `COLLECTION_ITEM_INVALID` naming item and field; whatever `parsePayload` throws */
export function checkItems(items: readonly NewItem[], bits: number): CheckedItems {
  if (items.length > MAX_ITEMS) throw refuse(MAX_ITEMS, 'items', `at most ${MAX_ITEMS} a call`, items.length);
  const ids: string[] = new Array(items.length);
  const payloads = new PayloadPacking(items.length);
  const pictures = new Map<number, CheckedPicture>();
  const packing = new CodePacking(items.length, bits);
  const idPacking = new IdPacking(items.length);
  for (let row = 0; row < items.length; row++) {
    const item = items[row]!;
    if (typeof item !== 'object' || item === null) throw refuse(row, 'item', 'must be an object', item);
    const { id, picture } = item;
    if (typeof id !== 'string' || !idPacking.add(id))
      throw refuse(row, 'id', 'must be a text of 1 to 512 characters without control characters', id);
    packing.add(item.codes);
    ids[row] = id;
    payloads.add(item.payload === undefined ? {} : item.payload);
    if (picture !== undefined) pictures.set(row, checkPicture(row, picture));
  }
  const encodedIds = idPacking.packed;
  const twice = firstTwice(ids, encodedIds.hashes);
  if (twice !== undefined) throw refuse(twice, 'id', 'stands twice in the call', ids[twice]);
  return { ids, encodedIds, payloads: payloads.packed, pictures, ...packing.packed };
}

/** Checks codes and lays them one behind the other. */
export class CodePacking {
  readonly #width: number;
  readonly #masks: Uint8Array;
  readonly #codes: Uint8Array;
  #row = 0;
  #end = 0;

  constructor(items: number, bits: number) {
    this.#width = bits / 8;
    this.#masks = new Uint8Array(items);
    this.#codes = new Uint8Array(items * this.#width * MODALITIES.length);
  }

  /** Codes of the next item. @throws `COLLECTION_ITEM_INVALID` */
  add(codes: ItemCodes): void {
    const row = this.#row++;
    for (const key in codes)
      if (!(MODALITIES as readonly string[]).includes(key))
        throw refuse(row, 'codes', `must be of ${MODALITIES.join(' or ')}`, key);
    for (let m = 0; m < MODALITIES.length; m++) {
      const code = codes?.[MODALITIES[m]!];
      if (code === undefined) continue;
      if (!(code instanceof Uint8Array) || code.length !== this.#width)
        throw refuse(row, `codes.${MODALITIES[m]}`, `must be ${this.#width} bytes`, code?.length);
      // Codes are short: to call `set` takes longer than the loop.
      for (let i = 0; i < code.length; i++) this.#codes[this.#end++] = code[i]!;
      this.#masks[row]! |= 1 << m;
    }
    if (this.#masks[row] === 0) throw refuse(row, 'codes', 'must have one code at least', 'none');
  }

  get packed(): { readonly masks: Uint8Array; readonly codes: Uint8Array } {
    return { masks: this.#masks, codes: this.#codes.subarray(0, this.#end) };
  }
}

function checkPicture(row: number, picture: NonNullable<NewItem['picture']>): CheckedPicture {
  const { type, bytes } = picture ?? {};
  if (!PICTURE_TYPES.includes(type))
    throw refuse(row, 'picture.type', `must be one of ${PICTURE_TYPES.join(', ')}`, type);
  if (!(bytes instanceof Uint8Array) || bytes.length === 0 || bytes.length > MAX_PICTURE_BYTES)
    throw refuse(row, 'picture.bytes', `must be 1 to ${MAX_PICTURE_BYTES} bytes`, bytes?.length);
  const found = pictureType(bytes);
  if (found !== type)
    throw refuse(row, 'picture.bytes', `must be of the type stated, ${type}`, found ?? 'another');
  return { hash: createHash('sha256').update(bytes).digest(), bytes };
}

/** Codes of an item: bits of its mask. */
export function codesOf(mask: number): number {
  let count = 0;
  for (let rest = mask; rest > 0; rest &= rest - 1) count++;
  return count;
}
