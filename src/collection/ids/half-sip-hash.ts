/**
 * HalfSipHash-1-3 with 32 bits of result (Aumasson, Bernstein: SipHash; the reduced one of Linux' hsiphash): a keyed hash for
 * tables. Ids come from outside, and who does not know the key cannot choose many that fall into one place.
 */

export interface HashKey {
  readonly k0: number;
  readonly k1: number;
}

/** Rounds at the end, after the one of the last word. */
const LAST_ROUNDS = 3;

/** Hash of bytes `from … to−1`, 0 … 2³²−1. */
export function halfSipHash(bytes: DataView, from: number, to: number, { k0, k1 }: HashKey): number {
  let v0 = k0 | 0;
  let v1 = k1 | 0;
  let v2 = k0 ^ 0x6c796765;
  let v3 = k1 ^ 0x74656462;
  const whole = to - ((to - from) & 3);
  const end = whole + 4 * LAST_ROUNDS;
  for (let at = from; at <= end; at += 4) {
    // Behind the last word there is none: 0 changes nothing.
    const word = at < whole ? bytes.getInt32(at, true) : at === whole ? lastWord(bytes, from, to) : 0;
    v3 ^= word;
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
    v0 ^= word;
    if (at === whole) v2 ^= 0xff;
  }
  return (v1 ^ v3) >>> 0;
}

/** What is left behind the whole words, and the length. */
function lastWord(bytes: DataView, from: number, to: number): number {
  let word = (to - from) << 24;
  const whole = to - ((to - from) & 3);
  for (let at = whole; at < to; at++) word |= bytes.getUint8(at) << (8 * (at - whole));
  return word;
}
