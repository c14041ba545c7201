// Makes the tables of an index by counting sort. `starts` is u32 [2^width + 2] of zeros: counts are taken two places
// ahead, sums then stand one place ahead and serve as cursors, and when every code is placed starts[v] is where bucket
// v begins and starts[2^width] the number of codes.

import {
  ENTRY_BYTES,
  INDEX_CODES,
  INDEX_COUNT,
  INDEX_FIRST_TABLE,
  INDEX_PLACE_BITS,
  INDEX_TABLES,
  INDEX_TAIL_CODES,
  INDEX_WORDS,
  TABLE_BYTES,
  TABLE_ENTRIES,
  TABLE_HEADS,
  TABLE_NEXT,
  TABLE_OFFSET,
  TABLE_STARTS,
  TABLE_TURN,
  TABLE_WINDOW,
  maskOf,
  signature,
  substring,
} from './substrings';

export function countBuckets(codes: usize, words: u32, count: u32, offset: u32, mask: u32, starts: usize): void {
  const wordBytes = words << 3;
  for (let i: u32 = 0; i < count; i++) {
    const at = starts + (<usize>substring(codes, offset, mask) << 2);
    store<u32>(at, load<u32>(at, 8) + 1, 8);
    codes += wordBytes;
  }
}

export function sumBuckets(starts: usize, buckets: u32): void {
  let sum: u32 = 0;
  const end = starts + ((<usize>buckets + 2) << 2);
  for (let at = starts; at < end; at += 4) {
    sum += load<u32>(at);
    store<u32>(at, sum);
  }
}

/** Copies codes to where their bucket of table 0 goes on, and notes their rows: u32 [count] at `rows`, or 0: `first …`. */
export function placeCodes(
  codes: usize,
  words: u32,
  count: u32,
  first: u32,
  rows: usize,
  offset: u32,
  mask: u32,
  starts: usize,
  sorted: usize,
  order: usize,
): void {
  const wordBytes = words << 3;
  for (let i: u32 = 0; i < count; i++) {
    const at = starts + (<usize>substring(codes, offset, mask) << 2);
    const place = load<u32>(at, 4);
    store<u32>(at, place + 1, 4);
    store<u32>(order + (<usize>place << 2), rows != 0 ? load<u32>(rows + (<usize>i << 2)) : first + i);
    const out = sorted + <usize>place * wordBytes;
    for (let w: u32 = 0; w < wordBytes; w += 8) store<u64>(out + w, load<u64>(codes + w));
    codes += wordBytes;
  }
}

/** Enters all codes of an index into the table at `table`. */
export function enterCodes(index: usize, table: usize): void {
  const wordBytes = load<u32>(index, INDEX_WORDS) << 3;
  const count = load<u32>(index, INDEX_COUNT);
  const offset = load<u32>(table, TABLE_OFFSET);
  const mask = maskOf(table);
  const window = load<u32>(table, TABLE_WINDOW);
  const turn = load<u32>(table, TABLE_TURN);
  const placeBits = load<u32>(index, INDEX_PLACE_BITS);
  const starts: usize = load<u32>(table, TABLE_STARTS);
  const entries: usize = load<u32>(table, TABLE_ENTRIES);
  let code: usize = load<u32>(index, INDEX_CODES);
  countBuckets(code, wordBytes >> 3, count, offset, mask, starts);
  sumBuckets(starts, mask + 1);
  for (let i: u32 = 0; i < count; i++) {
    const at = starts + (<usize>substring(code, offset, mask) << 2);
    const place = load<u32>(at, 4);
    store<u32>(at, place + 1, 4);
    const entry = entries + <usize>place * ENTRY_BYTES;
    const value = signature(code, window, turn, placeBits) | i;
    store<u32>(entry, <u32>value);
    store<u16>(entry, <u16>(value >> 32), 4);
    store<u8>(entry, <u8>(value >> 48), 6);
    code += wordBytes;
  }
}

/** Hangs codes of the tail, places `from … to−1`, into the chains of all tables. */
export function chain(index: usize, from: u32, to: u32): void {
  const wordBytes = load<u32>(index, INDEX_WORDS) << 3;
  const codes: usize = load<u32>(index, INDEX_TAIL_CODES);
  const last = index + INDEX_FIRST_TABLE + load<u32>(index, INDEX_TABLES) * TABLE_BYTES;
  for (let table = index + INDEX_FIRST_TABLE; table < last; table += TABLE_BYTES) {
    const offset = load<u32>(table, TABLE_OFFSET);
    const mask = maskOf(table);
    const heads: usize = load<u32>(table, TABLE_HEADS);
    const next: usize = load<u32>(table, TABLE_NEXT);
    let code = codes + <usize>from * wordBytes;
    for (let i = from; i < to; i++) {
      const head = heads + (<usize>substring(code, offset, mask) << 2);
      store<u32>(next + (<usize>i << 2), load<u32>(head));
      store<u32>(head, i + 1);
      code += wordBytes;
    }
  }
}

/** Whether u32 [count] ascend from 0 to `last`. */
export function startsAreSound(starts: usize, buckets: u32, last: u32): bool {
  let before = load<u32>(starts);
  if (before != 0) return false;
  for (let v: u32 = 1; v <= buckets; v++) {
    const start = load<u32>(starts + (<usize>v << 2));
    if (start < before) return false;
    before = start;
  }
  return before == last;
}

/** Whether every entry names a place below `count`. */
export function entriesAreSound(entries: usize, count: u32, placeBits: u32): bool {
  const mask = <u32>(((<u64>1) << placeBits) - 1);
  for (const end = entries + <usize>count * ENTRY_BYTES; entries < end; entries += ENTRY_BYTES) {
    if ((load<u32>(entries) & mask) >= count) return false;
  }
  return true;
}
