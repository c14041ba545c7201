import fs from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { writeHdf5Mat } from '../../../test/hdf5-writer.ts';
import { temporaryFolder } from '../../../test/temporary-folder.ts';
import { UnseenError } from '../../errors.ts';
import { toMatrix } from './arrays.ts';
import { withMat } from './mat.ts';

const inFolder = async (name = 'a.mat'): Promise<string> => path.join(await temporaryFolder(), name);

/** What the library prints it writes to descriptor 2, past `process.stderr`. */
async function quietly<T>(work: () => Promise<T>): Promise<T> {
  const write = vi.spyOn(fs, 'writeSync');
  try {
    const result = await work();
    expect(write.mock.calls.some(([descriptor]) => descriptor === 2)).toBe(false);
    return result;
  } finally {
    write.mockRestore();
  }
}

describe('version 7.3', () => {
  it('arrays of MATLAB have its dimensions, plain HDF5 arrays their own', async () => {
    const file = await inFolder();
    await writeHdf5Mat(file, {
      a: { shape: [2, 3], data: Float64Array.of(1, 4, 2, 5, 3, 6), className: 'double' },
      plain: { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
      text: { shape: [2, 2], data: Uint16Array.from('sued', (c) => c.charCodeAt(0)), className: 'char' },
      names: { cells: ['sea', 'sky', ''] },
      tags: {
        sparse: [
          [0, 1, 0],
          [2, 0, 3],
        ],
      },
    });
    await withMat(file, async (mat) => {
      expect(mat.version).toBe('7.3');
      expect(
        Object.fromEntries(
          [...mat.variables].map(([name, { className, shape }]) => [name, [className, shape]]),
        ),
      ).toEqual({
        a: ['double', [2, 3]],
        plain: ['float32', [2, 3]],
        text: ['char', [2, 2]],
        names: ['cell', [3, 1]],
        tags: ['sparse', [2, 3]],
      });
      for (const name of ['a', 'plain']) {
        const { data } = toMatrix(await mat.read(name), file, name);
        expect([...data]).toEqual([1, 2, 3, 4, 5, 6]);
      }
      expect(await mat.read('text')).toEqual({ kind: 'text', lines: ['se', 'ud'] });
      const names = await mat.read('names');
      expect(
        names.kind === 'cell' && names.items.map((item) => (item.kind === 'text' ? item.lines.join() : '')),
      ).toEqual(['sea', 'sky', '']);
      expect([...toMatrix(await mat.read('tags'), file, 'tags').data]).toEqual([0, 1, 0, 2, 0, 3]);
    });
  });

  it('pieces along a dimension are read alone, whatever the file’s own pieces are', async () => {
    const file = await inFolder();
    const data = Uint8Array.from({ length: 2 * 3 * 10 }, (_, i) => i);
    await writeHdf5Mat(file, {
      images: { shape: [2, 3, 10], data, className: 'uint8', chunks: [4, 3, 2] },
      plain: { shape: [10, 3, 2], data, chunks: [4, 3, 2] },
    });
    await withMat(file, async (mat) => {
      for (const [name, dimension] of [
        ['images', 2],
        ['plain', 0],
      ] as const) {
        const blocks = await mat.blocks(name, dimension);
        expect(blocks.step).toBe(4);
        expect([...(await blocks.read(3, 7)).data]).toEqual([...data.subarray(18, 42)]);
      }
      const { data: odd } = await (await mat.blocks('images', 0)).read(1, 2);
      expect([...odd]).toEqual([...data].filter((i) => i % 2 === 1));
    });
  });

  it('a file cannot make the library open another file', async () => {
    const file = await inFolder();
    const other = await inFolder('other.mat');
    await writeHdf5Mat(other, { secret: { shape: [1, 1], data: Float64Array.of(42), className: 'double' } });
    await writeHdf5Mat(
      file,
      { a: { shape: [1, 1], data: Float64Array.of(1), className: 'double' } },
      (open) => {
        open.create_external_link(other, 'secret', 'link');
      },
    );
    // Made with h5py: the array `a` of this file lies in the first 4 bytes of /etc/passwd.
    const external = await inFolder('external.mat');
    const packed =
      'eNrr9HBx4+WS4mLm4GCAgf9Q8J0RwjeAii/NEfX193AJYmKoYBJCVggDXEwMQC1sPAxAijFxM8w8DwaqgZSiVC+wE4AWMIowMDAxMjKyQOVgNDMPA6MAA8gNIMDBwAp0FTMXuwZQB1iUkWE/1GMcaKbDTOAA+o6ZEeYrmChDD8OgAsVHOs54uDoGgNgSUDGoxxjuM6Kq1U8tSdYvSCwuLk8B8wG12TTu';
    await writeFile(external, inflateSync(Buffer.from(packed, 'base64')));
    await quietly(() =>
      expect(withMat(external, async (mat) => mat.read('a'))).rejects.toMatchObject({
        code: 'FILE_MALFORMED',
      }),
    );
    await quietly(() =>
      withMat(file, async (mat) => {
        expect(mat.variables.get('link')).toMatchObject({ className: 'link' });
        await expect(mat.read('link')).rejects.toMatchObject({ code: 'MAT_UNSUPPORTED' });
        expect(await mat.read('a')).toMatchObject({ data: Float64Array.of(1) });
      }),
    );
  });

  it('a damaged file, a structure and a variable that is not there are refused, and nothing is printed', async () => {
    const file = await inFolder();
    await writeHdf5Mat(
      file,
      { a: { shape: [1, 2], data: Float64Array.of(1, 2), className: 'double' } },
      (open) => {
        open.create_group('s');
      },
    );
    const bytes = await readFile(file);
    await quietly(async () => {
      await withMat(file, async (mat) => {
        await expect(mat.read('s')).rejects.toMatchObject({ code: 'MAT_UNSUPPORTED' });
        await expect(mat.read('b')).rejects.toMatchObject({ code: 'MAT_UNSUPPORTED' });
      });
      for (const end of [60, 300, bytes.length - 200]) {
        await writeFile(file, bytes.subarray(0, end));
        await expect(withMat(file, async (mat) => mat.read('a'))).rejects.toMatchObject({
          code: 'FILE_MALFORMED',
        });
      }
    });
  });

  it('whatever else is in the file: a typed error or values', async () => {
    const file = await inFolder();
    await writeHdf5Mat(file, {
      a: { shape: [4, 6], data: new Float64Array(24), className: 'double', chunks: [3, 2] },
      names: { cells: ['sea', 'sky'] },
      tags: {
        sparse: [
          [0, 1],
          [2, 0],
        ],
      },
    });
    const bytes = await readFile(file);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        fc.option(fc.nat(bytes.length)),
        async (changes, cut) => {
          const copy = Buffer.from(bytes);
          for (const [place, value] of changes) copy[place] = value;
          await writeFile(file, copy.subarray(0, cut ?? copy.length));
          const readAll = withMat(file, async (mat) => {
            for (const name of mat.variables.keys()) await mat.read(name);
          });
          await readAll.catch((error: unknown) => expect(error).toBeInstanceOf(UnseenError));
        },
      ),
      { numRuns: 100, seed: 7 },
    );
  });

  it('text that lies elsewhere in the file is not followed', async () => {
    const file = await inFolder();
    await writeHdf5Mat(file, {}, (open) => {
      open.create_dataset({ name: 's', data: ['a', 'bc'] });
      open.create_dataset({ name: 'fixed', data: ['a', 'bc'], dtype: 'S2' });
    });
    await withMat(file, async (mat) => {
      await expect(mat.read('s')).rejects.toMatchObject({ code: 'MAT_UNSUPPORTED' });
      expect(await mat.read('fixed')).toEqual({ kind: 'text', lines: ['a', 'bc'] });
    });
  });

  it('an array that claims more than its file can hold is refused before it is made', async () => {
    const file = await inFolder();
    await writeHdf5Mat(file, {}, (open) => {
      const claim = open.create_dataset({
        name: 'a',
        data: new Uint8Array(1),
        shape: [1],
        maxshape: [null],
        chunks: [1024],
      });
      claim.resize([2 ** 31]);
    });
    await expect(withMat(file, async (mat) => mat.read('a'))).rejects.toMatchObject({ code: 'FILE_LENGTH' });
  });
});
