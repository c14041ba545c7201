import { describe, expect, it } from 'vitest';
import { decodeFloat16 } from '../../data/float16.ts';
import { encodeFloat16 } from './float16.ts';

const all = Uint16Array.from({ length: 65536 }, (_, i) => i);
const halves = decodeFloat16(all);
const one = (value: number): number => encodeFloat16(Float32Array.of(value))[0]!;

describe('half precision', () => {
  it('gives every half back as it was', () => {
    const again = encodeFloat16(halves);
    const wrong = all.filter((bits, i) => !Number.isNaN(halves[i]!) && again[i] !== bits);
    expect(Array.from(wrong)).toEqual([]);
  });

  it('rounds to the nearer neighbour, and at the middle to the even one', () => {
    for (let bits = 0; bits < 0x7bff; bits += 7) {
      const [low, high] = [halves[bits]!, halves[bits + 1]!];
      const middle = (low + high) / 2; // exact in float32: a half has 11 bits
      expect(one(middle)).toBe(bits % 2 === 0 ? bits : bits + 1);
      expect(one(middle - (high - low) / 64)).toBe(bits);
      expect(one(-(middle + (high - low) / 64))).toBe(0x8000 | (bits + 1));
    }
  });

  it('goes to infinity where halves end, and keeps NaN', () => {
    expect(one(65519)).toBe(0x7bff);
    expect([one(65520), one(1e9), one(Number.POSITIVE_INFINITY)]).toEqual([0x7c00, 0x7c00, 0x7c00]);
    expect(one(Number.NEGATIVE_INFINITY)).toBe(0xfc00);
    expect(decodeFloat16(Uint16Array.of(one(Number.NaN)))[0]).toBeNaN();
  });
});
