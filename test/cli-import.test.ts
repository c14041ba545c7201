/** `unseen import` with pictures and texts: what it prints, what it leaves behind. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { full, matBytes } from './mat-writer.ts';
import { type Json, type Run, type RunOptions, unseen } from './program.ts';

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
