import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Codes, hammingDistance } from '../../../src/codes/index.ts';
import { bitsOf, placesOf } from './bits.ts';

const code = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((list) => Buffer.from(list).toString('hex'));

describe('the picture of a code', () => {
  it('has the bits in the order of the package', () => {
    fc.assert(
      fc.property(code(8), (hex) => {
        const signs = Float32Array.from(bitsOf(hex), (bit) => (bit === 1 ? 1 : -1));
        expect(Codes.fromReal(signs, { bits: 64 }).toHex(0)).toBe(hex);
      }),
    );
  });

  it('marks as many bits as the codes are apart, and draws each bit once', () => {
    fc.assert(
      fc.property(code(8), code(8), (hex, query) => {
        const { on, off, onDiffers, offDiffers, columns, rows } = placesOf(hex, query);
        const [a, b] = [Codes.fromHex([hex]).row(0), Codes.fromHex([query]).row(0)];
        expect(onDiffers.length + offDiffers.length).toBe(hammingDistance(a, b));
        const all = [...on, ...off, ...onDiffers, ...offDiffers].sort((x, y) => x - y);
        expect(all).toEqual(Array.from({ length: 64 }, (_, i) => i));
        expect([columns, rows]).toEqual([8, 8]);
      }),
    );
  });

  it('grows with the code', () => {
    for (const [bytes, columns, rows] of [
      [1, 8, 1],
      [16, 16, 8],
      [512, 64, 64],
    ] as const)
      expect(placesOf('00'.repeat(bytes))).toMatchObject({ columns, rows });
  });
});
