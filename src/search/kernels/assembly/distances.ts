// Hamming distances of consecutive codes to one query, as u8 or u16 (D), for codes of 1, 2, 4 or any number of words
// of 64 bits. Scalar i64.popcnt is one instruction on x86 and beats i8x16.popcnt, which V8 emulates there.
//
// The rows of a block are read as four streams, one a quarter of the block, a few codes of each in turn: the quarters
// lie on different pages, so that the processor fetches from four places at once. One stream, where each page begins
// with a miss that nothing foresaw, ran at half the speed on codes that come from main memory.

// @ts-ignore: decorator
@inline
function distance1(code: usize, q: u64): u64 {
  return popcnt(load<u64>(code) ^ q);
}

// @ts-ignore: decorator
@inline
function four1<D>(code: usize, q: u64, out: usize): void {
  store<D>(out, <D>distance1(code, q));
  store<D>(out, <D>distance1(code + 8, q), sizeof<D>());
  store<D>(out, <D>distance1(code + 16, q), 2 * sizeof<D>());
  store<D>(out, <D>distance1(code + 24, q), 3 * sizeof<D>());
}

// @ts-ignore: decorator
@inline
function fill1<D>(codes: usize, count: u32, query: usize, out: usize): void {
  const q = load<u64>(query);
  const rows: usize = (count >> 4) << 2; // of one stream, four a turn
  const part = rows << 3;
  const outPart = rows * sizeof<D>();
  const end = codes + ((<usize>count) << 3);
  for (const turns = codes + part; codes < turns; codes += 32) {
    four1<D>(codes, q, out);
    four1<D>(codes + part, q, out + outPart);
    four1<D>(codes + 2 * part, q, out + 2 * outPart);
    four1<D>(codes + 3 * part, q, out + 3 * outPart);
    out += 4 * sizeof<D>();
  }
  out += 3 * outPart;
  for (codes += 3 * part; codes < end; codes += 8) {
    store<D>(out, <D>distance1(codes, q));
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
function two2<D>(code: usize, q0: u64, q1: u64, out: usize): void {
  store<D>(out, <D>distance2(code, q0, q1));
  store<D>(out, <D>distance2(code + 16, q0, q1), sizeof<D>());
}

// @ts-ignore: decorator
@inline
function fill2<D>(codes: usize, count: u32, query: usize, out: usize): void {
  const q0 = load<u64>(query);
  const q1 = load<u64>(query, 8);
  const rows: usize = (count >> 3) << 1;
  const part = rows << 4;
  const outPart = rows * sizeof<D>();
  const end = codes + ((<usize>count) << 4);
  for (const turns = codes + part; codes < turns; codes += 32) {
    two2<D>(codes, q0, q1, out);
    two2<D>(codes + part, q0, q1, out + outPart);
    two2<D>(codes + 2 * part, q0, q1, out + 2 * outPart);
    two2<D>(codes + 3 * part, q0, q1, out + 3 * outPart);
    out += 2 * sizeof<D>();
  }
  out += 3 * outPart;
  for (codes += 3 * part; codes < end; codes += 16) {
    store<D>(out, <D>distance2(codes, q0, q1));
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
  const rows: usize = count >> 2;
  const part = rows << 5;
  const outPart = rows * sizeof<D>();
  const end = codes + ((<usize>count) << 5);
  for (const turns = codes + part; codes < turns; codes += 32) {
    store<D>(out, <D>distance4(codes, q0, q1, q2, q3));
    store<D>(out + outPart, <D>distance4(codes + part, q0, q1, q2, q3));
    store<D>(out + 2 * outPart, <D>distance4(codes + 2 * part, q0, q1, q2, q3));
    store<D>(out + 3 * outPart, <D>distance4(codes + 3 * part, q0, q1, q2, q3));
    out += sizeof<D>();
  }
  out += 3 * outPart;
  for (codes += 3 * part; codes < end; codes += 32) {
    store<D>(out, <D>distance4(codes, q0, q1, q2, q3));
    out += sizeof<D>();
  }
}

// @ts-ignore: decorator
@inline
function fillAny<D>(codes: usize, count: u32, query: usize, words: u32, out: usize): void {
  const width = (<usize>words) << 3;
  const last = query + width;
  const rows: usize = count >> 2;
  const part = rows * width;
  const outPart = rows * sizeof<D>();
  const end = codes + <usize>count * width;
  for (const turns = codes + part; codes < turns; ) {
    let a: u64 = 0;
    let b: u64 = 0;
    let c: u64 = 0;
    let d: u64 = 0;
    for (let at = query; at < last; at += 8) {
      const q = load<u64>(at);
      a += popcnt(load<u64>(codes) ^ q);
      b += popcnt(load<u64>(codes + part) ^ q);
      c += popcnt(load<u64>(codes + 2 * part) ^ q);
      d += popcnt(load<u64>(codes + 3 * part) ^ q);
      codes += 8;
    }
    store<D>(out, <D>a);
    store<D>(out + outPart, <D>b);
    store<D>(out + 2 * outPart, <D>c);
    store<D>(out + 3 * outPart, <D>d);
    out += sizeof<D>();
  }
  out += 3 * outPart;
  for (codes += 3 * part; codes < end; ) {
    let sum: u64 = 0;
    for (let at = query; at < last; at += 8) {
      sum += popcnt(load<u64>(codes) ^ load<u64>(at));
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
