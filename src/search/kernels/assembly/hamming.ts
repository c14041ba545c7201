// The exact scan: a block of codes → distances in a scratch → SIMD comparison with the limit → survivors.
//
// A histogram of the survivors' distances lowers the limit: once k rows lie below it, a further row at the farthest of
// these distances cannot be a hit (of equally far rows the lowest row number wins), so the limit drops to it. Where that
// order of rows is not the order of the hits (SLOT_TIES), the limit stays above the k-th distance.

import { fill } from './distances';
import {
  BLOCK,
  BLOCK_BYTES,
  DISTANCES,
  SLOT_CLOSER,
  SLOT_FOUND,
  SLOT_HISTOGRAM,
  SLOT_K,
  SLOT_LIMIT,
  SLOT_TIES,
  SLOTS_OFFSET,
  SURVIVOR_CAPACITY,
  SURVIVOR_DISTANCES,
  SURVIVOR_ROWS,
  arena,
} from './layout';

export { stripes } from './checksum';
export { bind } from './layout';
export {
  chain,
  countBuckets,
  enterPlaces,
  isPermutation,
  placeCodes,
  startsAreSound,
  sumBuckets,
  widen,
} from './buckets';
export {
  FIND_BYTES,
  FIND_COMPARED,
  FIND_DISTANCES,
  FIND_HISTOGRAM,
  FIND_KEYS,
  FIND_QUERY,
  FIND_ROWS,
  HEAP_CAPACITY,
  HITS_CAPACITY,
  find,
  openFind,
} from './probe';
export { sweep } from './sweep';
export { BLOCK, DISTANCES, SLOT_HISTOGRAM, SLOTS_OFFSET, SURVIVOR_CAPACITY, SURVIVOR_DISTANCES, SURVIVOR_ROWS };

// Shared by the two loops below; an instance's scans run one at a time.
let found: u32 = 0;
let limit: u32 = 0;
let closer: u32 = 0;
let live: usize = 0;
let order: usize = 0;

// @ts-ignore: decorator
@inline
function admit(slot: usize, place: u32, distance: u32): void {
  let row = place;
  if (order != 0) {
    row = load<u32>(order + ((<usize>place) << 2));
    if (live != 0 && ((load<u8>(live + (row >> 3)) >> (row & 7)) & 1) == 0) return;
  }
  store<u32>(arena + SURVIVOR_ROWS + (found << 2), row);
  store<u16>(arena + SURVIVOR_DISTANCES + (found << 1), <u16>distance);
  found++;
  const bin = slot + SLOT_HISTOGRAM + (distance << 2);
  store<u32>(bin, load<u32>(bin) + 1);
  closer++;
  const k = load<u32>(slot, SLOT_K);
  if (load<u32>(slot, SLOT_TIES)) {
    for (;;) {
      const last = load<u32>(slot + SLOT_HISTOGRAM + ((limit - 1) << 2));
      if (closer - last < k) break;
      limit--;
      closer -= last;
    }
  } else {
    while (closer >= k) {
      limit--;
      closer -= load<u32>(slot + SLOT_HISTOGRAM + (limit << 2));
    }
  }
}

/**
 * Distances of one block that are below the limit. The nearest of 64 are compared first, since nearly always none is.
 * The scratch is padded with 255 to a multiple of 64.
 */
// @ts-ignore: decorator
@inline
function filter8(slot: usize, first: u32, count: u32): void {
  const distances = arena + DISTANCES;
  const bitmap = order == 0 ? live : 0; // without an order, 16 rows are asked at once
  let splat = i8x16.splat(<i8>limit);
  for (let group: u32 = 0; group < count; group += 64) {
    const at = distances + group;
    const nearest = i8x16.min_u(
      i8x16.min_u(v128.load(at), v128.load(at, 16)),
      i8x16.min_u(v128.load(at, 32), v128.load(at, 48)),
    );
    if (!v128.any_true(i8x16.lt_u(nearest, splat))) continue;
    for (let i = group; i < group + 64; i += 16) {
      let mask = i8x16.bitmask(i8x16.lt_u(v128.load(distances + i), splat));
      if (bitmap != 0) mask &= <i32>load<u16>(bitmap + ((first + i) >> 3));
      for (; mask != 0; mask &= mask - 1) {
        const item = i + <u32>ctz(mask);
        const distance = <u32>load<u8>(distances + item);
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
  const distances = arena + DISTANCES;
  const bitmap = order == 0 ? live : 0;
  let splat = i16x8.splat(<i16>limit);
  for (let group: u32 = 0; group < count; group += 32) {
    const at = distances + (group << 1);
    const nearest = i16x8.min_u(
      i16x8.min_u(v128.load(at), v128.load(at, 16)),
      i16x8.min_u(v128.load(at, 32), v128.load(at, 48)),
    );
    if (!v128.any_true(i16x8.lt_u(nearest, splat))) continue;
    for (let i = group; i < group + 32; i += 8) {
      let mask = i16x8.bitmask(i16x8.lt_u(v128.load(distances + (i << 1)), splat));
      if (bitmap != 0) mask &= <i32>load<u8>(bitmap + ((first + i) >> 3));
      for (; mask != 0; mask &= mask - 1) {
        const item = i + <u32>ctz(mask);
        const distance = <u32>load<u16>(distances + (item << 1));
        if (distance < limit) admit(slot, first + item, distance);
      }
    }
    splat = i16x8.splat(<i16>limit);
  }
}

/**
 * Scans places `from … to−1` for the query of a slot; `from` is a multiple of 64. Returns the place reached: `to`, or
 * less when the survivors' buffer is full and must be drained before the scan goes on.
 *
 * `liveBits`: bitmap of the rows that may be hits, readable up to a multiple of 16 rows; 0: all. `rowOrder`: u32 row of
 * every place; 0: places are rows, and survivors come in ascending order.
 */
export function scan(
  codes: usize,
  words: u32,
  bits: u32,
  slot: usize,
  query: usize,
  from: u32,
  to: u32,
  liveBits: usize,
  rowOrder: usize,
): u32 {
  found = 0;
  limit = load<u32>(slot, SLOT_LIMIT);
  closer = load<u32>(slot, SLOT_CLOSER);
  live = liveBits;
  order = rowOrder;
  const wordBytes = (<usize>words) << 3;
  const distances = arena + DISTANCES;
  let row = from;
  const rows = max<u32>(64, (BLOCK_BYTES / <u32>wordBytes) & ~63);
  while (row < to && limit > 0 && found + rows <= SURVIVOR_CAPACITY) {
    const count = min<u32>(rows, to - row);
    const block = codes + <usize>row * wordBytes;
    if (bits <= 248) {
      fill<u8>(block, count, query, words, distances);
      if (count & 63) memory.fill(distances + count, 255, 64 - (count & 63));
      filter8(slot, row, count);
    } else {
      fill<u16>(block, count, query, words, distances);
      if (count & 31) memory.fill(distances + (count << 1), 255, (32 - (count & 31)) << 1);
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
  fill<u16>(codes + <usize>from * ((<usize>words) << 3), to - from, query, words, arena + DISTANCES);
}
