import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/temporary-folder.ts';
import type { ImageFiles, ImagePixels } from '../data/dataset.ts';
import { extractorNamed } from './extractors.ts';
import type { BadPicture } from './pictures.ts';
import { imageFilesAt, pictureBatches, readFeatures, readPictures } from './pictures.ts';

/** Picture number i is all of grey i. */
const greys = async (count: number): Promise<Uint8Array[]> =>
  Promise.all(
    Array.from({ length: count }, (_, i) =>
      sharp({ create: { width: 6, height: 6, channels: 3, background: { r: i, g: i, b: i } } })
        .png()
        .toBuffer(),
    ),
  );

const filesOf = (pictures: readonly Uint8Array[]): ImageFiles => ({
  kind: 'files',
  count: pictures.length,
  name: (row) => `tar/${row}.png`,
  // Later rows arrive first: the order of the result must not depend on it.
  read: async (row) => {
    await new Promise((done) => setTimeout(done, (row * 7) % 5));
    return pictures[row]!;
  },
});

const firsts = (data: Uint8Array, side: number): number[] =>
  Array.from({ length: data.length / (side * side * 3) }, (_, i) => data[i * side * side * 3]!);

let pictures: Uint8Array[];
beforeAll(async () => {
  pictures = await greys(23);
});

describe('reading many pictures', () => {
  it('keeps the order, and batches do not matter', async () => {
    const all = await readPictures(filesOf(pictures), 4);
    expect(firsts(all.data, 4)).toEqual(pictures.map((_, i) => i));
    const small = await readPictures(filesOf(pictures), 4, { batch: 5 });
    expect(small).toEqual(all);
  });

  it('reads the rows that are asked for, in their order', async () => {
    const { data, rows } = await readPictures(filesOf(pictures), 4, { rows: [20, 3, 3], batch: 2 });
    expect(firsts(data, 4)).toEqual([20, 3, 3]);
    expect([...rows]).toEqual([20, 3, 3]);
  });

  it('holds one batch at a time and says how far it is', async () => {
    const seen: number[] = [];
    const progress: string[] = [];
    const options = {
      batch: 10,
      onProgress: (done: number, total: number) => progress.push(`${done}/${total}`),
    };
    for await (const { data, rows } of pictureBatches(filesOf(pictures), 4, options)) {
      expect(data.length).toBe(rows.length * 48);
      seen.push(rows.length);
    }
    expect(seen).toEqual([10, 10, 3]);
    expect(progress).toEqual(['10/23', '20/23', '23/23']);
  });

  it('reads paths, and a missing file is named', async () => {
    const folder = await temporaryFolder();
    const file = path.join(folder, 'one.png');
    await writeFile(file, pictures[9]!);
    expect(firsts((await readPictures([file], 4)).data, 4)).toEqual([9]);
    const missing = readPictures(imageFilesAt([file, path.join(folder, 'none.png')]), 4);
    await expect(missing).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
    await expect(missing).rejects.toThrow('none.png');
  });

  it('takes pixels as they are, or resizes them', async () => {
    const data = Uint8Array.from({ length: 3 * 4 * 4 * 3 }, (_, i) => Math.floor(i / 48) * 10);
    const images: ImagePixels = { kind: 'pixels', count: 3, height: 4, width: 4, data };
    expect((await readPictures(images, 4)).data).toEqual(data);
    expect(firsts((await readPictures(images, 8)).data, 8)).toEqual([0, 10, 20]);
  });

  it('makes features by the name of the extractor', async () => {
    const { features, rows } = await readFeatures(filesOf(pictures), 'gradients/1', {
      rows: [5, 6],
      batch: 1,
    });
    const { data } = await readPictures(filesOf(pictures), 64, { rows: [5, 6] });
    expect(features).toEqual({ data: extractorNamed('gradients/1').extract(data), rows: 2, cols: 832 });
    expect([...rows]).toEqual([5, 6]);
    await expect(readFeatures(filesOf(pictures), 'toString')).rejects.toMatchObject({
      code: 'EXTRACTOR_UNKNOWN',
    });
  });
});

describe('bad pictures', () => {
  const broken = (): Uint8Array[] =>
    pictures.with(2, Buffer.from('<svg/>')).with(11, pictures[11]!.subarray(0, 40));

  it('stop the work with an error that names the first of them', async () => {
    await expect(readPictures(filesOf(broken()), 4)).rejects.toMatchObject({
      code: 'PICTURE_FORMAT',
      values: { file: 'tar/2.png' },
    });
  });

  it('or are collected, and the others keep their row numbers', async () => {
    const bad: BadPicture[] = [];
    const { data, rows } = await readPictures(filesOf(broken()), 4, {
      batch: 3,
      onBad: (one) => bad.push(one),
    });
    expect(bad.map(({ row, name, error }) => [row, name, error.code])).toEqual([
      [2, 'tar/2.png', 'PICTURE_FORMAT'],
      [11, 'tar/11.png', 'PICTURE_UNREADABLE'],
    ]);
    expect([...rows]).toEqual(Array.from(pictures.keys()).filter((row) => row !== 2 && row !== 11));
    expect(firsts(data, 4)).toEqual([...rows]);
    const features = await readFeatures(filesOf(broken()), 'gradients/1', { onBad: () => undefined });
    expect(features.features.rows).toBe(21);
    expect(features.features.data.length).toBe(21 * 832);
  });

  it('a bug in the reader is not taken for a bad picture', async () => {
    const images: ImageFiles = { ...filesOf(pictures), read: () => Promise.reject(new TypeError('bug')) };
    await expect(readPictures(images, 4, { onBad: () => undefined })).rejects.toThrow(TypeError);
  });
});

describe('arguments', () => {
  it('a stopped read ends with ABORTED and decodes nothing more', async () => {
    const stop = new AbortController();
    let reads = 0;
    const images: ImageFiles = {
      ...filesOf(pictures),
      read: async (row) => {
        if (++reads === 4) stop.abort();
        return pictures[row]!;
      },
    };
    const stopped = readPictures(images, 4, { signal: stop.signal });
    await expect(stopped).rejects.toMatchObject({ code: 'ABORTED' });
    expect(reads).toBeLessThan(pictures.length);
  });

  it.each([
    ['side', 0, {}],
    ['side', 1025, {}],
    ['side', 2.5, {}],
    ['batch', 4, { batch: 0 }],
    ['rows', 4, { rows: [0, 23] }],
    ['rows', 4, { rows: [-1] }],
  ])('a %s outside its range is refused (%s %o)', async (name, side, options) => {
    const refused = readPictures(filesOf(pictures), side, options);
    await expect(refused).rejects.toMatchObject({ code: 'ARGUMENT_INVALID', values: { name } });
  });
});
