import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/temporary-folder.ts';
import { pictureCheck } from '../../encoders/check-pictures.ts';
import { UnseenError } from '../../errors.ts';
import type { Dataset } from '../dataset.ts';
import { writeNpy } from '../npy.ts';
import { openDataset } from '../open-dataset.ts';
import type { BadRow } from './importer.ts';
import { IMPORTERS, importerFor } from './registry.ts';

const labelsOf = ({ rows, modalities }: Dataset) =>
  Array.from({ length: rows }, (_, row) => modalities.image!.labels.first(row));

/** Imports, opens what was written, and checks that both are one dataset. */
async function imported(format: string, source: string, options = {}): Promise<Dataset> {
  const out = path.join(await temporaryFolder(), 'out');
  const made = await importerFor(format).run(source, out, options);
  const opened = await openDataset(out);
  expect(opened.fingerprint).toBe(made.fingerprint);
  return opened;
}

describe('the list of importers', () => {
  it('names each by its key, and an unknown one is answered with the known', () => {
    for (const [name, importer] of Object.entries(IMPORTERS)) expect(importerFor(name)).toBe(importer);
    expect(Object.entries(IMPORTERS).every(([key, importer]) => importer.name === key)).toBe(true);
    expect(() => importerFor('constructor')).toThrow(UnseenError);
    expect(() => importerFor('xml')).toThrow('xml');
  });
});

describe('what is done between reading and writing', () => {
  it('is in what is returned and in what is written; its failure leaves nothing behind', async () => {
    const source = await temporaryFolder();
    await writeNpy(path.join(source, 'features.npy'), Float32Array.of(1, 2, 3), [3, 1]);
    await writeNpy(path.join(source, 'labels.npy'), Int32Array.of(0, 1, 0), [3]);
    await writeFile(path.join(source, 'classes.txt'), 'a\nb\n');
    const finish = async (read: Dataset): Promise<Dataset> => {
      const { image } = read.modalities;
      const features = { ...image!.features!, data: image!.features!.data.map((value) => 10 * value) };
      return { ...read, modalities: { image: { ...image!, features, extractor: 'tens/1' } } };
    };
    const { image } = (await imported('npy', source, { finish })).modalities;
    expect(image).toMatchObject({ extractor: 'tens/1', features: { data: Float32Array.of(10, 20, 30) } });
    const out = path.join(source, 'out');
    const failing = async (): Promise<Dataset> => {
      throw new UnseenError('ABORTED', { during: 'a test', kept: 'Nothing.' });
    };
    await expect(importerFor('npy').run(source, out, { finish: failing })).rejects.toMatchObject({
      code: 'ABORTED',
    });
    expect(await readdir(source)).not.toContain('out');
  });
});

describe('cifar10', () => {
  /** One record: its label, then the red, the green and the blue plane. */
  const record = (label: number, red: number, green: number, blue: number) =>
    Buffer.concat([
      Buffer.of(label),
      Buffer.alloc(1024, red),
      Buffer.alloc(1024, green),
      Buffer.alloc(1024, blue),
    ]);

  async function source(test: Buffer = record(9, 7, 8, 9)): Promise<string> {
    const folder = await temporaryFolder();
    const inside = path.join(folder, 'cifar-10-batches-bin');
    await mkdir(inside);
    const gradient = record(3, 0, 0, 0);
    gradient[1 + 33] = 50; // red of row 1, column 1
    await writeFile(path.join(inside, 'data_batch_1.bin'), Buffer.concat([record(0, 1, 2, 3), gradient]));
    await writeFile(path.join(inside, 'data_batch_2.bin'), record(1, 4, 5, 6));
    await writeFile(path.join(inside, 'test_batch.bin'), test);
    return folder;
  }

  it('planes become RGB pixels, batches become rows in order, and the test batch its part', async () => {
    const folder = await source();
    const data = await imported('cifar10', folder);
    expect(data).toMatchObject({ name: 'cifar10', rows: 4, parts: { train: [0, 3], test: [3, 4] } });
    expect(labelsOf(data)).toEqual([0, 3, 1, 9]);
    const { images } = data.modalities.image!;
    if (images?.kind !== 'pixels') throw new Error('pixels expected');
    const pixel = (row: number, y: number, x: number) => [
      ...images.data.subarray(((row * 32 + y) * 32 + x) * 3).subarray(0, 3),
    ];
    expect([pixel(0, 0, 0), pixel(1, 1, 1), pixel(1, 1, 2), pixel(2, 31, 31), pixel(3, 5, 5)]).toEqual([
      [1, 2, 3],
      [50, 0, 0],
      [0, 0, 0],
      [4, 5, 6],
      [7, 8, 9],
    ]);
    expect((await imported('cifar10', path.join(folder, 'cifar-10-batches-bin'))).rows).toBe(4);
  });

  it('a truncated batch, a label of 10 and a missing batch are refused, and nothing is written', async () => {
    const out = path.join(await temporaryFolder(), 'out');
    const { run } = importerFor('cifar10');
    await expect(run(await source(record(0, 0, 0, 0).subarray(1)), out)).rejects.toMatchObject({
      code: 'FILE_LENGTH',
    });
    await expect(run(await source(record(255, 0, 0, 0)), out)).rejects.toMatchObject({
      code: 'LABEL_OUT_OF_RANGE',
      values: { value: '255' },
    });
    await expect(run(await temporaryFolder(), out)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
    await expect(run('/nowhere', out)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
    expect(await readdir(path.dirname(out))).toEqual([]);
  });
});

describe('cifar100', () => {
  /** One record: superclass, class, then three planes of one value. */
  const record = (coarse: number, fine: number, value: number) =>
    Buffer.concat([Buffer.of(coarse, fine), Buffer.alloc(3072, value)]);

  async function source(test = record(19, 99, 9)): Promise<string> {
    const folder = await temporaryFolder();
    const inside = path.join(folder, 'cifar-100-binary');
    await mkdir(inside);
    await writeFile(path.join(inside, 'train.bin'), Buffer.concat([record(4, 0, 1), record(1, 1, 2)]));
    await writeFile(path.join(inside, 'test.bin'), test);
    const list = (count: number, word: string) => Array.from({ length: count }, (_, i) => `${word}_${i}`);
    await writeFile(path.join(inside, 'fine_label_names.txt'), `${list(100, 'fine').join('\n')}\n\n`);
    await writeFile(path.join(inside, 'coarse_label_names.txt'), list(20, 'coarse').join('\n'));
    return folder;
  }

  it('the second byte of a record is the class, the first the superclass', async () => {
    const folder = await source();
    const fine = await imported('cifar100', folder);
    expect(fine).toMatchObject({ name: 'cifar100', rows: 3, parts: { train: [0, 2], test: [2, 3] } });
    expect(labelsOf(fine)).toEqual([0, 1, 99]);
    expect([fine.classes.length, fine.classes[99]]).toEqual([100, 'fine_99']);
    const { images } = fine.modalities.image!;
    if (images?.kind !== 'pixels') throw new Error('pixels expected');
    expect([0, 1, 2].map((row) => images.data[row * 3072])).toEqual([1, 2, 9]);
    const coarse = await imported('cifar100-coarse', folder, { name: 'twenty' });
    expect(labelsOf(coarse)).toEqual([4, 1, 19]);
    expect(coarse).toMatchObject({ name: 'twenty', classes: expect.arrayContaining(['coarse_19']) });
  });

  it('half a record, a class of 100 and a list of 99 names are refused, and nothing is written', async () => {
    const out = path.join(await temporaryFolder(), 'out');
    const { run } = importerFor('cifar100');
    await expect(run(await source(record(0, 0, 0).subarray(1)), out)).rejects.toMatchObject({
      code: 'FILE_LENGTH',
    });
    await expect(run(await source(record(0, 100, 0)), out)).rejects.toMatchObject({
      code: 'LABEL_OUT_OF_RANGE',
      values: { row: 0, value: '100' },
    });
    const folder = await source();
    await writeFile(path.join(folder, 'cifar-100-binary', 'fine_label_names.txt'), 'one\ntwo\n');
    await expect(run(folder, out)).rejects.toMatchObject({ code: 'DATASET_ROWS', values: { received: 2 } });
    expect(await readdir(path.dirname(out))).toEqual([]);
  });
});

describe('folder', () => {
  it('pictures are copied with their classes and word vectors, and the output stands alone', async () => {
    const source = await temporaryFolder();
    for (const name of ['polar bear/1.jpg', 'cat/2.png', '_/3.jpg']) {
      await mkdir(path.dirname(path.join(source, name)), { recursive: true });
      await writeFile(path.join(source, name), name);
    }
    const words = path.join(await temporaryFolder(), 'glove.txt');
    await writeFile(words, 'polar 1 0\nbear 1 2\ncat 0 1\n');
    const data = await imported('folder', source, { name: 'zoo', embeddings: words });
    expect(data).toMatchObject({
      name: 'zoo',
      classes: ['cat', 'polar bear'],
      rowNames: ['_/3.jpg', 'cat/2.png', 'polar bear/1.jpg'],
    });
    expect(labelsOf(data)).toEqual([-1, 0, 1]);
    expect(data.classEmbeddings.get('default')!.data[2]).toBeCloseTo(Math.SQRT1_2, 6);
    const { images } = data.modalities.image!;
    if (images?.kind !== 'files') throw new Error('files expected');
    expect(Buffer.from(await images.read(2)).toString()).toBe('polar bear/1.jpg');
  });

  it('a picture that cannot be decoded stops it, or is left out and named', async () => {
    const source = await temporaryFolder();
    const good = await sharp({ create: { width: 9, height: 9, channels: 3, background: '#357' } })
      .png()
      .toBuffer();
    for (const [name, bytes] of [
      ['cat/1.png', good],
      ['cat/2.png', good.subarray(0, 60)],
      ['dog/3.png', Buffer.from('x')],
    ] as const) {
      await mkdir(path.dirname(path.join(source, name)), { recursive: true });
      await writeFile(path.join(source, name), bytes);
    }
    const check = pictureCheck();
    const out = path.join(await temporaryFolder(), 'out');
    await expect(importerFor('folder').run(source, out, { check })).rejects.toMatchObject({
      code: 'PICTURE_UNREADABLE',
      values: { file: 'cat/2.png' },
    });
    expect(await readdir(path.dirname(out))).toEqual([]);
    const bad: BadRow[] = [];
    const data = await imported('folder', source, { check, onBad: (row: BadRow) => bad.push(row) });
    expect(data).toMatchObject({ rowNames: ['cat/1.png'], classes: ['cat', 'dog'] });
    expect(bad.map(({ file, code }) => [file, code])).toEqual([
      ['cat/2.png', 'PICTURE_UNREADABLE'],
      ['dog/3.png', 'PICTURE_FORMAT'],
    ]);
  });

  it('an existing output is refused, and replaced with force', async () => {
    const source = await temporaryFolder();
    await mkdir(path.join(source, 'cat'));
    await writeFile(path.join(source, 'cat', '1.jpg'), 'x');
    const out = await temporaryFolder();
    await expect(importerFor('folder').run(source, out)).rejects.toMatchObject({ code: 'OUTPUT_EXISTS' });
    await importerFor('folder').run(source, out, { force: true });
    expect((await openDataset(out)).rows).toBe(1);
  });
});

describe('npy', () => {
  it('features, labels, classes, embeddings, groups and names make a dataset', async () => {
    const source = await temporaryFolder();
    const at = (name: string) => path.join(source, name);
    await writeNpy(at('features.npy'), Float64Array.of(1, 2, 3, 4, 5, 6), [3, 2]);
    await writeNpy(at('labels.npy'), BigInt64Array.of(1n, 0n, -1n), [3]);
    await writeNpy(at('groups.npy'), Int32Array.of(4, 4, 5), [3]);
    await writeFile(at('classes.txt'), 'cat\r\nsea lion\r\n');
    await writeFile(at('names.json'), '["a", "b", "c"]');
    await writeFile(at('embeddings.csv'), 'sea lion,2,0\ncat,0,2\n');
    const data = await imported('npy', source, { name: 'mine' });
    expect(data).toMatchObject({ name: 'mine', classes: ['cat', 'sea lion'], rowNames: ['a', 'b', 'c'] });
    expect(labelsOf(data)).toEqual([1, 0, -1]);
    expect([...data.modalities.image!.features!.data]).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...data.classEmbeddings.get('default')!.data]).toEqual([0, 1, 1, 0]);
  });

  it('files of train and test become parts', async () => {
    const source = await temporaryFolder();
    for (const [part, rows] of [
      ['train', 2],
      ['test', 1],
    ] as const) {
      await writeNpy(path.join(source, `features_${part}.npy`), new Float32Array(rows), [rows, 1]);
      await writeNpy(path.join(source, `labels_${part}.npy`), new Int8Array(rows), [rows]);
    }
    await writeFile(path.join(source, 'classes.json'), '["cat"]');
    expect(await imported('npy', source)).toMatchObject({ rows: 3, parts: { train: [0, 2], test: [2, 3] } });
    await expect(
      importerFor('npy').run(await temporaryFolder(), path.join(source, 'o')),
    ).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });
});

describe('mnist', () => {
  const idx = (shape: number[], body: number[]) => {
    const head = Buffer.alloc(4 + 4 * shape.length);
    head.writeUInt8(8, 2);
    head.writeUInt8(shape.length, 3);
    shape.forEach((n, i) => {
      head.writeUInt32BE(n, 4 + 4 * i);
    });
    return Buffer.concat([head, Buffer.from(body)]);
  };

  it('four idx files become grey pictures in two parts', async () => {
    const source = await temporaryFolder();
    const at = (name: string) => path.join(source, name);
    await writeFile(at('train-images-idx3-ubyte'), idx([2, 1, 1], [10, 20]));
    await writeFile(at('train-labels-idx1-ubyte'), idx([2], [3, 0]));
    await writeFile(at('t10k-images-idx3-ubyte'), idx([1, 1, 1], [30]));
    await writeFile(at('t10k-labels-idx1-ubyte'), idx([1], [9]));
    const data = await imported('mnist', source, { name: 'mnist' });
    expect(data).toMatchObject({ rows: 3, parts: { train: [0, 2], test: [2, 3] } });
    expect(data.classes[9]).toBe('nine');
    expect(labelsOf(data)).toEqual([3, 0, 9]);
    expect(data.modalities.image!.images).toMatchObject({
      data: Uint8Array.of(10, 10, 10, 20, 20, 20, 30, 30, 30),
    });
    await writeFile(at('train-labels-idx1-ubyte'), idx([1], [3]));
    await expect(importerFor('mnist').run(source, at('out'))).rejects.toMatchObject({ code: 'DATASET_ROWS' });
    await writeFile(at('train-labels-idx1-ubyte'), idx([2], [3, 10]));
    await expect(importerFor('mnist').run(source, at('out'))).rejects.toMatchObject({
      code: 'LABEL_OUT_OF_RANGE',
    });
  });

  /** Ends with 4 bytes of checksum and 4 of length. */
  const spoilt = (bytes: Buffer) => Buffer.concat([bytes.subarray(0, -8), Buffer.alloc(8, 7)]);

  const whole = (compress: (bytes: Buffer) => Buffer) => ({
    'train-images-idx3-ubyte.gz': compress(idx([2, 1, 1], [10, 20])),
    'train-labels-idx1-ubyte.gz': compress(idx([2], [3, 0])),
    't10k-images-idx3-ubyte.gz': compress(idx([1, 1, 1], [30])),
    't10k-labels-idx1-ubyte.gz': compress(idx([1], [9])),
  });

  it('files in gzip are read as they are, and classes may be named', async () => {
    const source = await temporaryFolder();
    for (const [name, bytes] of Object.entries(whole(gzipSync)))
      await writeFile(path.join(source, name), bytes);
    const data = await imported('fashion-mnist', source);
    expect(labelsOf(data)).toEqual([3, 0, 9]);
    expect([data.classes[0], data.classes[9]]).toEqual(['T-shirt/top', 'Ankle boot']);
    expect(data.modalities.image!.images).toMatchObject({
      data: Uint8Array.of(10, 10, 10, 20, 20, 20, 30, 30, 30),
    });
    const classes = path.join(source, 'names.txt');
    await writeFile(classes, [...'abcdefghij'].join('\n'));
    expect((await imported('mnist', source, { classes })).classes.join('')).toBe('abcdefghij');
  });

  it.each([
    ['cut short', gzipSync(idx([2], [3, 0])).subarray(0, -9), 'FILE_MALFORMED'],
    ['no gzip', idx([2], [3, 0]), 'FILE_MALFORMED'],
    ['with a wrong checksum', spoilt(gzipSync(idx([2], [3, 0]))), 'FILE_MALFORMED'],
    ['longer than its shape', gzipSync(idx([2], [3, 0, 1])), 'FILE_MALFORMED'],
    ['claiming 4 GiB', gzipSync(idx([0xffffffff], [3])), 'FILE_LENGTH'],
  ])('a gzip file %s is refused, and nothing is written', async (_, bytes, code) => {
    const source = await temporaryFolder();
    for (const [name, good] of Object.entries(whole(gzipSync)))
      await writeFile(path.join(source, name), good);
    await writeFile(path.join(source, 'train-labels-idx1-ubyte.gz'), bytes);
    const out = path.join(await temporaryFolder(), 'out');
    await expect(importerFor('mnist').run(source, out)).rejects.toMatchObject({ code });
    expect(await readdir(path.dirname(out))).toEqual([]);
  });
});
