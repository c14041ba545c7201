// The exact scan: a block of codes → distances in a scratch → filter → survivors.
//
// Of codes of 8 words and more, a block is first compared over a prefix where the limit is small against it: a row that
// differs there in `limit` bits or more cannot be a hit. For near neighbours in clustered or learnt codes that leaves a
// few rows to compare in full. Where more pass than pays, whole rows are compared again for a while, each time twice as
// long, and then the prefix is tried anew.
//
// Where memory is faster read at two places at once, the second half of what is to be scanned goes along with the
// first: its rows below the limit are noted, and compared with the limit again when the first half is done.
//
// What survives, and in which order, is always the same.

import { PREFIX_WORDS, fill, fillPrefix, fillTwo } from './distances';
import { NOTES, admitNoted, begin, end, filter, filterPrefix, forget, found, limit, noteFar } from './filter';
import { BLOCK, BLOCK_BYTES, DISTANCES, SLOT_PREFIX_PAUSE, SLOT_PREFIX_WAIT, SURVIVOR_CAPACITY, arena } from './layout';
import { usesSimd, usesTwoStreams } from './variant';

/** Bits that two codes differ in over one word with a chance of less than 1 % when the bits are balanced: at most 21. */
const FAR: u32 = 22;

/** Longest wait, in blocks, before the prefix is tried again. */
const LONGEST_PAUSE: u32 = 4096;

/** Shorter codes are compared as a whole: of 2 and 4 words that was 2.1 and 1.2 times as fast, of 8 it was 0.6. */
const LEAST_WORDS_PREFIX: u32 = 8;

/** Words of the prefix that would leave few rows of balanced bits; 0: none is worth while. */
function prefixFor(words: u32): u32 {
  if (words < LEAST_WORDS_PREFIX) return 0;
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

/** Scans two halves of `from … to−1` at once, in steps of `rows`; returns the place up to which all is done. */
function scanTwo<D>(codes: usize, words: u32, query: usize, from: u32, to: u32, rows: u32): u32 {
  const wordBytes = (<usize>words) << 3;
  const half = ((to - from) >> 1) & ~63;
  forget();
  for (let at: u32 = 0; at < half; at += rows) {
    if (limit == 0 || found + rows > SURVIVOR_CAPACITY - NOTES) return from + at;
    const count = min(rows, half - at);
    const block = codes + <usize>(from + at) * wordBytes;
    fillTwo<D>(block, <usize>half * wordBytes, count, query, words, arena + DISTANCES);
    filter<D>(from + at, count);
    if (!noteFar<D>(from + half + at, count)) return from + at + count;
  }
  if (found > SURVIVOR_CAPACITY - 2 * NOTES) return from + half;
  admitNoted();
  return from + 2 * half;
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
  const two = usesTwoStreams(words);
  let quiet = false; // hardly a row of the last block was below the limit
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
    if (two && quiet && to - row >= 4 * rows) {
      const step = max<u32>(64, (rows >> 1) & ~63);
      const reached =
        bits <= 248
          ? scanTwo<u8>(codes, words, query, row, to, step)
          : scanTwo<u16>(codes, words, query, row, to, step);
      quiet = reached + 64 >= to; // all is done but for an odd rest; else notes or survivors are too many
      if (reached > row) {
        row = reached;
        continue;
      }
    }
    const before = found;
    if (bits <= 248) {
      fill<u8>(block, count, query, words, distances);
      filter<u8>(row, count);
    } else {
      fill<u16>(block, count, query, words, distances);
      filter<u16>(row, count);
    }
    quiet = (found - before) << 8 <= count;
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
