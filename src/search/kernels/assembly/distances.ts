// Hamming distances of consecutive codes to one query, as u8 or u16 (D). Codes and query are whole 64-bit words, padded
// with zeros. Here by scalar i64.popcnt, which is one instruction on x86; `simd.ts` has the twins for processors where
// i8x16.popcnt is one.
//
// A turn of a loop is four runs of rows, of 512 bytes in all: it costs about two cycles whatever it holds, but longer
// turns made the processor foresee less of what it must fetch (prefixes of 4 and 8 words: half the speed). The runs lie
// one behind the other (`fill`), or two and two at places far apart (`fillTwo`), so that memory is read in two streams.

import { BLOCK } from './layout';
import { narrowSimd, wideSimd } from './simd';
import { usesSimd } from './variant';

/** Distance over the first `words` words (1, 2, 3, 4, 6 or 8, a constant) of a code. */
// @ts-ignore: decorator
@inline
function distance(
  words: u32, code: usize,
  q0: u64, q1: u64, q2: u64, q3: u64, q4: u64, q5: u64, q6: u64, q7: u64,
): u64 {
  let sum = popcnt(load<u64>(code) ^ q0);
  if (words > 1) sum += popcnt(load<u64>(code + 8) ^ q1);
  if (words > 2) sum += popcnt(load<u64>(code + 16) ^ q2);
  if (words > 3) sum += popcnt(load<u64>(code + 24) ^ q3);
  if (words > 4) sum += popcnt(load<u64>(code + 32) ^ q4) + popcnt(load<u64>(code + 40) ^ q5);
  if (words > 6) sum += popcnt(load<u64>(code + 48) ^ q6) + popcnt(load<u64>(code + 56) ^ q7);
  return sum;
}

/** Two rows, `width` bytes apart. Constant sums of addresses become offsets of the instructions. */
// @ts-ignore: decorator
@inline
function two<D>(
  words: u32, width: usize, code: usize, out: usize,
  q0: u64, q1: u64, q2: u64, q3: u64, q4: u64, q5: u64, q6: u64, q7: u64,
): void {
  store<D>(out, <D>distance(words, code, q0, q1, q2, q3, q4, q5, q6, q7));
  store<D>(out + sizeof<D>(), <D>distance(words, code + width, q0, q1, q2, q3, q4, q5, q6, q7));
}

/** A run of 2, 4, 8 or 16 rows (a constant). */
// @ts-ignore: decorator
@inline
function run<D>(
  rows: usize, words: u32, width: usize, code: usize, out: usize,
  q0: u64, q1: u64, q2: u64, q3: u64, q4: u64, q5: u64, q6: u64, q7: u64,
): void {
  two<D>(words, width, code, out, q0, q1, q2, q3, q4, q5, q6, q7);
  if (rows < 4) return;
  two<D>(words, width, code + 2 * width, out + 2 * sizeof<D>(), q0, q1, q2, q3, q4, q5, q6, q7);
  if (rows < 8) return;
  two<D>(words, width, code + 4 * width, out + 4 * sizeof<D>(), q0, q1, q2, q3, q4, q5, q6, q7);
  two<D>(words, width, code + 6 * width, out + 6 * sizeof<D>(), q0, q1, q2, q3, q4, q5, q6, q7);
  if (rows < 16) return;
  two<D>(words, width, code + 8 * width, out + 8 * sizeof<D>(), q0, q1, q2, q3, q4, q5, q6, q7);
  two<D>(words, width, code + 10 * width, out + 10 * sizeof<D>(), q0, q1, q2, q3, q4, q5, q6, q7);
  two<D>(words, width, code + 12 * width, out + 12 * sizeof<D>(), q0, q1, q2, q3, q4, q5, q6, q7);
  two<D>(words, width, code + 14 * width, out + 14 * sizeof<D>(), q0, q1, q2, q3, q4, q5, q6, q7);
}

/**
 * Distances over `words` words (1, 2, 3, 4, 6 or 8: the registers take no longer query) of rows that are `width` bytes
 * apart. `rows` of a run, `words`, `two` and, but for prefixes of long codes, `width` are constants.
 *
 * `two`: of as many rows `far` bytes further, too, to `out + BLOCK`.
 */
// @ts-ignore: decorator
@inline
function narrow<D>(
  rows: usize, words: u32, width: usize, two: bool, far: usize, codes: usize, count: u32, query: usize, out: usize,
): void {
  const q0 = load<u64>(query);
  const q1 = words > 1 ? load<u64>(query, 8) : 0;
  const q2 = words > 2 ? load<u64>(query, 16) : 0;
  const q3 = words > 3 ? load<u64>(query, 24) : 0;
  const q4 = words > 4 ? load<u64>(query, 32) : 0;
  const q5 = words > 4 ? load<u64>(query, 40) : 0;
  const q6 = words > 6 ? load<u64>(query, 48) : 0;
  const q7 = words > 6 ? load<u64>(query, 56) : 0;
  const turn: usize = two ? 2 * rows : 4 * rows;
  const end = codes + <usize>count * width;
  for (const turns = codes + (<usize>count / turn) * turn * width; codes < turns; codes += turn * width) {
    run<D>(rows, words, width, codes, out, q0, q1, q2, q3, q4, q5, q6, q7);
    run<D>(rows, words, width, codes + rows * width, out + rows * sizeof<D>(), q0, q1, q2, q3, q4, q5, q6, q7);
    const code = two ? codes + far : codes + 2 * rows * width;
    const to = two ? out + BLOCK : out + 2 * rows * sizeof<D>();
    run<D>(rows, words, width, code, to, q0, q1, q2, q3, q4, q5, q6, q7);
    run<D>(rows, words, width, code + rows * width, to + rows * sizeof<D>(), q0, q1, q2, q3, q4, q5, q6, q7);
    out += turn * sizeof<D>();
  }
  for (; codes < end; codes += width) {
    store<D>(out, <D>distance(words, codes, q0, q1, q2, q3, q4, q5, q6, q7));
    if (two) store<D>(out + BLOCK, <D>distance(words, codes + far, q0, q1, q2, q3, q4, q5, q6, q7));
    out += sizeof<D>();
  }
}

/** Distance of one row of any width. */
// @ts-ignore: decorator
@inline
export function distanceOf(words: u32, code: usize, query: usize): u64 {
  let sum: u64 = 0;
  for (const end = query + ((<usize>words) << 3); query < end; query += 8) {
    sum += popcnt(load<u64>(code) ^ load<u64>(query));
    code += 8;
  }
  return sum;
}

/** Distances of rows of any width: four rows a turn, so that a word of the query is read once for them. */
function wide(words: u32, codes: usize, count: u32, query: usize, out: usize): void {
  const width = (<usize>words) << 3;
  const last = query + width;
  const end = codes + <usize>count * width;
  for (const turns = codes + <usize>(count & ~3) * width; codes < turns; codes += 3 * width) {
    let a: u64 = 0;
    let b: u64 = 0;
    let c: u64 = 0;
    let d: u64 = 0;
    for (let at = query; at < last; at += 8) {
      const q = load<u64>(at);
      a += popcnt(load<u64>(codes) ^ q);
      b += popcnt(load<u64>(codes + width) ^ q);
      c += popcnt(load<u64>(codes + 2 * width) ^ q);
      d += popcnt(load<u64>(codes + 3 * width) ^ q);
      codes += 8;
    }
    store<u16>(out, <u16>a);
    store<u16>(out, <u16>b, 2);
    store<u16>(out, <u16>c, 4);
    store<u16>(out, <u16>d, 6);
    out += 8;
  }
  for (; codes < end; codes += width) {
    store<u16>(out, <u16>distanceOf(words, codes, query));
    out += 2;
  }
}

/** Whether it has made the distances: it has of 1, 2, 3, 4, 6 and 8 words. */
// @ts-ignore: decorator
@inline
function special<D>(
  words: u32, two: bool, far: usize, codes: usize, count: u32, query: usize, out: usize,
): bool {
  if (sizeof<D>() == 1) {
    if (words == 1) narrow<u8>(16, 1, 8, two, far, codes, count, query, out);
    else if (words == 2) narrow<u8>(8, 2, 16, two, far, codes, count, query, out);
    else if (words == 3) narrow<u8>(4, 3, 24, two, far, codes, count, query, out);
    else narrow<u8>(4, 4, 32, two, far, codes, count, query, out);
    return true;
  }
  if (words == 4) narrow<u16>(4, 4, 32, two, far, codes, count, query, out);
  else if (words == 6) narrow<u16>(2, 6, 48, two, far, codes, count, query, out);
  else if (words == 8) narrow<u16>(2, 8, 64, two, far, codes, count, query, out);
  else return false;
  return true;
}

/** Writes `count` distances to `out`; as u8 of at most 4 words, as u16 of at least 4. */
export function fill<D>(codes: usize, count: u32, query: usize, words: u32, out: usize): void {
  if (usesSimd(words)) {
    if (sizeof<D>() == 1) narrowSimd(words, codes, count, query, out);
    else wideSimd(words, codes, count, query, out);
  } else if (!special<D>(words, false, 0, codes, count, query, out)) {
    wide(words, codes, count, query, out);
  }
}

/** The same of as many rows `far` bytes further, too, to `out + BLOCK`. */
export function fillTwo<D>(codes: usize, far: usize, count: u32, query: usize, words: u32, out: usize): void {
  if (!usesSimd(words) && special<D>(words, true, far, codes, count, query, out)) return;
  fill<D>(codes, count, query, words, out);
  fill<D>(codes + far, count, query, words, out + BLOCK);
}

/** Most words that `fillPrefix` compares. */
export const PREFIX_WORDS: u32 = 3;

/** Distances over the first `prefix` words (1 … PREFIX_WORDS, < words) of `count` rows, as u8. */
export function fillPrefix(prefix: u32, codes: usize, count: u32, query: usize, words: u32, out: usize): void {
  const width = (<usize>words) << 3;
  if (prefix == 1) {
    narrow<u8>(2, 1, width, false, 0, codes, count, query, out);
  } else if (prefix == 2) {
    narrow<u8>(2, 2, width, false, 0, codes, count, query, out);
  } else {
    narrow<u8>(2, 3, width, false, 0, codes, count, query, out);
  }
}
