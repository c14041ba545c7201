import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { classNote, type ParquetColumn, parquetBytes } from '../../../test/parquet-writer.ts';
import { temporaryFolder } from '../../../test/temporary-folder.ts';
import { pictureCheck } from '../../encoders/check-pictures.ts';
import { UnseenError } from '../../errors.ts';
import type { Dataset } from '../dataset.ts';
import { openDataset } from '../open-dataset.ts';
import type { BadRow, ImportOptions } from './importer.ts';
import { importerFor } from './registry.ts';

type Columns = Readonly<Record<string, ParquetColumn>>;

const text = (...data: unknown[]): ParquetColumn => ({ kind: 'text', data });
const picture = (background: string) =>
  sharp({ create: { width: 9, height: 9, channels: 3, background } })
    .png()
    .toBuffer();

async function saved(bytes: Buffer): Promise<string> {
  const file = path.join(await temporaryFolder(), 'table.parquet');
  await writeFile(file, bytes);
  return file;
}

/** Imports, and opens what was written. */
async function imported(bytes: Buffer, options: ImportOptions = {}, file?: string): Promise<Dataset> {
  const source = file ?? (await saved(bytes));
  if (file) await writeFile(file, bytes);
  const out = path.join(await temporaryFolder(), 'out');
  const made = await importerFor('parquet').run(source, out, options);
  const opened = await openDataset(out);
  expect(opened.fingerprint).toBe(made.fingerprint);
  return opened;
}

const labelsOf = ({ rows, classes, modalities }: Dataset, modality: 'image' | 'text') =>
  Array.from({ length: rows }, (_, row) =>
    Array.from(modalities[modality]!.labels.of(row), (label) => classes[label]),
  );

const TABLE: Columns = {
  text: { kind: 'texts', data: [['a red cat', 'café 🐈'], ['a dog'], ['two']] },
  labels: { kind: 'texts', data: [['cat'], ['dog'], ['cat', 'dog']] },
  features: {
    kind: 'floats',
    data: [
      [1, 2.5],
      [-3, 4],
      [5, 1e-7],
    ],
  },
  part: text('train', 'train', 'test'),
  id: text('x', 'y', 'z'),
  other: { kind: 'integer', data: [1n, 2n, 3n] },
};

/** A frame of one block as it is, its length stated: nothing here compresses with Zstandard. */
function zstd(bytes: Uint8Array, stated = bytes.length): Buffer {
  const head = Buffer.of(0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 0, 0, 0, 0);
  head.writeUInt32LE(stated, 5);
  head.writeUIntLE(bytes.length * 8 + 1, 9, 3);
  return Buffer.concat([head, bytes]);
}
/** The same with one block that repeats a byte 2²¹ − 1 times. */
const zstdBomb = (): Buffer => {
  const frame = zstd(Buffer.of(7), 0xffffff);
  frame.writeUIntLE((2 ** 21 - 1) * 8 + 3, 9, 3);
  return frame;
};
const gzip = (bytes: Uint8Array) => gzipSync(bytes);
const brotli = (bytes: Uint8Array) => brotliCompressSync(bytes);

describe('parquet', () => {
  it.each([
    ['uncompressed', { codec: 'UNCOMPRESSED' }],
    ['Snappy', { codec: 'SNAPPY', rowGroupSize: 2 }],
    ['gzip', { codec: 'GZIP', compressors: { GZIP: gzip } }],
    ['Zstandard', { codec: 'ZSTD', compressors: { ZSTD: zstd } }],
    ['Brotli', { codec: 'BROTLI', compressors: { BROTLI: brotli }, rowGroupSize: 1 }],
  ] as const)('texts, labels, features, parts and names are as they were written: %s', async (_, options) => {
    const unused: string[] = [];
    const data = await imported(parquetBytes(TABLE, options), {
      onUnused: (names) => unused.push(...names),
    });
    expect(data).toMatchObject({
      name: 'table',
      rows: 3,
      classes: ['cat', 'dog'],
      parts: { train: [0, 2], test: [2, 3] },
      rowNames: ['x', 'y', 'z'],
    });
    expect(data.modalities.text!.texts).toEqual([['a red cat', 'café 🐈'], ['a dog'], ['two']]);
    expect(labelsOf(data, 'text')).toEqual([['cat'], ['dog'], ['cat', 'dog']]);
    expect([...data.modalities.image!.features!.data]).toEqual([1, 2.5, -3, 4, 5, 1e-7].map(Math.fround));
    expect(unused).toEqual(['other']);
  });

  it('pictures inside the file are kept byte for byte, the same one once, as one group', async () => {
    const [red, blue] = [await picture('#b33'), await picture('#36c')];
    const image = [
      { bytes: red, path: '1.png' },
      { bytes: blue, path: '2.png' },
      { bytes: red, path: '3.png' },
      null,
    ];
    const columns: Columns = {
      image: { kind: 'picture', data: image },
      text: text('one', null, 'three', 'four'),
      label: { kind: 'integer', data: [1n, 0n, 1n, -1n] },
    };
    const bytes = parquetBytes(columns, {
      rowGroupSize: 1,
      kvMetadata: [classNote({ label: ['dog', 'cat', 'ox'] })],
    });
    const data = await imported(bytes, { check: pictureCheck() });
    expect(data.classes).toEqual(['dog', 'cat', 'ox']); // as the file lists them, with the one that no row has
    expect(labelsOf(data, 'image')).toEqual([['cat'], ['dog'], ['cat'], []]);
    const { images, places } = data.modalities.image!;
    if (images?.kind !== 'files') throw new Error('files expected');
    expect([...places!]).toEqual([0, 1, 0, -1]);
    expect(Buffer.from(await images.read(0)).equals(red)).toBe(true);
    expect(Buffer.from(await images.read(1)).equals(blue)).toBe(true);
    expect(data.rowNames).toEqual(['1.png', '2.png', '1.png', 'line 4']);
    expect(data.groups![0]).toBe(data.groups![2]);
    const plain = await imported(
      parquetBytes({ image: { kind: 'bytes', data: [red, blue] }, labels: text('dog', 'cat') }),
    );
    expect(plain.rowNames).toEqual(['picture of row 1', 'picture of row 2']);
    expect(plain.modalities.image!.images).toMatchObject({ count: 2 });
  });

  it('paths are looked up beside the file, and bad rows stop it or are left out, as of a csv', async () => {
    const folder = await temporaryFolder();
    await mkdir(path.join(folder, 'photos'));
    await writeFile(path.join(folder, 'photos', '1.png'), await picture('#b33'));
    const bytes = parquetBytes({
      image: text('photos/1.png', 'photos/none.png', '../1.png', 'photos/1.png', null),
      labels: text('cat', 'cat', 'cat', 'mouse', null),
    });
    const classes = path.join(folder, 'classes.txt');
    await writeFile(classes, 'cat\n');
    const file = path.join(folder, 'table.parquet');
    await expect(imported(bytes, {}, file)).rejects.toMatchObject({
      code: 'IMPORT_ROW_BAD',
      values: { line: 5, code: 'ROW_FIELD_INVALID' },
    });
    const bad: BadRow[] = [];
    const data = await imported(bytes, { classes, onBad: (row) => bad.push(row) }, file);
    expect(data).toMatchObject({ rows: 1, rowNames: ['photos/1.png'] });
    expect(bad.map(({ line, code }) => [line, code])).toEqual([
      [5, 'ROW_FIELD_INVALID'],
      [4, 'LABEL_UNKNOWN'],
      [2, 'FILE_UNREADABLE'],
      [3, 'PATH_OUTSIDE'],
    ]);
  });

  it('features of texts stand beside them or alone, and rows may lack a modality', async () => {
    const data = await imported(
      parquetBytes({
        features: { kind: 'doubles', data: [[1, 2], null, [3, 4]] },
        text_features: { kind: 'integers', data: [[7n], [8n], null] },
        labels: text('a', 'b', 'a'),
      }),
    );
    expect(data.modalities.image).toMatchObject({
      features: { data: Float32Array.of(1, 2, 3, 4), rows: 2, cols: 2 },
      places: Int32Array.of(0, -1, 1),
    });
    expect(data.modalities.text).toMatchObject({
      features: { data: Float32Array.of(7, 8), rows: 2, cols: 1 },
      places: Int32Array.of(0, 1, -1),
    });
  });

  const one = (field: string, column: ParquetColumn): Columns => ({
    text: text('t', 't'),
    labels: text('a', 'b'),
    [field]: column,
  });
  it.each<[string, Columns, string, string]>([
    [
      'features of another length',
      one('features', { kind: 'floats', data: [[1, 2], [1]] }),
      'features',
      'line 2',
    ],
    [
      'features that are not finite',
      one('features', { kind: 'floats', data: [[1], [Number.NaN]] }),
      'features',
      'line 2',
    ],
    [
      'features beyond float32',
      one('features', { kind: 'doubles', data: [[1e300], [1]] }),
      'features',
      'line 1',
    ],
    [
      'features with a hole',
      one('features', {
        kind: 'floats',
        data: [
          [1, null],
          [1, 2],
        ],
      }),
      'features',
      'line 1',
    ],
    ['no features', one('features', { kind: 'floats', data: [[], [1]] }), 'features', 'line 1'],
    ['features that are text', one('features', text('1', '2')), 'features', 'line 1'],
    [
      'texts without their features',
      one('text_features', { kind: 'floats', data: [[1], null] }),
      'text_features',
      'line 2',
    ],
    [
      'text that is not UTF-8',
      one('text2', { kind: 'bytes', data: [Buffer.from('ok'), Buffer.of(0x63, 0xe9)] }),
      'Latin-1',
      'line 2',
    ],
    ['a part of another name', one('part', text('train', 'dev')), 'part', 'line 2'],
    ['truth as text', one('name', { kind: 'truth', data: [true, false] }), 'name', 'line 1'],
  ])('%s: a bad row, named', async (_, columns, field, line) => {
    const out = path.join(await temporaryFolder(), 'out');
    const run = importerFor('parquet').run(await saved(parquetBytes(columns)), out);
    await expect(run).rejects.toMatchObject({
      code: 'IMPORT_ROW_BAD',
      message: expect.stringMatching(new RegExp(`${line}: .*${field}`)),
    });
    expect(await readdir(path.dirname(out))).toEqual([]);
  });

  it('a class number without a name is a bad row', async () => {
    const note = { kvMetadata: [classNote({ label: ['a'] })] };
    const bytes = parquetBytes({ text: text('t', 't'), label: { kind: 'integer', data: [0n, 1n] } }, note);
    await expect(imported(bytes)).rejects.toMatchObject({ code: 'IMPORT_ROW_BAD', values: { line: 2 } });
  });

  it('pictures in the file and paths in one column are refused', async () => {
    const image = [
      { bytes: await picture('#fff'), path: 'a.png' },
      { bytes: null, path: 'b.png' },
    ];
    const bytes = parquetBytes({ image: { kind: 'picture', data: image }, labels: text('a', 'b') });
    await expect(imported(bytes)).rejects.toMatchObject({
      code: 'FILE_MALFORMED',
      values: { where: 'image' },
    });
  });

  it('a picture that cannot be decoded is a bad row', async () => {
    const image = { kind: 'bytes', data: [await picture('#fff'), Buffer.from('no picture')] } as const;
    const bytes = parquetBytes({ image, labels: text('a', 'a') });
    const check = pictureCheck();
    await expect(imported(bytes, { check })).rejects.toMatchObject({
      values: { line: 2, code: 'PICTURE_FORMAT' },
    });
    expect(await imported(bytes, { check, onBad: () => undefined })).toMatchObject({ rows: 1 });
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['another file', Buffer.from('no Parquet, but long enough to have a footer')],
    [
      'a footer longer than the file',
      Buffer.concat([Buffer.alloc(8), Buffer.of(255, 255, 255, 127), Buffer.from('PAR1')]),
    ],
    ['a footer of zeros', Buffer.concat([Buffer.alloc(64), Buffer.of(60, 0, 0, 0), Buffer.from('PAR1')])],
    ['an encrypted footer', Buffer.from('PAR1____________PARE')],
    ['columns that mean nothing', parquetBytes({ a: text('b') })],
    [
      'a page that unpacks to more than it says',
      parquetBytes(TABLE, { codec: 'ZSTD', compressors: { ZSTD: zstdBomb } }),
    ],
    ['two columns of one name', parquetBytes({ text: text('b'), Text: text('c') })],
  ])('%s: refused, and nothing is written', async (_, bytes) => {
    const out = path.join(await temporaryFolder(), 'out');
    const run = importerFor('parquet').run(await saved(bytes), out);
    await expect(run).rejects.toMatchObject({ code: 'FILE_MALFORMED' });
    expect(await readdir(path.dirname(out))).toEqual([]);
  });

  it('whatever byte is changed or missing: a typed error, or a dataset', async () => {
    const whole = parquetBytes(TABLE, { codec: 'UNCOMPRESSED' });
    const file = await saved(whole);
    const out = path.join(await temporaryFolder(), 'out');
    const { run } = importerFor('parquet');
    const outcome = async (bytes: Uint8Array) => {
      await writeFile(file, bytes);
      return run(file, out, { force: true }).then(
        () => 'a dataset',
        (error: unknown) => (error instanceof UnseenError && error.code !== 'INTERNAL' ? error.code : error),
      );
    };
    for (let bytes = 0; bytes < whole.length; bytes += 53)
      expect(await outcome(whole.subarray(0, bytes))).toBe('FILE_MALFORMED');
    for (let at = 0; at < whole.length; at += 11) {
      const spoilt = Buffer.from(whole);
      spoilt[at]! ^= at % 2 ? 0xff : 0x80;
      expect(await outcome(spoilt)).toBeTypeOf('string');
    }
  }, 60_000);
});
