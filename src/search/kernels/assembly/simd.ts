// The distances of `distances.ts` by i8x16.popcnt, for processors where it is one instruction and i64.popcnt is several
// (ARM: CNT; x86 emulates it). A row's bits are counted by byte lanes; a tree of pairwise additions then folds the
// lanes of 16 rows (u8) or 8 rows (u16) into one vector with a lane a row.

import { distanceOf } from './distances';

/** Sums of neighbouring lanes of a, then of b. */
// @ts-ignore: decorator
@inline
function fold8(a: v128, b: v128): v128 {
  return i8x16.add(
    v128.shuffle<u8>(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30),
    v128.shuffle<u8>(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31),
  );
}

// @ts-ignore: decorator
@inline
function fold16(a: v128, b: v128): v128 {
  return i16x8.add(
    v128.shuffle<u16>(a, b, 0, 2, 4, 6, 8, 10, 12, 14),
    v128.shuffle<u16>(a, b, 1, 3, 5, 7, 9, 11, 13, 15),
  );
}

// @ts-ignore: decorator
@inline
function ones(code: usize, q: v128): v128 {
  return i8x16.popcnt(v128.xor(v128.load(code), q));
}

/** Differing bits of a row of 2 … 4 words (a constant) by byte lanes. */
// @ts-ignore: decorator
@inline
function lanes(words: u32, code: usize, a: v128, b: v128): v128 {
  if (words == 2) return ones(code, a);
  if (words == 4) return i8x16.add(ones(code, a), ones(code + 16, b));
  return i8x16.add(ones(code, a), i8x16.popcnt(v128.xor(v128.load_zero<u64>(code + 16), b)));
}

/** Four rows: four lanes each. Of one word: two rows a vector, so that these are eight rows of two lanes. */
// @ts-ignore: decorator
@inline
function four(words: u32, code: usize, a: v128, b: v128): v128 {
  if (words == 1) {
    return fold8(fold8(ones(code, a), ones(code + 16, a)), fold8(ones(code + 32, a), ones(code + 48, a)));
  }
  const width = (<usize>words) << 3;
  return fold8(
    fold8(lanes(words, code, a, b), lanes(words, code + width, a, b)),
    fold8(lanes(words, code + 2 * width, a, b), lanes(words, code + 3 * width, a, b)),
  );
}

// @ts-ignore: decorator
@inline
function narrow(words: u32, codes: usize, count: u32, query: usize, out: usize): void {
  const a = words == 1 ? v128.load_splat<u64>(query) : v128.load(query);
  const b = words == 4 ? v128.load(query, 16) : words == 3 ? v128.load_zero<u64>(query, 16) : a;
  const width = (<usize>words) << 3;
  const end = codes + <usize>count * width;
  for (const turns = codes + <usize>(count & ~15) * width; codes < turns; codes += 16 * width) {
    const left = words == 1 ? four(1, codes, a, b) : fold8(four(words, codes, a, b), four(words, codes + 4 * width, a, b));
    const half = codes + 8 * width;
    const right = words == 1 ? four(1, half, a, b) : fold8(four(words, half, a, b), four(words, half + 4 * width, a, b));
    v128.store(out, fold8(left, right));
    out += 16;
  }
  for (; codes < end; codes += width) store<u8>(out++, <u8>distanceOf(words, codes, query));
}

/** Codes of 1 … 4 words and at most 248 bits. */
export function narrowSimd(words: u32, codes: usize, count: u32, query: usize, out: usize): void {
  if (words == 1) narrow(1, codes, count, query, out);
  else if (words == 2) narrow(2, codes, count, query, out);
  else if (words == 3) narrow(3, codes, count, query, out);
  else narrow(4, codes, count, query, out);
}

/** Differing bits of a row of at least 2 words, in eight lanes of u16. */
// @ts-ignore: decorator
@inline
function sums(words: u32, code: usize, query: usize): v128 {
  let sum = i16x8.splat(0);
  const last = query + ((<usize>(words & ~1)) << 3);
  for (; query < last; query += 16) {
    sum = i16x8.add(sum, i16x8.extadd_pairwise_i8x16_u(ones(code, v128.load(query))));
    code += 16;
  }
  if ((words & 1) == 0) return sum;
  const rest = v128.xor(v128.load_zero<u64>(code), v128.load_zero<u64>(query));
  return i16x8.add(sum, i16x8.extadd_pairwise_i8x16_u(i8x16.popcnt(rest)));
}

/** Codes of at least 4 words. */
export function wideSimd(words: u32, codes: usize, count: u32, query: usize, out: usize): void {
  const width = (<usize>words) << 3;
  const end = codes + <usize>count * width;
  for (const turns = codes + <usize>(count & ~7) * width; codes < turns; ) {
    let four = i16x8.splat(0);
    let eight = four;
    for (let half = 0; half < 2; half++) {
      const a = fold16(sums(words, codes, query), sums(words, codes + width, query));
      codes += 2 * width;
      const b = fold16(sums(words, codes, query), sums(words, codes + width, query));
      codes += 2 * width;
      four = eight;
      eight = fold16(a, b);
    }
    v128.store(out, fold16(four, eight));
    out += 16;
  }
  for (; codes < end; codes += width) {
    store<u16>(out, <u16>distanceOf(words, codes, query));
    out += 2;
  }
}
