import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { full, type MatWriterOptions, matBytes, type Variable } from '../../../test/mat-writer.ts';
import { temporaryFolder } from '../../../test/temporary-folder.ts';
import { UnseenError } from '../../errors.ts';
import { toMatrix } from './arrays.ts';
import { withMat } from './mat.ts';
import type { MatFile, MatValue } from './mat-file.ts';

async function opened<T>(bytes: Uint8Array, use: (mat: MatFile) => Promise<T>): Promise<T> {
  const file = path.join(await temporaryFolder(), 'a.mat');
  await writeFile(file, bytes);
  return withMat(file, use);
}

const readAll = (bytes: Uint8Array): Promise<Record<string, MatValue>> =>
  opened(bytes, async (mat) => {
    const values: Record<string, MatValue> = {};
    for (const name of mat.variables.keys()) values[name] = await mat.read(name);
    return values;
  });

const FORMS: readonly [name: string, form: MatWriterOptions][] = [
  ['little-endian', {}],
  ['little-endian, compressed', { compress: true }],
  ['big-endian', { bigEndian: true }],
  ['big-endian, compressed', { bigEndian: true, compress: true }],
];

describe('version 5', () => {
  it.each(FORMS)('%s: arrays come back with class, shape and values', async (_, form) => {
    const variables: Record<string, Variable> = {
      numbers: full([
        [1.5, -2, 3],
        [4, 5, 1e300],
      ]),
      packed: { shape: [1, 5], numbers: [1, 2, 3, 4, 5], storedAs: 2 },
      pixels: { shape: [2, 2, 2], numbers: [1, 2, 3, 4, 5, 6, 7, 255], className: 'uint8', storedAs: 2 },
      halves: { shape: [1, 2], numbers: [0.5, 0.25], className: 'single', storedAs: 7 },
      words: { shape: [2, 1], numbers: [-2, 300], className: 'int16', storedAs: 3 },
      truth: { shape: [1, 3], numbers: [1, 0, 1], className: 'uint8', storedAs: 2, logical: true },
      none: { shape: [0, 4], numbers: [] },
      text: { text: ['sunset', 'sea'] },
      empty: { text: [] },
      cells: { cells: [{ text: ['a b'] }, { cells: [full([[7]])] }, { text: [''] }] },
      sparse: {
        sparse: [
          [0, 1, 0],
          [2, 0, 0],
        ],
      },
    };
    const values = await readAll(matBytes(variables, form));
    const data = (name: string) => {
      const value = values[name]!;
      return value.kind === 'numeric' ? [value.data.constructor.name, ...value.data] : value;
    };
    expect(data('numbers')).toEqual(['Float64Array', 1.5, 4, -2, 5, 3, 1e300]);
    expect([...toMatrix(values.packed!, 'f', 'packed').data]).toEqual([1, 2, 3, 4, 5]);
    expect(data('packed')).toEqual(['Float64Array', 1, 2, 3, 4, 5]);
    expect(data('pixels')).toEqual(['Uint8Array', 1, 2, 3, 4, 5, 6, 7, 255]);
    expect(data('halves')).toEqual(['Float32Array', 0.5, 0.25]);
    expect(data('words')).toEqual(['Int16Array', -2, 300]);
    expect(data('truth')).toEqual(['Uint8Array', 1, 0, 1]);
    expect(values.none).toMatchObject({ shape: [0, 4] });
    expect(values.text).toEqual({ kind: 'text', lines: ['sunset', 'sea'] });
    expect(values.empty).toEqual({ kind: 'text', lines: [] });
    expect(values.cells).toMatchObject({
      items: [{ lines: ['a b'] }, { items: [{ shape: [1, 1] }] }, { lines: [''] }],
    });
    expect([...toMatrix(values.sparse!, 'f', 'sparse').data]).toEqual([0, 1, 0, 2, 0, 0]);
  });
});

describe('matrices', () => {
  it('columns become rows', async () => {
    const rows = [
      [1, 2, 3],
      [4, 5, 6],
    ];
    const { a } = await readAll(matBytes({ a: full(rows) }));
    expect(toMatrix(a!, 'f', 'a')).toEqual({ data: Float32Array.of(1, 2, 3, 4, 5, 6), rows: 2, cols: 3 });
  });

  it('pieces along any dimension are what the whole has there', async () => {
    const numbers = Array.from({ length: 24 }, (_, i) => i);
    await opened(matBytes({ a: { shape: [2, 3, 4], numbers } }), async (mat) => {
      const last = await mat.blocks('a', 2);
      expect(last.shape).toEqual([2, 3, 4]);
      expect(await last.read(1, 3)).toMatchObject({
        shape: [2, 3, 2],
        data: Float64Array.from(numbers.slice(6, 18)),
      });
      const first = await (await mat.blocks('a', 0)).read(1, 2);
      expect([...first.data]).toEqual(numbers.filter((i) => i % 2 === 1));
      const middle = await (await mat.blocks('a', 1)).read(2, 3);
      expect([...middle.data]).toEqual(numbers.filter((i) => Math.floor(i / 2) % 3 === 2));
    });
  });
});

describe('what is refused', () => {
  const small = matBytes({ a: full([[1, 2]]) });
  const at = (bytes: Buffer, place: number, value: number): Buffer => {
    const copy = Buffer.from(bytes);
    copy.writeUInt32LE(value, place);
    return copy;
  };
  // The matrix begins at 128: tag 8, flags 8 + 8, dimensions 8 + 8, name 8, numbers 8 + 16.
  const FLAGS = 128 + 16;
  const DIMENSIONS = 128 + 8 + 16 + 8;
  const NUMBERS = 128 + 8 + 16 + 16 + 8;
  const bomb = (claim: number, zeros: number): Buffer => {
    const inside = Buffer.alloc(64 + zeros);
    small.subarray(128, 128 + 64).copy(inside);
    inside.writeUInt32LE(claim, 4);
    inside.writeUInt32LE(1, DIMENSIONS - 128);
    inside.writeUInt32LE(claim / 8, DIMENSIONS - 128 + 4);
    inside.writeUInt32LE(claim - 56, NUMBERS - 128 + 4);
    const packed = deflateSync(inside);
    const tag = Buffer.alloc(8);
    tag.writeUInt32LE(15, 0);
    tag.writeUInt32LE(packed.length, 4);
    return Buffer.concat([small.subarray(0, 128), tag, packed]);
  };

  it.each<[string, Uint8Array, string, string]>([
    ['an empty file', Buffer.alloc(0), 'FILE_MALFORMED', 'byte 124'],
    ['something else', Buffer.alloc(200, 'x'), 'FILE_MALFORMED', 'byte 124'],
    ['version 4', Buffer.alloc(200, '\0'), 'MAT_UNSUPPORTED', 'version 4'],
    ['half a tag', small.subarray(0, 132), 'FILE_MALFORMED', 'byte 128'],
    ['a cut-off variable', small.subarray(0, 180), 'FILE_MALFORMED', 'inside the one around it'],
    ['an element that is no array', at(small, 128, 9), 'FILE_MALFORMED', 'array (14)'],
    ['a class that is none', at(small, FLAGS, 99), 'FILE_MALFORMED', 'class from 1 to 17'],
    ['a structure', at(small, FLAGS, 2), 'MAT_UNSUPPORTED', 'struct'],
    ['complex numbers', at(small, FLAGS, 0x0806), 'MAT_UNSUPPORTED', 'complex'],
    ['more numbers than there are', at(small, DIMENSIONS, 1 << 20), 'FILE_MALFORMED', 'must take'],
    ['negative dimensions', at(small, DIMENSIONS, 2 ** 32 - 1), 'FILE_MALFORMED', 'dimensions'],
    ['an array above 2 GiB', at(small, DIMENSIONS, 2 ** 30), 'MAT_UNSUPPORTED', 'at most 2147483648 bytes'],
    ['an element longer than its array', at(small, NUMBERS + 4, 1 << 20), 'FILE_MALFORMED', 'inside the one'],
    ['numbers of no element type', at(small, NUMBERS, 14), 'FILE_MALFORMED', 'from 1 to 13'],
    ['two variables of one name', Buffer.concat([small, small.subarray(128)]), 'FILE_MALFORMED', 'differ'],
    ['a claim no deflate stream can keep', bomb(2 ** 30, 0), 'FILE_MALFORMED', 'inside the one around it'],
    ['a claim that ends early', bomb(2 ** 20, 10_000), 'FILE_MALFORMED', 'inflated byte'],
  ])('%s', async (_, bytes, code, words) => {
    const before = process.memoryUsage().rss;
    const error = await readAll(bytes).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UnseenError);
    expect(error).toMatchObject({ code });
    expect((error as Error).message).toContain(words);
    expect(process.memoryUsage().rss - before).toBeLessThan(256e6);
  });

  it('a flipped bit in a compressed array', async () => {
    const bytes = matBytes({ a: full([[1, 2, 3, 4, 5, 6, 7, 8]]) }, { compress: true });
    bytes[bytes.length - 1]! ^= 1; // the checksum's last byte
    await expect(readAll(bytes)).rejects.toMatchObject({ code: 'FILE_MALFORMED' });
  });

  it('cells in cells without end', async () => {
    const nest = (depth: number): Variable => ({ cells: depth === 0 ? [] : [nest(depth - 1)] });
    await expect(readAll(matBytes({ a: nest(7) }))).resolves.toBeTruthy();
    await expect(readAll(matBytes({ a: nest(9) }))).rejects.toMatchObject({ code: 'MAT_UNSUPPORTED' });
  });

  it('whatever else is in the file: a typed error or values, and no more memory than the file may ask for', async () => {
    const variables: Record<string, Variable> = {
      a: full([[1, 2, 3]]),
      t: { text: ['some', 'text'] },
      c: { cells: [{ text: ['x'] }, full([[1]])] },
      s: {
        sparse: [
          [0, 1],
          [2, 0],
        ],
      },
    };
    const files = FORMS.map(([, form]) => matBytes(variables, form));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...files),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.option(fc.nat()),
        async (bytes, changes, cut) => {
          const copy = Buffer.from(bytes);
          for (const [place, value] of changes) copy[place % copy.length] = value;
          const end = cut === null ? copy.length : cut % copy.length;
          await readAll(copy.subarray(0, end)).catch((error: unknown) => {
            expect(error, String((error as Error)?.stack)).toBeInstanceOf(UnseenError);
          });
        },
      ),
      { numRuns: 150, seed: 7 },
    );
  });
});
