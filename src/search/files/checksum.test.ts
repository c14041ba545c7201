import { describe, expect, it } from 'vitest';
import { Random } from '../../random.ts';
import { makeBuffers } from './buffers.ts';
import { Checksum } from './checksum.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** The bytes that xxHash's own tests are about (`xsum_sanity_check.c`): squares of a prime, their top bytes. */
function sanityBytes(length: number): Uint8Array {
  let generator = 2654435761n;
  return Uint8Array.from({ length }, () => {
    const byte = Number(generator >> 56n);
    generator = (generator * 11400714785074694797n) & 0xffff_ffff_ffff_ffffn;
    return byte;
  });
}

/** Of xxHash's own tests, seed 0. */
const KNOWN: [name: string, bytes: Uint8Array, expected: number][] = [
  ['nothing', text(''), 0x02cc5d05],
  ['a', text('a'), 0x550d7456],
  ['abc', text('abc'), 0x32d153ff],
  ['abcde', text('abcde'), 0x9738f19b],
  ['26 letters', text('abcdefghijklmnopqrstuvwxyz'), 0x63a14d5f],
  ['39 letters', text('Nobody inspects the spammish repetition'), 0xe2293b2f],
  ['1 byte', sanityBytes(1), 0xcf65b03e],
  ['14 bytes', sanityBytes(14), 0x1208e7e2],
  ['222 bytes', sanityBytes(222), 0x5bd11dbd],
];

const ways = [
  ['WebAssembly', true],
  ['TypeScript', false],
] as const;

describe.each(ways)('XXH32 in %s', (_, wasm) => {
  const { pair, stripes } = makeBuffers(wasm, 1 << 16);
  const of = (bytes: Uint8Array, cut = bytes.length): number => {
    const checksum = new Checksum(stripes);
    for (let at = 0; at < bytes.length; at += Math.max(1, cut)) {
      const piece = bytes.subarray(at, at + Math.max(1, cut));
      pair[0].set(piece);
      checksum.update(pair[0].subarray(0, piece.length));
    }
    return checksum.digest();
  };

  it.each(KNOWN)('gives the published checksum of %s', (_, bytes, expected) => {
    expect(of(bytes)).toBe(expected);
  });

  it('does not depend on how the bytes are cut', () => {
    const random = new Random(1, 'checksum');
    const bytes = Uint8Array.from({ length: 2048 + random.below(16) }, () => random.below(256));
    const whole = of(bytes);
    for (const cut of [1, 3, 15, 16, 17, 31, 33, 64, 100, 1000]) expect(of(bytes, cut), `${cut}`).toBe(whole);
  });

  it('of lengths that are no whole stripes agrees with the other way', () => {
    const bytes = Uint8Array.from({ length: 100 }, (_, i) => (i * 37) & 255);
    for (let length = 0; length <= 100; length++) {
      expect(of(bytes.subarray(0, length))).toBe(new Checksum().update(bytes.subarray(0, length)).digest());
    }
  });

  it('may be asked between and goes on', () => {
    const checksum = new Checksum(stripes).update(pair[1].subarray(0, 5).fill(97));
    const first = checksum.digest();
    expect(checksum.digest()).toBe(first);
    expect(checksum.update(pair[1].subarray(0, 20).fill(98)).digest()).toBe(
      of(text('aaaaa'.padEnd(25, 'b'))),
    );
  });
});
