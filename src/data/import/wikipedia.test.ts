import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeHdf5Mat } from '../../../test/hdf5-writer.ts';
import {
  columnMajor,
  full,
  type MatWriterOptions,
  matBytes,
  type Variable,
} from '../../../test/mat-writer.ts';
import { temporaryFolder } from '../../../test/temporary-folder.ts';
import { datasetFromArrays } from '../build-dataset.ts';
import type { Dataset } from '../dataset.ts';
import { openDataset } from '../open-dataset.ts';
import { writeDataset } from '../write-dataset.ts';
import type { ImportOptions } from './importer.ts';
import { wikipedia } from './wikipedia.ts';

/** Three rows to train on and two to test; classes 1, 10, 2 and 3, 1 as MATLAB counts. */
const IMAGE = {
  tr: [
    [0.5, 0.25],
    [1, 2],
    [3, 4],
  ],
  te: [
    [5, 6],
    [7, 8],
  ],
};
const TEXT = {
  tr: [
    [1, 2, 3],
    [4, 5, 6],
    [7, 8, 9],
  ],
  te: [
    [1, 1, 1],
    [2, 2, 2],
  ],
};
const LABELS = { tr: [1, 10, 2], te: [3, 1] };
const oneHot = (label: number): number[] => Array.from({ length: 10 }, (_, i) => (i === label - 1 ? 1 : 0));

const features = { I_tr: full(IMAGE.tr), I_te: full(IMAGE.te), T_tr: full(TEXT.tr), T_te: full(TEXT.te) };
const withNumbers = {
  ...features,
  L_tr: full(LABELS.tr.map((n) => [n])),
  L_te: full(LABELS.te.map((n) => [n])),
};

/** What every form must become. */
const expected = datasetFromArrays({
  name: 'wikipedia',
  classes: [
    'art',
    'biology',
    'geography',
    'history',
    'literature',
    'media',
    'music',
    'royalty',
    'sport',
    'warfare',
  ],
  parts: { train: [0, 3], test: [3, 5] },
  modalities: {
    image: { features: [...IMAGE.tr, ...IMAGE.te], labels: [0, 9, 1, 2, 0] },
    text: { features: [...TEXT.tr, ...TEXT.te], labels: [0, 9, 1, 2, 0] },
  },
});

interface Given {
  readonly mat?: Readonly<Record<string, Variable>>;
  readonly form?: MatWriterOptions;
  readonly name?: string;
  readonly also?: Readonly<Record<string, string>>;
  readonly options?: ImportOptions;
}

async function imported({
  mat,
  form,
  name = 'wikiData.mat',
  also = {},
  options = {},
}: Given): Promise<Dataset> {
  const folder = await temporaryFolder();
  const source = path.join(folder, 'source');
  await mkdir(source);
  if (mat) await writeFile(path.join(source, name), matBytes(mat, form));
  for (const [file, content] of Object.entries(also)) await writeFile(path.join(source, file), content);
  const out = path.join(folder, 'out');
  try {
    await wikipedia.run(source, out, options);
  } catch (error) {
    expect(await readdir(folder)).toEqual(['source']);
    throw error;
  }
  return openDataset(out);
}

function expectTheSame(data: Dataset): void {
  expect(data.fingerprint).toBe(expected.fingerprint);
  for (const modality of ['image', 'text'] as const)
    expect(data.modalities[modality]!.features).toEqual(expected.modalities[modality]!.features);
}

const lists = {
  'trainset_txt_img_cat.list': 'a-1\tp1\t1\nb-2\tp2\t10\nc-3\tp3\t2\n',
  'testset_txt_img_cat.list': 'd-1\tp4\t3\r\ne-2\tp5\t1\r\n',
};

describe('every form of the set is the same dataset', () => {
  it.each<[string, Given]>([
    ['labels as numbers from 1', { mat: withNumbers }],
    ['compressed', { mat: withNumbers, form: { compress: true } }],
    ['big-endian', { mat: withNumbers, form: { bigEndian: true } }],
    [
      'labels as numbers from 0',
      { mat: { ...features, L_tr: full([[0], [9], [1]]), L_te: full([[2], [0]]) } },
    ],
    ['labels in a row', { mat: { ...features, L_tr: full([LABELS.tr]), L_te: full([LABELS.te]) } }],
    [
      'a column a class',
      { mat: { ...features, L_tr: full(LABELS.tr.map(oneHot)), L_te: full(LABELS.te.map(oneHot)) } },
    ],
    [
      'sparse',
      {
        mat: {
          ...features,
          L_tr: { sparse: LABELS.tr.map(oneHot) },
          L_te: { sparse: LABELS.te.map(oneHot) },
        },
      },
    ],
    ['the authors’ lists', { mat: features, name: 'raw_features.mat', also: lists }],
    ['both', { mat: withNumbers, also: lists }],
    [
      'other spellings',
      {
        mat: {
          I_train: features.I_tr,
          I_test: features.I_te,
          T_train: features.T_tr,
          T_test: features.T_te,
          L_train: withNumbers.L_tr,
          L_test: withNumbers.L_te,
        },
      },
    ],
    [
      'a file of any name, and other arrays in it',
      { mat: { ...withNumbers, sampleInds: full([[1, 2]]) }, name: 'x.MAT' },
    ],
  ])('%s', async (_, given) => {
    expectTheSame(await imported(given));
  });

  it('version 7.3', async () => {
    const folder = await temporaryFolder();
    const file = path.join(folder, 'wiki.mat');
    const array = (rows: readonly (readonly number[])[]) => ({
      shape: [rows.length, rows[0]!.length],
      data: Float64Array.from(columnMajor(rows)),
      className: 'double',
    });
    await writeHdf5Mat(file, {
      ...{ I_tr: array(IMAGE.tr), I_te: array(IMAGE.te), T_tr: array(TEXT.tr), T_te: array(TEXT.te) },
      ...{ L_tr: array(LABELS.tr.map((n) => [n])), L_te: array(LABELS.te.map((n) => [n])) },
    });
    await wikipedia.run(file, path.join(folder, 'out'));
    expectTheSame(await openDataset(path.join(folder, 'out')));
  });

  it('a folder of this project, whose class embeddings stay behind those that are given', async () => {
    const folder = await temporaryFolder();
    const embeddings = path.join(folder, 'e.json');
    await writeFile(
      embeddings,
      JSON.stringify(Object.fromEntries(expected.classes.map((name, i) => [name, [1, i]]))),
    );
    const glove = expected.classes.map((_, i) => [i, 1]);
    const { image, text } = expected.modalities;
    await writeDataset(
      datasetFromArrays({
        ...expected,
        classEmbeddings: { glove },
        modalities: { image: image!, text: text! },
      }),
      path.join(folder, 'source'),
    );
    await wikipedia.run(path.join(folder, 'source'), path.join(folder, 'out'), { embeddings });
    const data = await openDataset(path.join(folder, 'out'));
    expectTheSame(data);
    expect([...data.classEmbeddings.keys()]).toEqual(['default', 'glove']);
  });

  it('lists name the rows by their pictures, a class list renames the classes', async () => {
    const names = 'abcdefghij'.split('');
    const folder = await temporaryFolder();
    await writeFile(path.join(folder, 'classes.txt'), names.join('\n'));
    const data = await imported({
      mat: features,
      also: lists,
      options: { classes: path.join(folder, 'classes.txt') },
    });
    expect(data).toMatchObject({ classes: names, rowNames: ['p1', 'p2', 'p3', 'p4', 'p5'] });
  });
});

describe('what does not fit is refused, and nothing is written', () => {
  const short = full(TEXT.tr.slice(1));
  it.each<[string, Given, string, RegExp]>([
    [
      'texts that do not pair',
      { mat: { ...withNumbers, T_tr: short } },
      'PAIRS_MISALIGNED',
      /I_tr has 3 rows, T_tr has 2/,
    ],
    [
      'a list that does not pair',
      { mat: features, also: { ...lists, 'testset_txt_img_cat.list': 'd p4 3\n' } },
      'PAIRS_MISALIGNED',
      /test features has 2 rows, testset_txt_img_cat.list has 1/,
    ],
    [
      'labels that do not pair',
      { mat: { ...withNumbers, L_te: full([[1]]) } },
      'FILE_MALFORMED',
      /L_te: shape: labels must be \[2, 10\]/,
    ],
    [
      'a list that says otherwise',
      { mat: { ...withNumbers, L_te: full([[3], [2]]) }, also: lists },
      'FILE_MALFORMED',
      /L_te, row 1: must be the class of testset/,
    ],
    ['no labels anywhere', { mat: features }, 'MAT_VARIABLE_MISSING', /L_tr/],
    ['no texts', { mat: { I_tr: features.I_tr, I_te: features.I_te } }, 'MAT_VARIABLE_MISSING', /T_tr/],
    [
      'other columns in test',
      { mat: { ...withNumbers, I_te: full([[1], [2]]) } },
      'FILE_MALFORMED',
      /must have 2 columns/,
    ],
    [
      'a class above 10',
      { mat: { ...withNumbers, L_te: full([[11], [1]]) } },
      'LABEL_OUT_OF_RANGE',
      /L_te: row 0: label 11/,
    ],
    [
      'class 256, which is no “unlabelled”',
      { mat: { ...withNumbers, L_te: full([[256], [1]]) } },
      'LABEL_OUT_OF_RANGE',
      /256/,
    ],
    ['half a class', { mat: { ...withNumbers, L_te: full([[1.5], [1]]) } }, 'LABEL_OUT_OF_RANGE', /1.5/],
    [
      'NaN',
      {
        mat: {
          ...withNumbers,
          T_te: full([
            [1, 1, 1],
            [2, Number.NaN, 2],
          ]),
        },
      },
      'VALUE_NOT_FINITE',
      /T_te: row 1, column 1/,
    ],
    [
      'a line of a list',
      { mat: features, also: { ...lists, 'testset_txt_img_cat.list': 'd p4 3\nd p4\n' } },
      'FILE_MALFORMED',
      /testset_txt_img_cat.list: line 2/,
    ],
    ['an empty folder', {}, 'FILE_UNREADABLE', /wikiData.mat/],
  ])('%s', async (_, given, code, words) => {
    const refused = imported(given);
    await expect(refused).rejects.toMatchObject({ code });
    await expect(refused).rejects.toThrow(words);
  });
});

const real = path.join(process.env.UNSEEN_DATA ?? '/nowhere', 'wikipedia');
it.skipIf(!existsSync(real))('the set itself is imported unchanged', async () => {
  const out = path.join(await temporaryFolder(), 'out');
  await wikipedia.run(real, out);
  const [before, after] = [await openDataset(real), await openDataset(out)];
  expect(after.fingerprint).toBe(before.fingerprint);
  expect(after.modalities).toEqual(before.modalities);
  expect(after.classEmbeddings).toEqual(before.classEmbeddings);
});
