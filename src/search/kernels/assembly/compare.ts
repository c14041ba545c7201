// Compares a query with codes at hand: places of a list, or a run of consecutive places. Those below the limit are
// offered as hits. Specialised for 1, 2 and 4 words of 64 bits.

import { fill } from './distances';
import { full, limit, offer, rowOf, worstRow } from './hits';
import { BLOCK_BYTES, DISTANCES, arena } from './layout';

let query: usize = 0;
let words: u32 = 0;
let bits: u32 = 0;

export function setQuery(address: usize, wordsOfCode: u32, bitsOfCode: u32): void {
  query = address;
  words = wordsOfCode;
  bits = bitsOfCode;
}

// @ts-ignore: decorator
@inline
function distance<W>(code: usize, q0: u64, q1: u64, q2: u64, q3: u64): u32 {
  let sum = popcnt(load<u64>(code) ^ q0);
  if (sizeof<W>() >= 2) sum += popcnt(load<u64>(code, 8) ^ q1);
  if (sizeof<W>() >= 4) sum += popcnt(load<u64>(code, 16) ^ q2) + popcnt(load<u64>(code, 24) ^ q3);
  if (sizeof<W>() >= 8) {
    const end = query + (words << 3);
    let at = query + 32;
    code += 32;
    for (; at < end; at += 8) {
      sum += popcnt(load<u64>(code) ^ load<u64>(at));
      code += 8;
    }
  }
  return <u32>sum;
}

/** W stands for the words: u8 1, u16 2, u32 4, u64 any number ≥ 4. */
// @ts-ignore: decorator
@inline
function compareListOf<W>(list: usize, count: u32, codes: usize): void {
  const q0 = load<u64>(query);
  const q1 = sizeof<W>() >= 2 ? load<u64>(query, 8) : 0;
  const q2 = sizeof<W>() >= 4 ? load<u64>(query, 16) : 0;
  const q3 = sizeof<W>() >= 4 ? load<u64>(query, 24) : 0;
  const width: usize = sizeof<W>() >= 8 ? words << 3 : sizeof<W>() << 3;
  const end = list + (count << 2);
  const whole = list + ((count & ~3) << 2);
  for (; list < whole; list += 16) {
    const a = load<u32>(list);
    const b = load<u32>(list, 4);
    const c = load<u32>(list, 8);
    const d = load<u32>(list, 12);
    const da = distance<W>(codes + <usize>a * width, q0, q1, q2, q3);
    const db = distance<W>(codes + <usize>b * width, q0, q1, q2, q3);
    const dc = distance<W>(codes + <usize>c * width, q0, q1, q2, q3);
    const dd = distance<W>(codes + <usize>d * width, q0, q1, q2, q3);
    if (<u32>(da < limit) | <u32>(db < limit) | <u32>(dc < limit) | <u32>(dd < limit)) {
      if (da < limit) offer(a, da);
      if (db < limit) offer(b, db);
      if (dc < limit) offer(c, dc);
      if (dd < limit) offer(d, dd);
    }
  }
  for (; list < end; list += 4) {
    const a = load<u32>(list);
    const da = distance<W>(codes + <usize>a * width, q0, q1, q2, q3);
    if (da < limit) offer(a, da);
  }
}

export function compareList(list: usize, count: u32, codes: usize): void {
  if (words == 1) compareListOf<u8>(list, count, codes);
  else if (words == 2) compareListOf<u16>(list, count, codes);
  else if (words == 4) compareListOf<u32>(list, count, codes);
  else if (words > 4) compareListOf<u64>(list, count, codes);
  else compareFew(list, count, codes);
}

/** Three words. */
function compareFew(list: usize, count: u32, codes: usize): void {
  for (const end = list + (count << 2); list < end; list += 4) {
    const place = load<u32>(list);
    const d = distanceAny(codes + <usize>place * (words << 3));
    if (d < limit) offer(place, d);
  }
}

function distanceAny(code: usize): u32 {
  let sum: u64 = 0;
  const end = query + (words << 3);
  for (let at = query; at < end; at += 8) {
    sum += popcnt(load<u64>(code) ^ load<u64>(at));
    code += 8;
  }
  return <u32>sum;
}

/** Shorter runs are compared code by code. */
const SHORT: u32 = 64;

// @ts-ignore: decorator
@inline
function compareShort<W>(from: u32, to: u32, codes: usize): void {
  const q0 = load<u64>(query);
  const q1 = sizeof<W>() >= 2 ? load<u64>(query, 8) : 0;
  const q2 = sizeof<W>() >= 4 ? load<u64>(query, 16) : 0;
  const q3 = sizeof<W>() >= 4 ? load<u64>(query, 24) : 0;
  const width: usize = sizeof<W>() << 3;
  let code = codes + <usize>from * width;
  for (let place = from; place < to; place++) {
    const d = distance<W>(code, q0, q1, q2, q3);
    if (d < limit) offer(place, d);
    code += width;
  }
}

/** Places `from … to−1`. `ascending`: so do their rows. */
export function compareRun(from: u32, to: u32, codes: usize, ascending: bool): void {
  if (to - from < SHORT) {
    if (words == 1) return compareShort<u8>(from, to, codes);
    if (words == 2) return compareShort<u16>(from, to, codes);
    if (words == 4) return compareShort<u32>(from, to, codes);
    for (let place = from; place < to; place++) {
      const d = distanceAny(codes + <usize>place * (words << 3));
      if (d < limit) offer(place, d);
    }
    return;
  }
  const wordBytes = words << 3;
  const rows = max<u32>(64, (BLOCK_BYTES / wordBytes) & ~63);
  const distances = arena + DISTANCES;
  for (let place = from; place < to; place += rows) {
    const count = min<u32>(rows, to - place);
    const block = codes + <usize>place * wordBytes;
    if (bits <= 248) {
      fill<u8>(block, count, query, words, distances);
      if (count & 63) memory.fill(distances + count, 255, 64 - (count & 63));
      filter8(place, count, ascending);
    } else {
      fill<u16>(block, count, query, words, distances);
      if (count & 31) memory.fill(distances + (count << 1), 255, (32 - (count & 31)) << 1);
      filter16(place, count, ascending);
    }
  }
}

/**
 * One more than the distance that places from `place` on may have: if their rows ascend and have passed the row of the
 * heap's worst, they must be nearer than it.
 */
// @ts-ignore: decorator
@inline
function below(ascending: bool, place: u32): u32 {
  return limit - <u32>(ascending && full && rowOf(place) > worstRow);
}

/** Offers the codes of a block below the limit. The nearest of 64 are compared first, since nearly always none is. */
// @ts-ignore: decorator
@inline
function filter8(first: u32, count: u32, ascending: bool): void {
  const distances = arena + DISTANCES;
  let splat = i8x16.splat(<i8>below(ascending, first));
  for (let group: u32 = 0; group < count; group += 64) {
    const at = distances + group;
    const nearest = i8x16.min_u(
      i8x16.min_u(v128.load(at), v128.load(at, 16)),
      i8x16.min_u(v128.load(at, 32), v128.load(at, 48)),
    );
    if (!v128.any_true(i8x16.lt_u(nearest, splat))) continue;
    for (let i = group; i < group + 64; i += 16) {
      let mask = i8x16.bitmask(i8x16.lt_u(v128.load(distances + i), splat));
      for (; mask != 0; mask &= mask - 1) {
        const item = i + <u32>ctz(mask);
        const d = <u32>load<u8>(distances + item);
        if (d < limit) offer(first + item, d);
      }
    }
    splat = i8x16.splat(<i8>below(ascending, first + group));
  }
}

/** The same for codes above 248 bits. */
// @ts-ignore: decorator
@inline
function filter16(first: u32, count: u32, ascending: bool): void {
  const distances = arena + DISTANCES;
  let splat = i16x8.splat(<i16>below(ascending, first));
  for (let group: u32 = 0; group < count; group += 32) {
    const at = distances + (group << 1);
    const nearest = i16x8.min_u(
      i16x8.min_u(v128.load(at), v128.load(at, 16)),
      i16x8.min_u(v128.load(at, 32), v128.load(at, 48)),
    );
    if (!v128.any_true(i16x8.lt_u(nearest, splat))) continue;
    for (let i = group; i < group + 32; i += 8) {
      let mask = i16x8.bitmask(i16x8.lt_u(v128.load(distances + (i << 1)), splat));
      for (; mask != 0; mask &= mask - 1) {
        const item = i + <u32>ctz(mask);
        const d = <u32>load<u16>(distances + (item << 1));
        if (d < limit) offer(first + item, d);
      }
    }
    splat = i16x8.splat(<i16>below(ascending, first + group));
  }
}
