// The exact scan: a block of codes → distances in a scratch → filter → survivors.
//
// Of codes of several words, a block is first compared over a prefix where the limit is small against it: a row that
// differs there in `limit` bits or more cannot be a hit. For near neighbours in clustered or learnt codes that leaves a
// few rows to compare in full. Where more pass than pays, whole rows are compared again for a while, each time twice as
// long, and then the prefix is tried anew. What survives, and in which order, is the same.

import { PREFIX_WORDS, fill, fillPrefix } from './distances';
import { begin, end, filterBytes, filterPairs, filterPrefix, found, limit } from './filter';
import { BLOCK, BLOCK_BYTES, DISTANCES, SLOT_PREFIX_PAUSE, SLOT_PREFIX_WAIT, SURVIVOR_CAPACITY, arena } from './layout';
import { usesSimd } from './variant';

/** Bits that two codes differ in over one word with a chance of less than 1 % when the bits are balanced: at most 21. */
const FAR: u32 = 22;

/** Longest wait, in blocks, before the prefix is tried again. */
const LONGEST_PAUSE: u32 = 4096;

/** Words of the prefix that would leave few rows of balanced bits; 0: none is worth while. */
function prefixFor(words: u32): u32 {
  const most = min(PREFIX_WORDS, usesSimd(words) ? words >> 2 : words >> 1);
  const needed = (limit + FAR - 1) / FAR;
  return needed <= most ? needed : 0;
}

/** Compares a block over the prefix; returns the rows done, fewer than `count` when too many passed. */
function scanPrefix(prefix: u32, slot: usize, first: u32, count: u32, block: usize, words: u32, query: usize): u32 {
  fillPrefix(prefix, block, count, query, words, arena + DISTANCES);
  const most = (count >> 5) * min(words - prefix, 8); // to compare a row alone takes as long as some 25 words in turn
  const done = filterPrefix(first, count, block, words, query, most);
  let pause: u32 = 0;
  if (done < count) pause = min(LONGEST_PAUSE, max(8, <u32>load<u16>(slot, SLOT_PREFIX_PAUSE) << 1));
  store<u16>(slot, <u16>pause, SLOT_PREFIX_PAUSE);
  store<u16>(slot, <u16>pause, SLOT_PREFIX_WAIT);
  return done;
}

/**
 * Scans places `from … to−1` for the query of a slot; `from` is a multiple of 64. Returns the place reached: `to`, or
 * less when the survivors' buffer is full and must be drained before the scan goes on.
 *
 * `live`: bitmap of the rows that may be hits, readable up to a multiple of 16 rows; 0: all. `order`: u32 row of every
 * place; 0: places are rows, and survivors come in ascending order.
 */
export function scan(
  codes: usize, words: u32, bits: u32, slot: usize, query: usize, from: u32, to: u32, live: usize, order: usize,
): u32 {
  begin(slot, live, order);
  const wordBytes = (<usize>words) << 3;
  const rows = max<u32>(64, (BLOCK_BYTES / <u32>wordBytes) & ~63);
  const distances = arena + DISTANCES;
  let wait = <u32>load<u16>(slot, SLOT_PREFIX_WAIT);
  let row = from;
  while (row < to && limit > 0 && found + rows <= SURVIVOR_CAPACITY) {
    const count = min<u32>(rows, to - row);
    const block = codes + <usize>row * wordBytes;
    const prefix = wait == 0 ? prefixFor(words) : 0;
    if (prefix != 0) {
      row += scanPrefix(prefix, slot, row, count, block, words, query);
      wait = <u32>load<u16>(slot, SLOT_PREFIX_WAIT);
      continue;
    }
    if (wait != 0) wait--;
    if (bits <= 248) {
      fill<u8>(block, count, query, words, distances);
      filterBytes(row, count);
    } else {
      fill<u16>(block, count, query, words, distances);
      filterPairs(row, count);
    }
    row += count;
  }
  store<u16>(slot, <u16>wait, SLOT_PREFIX_WAIT);
  end();
  return limit > 0 ? row : to;
}

/** All distances of rows `from … to−1` (at most one block) as u16, written over the block's scratch. */
export function distances(codes: usize, words: u32, query: usize, from: u32, to: u32): void {
  const block = codes + <usize>from * ((<usize>words) << 3);
  const out = arena + DISTANCES;
  if (words >= 4) {
    fill<u16>(block, to - from, query, words, out);
    return;
  }
  fill<u8>(block, to - from, query, words, out + BLOCK); // the scratch's second half, then widened from its start
  for (let at: usize = 0; at < to - from; at += 16) {
    const narrow = v128.load(out + BLOCK + at);
    v128.store(out + 2 * at, i16x8.extend_low_i8x16_u(narrow));
    v128.store(out + 2 * at, i16x8.extend_high_i8x16_u(narrow), 16);
  }
}
