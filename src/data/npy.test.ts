import { execFileSync } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/temporary-folder.ts';
import { ERRORS, UnseenError } from '../errors.ts';
import { decodeFloat16 } from './float16.ts';
import { type NpyData, readNpy, readNpyHeader, writeNpy } from './npy.ts';

/** A file as any program might have left it: header text and body are free. */
function npyBytes(header: string, body: Uint8Array | number[], version = 1): Buffer {
  const text = Buffer.from(header, version === 3 ? 'utf8' : 'latin1');
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  if (version === 1) length.writeUInt16LE(text.length);
  else length.writeUInt32LE(text.length);
  return Buffer.concat([
    Buffer.from(`\x93NUMPY`, 'latin1'),
    Buffer.from([version, 0]),
    length,
    text,
    Buffer.from(body),
  ]);
}

const dictionary = (descr: string, shape: string, order = 'False') =>
  `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }\n`;

async function readBytes(bytes: Uint8Array) {
  const file = path.join(await temporaryFolder(), 'a.npy');
  await writeFile(file, bytes);
  return readNpy(file);
}

const ARRAYS: [string, NpyData][] = [
  ['f4', Float32Array.of(0.5, -1, 2, 3, Number.NaN, 5)],
  ['f8', Float64Array.of(0.1, -1, 2, 3, 4, 5)],
  ['i1', Int8Array.of(-128, 127, 0, 1, 2, 3)],
  ['u1', Uint8Array.of(255, 0, 1, 2, 3, 4)],
  ['i2', Int16Array.of(-32768, 32767, 0, 1, 2, 3)],
  ['u2', Uint16Array.of(65535, 0, 1, 2, 3, 4)],
  ['i4', Int32Array.of(-2147483648, 2147483647, 0, 1, 2, 3)],
  ['u4', Uint32Array.of(4294967295, 0, 1, 2, 3, 4)],
  ['i8', BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n, 0n, 1n, 2n, 3n)],
  ['u8', BigUint64Array.of(2n ** 64n - 1n, 0n, 1n, 2n, 3n, 4n)],
];

describe('.npy', () => {
  it.each(ARRAYS)('%s arrays come back as they were written', async (type, data) => {
    const file = path.join(await temporaryFolder(), 'a.npy');
    await writeNpy(file, data, [2, 3]);
    expect(await readNpy(file)).toEqual({ type, shape: [2, 3], data });
    expect((await readNpyHeader(file)).dataOffset % 64).toBe(0);
  });

  it('rows are read without the rest', async () => {
    const file = path.join(await temporaryFolder(), 'a.npy');
    await writeNpy(
      file,
      Float32Array.from({ length: 30 }, (_, i) => i),
      [10, 3],
    );
    const { shape, data } = await readNpy(file, { rows: [4, 6] });
    expect(shape).toEqual([2, 3]);
    expect([...data]).toEqual([12, 13, 14, 15, 16, 17]);
    await expect(readNpy(file, { rows: [4, 11] })).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
    await expect(readNpy(file, { rows: [-1, 2] })).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
  });

  it('every version, byte order and number of dimensions is read', async () => {
    for (const version of [1, 2, 3]) {
      const { data, shape } = await readBytes(npyBytes(dictionary('>i2', '(2,)'), [1, 2, 255, 254], version));
      expect(shape).toEqual([2]);
      expect([...data]).toEqual([258, -2]);
    }
    const doubles = await readBytes(npyBytes(dictionary('>f8', '(1, 1, 1)'), [0x3f, 0xf0, 0, 0, 0, 0, 0, 0]));
    expect(doubles).toEqual({ type: 'f8', shape: [1, 1, 1], data: Float64Array.of(1) });
    const scalar = await readBytes(npyBytes(dictionary('|b1', '()'), [1]));
    expect(scalar).toEqual({ type: 'b1', shape: [], data: Uint8Array.of(1) });
    const halves = await readBytes(npyBytes(dictionary('<f2', '(1L, 2L)'), [0x00, 0x3c, 0x00, 0xc0]));
    expect(halves).toEqual({ type: 'f2', shape: [1, 2], data: Float32Array.of(1, -2) });
    const keysInAnyOrder = `{"shape":(1,),"descr":"|u1","fortran_order":False}`;
    expect((await readBytes(npyBytes(keysInAnyOrder, [7]))).data).toEqual(Uint8Array.of(7));
  });

  it('Fortran order is read where it is the same bytes and refused where it is not', async () => {
    expect((await readBytes(npyBytes(dictionary('|u1', '(3, 1)', 'True'), [1, 2, 3]))).shape).toEqual([3, 1]);
    await expect(
      readBytes(npyBytes(dictionary('|u1', '(3, 2)', 'True'), [1, 2, 3, 4, 5, 6])),
    ).rejects.toMatchObject({
      code: 'NPY_UNSUPPORTED',
    });
  });

  it.each([
    ['an object array', dictionary('|O', '(1,)'), 'NPY_UNSUPPORTED'],
    [
      'a structured array',
      `{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }`,
      'NPY_UNSUPPORTED',
    ],
    ['text', dictionary('<U3', '(1,)'), 'NPY_UNSUPPORTED'],
    ['a type named like an object property', dictionary('<constructor', '(1,)'), 'NPY_UNSUPPORTED'],
    ['a shape beyond every disk', dictionary('<f8', '(9007199254740991, 9007199254740991)'), 'FILE_LENGTH'],
    [
      'a shape whose product overflows to infinity',
      dictionary('<f8', `(${Array(60).fill('9007199254740991').join(', ')})`),
      'FILE_LENGTH',
    ],
    ['a shape beyond safe integers', dictionary('<f8', '(9007199254740993,)'), 'FILE_MALFORMED'],
    ['a negative shape', dictionary('<f4', '(-1,)'), 'FILE_MALFORMED'],
    ['65 dimensions', dictionary('<f4', `(${Array(65).fill('1').join(', ')})`), 'FILE_MALFORMED'],
    ['a call instead of a dictionary', `__import__('os').system('true')`, 'FILE_MALFORMED'],
    ['a call inside', `{'descr': str('<f4'), 'fortran_order': False, 'shape': (1,), }`, 'FILE_MALFORMED'],
    [
      'a key twice',
      `{'descr': '<f4', 'descr': '<f8', 'fortran_order': False, 'shape': (1,), }`,
      'FILE_MALFORMED',
    ],
    ['a key missing', `{'descr': '<f4', 'shape': (1,), }`, 'FILE_MALFORMED'],
    ['something after the dictionary', `${dictionary('<f4', '(1,)')} + {}`, 'FILE_MALFORMED'],
    ['an empty header', '', 'FILE_MALFORMED'],
  ])('%s is refused by name', async (_, header, code) => {
    await expect(readBytes(npyBytes(header, [0, 0, 0, 0]))).rejects.toMatchObject({ code });
  });

  it('a truncated or padded file is refused with both lengths, before anything is allocated', async () => {
    const whole = npyBytes(dictionary('<f4', '(2,)'), [0, 0, 0, 0, 0, 0, 0, 0]);
    for (const bytes of [whole.subarray(0, -1), Buffer.concat([whole, Buffer.of(0)])]) {
      await expect(readBytes(bytes)).rejects.toMatchObject({
        code: 'FILE_LENGTH',
        values: { expected: whole.length, received: bytes.length },
      });
    }
    // 8 PiB: allocating would throw RangeError, or worse, succeed
    await expect(readBytes(npyBytes(dictionary('<f8', '(1125899906842624,)'), [0]))).rejects.toMatchObject({
      code: 'FILE_LENGTH',
    });
  });

  it('a header that claims 4 GiB is refused', async () => {
    const bytes = Buffer.concat([Buffer.from('\x93NUMPY\x02\x00', 'latin1'), Buffer.of(255, 255, 255, 255)]);
    await expect(readBytes(bytes)).rejects.toMatchObject({ code: 'FILE_MALFORMED' });
  });

  it('a missing file, a folder and an empty file are typed errors', async () => {
    const folder = await temporaryFolder();
    await expect(readNpy(path.join(folder, 'none.npy'))).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
    await expect(readNpy(folder)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
    await expect(readBytes(Buffer.alloc(0))).rejects.toMatchObject({ code: 'FILE_MALFORMED' });
  });

  it.skipIf(process.platform === 'win32')(
    'a pipe that nobody writes to is refused, not waited for',
    async () => {
      const pipe = path.join(await temporaryFolder(), 'pipe.npy');
      const command = 'mkfifo'; // of the system, not of a package
      execFileSync(command, [pipe]);
      await expect(readNpy(pipe)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
    },
  );

  it('no file whatever throws anything but a typed error', async () => {
    const folder = await temporaryFolder();
    const file = path.join(folder, 'fuzz.npy');
    const whole = npyBytes(dictionary('<f4', '(2, 2)'), new Uint8Array(16));
    const damaged = fc
      .tuple(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 8 }),
        fc.nat(whole.length),
      )
      .map(([changes, keep]) => {
        const bytes = Buffer.from(whole);
        for (const [at, value] of changes) bytes[at] = value;
        return bytes.subarray(0, keep);
      });
    const headers = fc.string({ maxLength: 80 }).map((text) => npyBytes(text, [0]));
    await fc.assert(
      fc.asyncProperty(fc.oneof(damaged, headers, fc.uint8Array({ maxLength: 64 })), async (bytes) => {
        await writeFile(file, bytes);
        try {
          const { shape, data } = await readNpy(file);
          expect(shape.reduce((product, n) => product * n, 1)).toBe(data.length);
        } catch (error) {
          expect(error).toBeInstanceOf(UnseenError);
          expect(Object.keys(ERRORS)).toContain((error as UnseenError).code);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('a write that fails leaves no file behind', async () => {
    const folder = await temporaryFolder();
    await expect(writeNpy(path.join(folder, 'a.npy'), Float32Array.of(1), [2])).rejects.toMatchObject({
      code: 'ARGUMENT_INVALID',
    });
    await expect(writeNpy(path.join(folder, 'no', 'a.npy'), Float32Array.of(1), [1])).rejects.toMatchObject({
      code: 'FILE_UNWRITABLE',
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it('a written file is byte for byte what numpy.save writes', async () => {
    const file = path.join(await temporaryFolder(), 'a.npy');
    await writeNpy(file, Float32Array.of(1, 2), [2]);
    // numpy.save of numpy.array([1, 2], "<f4"): header of 118 bytes, 128 before the array
    const text = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";
    const expected = Buffer.concat([
      Buffer.from('\x93NUMPY\x01\x00v\x00', 'latin1'),
      Buffer.from(`${text.padEnd(117)}\n`),
      Buffer.of(0, 0, 128, 63, 0, 0, 0, 64),
    ]);
    expect(await readFile(file)).toEqual(expected);
  });
});

describe('half precision', () => {
  it('is decoded exactly for every bit pattern', () => {
    const bits = Uint16Array.from({ length: 65536 }, (_, i) => i);
    const values = decodeFloat16(bits);
    for (const pattern of bits) {
      // Oracle: the same number as float32 bits, moved by shifting alone.
      const exponent = (pattern >> 10) & 31;
      const fraction = pattern & 1023;
      const sign = pattern >> 15 ? -1 : 1;
      const view = new DataView(new ArrayBuffer(4));
      if (exponent === 31) view.setUint32(0, ((pattern >> 15) << 31) | 0x7f800000 | (fraction << 13));
      else if (exponent > 0)
        view.setUint32(0, ((pattern >> 15) << 31) | ((exponent + 112) << 23) | (fraction << 13));
      else view.setFloat32(0, (sign * fraction) / 16777216);
      expect(Object.is(values[pattern], view.getFloat32(0))).toBe(true);
    }
  });
});
