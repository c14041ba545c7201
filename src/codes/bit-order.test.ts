import { describe, expect, it } from 'vitest';
import { Random } from '../random.ts';
import { Codes, hammingDistance } from './index.ts';

/** numpy.arange(48).reshape(2, 24) % 5 < 2, packed by NumPy 2.4 along axis 1 in both orders. */
const BITS = Array.from({ length: 48 }, (_, i) => i % 5 < 2);
const LITTLE = [0x63, 0x8c, 0x31, 0xc6, 0x18, 0x63];
const BIG = [0xc6, 0x31, 0x8c, 0x63, 0x18, 0xc6];
const codes = Codes.fromReal(
  Float32Array.from(BITS, (bit) => (bit ? 1 : -1)),
  { bits: 24 },
);

describe('packed codes of NumPy', () => {
  it('are read in either order of bits', () => {
    expect([...codes.bytes]).toEqual(LITTLE);
    const little = Codes.fromBytes(Uint8Array.from(LITTLE), { bits: 24, bitOrder: 'little' });
    const big = Codes.fromBytes(Uint8Array.from(BIG), { bits: 24, bitOrder: 'big' });
    for (const read of [little, big]) expect(read.bytes).toEqual(codes.bytes);
    expect(big.toBitString(0)).toBe('110001100011000110001100');
  });

  it('are written in either order of bits', () => {
    expect([...codes.toBytes()]).toEqual(LITTLE);
    expect([...codes.toBytes({ bitOrder: 'big' })]).toEqual(BIG);
  });

  it('are copied when the order is another, and only then', () => {
    const bytes = Uint8Array.from(LITTLE);
    expect(Codes.fromBytes(bytes, { bits: 24 }).bytes).toBe(bytes);
    expect(Codes.fromBytes(bytes, { bits: 24, bitOrder: 'big' }).bytes).not.toBe(bytes);
    expect([...bytes]).toEqual(LITTLE);
    expect(codes.toBytes()).not.toBe(codes.bytes);
  });

  it('are as far from each other in either order', () => {
    const random = new Random(1);
    const bytes = Uint8Array.from({ length: 64 }, () => random.below(256));
    const read = (bitOrder: 'little' | 'big') => Codes.fromBytes(bytes, { bits: 256, bitOrder });
    expect(hammingDistance(read('big').row(0), read('big').row(1))).toBe(
      hammingDistance(read('little').row(0), read('little').row(1)),
    );
    expect(read('big').toBytes({ bitOrder: 'big' })).toEqual(bytes);
  });

  it('of an order that there is not are refused', () => {
    const bitOrder = 'middle' as 'big';
    for (const work of [
      () => Codes.fromBytes(new Uint8Array(1), { bits: 8, bitOrder }),
      () => codes.toBytes({ bitOrder }),
    ]) {
      expect(work).toThrow(/bitOrder: must be "little" or "big", received middle/);
    }
  });
});
