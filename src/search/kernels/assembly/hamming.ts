// The exact scan: a block of codes → distances in a scratch → SIMD comparison with the limit → survivors.
//
// A histogram of the survivors' distances lowers the limit: once k rows lie below it, a further row at the farthest of
// these distances cannot be a hit (of equally far rows the lowest row number wins), so the limit drops to it.

import { fill } from './distances';
import {
  BLOCK,
  BLOCK_BYTES,
  DISTANCES,
  FREE,
  SLOT_CLOSER,
  SLOT_FOUND,
  SLOT_HISTOGRAM,
  SLOT_K,
  SLOT_LIMIT,
  SURVIVOR_CAPACITY,
  SURVIVOR_DISTANCES,
  SURVIVOR_ROWS,
} from './layout';

export { sweep } from './sweep';
export { BLOCK, DISTANCES, FREE, SLOT_HISTOGRAM, SURVIVOR_CAPACITY, SURVIVOR_DISTANCES, SURVIVOR_ROWS };

// Shared by the two loops below; a module's scans run one at a time.
let found: u32 = 0;
let limit: u32 = 0;
let closer: u32 = 0;

// @ts-ignore: decorator
@inline
function admit(slot: usize, row: u32, distance: u32): void {
  store<u32>(SURVIVOR_ROWS + (found << 2), row);
  store<u16>(SURVIVOR_DISTANCES + (found << 1), <u16>distance);
  found++;
  const bin = slot + SLOT_HISTOGRAM + (distance << 2);
  store<u32>(bin, load<u32>(bin) + 1);
  closer++;
  const k = load<u32>(slot, SLOT_K);
  while (closer >= k) {
    limit--;
    closer -= load<u32>(slot + SLOT_HISTOGRAM + (limit << 2));
  }
}

/** Distances of one block that are below the limit, 16 at a time. The scratch is padded with 255. */
// @ts-ignore: decorator
@inline
function filter8(slot: usize, first: u32, count: u32): void {
  let splat = i8x16.splat(<i8>limit);
  for (let i: u32 = 0; i < count; i += 16) {
    const below = i8x16.lt_u(v128.load(DISTANCES + i), splat);
    if (!v128.any_true(below)) continue;
    let mask = i8x16.bitmask(below);
    do {
      const at = i + <u32>ctz(mask);
      mask &= mask - 1;
      const distance = <u32>load<u8>(DISTANCES + at);
      if (distance < limit) admit(slot, first + at, distance);
    } while (mask != 0);
    splat = i8x16.splat(<i8>limit);
  }
}

/** The same, 8 at a time, for codes above 248 bits. The scratch is padded with 65535. */
// @ts-ignore: decorator
@inline
function filter16(slot: usize, first: u32, count: u32): void {
  let splat = i16x8.splat(<i16>limit);
  for (let i: u32 = 0; i < count; i += 8) {
    const below = i16x8.lt_u(v128.load(DISTANCES + (i << 1)), splat);
    if (!v128.any_true(below)) continue;
    let mask = i16x8.bitmask(below);
    do {
      const at = i + <u32>ctz(mask);
      mask &= mask - 1;
      const distance = <u32>load<u16>(DISTANCES + (at << 1));
      if (distance < limit) admit(slot, first + at, distance);
    } while (mask != 0);
    splat = i16x8.splat(<i16>limit);
  }
}

/**
 * Scans rows `from … to−1` for the query of a slot. Returns the row reached: `to`, or less when the survivors' buffer
 * is full and must be drained before the scan goes on. Survivors come in ascending row order.
 */
export function scan(codes: usize, words: u32, bits: u32, slot: usize, query: usize, from: u32, to: u32): u32 {
  found = 0;
  limit = load<u32>(slot, SLOT_LIMIT);
  closer = load<u32>(slot, SLOT_CLOSER);
  const wordBytes = (<usize>words) << 3;
  let row = from;
  const rows = max<u32>(64, BLOCK_BYTES / <u32>wordBytes);
  while (row < to && limit > 0 && found + rows <= SURVIVOR_CAPACITY) {
    const count = min<u32>(rows, to - row);
    const block = codes + <usize>row * wordBytes;
    if (bits <= 248) {
      fill<u8>(block, count, query, words, DISTANCES);
      if (count & 15) memory.fill(DISTANCES + count, 255, 16 - (count & 15));
      filter8(slot, row, count);
    } else {
      fill<u16>(block, count, query, words, DISTANCES);
      if (count & 7) memory.fill(DISTANCES + (count << 1), 255, (8 - (count & 7)) << 1);
      filter16(slot, row, count);
    }
    row += count;
  }
  store<u32>(slot, found, SLOT_FOUND);
  store<u32>(slot, limit, SLOT_LIMIT);
  store<u32>(slot, closer, SLOT_CLOSER);
  return limit > 0 ? row : to;
}

/** All distances of rows `from … to−1` (at most one block) as u16, written over the block's scratch. */
export function distances(codes: usize, words: u32, query: usize, from: u32, to: u32): void {
  fill<u16>(codes + <usize>from * ((<usize>words) << 3), to - from, query, words, DISTANCES);
}
