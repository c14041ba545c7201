import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { type Hdf5Array, writeHdf5Mat } from '../../../test/hdf5-writer.ts';
import { columnMajor, full, matBytes, type Variable } from '../../../test/mat-writer.ts';
import { temporaryFolder } from '../../../test/temporary-folder.ts';
import { addFeatures } from '../../encoders/dataset-features.ts';
import type { Dataset } from '../dataset.ts';
import { openDataset } from '../open-dataset.ts';
import type { ImportOptions } from './importer.ts';
import { importerFor } from './registry.ts';

const ITEMS = 5;
const HEIGHT = 4;
const WIDTH = 6;
/** Red is the item, green the line, blue the column. */
const pixel = (item: number, y: number, x: number, channel: number): number => [10 * item, y, x][channel]!;

/** All pixels, dimensions in the order of their letters (n, h, w, c), the last one fastest. */
function pixels(order: string): number[] {
  const sizes: Record<string, number> = { n: ITEMS, h: HEIGHT, w: WIDTH, c: 3 };
  const at: Record<string, number> = { n: 0, h: 0, w: 0, c: 0 };
  const all: number[] = [];
  const walk = (depth: number): void => {
    const letter = order[depth];
    if (letter === undefined) all.push(pixel(at.n!, at.h!, at.w!, at.c!));
    else for (at[letter] = 0; at[letter]! < sizes[letter]!; at[letter]!++) walk(depth + 1);
  };
  walk(0);
  return all;
}
const sizesOf = (order: string): number[] =>
  [...order].map((letter) => ({ n: ITEMS, h: HEIGHT, w: WIDTH, c: 3 })[letter]!);
const reversed = (order: string): string => [...order].reverse().join('');

const TAGS = [
  [1, 0, 0],
  [0, 1, 1],
  [0, 0, 0],
  [1, 1, 1],
  [0, 0, 1],
];
const LABELS = [
  [1, 0],
  [0, 1],
  [1, 1],
  [0, 0],
  [0, 1],
];
const GIST = Array.from({ length: ITEMS }, (_, row) => [row, row / 2]);
/** As MATLAB writes it: dimensions h, w, 3, n. */
const v5: Record<string, Variable> = {
  images: { shape: sizesOf('hwcn'), numbers: pixels('ncwh'), className: 'uint8', storedAs: 2 },
  YAll: full(TAGS),
  LAll: full(LABELS),
};
const matrix73 = (rows: readonly (readonly number[])[]): Hdf5Array => ({
  shape: [rows.length, rows[0]!.length],
  data: Float64Array.from(columnMajor(rows)),
  className: 'double',
});
const pictures73: Hdf5Array = {
  shape: sizesOf('hwcn'),
  data: Uint8Array.from(pixels('ncwh')),
  className: 'uint8',
  chunks: [2, 3, WIDTH, HEIGHT],
};

async function imported(
  format: 'mirflickr' | 'nuswide',
  write: (folder: string) => Promise<void>,
  options: ImportOptions = {},
  inside = '.',
): Promise<Dataset> {
  const folder = await temporaryFolder();
  const source = path.join(folder, 'source');
  await mkdir(source);
  await write(source);
  const out = path.join(folder, 'out');
  try {
    const made = await importerFor(format).run(path.join(source, inside), out, { side: HEIGHT, ...options });
    const opened = await openDataset(out);
    expect(opened.fingerprint).toBe(made.fingerprint);
    return opened;
  } catch (error) {
    expect(await readdir(folder)).toEqual(['source']);
    throw error;
  }
}

const writing =
  (bytes: Uint8Array, name = 'a.mat') =>
  (folder: string) =>
    writeFile(path.join(folder, name), bytes);

/** Every picture: its first and last pixels where nothing is scaled. */
async function expectPictures(data: Dataset): Promise<void> {
  const { images } = data.modalities.image!;
  if (images?.kind !== 'files') throw new Error('files expected');
  expect(images.count).toBe(ITEMS);
  for (let item = 0; item < ITEMS; item++) {
    const { data: raw, info } = await sharp(await images.read(item))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([HEIGHT, HEIGHT, 3]);
    // The square in the middle of 4 × 6: columns 1 to 4.
    const found = Array.from({ length: HEIGHT * HEIGHT }, (_, i) => [...raw.subarray(3 * i, 3 * i + 3)]);
    const wanted = found.map((_, i) =>
      [0, 1, 2].map((c) => pixel(item, Math.floor(i / HEIGHT), 1 + (i % HEIGHT), c)),
    );
    expect(found).toEqual(wanted);
  }
}

function expectTheSet(data: Dataset): void {
  const { image, text } = data.modalities;
  expect(data.rows).toBe(ITEMS);
  for (const { labels } of [image!, text!])
    expect(Array.from({ length: ITEMS }, (_, row) => [...labels.of(row)])).toEqual([
      [0],
      [1],
      [0, 1],
      [],
      [1],
    ]);
  expect([...text!.features!.data]).toEqual(TAGS.flat());
}

describe('pictures, tags and labels come out right', () => {
  it.each<[string, (folder: string) => Promise<void>]>([
    ['version 5, as MATLAB lays them out', writing(matBytes(v5, { compress: true }))],
    [
      'version 5, items first, as SciPy writes NumPy’s arrays',
      writing(
        matBytes({
          ...v5,
          images: {
            shape: sizesOf('nchw'),
            numbers: pixels(reversed('nchw')),
            className: 'uint8',
            storedAs: 2,
          },
        }),
      ),
    ],
    [
      'version 7.3, as MATLAB lays them out',
      (folder) =>
        writeHdf5Mat(path.join(folder, 'FLICKR-25K.mat'), {
          images: pictures73,
          YAll: matrix73(TAGS),
          LAll: matrix73(LABELS),
        }),
    ],
    [
      'plain HDF5, items first, tags sparse, labels lying on their side',
      (folder) =>
        writeHdf5Mat(path.join(folder, 'a.mat'), {
          IAll: { shape: sizesOf('nchw'), data: Uint8Array.from(pixels('nchw')) },
          YAll: { sparse: TAGS },
          LAll: { shape: [2, ITEMS], data: Float64Array.from(columnMajor(LABELS)) },
        }),
    ],
    [
      'three files in folders of their own, of both versions',
      async (folder) => {
        for (const name of ['IAll', 'LAll', 'YAll']) await mkdir(path.join(folder, name));
        await writeHdf5Mat(path.join(folder, 'IAll', 'mirflickr25k-iall.mat'), { IAll: pictures73 });
        await writeFile(path.join(folder, 'LAll', 'mirflickr25k-lall.mat'), matBytes({ LAll: full(LABELS) }));
        await writeFile(
          path.join(folder, 'YAll', 'mirflickr25k-yall.mat'),
          matBytes({ YAll: { sparse: TAGS } }),
        );
      },
    ],
  ])('%s', async (_, write) => {
    const data = await imported('mirflickr', write);
    expectTheSet(data);
    await expectPictures(data);
  });

  it('features instead of pictures, and beside them', async () => {
    const { images: _, ...rest } = v5;
    const alone = await imported('nuswide', writing(matBytes({ ...rest, XAll: full(GIST) })));
    expectTheSet(alone);
    expect(alone.modalities.image!.images).toBeUndefined();
    expect([...alone.modalities.image!.features!.data]).toEqual(GIST.flat());
    const both = await imported('nuswide', writing(matBytes({ ...v5, XAll: full(GIST) })), {}, 'a.mat');
    expect(both.modalities.image!.features!.cols).toBe(2);
    await expectPictures(both);
  });

  it('features are made of the pictures while the file is open', async () => {
    const data = await imported('mirflickr', writing(matBytes(v5)), {
      finish: (read) => addFeatures(read, 'gradients/1'),
    });
    expect(data.modalities.image).toMatchObject({ extractor: 'gradients/1', features: { rows: ITEMS } });
  });
});

describe('names', () => {
  const classesOf = async (columns: number, format: 'mirflickr' | 'nuswide', options: ImportOptions = {}) => {
    const labels = LABELS.map((row) => [...row, ...new Array<number>(columns - 2).fill(0)]);
    return (await imported(format, writing(matBytes({ ...v5, LAll: full(labels) })), options)).classes;
  };

  it('24 labels of MIRFLICKR have theirs; others are numbered until a list names them', async () => {
    const names = await classesOf(24, 'mirflickr');
    expect([names[0], names[14], names[23]]).toEqual(['animals', 'plant_life', 'water']);
    expect(await classesOf(3, 'mirflickr')).toEqual(['label 0', 'label 1', 'label 2']);
    expect((await classesOf(21, 'nuswide'))[20]).toBe('label 20');
    const list = path.join(await temporaryFolder(), 'classes.txt');
    await writeFile(list, 'sky\nsea\n');
    expect(await classesOf(2, 'nuswide', { classes: list })).toEqual(['sky', 'sea']);
    await expect(classesOf(3, 'nuswide', { classes: list })).rejects.toMatchObject({ code: 'DATASET_ROWS' });
  });

  it('a list of tags makes texts of the bags of words, and names of files name the rows', async () => {
    const tags = path.join(await temporaryFolder(), 'tags.txt');
    await writeFile(tags, 'sunset\nsea\nred car\n');
    const names = {
      cells: ['im1.jpg', 'im2.jpg', 'im3.jpg', 'im4.jpg', 'im5.jpg'].map((name) => ({ text: [name] })),
    };
    const data = await imported('mirflickr', writing(matBytes({ ...v5, FAll: names })), { tags });
    expect(data.modalities.text!.texts).toEqual([
      ['sunset'],
      ['sea red car'],
      [''],
      ['sunset sea red car'],
      ['red car'],
    ]);
    expect(data.rowNames![4]).toBe('im5.jpg');
  });
});

describe('what does not fit is refused, and nothing is written', () => {
  const { images: _, ...rest } = v5;
  it.each<[string, Record<string, Variable>, string, RegExp]>([
    [
      'tags that do not pair',
      { ...v5, YAll: full(TAGS.slice(1)) },
      'PAIRS_MISALIGNED',
      /YAll has 4 rows, LAll has 5/,
    ],
    [
      'features that do not pair',
      { ...rest, XAll: full(GIST.slice(2)) },
      'PAIRS_MISALIGNED',
      /XAll has 3 rows, LAll has 5/,
    ],
    [
      'pictures that do not pair',
      { ...v5, LAll: full(LABELS.slice(1)), YAll: full(TAGS.slice(1)) },
      'PAIRS_MISALIGNED',
      /images has 5 rows, the labels has 4/,
    ],
    ['names that do not pair', { ...v5, FAll: { text: ['a', 'b'] } }, 'PAIRS_MISALIGNED', /FAll has 2 rows/],
    ['no tags', { images: v5.images!, LAll: v5.LAll! }, 'MAT_VARIABLE_MISSING', /YAll/],
    ['neither pictures nor features', rest, 'MAT_VARIABLE_MISSING', /IAll or images/],
    [
      'labels that are not 0 or 1',
      { ...v5, LAll: full(LABELS.map(([a, b]) => [a! + 1, b!])) },
      'LABEL_OUT_OF_RANGE',
      /LAll: row 0: label 2 in column 0/,
    ],
    ['pictures of another type', { ...v5, images: full(GIST) }, 'MAT_UNSUPPORTED', /pictures must be uint8/],
    [
      'pictures of another shape',
      {
        ...v5,
        images: { shape: [ITEMS, 2], numbers: new Array(10).fill(1), className: 'uint8', storedAs: 2 },
      },
      'FILE_MALFORMED',
      /must be \[h, w, 3, 5\]/,
    ],
  ])('%s', async (_, mat, code, words) => {
    const refused = imported('mirflickr', writing(matBytes(mat)));
    await expect(refused).rejects.toMatchObject({ code });
    await expect(refused).rejects.toThrow(words);
  });

  it('two sets in one folder', async () => {
    const write = async (folder: string) => {
      for (const name of ['tc10.mat', 'tc21.mat']) await writeFile(path.join(folder, name), matBytes(v5));
    };
    await expect(imported('nuswide', write)).rejects.toMatchObject({ code: 'FILE_MALFORMED' });
    await expect(imported('nuswide', write, {}, 'tc10.mat')).resolves.toBeTruthy();
  });

  it('Ctrl-C while pictures are cut out leaves nothing behind', async () => {
    const controller = new AbortController();
    const onProgress = (what: string) => what.startsWith('writing') && controller.abort();
    await expect(
      imported('mirflickr', writing(matBytes(v5)), { signal: controller.signal, onProgress }),
    ).rejects.toMatchObject({ code: 'ABORTED' });
  });
});
