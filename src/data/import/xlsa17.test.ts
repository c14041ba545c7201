import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeHdf5Mat } from '../../../test/hdf5-writer.ts';
import { full, type MatWriterOptions, matBytes, type Variable } from '../../../test/mat-writer.ts';
import { temporaryFolder } from '../../../test/temporary-folder.ts';
import { openDataset } from '../open-dataset.ts';
import { importerFor } from './registry.ts';

const CLASSES = ['antelope', 'grizzly+bear', 'killer+whale', 'rat'];
/** From 1, a picture each; class 2 and 4 are unseen. */
const LABELS = [1, 1, 2, 3, 3, 4, 2, 1];
const FEATURES = [
  [0, 0.5, -1, 3, 4, 1e-3, 6, 7],
  [1, 1 / 3, 2, 3, 4, 5, 6, 7],
  [9, 8, 7, 6, 5, 4, 3, 2],
];
const ATT = [
  [0.6, 1, 0, 0.8],
  [0.8, 0, 1, -0.6],
];
const FILES = LABELS.map((label, i) => `/home/someone/images/${CLASSES[label - 1]}/${i}.jpg`);

type Variables = Readonly<Record<string, Variable>>;

const column = (numbers: readonly number[]): Variable => full(numbers.map((number) => [number]));
const cells = (lines: readonly string[]): Variable => ({ cells: lines.map((line) => ({ text: [line] })) });
const RES101: Variables = { features: full(FEATURES), image_files: cells(FILES), labels: column(LABELS) };
const SPLITS: Variables = {
  allclasses_names: cells(CLASSES),
  att: full(ATT),
  original_att: full(ATT.map((line) => line.map((value) => 50 * value + 1))),
  train_loc: column([1, 2]),
  val_loc: column([4]),
  test_seen_loc: column([5, 8]),
  test_unseen_loc: column([3, 6, 7]),
  trainval_loc: column([4, 1, 2]),
};

async function source(
  res101: Variables = RES101,
  splits: Variables = SPLITS,
  options?: MatWriterOptions,
): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(path.join(folder, 'res101.mat'), matBytes(res101, options));
  await writeFile(path.join(folder, 'att_splits.mat'), matBytes(splits, options));
  return folder;
}

/** Imports, and opens what was written. */
async function imported(folder: string, options = {}) {
  const out = path.join(await temporaryFolder(), 'out');
  const made = await importerFor('xlsa17').run(folder, out, { name: 'AWA2', ...options });
  const opened = await openDataset(out);
  expect(opened.fingerprint).toBe(made.fingerprint);
  return opened;
}

const rows = FEATURES[0]!.map((_, row) => FEATURES.map((line) => Math.fround(line[row]!)));

describe('xlsa17', () => {
  it.each([{}, { compress: true }, { bigEndian: true }])(
    'features, labels, names, attributes and the proposed split are as they were written: %j',
    async (options) => {
      const data = await imported(await source(RES101, SPLITS, options));
      expect(data).toMatchObject({ name: 'AWA2', rows: 8, classes: CLASSES });
      const { features, labels } = data.modalities.image!;
      expect(features).toMatchObject({ rows: 8, cols: 3 });
      expect([...features!.data]).toEqual(rows.flat());
      expect(LABELS.map((_, row) => labels.first(row) + 1)).toEqual(LABELS);
      expect(data.splits).toEqual({ proposed: { unseen: [1, 3] } });
      expect(data.rowNames!.slice(0, 3)).toEqual(['antelope/0.jpg', 'antelope/1.jpg', 'grizzly+bear/2.jpg']);
      expect([...data.classEmbeddings.keys()]).toEqual(['att', 'original_att']);
      const near = [0.6, 0.8, 1, 0, 0, 1, 0.8, -0.6].map((value) => expect.closeTo(value, 6));
      expect([...data.classEmbeddings.get('att')!.data]).toEqual(near);
    },
  );

  it('files of version 7.3, single precision and labels of bytes give the same', async () => {
    const folder = await source();
    const fortran = (lines: readonly (readonly number[])[]) =>
      lines[0]!.flatMap((_, col) => lines.map((line) => line[col]!));
    const array = (numbers: readonly number[]) => ({
      shape: [numbers.length, 1],
      data: Float64Array.from(numbers),
      className: 'double',
    });
    await writeHdf5Mat(path.join(folder, 'res101.mat'), {
      features: {
        shape: [3, 8],
        data: Float32Array.from(fortran(FEATURES)),
        className: 'single',
        chunks: [2, 3],
      },
      labels: { shape: [8, 1], data: Uint8Array.from(LABELS), className: 'uint8' },
    });
    await writeHdf5Mat(path.join(folder, 'att_splits.mat'), {
      allclasses_names: { cells: CLASSES },
      att: { shape: [2, 4], data: Float64Array.from(fortran(ATT)), className: 'double' },
      trainval_loc: array([4, 1, 2]),
      test_seen_loc: array([5, 8]),
      test_unseen_loc: array([3, 6, 7]),
    });
    const data = await imported(folder);
    expect([...data.modalities.image!.features!.data]).toEqual(rows.flat());
    expect(data).toMatchObject({ classes: CLASSES, splits: { proposed: { unseen: [1, 3] } } });
    expect([...data.classEmbeddings.keys()]).toEqual(['att']);
    expect(data.fingerprint).toBe((await imported(await source())).fingerprint);
  });

  it('class embeddings of a file come first, beside the attributes', async () => {
    const folder = await source();
    const words = path.join(folder, 'words.csv');
    await writeFile(words, CLASSES.map((name, i) => `${name},${i},1`).join('\n'));
    const { classEmbeddings } = await imported(folder, { embeddings: words });
    expect([...classEmbeddings.keys()]).toEqual(['default', 'att', 'original_att']);
  });

  const refused: [string, Variables, Variables, string, string][] = [
    ['no features', { labels: column(LABELS) }, SPLITS, 'MAT_VARIABLE_MISSING', 'features'],
    [
      'features that are text',
      { ...RES101, features: { text: ['abc'] } },
      SPLITS,
      'MAT_UNSUPPORTED',
      'features',
    ],
    [
      'features that are not finite',
      {
        ...RES101,
        features: full(FEATURES.map((line, i) => line.map((x, j) => (i + j === 9 ? Number.NaN : x)))),
      },
      SPLITS,
      'VALUE_NOT_FINITE',
      'features',
    ],
    [
      'features beyond float32',
      { ...RES101, features: full(FEATURES.map((line) => line.map((x) => x * 1e200))) },
      SPLITS,
      'VALUE_NOT_FINITE',
      'features',
    ],
    [
      'a label of class 0',
      { ...RES101, labels: column([0, ...LABELS.slice(1)]) },
      SPLITS,
      'LABEL_OUT_OF_RANGE',
      'labels',
    ],
    [
      'a label of class 5',
      { ...RES101, labels: column([5, ...LABELS.slice(1)]) },
      SPLITS,
      'LABEL_OUT_OF_RANGE',
      'labels',
    ],
    ['labels too few', { ...RES101, labels: column([1, 2]) }, SPLITS, 'FILE_MALFORMED', 'labels'],
    [
      'labels in a matrix',
      {
        ...RES101,
        labels: full([
          [1, 2],
          [3, 4],
        ]),
      },
      SPLITS,
      'FILE_MALFORMED',
      'labels',
    ],
    ['files too few', { ...RES101, image_files: cells(['a']) }, SPLITS, 'FILE_MALFORMED', 'image_files'],
    ['attributes of 3 classes', RES101, { ...SPLITS, att: full([[1, 2, 3]]) }, 'FILE_MALFORMED', 'att'],
    ['a class of zeros', RES101, { ...SPLITS, att: full([[1, 2, 3, 0]]) }, 'CLASS_EMBEDDING_ZERO', 'rat'],
    [
      'classes of the same name',
      RES101,
      { ...SPLITS, allclasses_names: cells(['a', 'b', 'a', 'c']) },
      'ARGUMENT_INVALID',
      'classes',
    ],
    [
      'no names',
      RES101,
      { ...SPLITS, allclasses_names: column([1, 2, 3, 4]) },
      'MAT_UNSUPPORTED',
      'allclasses_names',
    ],
    [
      'picture 0',
      RES101,
      { ...SPLITS, test_seen_loc: column([5, 0]) },
      'FILE_MALFORMED',
      'test_seen_loc, entry 2',
    ],
    ['picture 9 of 8', RES101, { ...SPLITS, val_loc: column([9]) }, 'FILE_MALFORMED', 'val_loc, entry 1'],
    [
      'picture 1.5',
      RES101,
      { ...SPLITS, trainval_loc: column([1.5]) },
      'FILE_MALFORMED',
      'trainval_loc, entry 1',
    ],
    [
      'a picture twice',
      RES101,
      { ...SPLITS, trainval_loc: column([1, 2, 1]) },
      'FILE_MALFORMED',
      'trainval_loc, entry 3',
    ],
    [
      'a picture on two sides',
      RES101,
      { ...SPLITS, test_seen_loc: column([2, 5]) },
      'FILE_MALFORMED',
      'trainval_loc',
    ],
    [
      'a picture that is validated and unseen',
      RES101,
      { ...SPLITS, val_loc: column([3]) },
      'FILE_MALFORMED',
      'val_loc',
    ],
    [
      'an unseen class in training',
      RES101,
      { ...SPLITS, test_unseen_loc: column([3, 6]), trainval_loc: column([1, 7]) },
      'FILE_MALFORMED',
      'trainval_loc',
    ],
    [
      'an unseen class among the seen tests',
      RES101,
      { ...SPLITS, test_unseen_loc: column([3, 6]), test_seen_loc: column([7]) },
      'FILE_MALFORMED',
      'test_seen_loc',
    ],
    [
      'no unseen pictures',
      RES101,
      { ...SPLITS, test_unseen_loc: { shape: [0, 0], numbers: [] } },
      'FILE_MALFORMED',
      'test_unseen_loc',
    ],
  ];

  it.each(refused)(
    '%s: refused with file and variable, and nothing is written',
    async (_, res101, splits, code, where) => {
      const out = path.join(await temporaryFolder(), 'out');
      const run = importerFor('xlsa17').run(await source(res101, splits), out);
      await expect(run).rejects.toMatchObject({ code, message: expect.stringContaining(where) });
      expect(await readdir(path.dirname(out))).toEqual([]);
    },
  );

  it('a folder without one of the files, and a file cut short anywhere, are refused', async () => {
    const out = path.join(await temporaryFolder(), 'out');
    const { run } = importerFor('xlsa17');
    await expect(run(await temporaryFolder(), out)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
    const folder = await source(RES101, SPLITS, { compress: true });
    for (const name of ['res101.mat', 'att_splits.mat']) {
      const whole = await readFile(path.join(folder, name));
      for (let bytes = 0; bytes < whole.length; bytes += 37) {
        await writeFile(path.join(folder, name), whole.subarray(0, bytes));
        await expect(run(folder, out)).rejects.toMatchObject({
          code: expect.stringMatching(/^(FILE_|MAT_)/),
        });
      }
      await writeFile(path.join(folder, name), whole);
    }
    expect(await readdir(path.dirname(out))).toEqual([]);
  });
});
