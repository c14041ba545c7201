import { describe, expect, it } from 'vitest';
import { Random } from '../random.ts';
import { Codes, hammingDistance } from './index.ts';

const thrown = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
};

function randomReals(n: number, bits: number, seed = 1): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: n * bits }, () => random.normal());
}

describe('packing', () => {
  it('bit j is bit j mod 8 of byte j div 8, least significant first', () => {
    const values = new Float32Array(16).fill(-1);
    values[0] = 1;
    values[3] = 0.5;
    values[9] = 2;
    expect([...Codes.fromReal(values, { bits: 16 }).row(0)]).toEqual([0b0000_1001, 0b0000_0010]);
  });

  it('zero, minus zero and minus infinity are bit 0, infinity is bit 1', () => {
    const values = Float32Array.of(0, -0, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 0, 0, 0, 1e-45);
    expect([...Codes.fromReal(values, { bits: 8 }).bytes]).toEqual([0b1000_1000]);
  });

  it('unpacking gives the signs back, and packing them again the same bytes', () => {
    for (const bits of [8, 24, 64, 104]) {
      const values = randomReals(7, bits);
      const codes = Codes.fromReal(values, { bits });
      expect(codes.count).toBe(7);
      expect(codes.shape).toEqual([7, bits / 8]);
      expect(codes.unpack()).toEqual(values.map((value) => (value > 0 ? 1 : -1)));
      expect(Codes.fromReal(codes.unpack(), { bits }).bytes).toEqual(codes.bytes);
    }
  });

  it('NaN names its row and bit', () => {
    const values = randomReals(4, 16);
    values[2 * 16 + 5] = Number.NaN;
    const error = thrown(() => Codes.fromReal(values, { bits: 16 }));
    expect(error).toMatchObject({ code: 'CODES_VALUE_NAN', values: { row: 2, bit: 5 } });
  });

  it('refuses lengths that are no code length and arrays that are no whole codes', () => {
    for (const bits of [0, 4, 12, 4104, -8, 8.5, Number.NaN]) {
      const error = thrown(() => Codes.fromBytes(new Uint8Array(0), { bits }));
      expect(error).toMatchObject({ code: 'CODES_BITS_INVALID' });
    }
    const bytes = thrown(() => Codes.fromBytes(new Uint8Array(9), { bits: 16 }));
    expect(bytes).toMatchObject({ code: 'CODES_LENGTH_INVALID' });
    const reals = thrown(() => Codes.fromReal(new Float32Array(17), { bits: 16 }));
    expect(reals).toMatchObject({ code: 'CODES_LENGTH_INVALID' });
  });
});

describe('rows', () => {
  const codes = Codes.fromReal(randomReals(6, 24), { bits: 24 });
  const rows = (of: Codes): string[] => Array.from({ length: of.count }, (_, i) => of.toHex(i));

  it('slice is a view and counts like Array.slice', () => {
    for (const [from, to] of [
      [1, 4],
      [0, 6],
      [-2, 6],
      [2, -1],
      [4, 2],
      [3, 99],
      [9, 12],
    ] as const) {
      expect(rows(codes.slice(from, to))).toEqual(rows(codes).slice(from, to));
    }
    expect(codes.slice(1, 3).bytes.buffer).toBe(codes.bytes.buffer);
  });

  it('take copies in the given order', () => {
    const taken = codes.take([5, 0, 5]);
    expect(rows(taken)).toEqual([rows(codes)[5], rows(codes)[0], rows(codes)[5]]);
    expect(taken.bytes.buffer).not.toBe(codes.bytes.buffer);
  });

  it('a row outside is an error', () => {
    for (const row of [-1, 6, 0.5]) {
      expect(thrown(() => codes.row(row))).toMatchObject({ code: 'ARGUMENT_INVALID' });
      expect(thrown(() => codes.take([row]))).toMatchObject({ code: 'ARGUMENT_INVALID' });
    }
  });
});

describe('texts', () => {
  const codes = Codes.fromReal(randomReals(5, 72), { bits: 72 });
  const all = <T>(form: (i: number) => T): T[] => Array.from({ length: codes.count }, (_, i) => form(i));

  it('hex and base64 come back as they went', () => {
    const hex = all((i) => codes.toHex(i));
    expect(Codes.fromHex(hex).bytes).toEqual(codes.bytes);
    expect(Codes.fromHex(hex.map((text) => text.toUpperCase())).bytes).toEqual(codes.bytes);
    const base64 = all((i) => codes.toBase64(i));
    expect(base64[0]).toBe(Buffer.from(codes.row(0)).toString('base64'));
    expect(Codes.fromBase64(base64, { bits: 72 }).bytes).toEqual(codes.bytes);
  });

  it('bit text has bit 0 leftmost', () => {
    expect(Codes.fromBytes(Uint8Array.of(0b0000_0001, 0b1000_0000), { bits: 16 }).toBitString(0)).toBe(
      '1000000000000001',
    );
    const signs = codes.unpack();
    expect(codes.toBitString(0)).toBe([...signs.subarray(0, 72)].map((s) => (s > 0 ? '1' : '0')).join(''));
  });

  it('a wrong text names its row', () => {
    for (const bad of ['', '0102', '0102zz', '010203ff', '0x0203', ' 10203']) {
      const error = thrown(() => Codes.fromHex(['010203', bad]));
      expect(error).toMatchObject({ code: 'CODES_TEXT_INVALID', values: { row: 1 } });
    }
    for (const bad of ['', 'AQI=', 'AQ ID', 'AQID\n', 'AQIDBA==', '####']) {
      const error = thrown(() => Codes.fromBase64(['AQID', bad], { bits: 24 }));
      expect(error).toMatchObject({ code: 'CODES_TEXT_INVALID', values: { row: 1 } });
    }
    expect(thrown(() => Codes.fromHex([]))).toMatchObject({ code: 'CODES_BITS_INVALID' });
    expect(Codes.fromHex([], { bits: 8 }).count).toBe(0);
  });
});

describe('hammingDistance', () => {
  it('counts the signs that differ', () => {
    const codes = Codes.fromReal(randomReals(20, 40), { bits: 40 });
    const signs = codes.unpack();
    for (let a = 0; a < 20; a++) {
      for (let b = 0; b < 20; b++) {
        let differing = 0;
        for (let j = 0; j < 40; j++) if (signs[a * 40 + j] !== signs[b * 40 + j]) differing++;
        expect(hammingDistance(codes.row(a), codes.row(b))).toBe(differing);
      }
    }
  });

  it('refuses codes of two lengths', () => {
    const error = thrown(() => hammingDistance(new Uint8Array(2), new Uint8Array(3)));
    expect(error).toMatchObject({ code: 'CODES_BITS_MISMATCH' });
  });
});
