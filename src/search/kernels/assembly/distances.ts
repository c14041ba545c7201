// Hamming distances of consecutive codes to one query, as u8 or u16 (D), in codes of 1, 2, 4 or any number of words
// of 64 bits. Scalar i64.popcnt is one instruction on x86 and beats i8x16.popcnt, which V8 emulates there.

// @ts-ignore: decorator
@inline
function fill1<D>(codes: usize, count: u32, query: usize, out: usize): void {
  const q = load<u64>(query);
  const end = codes + ((<usize>count) << 3);
  const unrolled = codes + ((<usize>(count & ~7)) << 3);
  while (codes < unrolled) {
    store<D>(out, <D>popcnt(load<u64>(codes) ^ q));
    store<D>(out, <D>popcnt(load<u64>(codes, 8) ^ q), sizeof<D>());
    store<D>(out, <D>popcnt(load<u64>(codes, 16) ^ q), 2 * sizeof<D>());
    store<D>(out, <D>popcnt(load<u64>(codes, 24) ^ q), 3 * sizeof<D>());
    store<D>(out, <D>popcnt(load<u64>(codes, 32) ^ q), 4 * sizeof<D>());
    store<D>(out, <D>popcnt(load<u64>(codes, 40) ^ q), 5 * sizeof<D>());
    store<D>(out, <D>popcnt(load<u64>(codes, 48) ^ q), 6 * sizeof<D>());
    store<D>(out, <D>popcnt(load<u64>(codes, 56) ^ q), 7 * sizeof<D>());
    codes += 64;
    out += 8 * sizeof<D>();
  }
  while (codes < end) {
    store<D>(out, <D>popcnt(load<u64>(codes) ^ q));
    codes += 8;
    out += sizeof<D>();
  }
}

// @ts-ignore: decorator
@inline
function distance2(code: usize, q0: u64, q1: u64): u64 {
  return popcnt(load<u64>(code) ^ q0) + popcnt(load<u64>(code, 8) ^ q1);
}

// @ts-ignore: decorator
@inline
function fill2<D>(codes: usize, count: u32, query: usize, out: usize): void {
  const q0 = load<u64>(query);
  const q1 = load<u64>(query, 8);
  const end = codes + ((<usize>count) << 4);
  const unrolled = codes + ((<usize>(count & ~3)) << 4);
  while (codes < unrolled) {
    store<D>(out, <D>distance2(codes, q0, q1));
    store<D>(out, <D>distance2(codes + 16, q0, q1), sizeof<D>());
    store<D>(out, <D>distance2(codes + 32, q0, q1), 2 * sizeof<D>());
    store<D>(out, <D>distance2(codes + 48, q0, q1), 3 * sizeof<D>());
    codes += 64;
    out += 4 * sizeof<D>();
  }
  while (codes < end) {
    store<D>(out, <D>distance2(codes, q0, q1));
    codes += 16;
    out += sizeof<D>();
  }
}

// @ts-ignore: decorator
@inline
function distance4(code: usize, q0: u64, q1: u64, q2: u64, q3: u64): u64 {
  return (
    popcnt(load<u64>(code) ^ q0) +
    popcnt(load<u64>(code, 8) ^ q1) +
    (popcnt(load<u64>(code, 16) ^ q2) + popcnt(load<u64>(code, 24) ^ q3))
  );
}

// @ts-ignore: decorator
@inline
function fill4<D>(codes: usize, count: u32, query: usize, out: usize): void {
  const q0 = load<u64>(query);
  const q1 = load<u64>(query, 8);
  const q2 = load<u64>(query, 16);
  const q3 = load<u64>(query, 24);
  const end = codes + ((<usize>count) << 5);
  const unrolled = codes + ((<usize>(count & ~1)) << 5);
  while (codes < unrolled) {
    store<D>(out, <D>distance4(codes, q0, q1, q2, q3));
    store<D>(out, <D>distance4(codes + 32, q0, q1, q2, q3), sizeof<D>());
    codes += 64;
    out += 2 * sizeof<D>();
  }
  if (codes < end) store<D>(out, <D>distance4(codes, q0, q1, q2, q3));
}

// @ts-ignore: decorator
@inline
function fillAny<D>(codes: usize, count: u32, query: usize, words: u32, out: usize): void {
  const last = query + ((<usize>words) << 3);
  for (let i: u32 = 0; i < count; i++) {
    let sum: u64 = 0;
    for (let q = query; q < last; q += 8) {
      sum += popcnt(load<u64>(codes) ^ load<u64>(q));
      codes += 8;
    }
    store<D>(out, <D>sum);
    out += sizeof<D>();
  }
}

/** Writes `count` distances to `out`. Codes and query are whole 64-bit words, padded with zeros. */
// @ts-ignore: decorator
@inline
export function fill<D>(codes: usize, count: u32, query: usize, words: u32, out: usize): void {
  if (words == 1) fill1<D>(codes, count, query, out);
  else if (words == 2) fill2<D>(codes, count, query, out);
  else if (words == 4) fill4<D>(codes, count, query, out);
  else fillAny<D>(codes, count, query, words, out);
}
