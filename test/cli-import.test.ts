/** `unseen import` with pictures and texts: what it prints, what it leaves behind. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IMPORTERS } from '../src/data/index.ts';
import { full, matBytes } from './mat-writer.ts';
import { parquetBytes } from './parquet-writer.ts';
import { type Json, type Run, type RunOptions, unseen } from './program.ts';
import { npyBytes, npyTexts, zipBytes } from './zip-writer.ts';

let cwd: string;
const at = (...parts: string[]): string => path.join(cwd, ...parts);
const run = (args: readonly string[], options: RunOptions = {}): Promise<Run> =>
  unseen(args, { cwd, ...options });

const TABLE = 'image,text,labels,id\nphotos/1.png,a red cat,cat,7\n,a blue dog,dog,8\nphotos/2.png,,dog,9\n';
const BAD = `${TABLE}photos/none.png,lost,cat,10\nphotos/2.png,caf\xe9,cat,11\nphotos/1.png,mouse,mouse,12\n`;

/** Runs what must be refused: exit status 2, the error as JSON, and no new file. */
async function refused(
  code: string,
  ...args: string[]
): Promise<{ message: string; hint: string; values: Json }> {
  const before = await readdir(cwd, { recursive: true });
  const result = await run([...args, '--json']);
  const { error } = result.json();
  expect(error).toMatchObject({ code, exit: 2 });
  expect(result.stderr).toContain(`error ${code}: `);
  expect(result.status).toBe(2);
  expect(await readdir(cwd, { recursive: true })).toEqual(before);
  return error;
}

beforeAll(async () => {
  cwd = await mkdtemp(path.join(tmpdir(), 'unseen-import-'));
  await mkdir(at('photos'));
  for (const [name, background] of [
    ['1.png', '#b33'],
    ['2.png', '#36c'],
  ] as const)
    await sharp({ create: { width: 70, height: 50, channels: 3, background } }).toFile(at('photos', name));
  await writeFile(at('captions.csv'), TABLE);
  await writeFile(at('bad.csv'), BAD, 'latin1');
  await writeFile(at('classes.txt'), 'dog\ncat\n');
  await writeFile(at('vectors.txt'), 'cat 1 0 0\ndog 0 1 0\nred 0 0 1\n');
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

describe('unseen import csv', () => {
  it('makes a dataset with features, class embeddings and word vectors, and says so', async () => {
    const result = await run([
      ...['import', 'csv', 'captions.csv', '--out', 'data', '--features', '--classes', 'classes.txt'],
      ...['--embeddings', 'vectors.txt', '--word-vectors', 'vectors.txt', '--json'],
    ]);
    expect(result.stderr).not.toMatch(/^error/m);
    expect(result.json()).toMatchObject({
      folder: 'data',
      name: 'captions',
      rows: 3,
      classes: 2,
      classEmbeddings: ['default'],
      features: { extractor: 'gradients/1', dim: 832 },
      unused: ['id'],
    });
    expect(await readdir(at('data'))).toEqual(
      expect.arrayContaining([
        'dataset.json',
        'image_features.npy',
        'image_images.tar',
        'text_texts.jsonl',
        'words.txt',
      ]),
    );
  });

  it('stops at the first bad row, named with file and line, and writes nothing', async () => {
    const error = await refused('IMPORT_ROW_BAD', 'import', 'csv', 'bad.csv', '--out', 'no');
    expect(error.message).toMatch(/^bad\.csv: line 6: .*Latin-1/);
    expect(error.hint).toContain('--skip-bad');
    expect(error.values).toMatchObject({ file: 'bad.csv', line: 6, code: 'TEXT_ENCODING' });
  });

  it('counts and lists bad rows that it leaves out, for people and for machines', async () => {
    const args = ['import', 'csv', 'bad.csv', '--classes', 'classes.txt', '--skip-bad'];
    const { skipped, rows } = (await run([...args, '--out', 'some', '--json'])).json();
    expect(rows).toBe(3);
    expect(skipped.count).toBe(3);
    expect(skipped.rows.map(({ line, code }: { line: number; code: string }) => [line, code])).toEqual([
      [5, 'FILE_UNREADABLE'],
      [6, 'TEXT_ENCODING'],
      [7, 'LABEL_UNKNOWN'],
    ]);
    const { stdout } = await run([...args, '--out', 'same']);
    expect(stdout).toContain('left out: 3 bad rows\n  bad.csv: line 5: photos/none.png');
    expect(stdout).toContain('columns that mean nothing here: id');
  });

  it('takes no option that the format would not heed', async () => {
    await refused('ARGUMENT_INVALID', 'import', 'npy', '.', '--skip-bad', '--out', 'no');
    await refused('ARGUMENT_INVALID', 'import', 'csv', 'captions.csv', '--side', '32', '--out', 'no');
    const both = ['--features', '--backbone', 'x.onnx'];
    await refused('ARGUMENT_INVALID', 'import', 'csv', 'captions.csv', ...both, '--out', 'no');
    await refused('EXTRACTOR_UNKNOWN', 'import', 'csv', 'captions.csv', '--features', 'magic', '--out', 'no');
  });
});

describe('unseen import of arrays and tables that researchers pass on', () => {
  const column = (numbers: readonly number[]) => full(numbers.map((number) => [number]));
  const CLASSES = ['cat', 'dog', 'hen', 'ox'];
  const ROWS = 40;
  const labels = Array.from({ length: ROWS }, (_, row) => 1 + (row % 4));
  const rowsOf = (...wanted: number[]) =>
    labels.flatMap((label, row) => (wanted.includes(label) ? [row + 1] : []));

  it('xlsa17: the proposed split comes with the data, and unseen split takes it by name', async () => {
    const features = [0, 1, 2].map((i) => labels.map((label, row) => label * (i + 1) + row / 100));
    const names = { cells: CLASSES.map((name) => ({ text: [name] })) };
    const seen = rowsOf(1, 3, 4);
    const splits = {
      allclasses_names: names,
      att: full([
        [1, 0, 1, 0],
        [0, 1, 1, 2],
      ]),
      trainval_loc: column(seen.slice(5)),
      test_seen_loc: column(seen.slice(0, 5)),
      test_unseen_loc: column(rowsOf(2)),
    };
    await mkdir(at('xlsa'));
    await writeFile(at('xlsa', 'res101.mat'), matBytes({ features: full(features), labels: column(labels) }));
    await writeFile(at('xlsa', 'att_splits.mat'), matBytes(splits));
    const result = await run(['import', 'xlsa17', 'xlsa', '--out', 'animals', '--json']);
    expect(result.json()).toMatchObject({ name: 'xlsa', rows: ROWS, classes: 4, classEmbeddings: ['att'] });
    const args = [
      'split',
      '--data',
      'animals',
      '--unseen',
      'split:proposed',
      '--out',
      'split.json',
      '--json',
    ];
    expect((await run(args)).status).toBe(0);
    expect(JSON.parse(await readFile(at('split.json'), 'utf8'))).toMatchObject({
      seen: [0, 2, 3],
      unseen: [1],
    });
    const leaking = { ...splits, trainval_loc: column(seen), test_unseen_loc: column(rowsOf(2, 3)) };
    await mkdir(at('leaking'));
    await writeFile(
      at('leaking', 'res101.mat'),
      matBytes({ features: full(features), labels: column(labels) }),
    );
    await writeFile(at('leaking', 'att_splits.mat'), matBytes(leaking));
    const { message } = await refused('FILE_MALFORMED', 'import', 'xlsa17', 'leaking', '--out', 'no');
    expect(message).toMatch(/att_splits\.mat: trainval_loc: /);
  });

  it('npz: arrays that mean nothing are named, and a pickle is refused', async () => {
    const arrays = (features: Buffer) =>
      zipBytes([
        { name: 'features.npy', bytes: features, deflate: true },
        { name: 'labels.npy', bytes: npyBytes('|u1', [2], Uint8Array.of(0, 1)) },
        { name: 'classes.npy', bytes: npyTexts(['cat', 'dog']) },
        { name: 'notes.npy', bytes: npyTexts(['x']) },
      ]);
    await writeFile(at('good.npz'), arrays(npyBytes('<f4', [2, 1], Buffer.alloc(8))));
    const { stdout } = await run(['import', 'npz', 'good.npz', '--out', 'arrays']);
    expect(stdout).toContain('good, 2 rows, 2 classes');
    expect(stdout).toContain('mean nothing here: notes');
    await writeFile(at('pickle.npz'), arrays(npyBytes('|O', [2, 1], Buffer.alloc(16))));
    const { message } = await refused('NPY_UNSUPPORTED', 'import', 'npz', 'pickle.npz', '--out', 'no');
    expect(message).toMatch(/^pickle\.npz: features: .*object/);
  });

  it('parquet: options and bad rows as of a csv, rows by their number', async () => {
    const table = {
      image: { kind: 'text', data: ['photos/1.png', 'photos/none.png', 'photos/2.png'] },
      labels: { kind: 'texts', data: [['cat'], ['cat'], ['dog']] },
      seconds: { kind: 'integer', data: [1n, 2n, 3n] },
    } as const;
    await writeFile(at('table.parquet'), parquetBytes(table));
    const args = ['import', 'parquet', 'table.parquet', '--features'];
    const error = await refused('IMPORT_ROW_BAD', ...args, '--out', 'no');
    expect(error.values).toMatchObject({ line: 2, code: 'FILE_UNREADABLE' });
    const { rows, skipped, unused } = (await run([...args, '--skip-bad', '--out', 'rows', '--json'])).json();
    expect([rows, skipped.count, unused]).toEqual([2, 1, ['seconds']]);
    await writeFile(at('cut.parquet'), parquetBytes(table).subarray(0, 200));
    await refused('FILE_MALFORMED', 'import', 'parquet', 'cut.parquet', '--out', 'no');
  });

  it('--help lists every format with its source', async () => {
    const { stdout } = await run(['import', '--help']);
    for (const name of Object.keys(IMPORTERS)) expect(stdout).toMatch(new RegExp(`^  ${name} +\\S`, 'm'));
    expect(stdout).toContain('res101.mat and att_splits.mat');
  });
});

it('Ctrl-C stops an import of many pictures and leaves nothing behind', async () => {
  const items = 2000;
  const pixels = { shape: [32, 32, 3, items], numbers: new Array<number>(32 * 32 * 3 * items).fill(77) };
  const column = full(Array.from({ length: items }, () => [1]));
  const images = { ...pixels, className: 'uint8', storedAs: 2 } as const;
  await writeFile(at('many.mat'), matBytes({ images, YAll: column, LAll: column }));
  const before = await readdir(cwd, { recursive: true });
  const result = await run(['import', 'mirflickr', 'many.mat', '--out', 'pictures'], {
    interruptAt: /writing pictures/,
  });
  expect(result.stderr).toContain('error ABORTED: stopped on request');
  expect(result.stderr).toContain('Nothing was written.');
  expect(result.status).toBe(1);
  expect(await readdir(cwd, { recursive: true })).toEqual(before);
});

it('pairs that do not align are named, and nothing is written', async () => {
  const images = {
    shape: [8, 8, 3, 2],
    numbers: new Array<number>(384).fill(7),
    className: 'uint8',
    storedAs: 2,
  } as const;
  await writeFile(at('pairs.mat'), matBytes({ images, YAll: full([[1], [0], [1]]), LAll: full([[1], [1]]) }));
  const { message } = await refused('PAIRS_MISALIGNED', 'import', 'nuswide', 'pairs.mat', '--out', 'no');
  expect(message).toBe('pairs.mat: YAll has 3 rows, LAll has 2: they do not pair');
});
