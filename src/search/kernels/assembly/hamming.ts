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

/**
 * Distances of one block that are below the limit. The nearest of 64 are compared first, since nearly always none is.
 * The scratch is padded with 255 to a multiple of 64.
 */
// @ts-ignore: decorator
@inline
function filter8(slot: usize, first: u32, count: u32): void {
  let splat = i8x16.splat(<i8>limit);
  for (let group: u32 = 0; group < count; group += 64) {
    const at = DISTANCES + group;
    const nearest = i8x16.min_u(
      i8x16.min_u(v128.load(at), v128.load(at, 16)),
      i8x16.min_u(v128.load(at, 32), v128.load(at, 48)),
    );
    if (!v128.any_true(i8x16.lt_u(nearest, splat))) continue;
    for (let i = group; i < group + 64; i += 16) {
      let mask = i8x16.bitmask(i8x16.lt_u(v128.load(DISTANCES + i), splat));
      for (; mask != 0; mask &= mask - 1) {
        const item = i + <u32>ctz(mask);
        const distance = <u32>load<u8>(DISTANCES + item);
        if (distance < limit) admit(slot, first + item, distance);
      }
    }
    splat = i8x16.splat(<i8>limit);
  }
}

/** The same for codes above 248 bits: 32 at once, padded with 65535. */
// @ts-ignore: decorator
@inline
function filter16(slot: usize, first: u32, count: u32): void {
  let splat = i16x8.splat(<i16>limit);
  for (let group: u32 = 0; group < count; group += 32) {
    const at = DISTANCES + (group << 1);
    const nearest = i16x8.min_u(
      i16x8.min_u(v128.load(at), v128.load(at, 16)),
      i16x8.min_u(v128.load(at, 32), v128.load(at, 48)),
    );
    if (!v128.any_true(i16x8.lt_u(nearest, splat))) continue;
    for (let i = group; i < group + 32; i += 8) {
      let mask = i16x8.bitmask(i16x8.lt_u(v128.load(DISTANCES + (i << 1)), splat));
      for (; mask != 0; mask &= mask - 1) {
        const item = i + <u32>ctz(mask);
        const distance = <u32>load<u16>(DISTANCES + (item << 1));
        if (distance < limit) admit(slot, first + item, distance);
      }
    }
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
      if (count & 63) memory.fill(DISTANCES + count, 255, 64 - (count & 63));
      filter8(slot, row, count);
    } else {
      fill<u16>(block, count, query, words, DISTANCES);
      if (count & 31) memory.fill(DISTANCES + (count << 1), 255, (32 - (count & 31)) << 1);
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
