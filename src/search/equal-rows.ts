/** Which rows have the same code: one pass over a hash table of rows, without a search. */
import type { Codes } from '../codes/index.ts';
import { hasBit } from './bitmap.ts';

/** In place of a row number: there is none. */
export const NO_ROW = 0xffff_ffff;

/**
 * For every row the first row with its code, `[count]`; NO_ROW for rows whose bit of `live` is 0.
 * `live`: bit `row mod 8` of byte `row div 8`; undefined: all rows.
 */
export function firstEqualRows(codes: Codes, live?: Uint8Array): Uint32Array {
  const { count, bytes, bytesPerCode: width } = codes;
  const first = new Uint32Array(count).fill(NO_ROW);
  // At most half full, so that a probe is short.
  const slots = new Uint32Array(2 ** Math.ceil(Math.log2(Math.max(16, 2 * count)))).fill(NO_ROW);
  const mask = slots.length - 1;
  for (let row = 0; row < count; row++) {
    if (live && !hasBit(live, row)) continue;
    let slot = hash(bytes, row * width, width) & mask;
    while (slots[slot] !== NO_ROW && !equal(bytes, slots[slot]! * width, row * width, width)) {
      slot = (slot + 1) & mask;
    }
    if (slots[slot] === NO_ROW) slots[slot] = row;
    first[row] = slots[slot]!;
  }
  return first;
}

/** FNV-1a, then MurmurHash3's last mixing: FNV alone leaves the low bits, which choose the slot, too regular. */
function hash(bytes: Uint8Array, from: number, length: number): number {
  let h = 0x811c9dc5;
  for (let i = from; i < from + length; i++) h = Math.imul(h ^ bytes[i]!, 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function equal(bytes: Uint8Array, a: number, b: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (bytes[a + i] !== bytes[b + i]) return false;
  return true;
}
