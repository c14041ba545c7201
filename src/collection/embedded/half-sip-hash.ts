/**
 * HalfSipHash-1-3 with 32 bits of result (Aumasson, Bernstein: SipHash; the reduced one of Linux' hsiphash): a keyed hash for
 * tables. Ids come from outside, and who does not know the key cannot choose many that fall into one place.
 */

export interface HashKey {
  readonly k0: number;
  readonly k1: number;
}

/** Hash of `bytes[from … to−1]`, 0 … 2³²−1. */
export function halfSipHash(bytes: Uint8Array, from: number, to: number, { k0, k1 }: HashKey): number {
  let v0 = k0 | 0;
  let v1 = k1 | 0;
  let v2 = k0 ^ 0x6c796765;
  let v3 = k1 ^ 0x74656462;
  const length = to - from;
  const whole = to - (length & 3);
  for (let at = from; ; at += 4) {
    // The last word holds what is left and the length.
    let word: number;
    if (at < whole)
      word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    else {
      word = length << 24;
      if (at + 2 < to) word |= bytes[at + 2]! << 16;
      if (at + 1 < to) word |= bytes[at + 1]! << 8;
      if (at < to) word |= bytes[at]!;
    }
    v3 ^= word;
    let rounds = 1;
    if (at >= whole) rounds = 4; // one for the word, three at the end
    for (let round = 0; round < rounds; round++) {
      if (round === 1) {
        v0 ^= word;
        v2 ^= 0xff;
      }
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
    }
    if (at >= whole) return (v1 ^ v3) >>> 0;
    v0 ^= word;
  }
}
