// Distances of a block → rows below the limit → the survivors' buffer.
//
// A histogram of the survivors' distances lowers the limit: once k rows lie below it, a further row at the farthest of
// these distances cannot be a hit (of equally far rows the lowest row number wins), so the limit drops to it. Where that
// order of rows is not the order of the hits (SLOT_TIES), the limit stays above the k-th distance.

import { distanceOf } from './distances';
import {
  BLOCK,
  DISTANCES,
  SLOT_CLOSER,
  SLOT_FOUND,
  SLOT_HISTOGRAM,
  SLOT_K,
  SLOT_LIMIT,
  SLOT_TIES,
  SURVIVOR_CAPACITY,
  SURVIVOR_DISTANCES,
  SURVIVOR_ROWS,
  arena,
} from './layout';

// The scan under way; an instance's scans run one at a time.
let slot: usize = 0;
let live: usize = 0;
let order: usize = 0;
let closer: u32 = 0;
export let found: u32 = 0;
export let limit: u32 = 0;

/** Most rows that can be noted; the survivors' buffer has them at its end. */
export const NOTES: u32 = 2048;
let noted: u32 = 0;

// What becomes of rows below the limit.
const ADMIT = 0; // survivors
const ADMIT_WHOLE = 1; // these are distances over a prefix: the whole row decides
const NOTE = 2; // rows further on than ones still to come, noted until these are done

export function begin(slotOfQuery: usize, liveBits: usize, rowOrder: usize): void {
  slot = slotOfQuery;
  live = liveBits;
  order = rowOrder;
  found = 0;
  limit = load<u32>(slot, SLOT_LIMIT);
  closer = load<u32>(slot, SLOT_CLOSER);
}

export function end(): void {
  store<u32>(slot, found, SLOT_FOUND);
  store<u32>(slot, limit, SLOT_LIMIT);
  store<u32>(slot, closer, SLOT_CLOSER);
}

function admit(place: u32, distance: u32): void {
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

/** Forgets what was noted. */
export function forget(): void {
  noted = 0;
}

function note(place: u32, distance: u32): void {
  const at = SURVIVOR_CAPACITY - NOTES + noted++;
  store<u32>(arena + SURVIVOR_ROWS + (at << 2), place);
  store<u16>(arena + SURVIVOR_DISTANCES + (at << 1), <u16>distance);
}

/** Admits of the rows noted, which come next, those still below the limit. */
export function admitNoted(): void {
  for (let at = SURVIVOR_CAPACITY - NOTES, end = at + noted; at < end; at++) {
    const distance = <u32>load<u16>(arena + SURVIVOR_DISTANCES + (at << 1));
    if (distance < limit) admit(load<u32>(arena + SURVIVOR_ROWS + (at << 2)), distance);
  }
  noted = 0;
}

/**
 * Takes the rows of a block, `first … first+count−1`, whose u8 distances at `distances` are below the limit. The nearest
 * of 64 are compared first, since nearly always none is. Distances are padded with 255 to a multiple of 64.
 *
 * Of distances over a prefix, the rest of the row at `codes + (row − first) · width` decides, and the filter stops behind
 * the 64 rows with which more than `most` rows passed. Returns the rows done; `mode` is a constant.
 */
// @ts-ignore: decorator
@inline
function filter8(
  mode: u32, distances: usize, first: u32, count: u32, codes: usize, words: u32, query: usize, most: u32,
): u32 {
  const pad = count & 63;
  if (pad) memory.fill(distances + count, 255, 64 - pad);
  const bitmap = order == 0 ? live : 0; // without an order, 16 rows are asked at once
  let splat = i8x16.splat(<i8>limit);
  let passed: u32 = 0;
  for (let group: u32 = 0; group < count; group += 64) {
    const at = distances + group;
    const nearest = i8x16.min_u(
      i8x16.min_u(v128.load(at), v128.load(at, 16)),
      i8x16.min_u(v128.load(at, 32), v128.load(at, 48)),
    );
    if (!v128.any_true(i8x16.lt_u(nearest, splat))) continue;
    if (mode == NOTE && noted + 64 > NOTES) return group;
    for (let i = group; i < group + 64; i += 16) {
      let mask = i8x16.bitmask(i8x16.lt_u(v128.load(distances + i), splat));
      if (bitmap != 0) mask &= <i32>load<u16>(bitmap + ((first + i) >> 3));
      for (; mask != 0; mask &= mask - 1) {
        const item = i + <u32>ctz(mask);
        let distance = <u32>load<u8>(distances + item);
        if (mode == NOTE) {
          note(first + item, distance);
          continue;
        }
        if (mode == ADMIT_WHOLE) {
          passed++;
          distance = <u32>distanceOf(words, codes + <usize>item * ((<usize>words) << 3), query);
        }
        if (distance < limit) admit(first + item, distance);
      }
    }
    if (mode == ADMIT_WHOLE && passed > most) return min(group + 64, count);
    splat = i8x16.splat(<i8>limit);
  }
  return count;
}

/** As `filter8`, of u16 distances: 32 at once, padded with 65535. */
// @ts-ignore: decorator
@inline
function filter16(mode: u32, distances: usize, first: u32, count: u32): u32 {
  const pad = count & 31;
  if (pad) memory.fill(distances + (count << 1), 255, (32 - pad) << 1);
  const bitmap = order == 0 ? live : 0;
  let splat = i16x8.splat(<i16>limit);
  for (let group: u32 = 0; group < count; group += 32) {
    const at = distances + (group << 1);
    const nearest = i16x8.min_u(
      i16x8.min_u(v128.load(at), v128.load(at, 16)),
      i16x8.min_u(v128.load(at, 32), v128.load(at, 48)),
    );
    if (!v128.any_true(i16x8.lt_u(nearest, splat))) continue;
    if (mode == NOTE && noted + 32 > NOTES) return group;
    for (let i = group; i < group + 32; i += 8) {
      let mask = i16x8.bitmask(i16x8.lt_u(v128.load(distances + (i << 1)), splat));
      if (bitmap != 0) mask &= <i32>load<u8>(bitmap + ((first + i) >> 3));
      for (; mask != 0; mask &= mask - 1) {
        const item = i + <u32>ctz(mask);
        const distance = <u32>load<u16>(distances + (item << 1));
        if (mode == NOTE) note(first + item, distance);
        else if (distance < limit) admit(first + item, distance);
      }
    }
    splat = i16x8.splat(<i16>limit);
  }
  return count;
}

/** Admits of a block whose distances `fill<D>` wrote. */
export function filter<D>(first: u32, count: u32): void {
  if (sizeof<D>() == 1) filter8(ADMIT, arena + DISTANCES, first, count, 0, 0, 0, 0);
  else filter16(ADMIT, arena + DISTANCES, first, count);
}

/** Of the far block that `fillTwo<D>` wrote; false when not all of it could be noted. */
export function noteFar<D>(first: u32, count: u32): bool {
  const distances = arena + DISTANCES + BLOCK;
  if (sizeof<D>() == 1) return filter8(NOTE, distances, first, count, 0, 0, 0, 0) == count;
  return filter16(NOTE, distances, first, count) == count;
}

/** Of distances over a prefix; returns the rows done, see `filter8`. */
export function filterPrefix(first: u32, count: u32, codes: usize, words: u32, query: usize, most: u32): u32 {
  return filter8(ADMIT_WHOLE, arena + DISTANCES, first, count, codes, words, query, most);
}
