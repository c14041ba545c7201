import { describe, expect, it } from 'vitest';
import { halfSipHash } from './half-sip-hash.ts';

/** `test_vectors_hsiphash` of Linux' lib/siphash_kunit.c for 32 bits: the bytes 0 … length−1 under the key 0 … 7. */
const VECTORS = [
  0x5814c896, 0xe7e864ca, 0xbc4b0e30, 0x01539939, 0x7e059ea6, 0x88e3d89b, 0xa0080b65, 0x9d38d9d6, 0x577999b1,
  0xc839caed, 0xe4fa32cf, 0x959246ee, 0x6b28096c, 0x66dd9cd6, 0x16658a7c, 0xd0257b04, 0x8b31d501, 0x2b1cd04b,
];

describe('halfSipHash', () => {
  it('gives the published hashes, wherever the bytes lie', () => {
    const key = { k0: 0x03020100, k1: 0x07060504 };
    const bytes = Uint8Array.from({ length: 32 }, (_, i) => i);
    const moved = new Uint8Array(40);
    moved.set(bytes, 5);
    expect(VECTORS.map((_, length) => halfSipHash(new DataView(bytes.buffer), 0, length, key))).toEqual(
      VECTORS,
    );
    expect(VECTORS.map((_, length) => halfSipHash(new DataView(moved.buffer), 5, 5 + length, key))).toEqual(
      VECTORS,
    );
  });
});
