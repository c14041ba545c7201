import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/temporary-folder.ts';
import { npyBytes, npyTexts, type ZipMember, zipBytes } from '../../../test/zip-writer.ts';
import { UnseenError } from '../../errors.ts';
import { openDataset } from '../open-dataset.ts';
import { importerFor } from './registry.ts';

const floats = (numbers: readonly number[], rows: number) =>
  npyBytes('<f4', [rows, numbers.length / rows], new Uint8Array(Float32Array.from(numbers).buffer));
const integers = (numbers: readonly number[]) =>
  npyBytes('<i8', [numbers.length], new Uint8Array(BigInt64Array.from(numbers, BigInt).buffer));

const VALUES = [1, -2.5, 1e-7, 3, 4, 5];
const ARRAYS = {
  features: floats(VALUES, 3),
  labels: integers([1, 0, -1]),
  classes: npyTexts(['cat', 'sea lion 🦭']),
  class_embeddings: floats([0, 2, 2, 0], 2),
  groups: integers([4, 4, 5]),
  names: npyBytes('|S2', [3], Buffer.from('a\0b\0é', 'utf8')),
};

const members = (arrays: Readonly<Record<string, Buffer>>, deflate = false): ZipMember[] =>
  Object.entries(arrays).map(([name, bytes]) => ({ name: `${name}.npy`, bytes, deflate }));

async function saved(bytes: Buffer): Promise<string> {
  const file = path.join(await temporaryFolder(), 'arrays.npz');
  await writeFile(file, bytes);
  return file;
}

async function imported(bytes: Buffer, options = {}) {
  const out = path.join(await temporaryFolder(), 'out');
  const made = await importerFor('npz').run(await saved(bytes), out, options);
  const opened = await openDataset(out);
  expect(opened.fingerprint).toBe(made.fingerprint);
  return opened;
}

describe('npz', () => {
  it.each([false, true])('arrays become the dataset that they say, deflated: %s', async (deflate) => {
    const data = await imported(zipBytes(members(ARRAYS, deflate)));
    expect(data).toMatchObject({
      name: 'arrays',
      classes: ['cat', 'sea lion 🦭'],
      rowNames: ['a', 'b', 'é'],
      groups: Int32Array.of(4, 4, 5),
    });
    const { features, labels } = data.modalities.image!;
    expect([...features!.data]).toEqual(VALUES.map(Math.fround));
    expect([0, 1, 2].map((row) => labels.first(row))).toEqual([1, 0, -1]);
    expect([...data.classEmbeddings.get('default')!.data]).toEqual([0, 1, 1, 0]);
  });

  it('arrays of train and test become parts; doubles, big-endian text and 0/1 matrices are read', async () => {
    const doubles = (numbers: readonly number[], rows: number) =>
      npyBytes('<f8', [rows, numbers.length / rows], new Uint8Array(Float64Array.from(numbers).buffer));
    const arrays = {
      classes: npyTexts(['cat', 'dog'], true),
      features_train: doubles([1, 2], 2),
      features_test: doubles([3], 1),
      labels_train: npyBytes('|b1', [2, 2], Uint8Array.of(1, 1, 0, 1)),
      labels_test: npyBytes('|u1', [1], Uint8Array.of(255)),
      notes: npyTexts(['for people']),
    };
    const unused: string[] = [];
    const data = await imported(zipBytes(members(arrays)), {
      onUnused: (names: readonly string[]) => unused.push(...names),
    });
    expect(data).toMatchObject({ classes: ['cat', 'dog'], parts: { train: [0, 2], test: [2, 3] } });
    const { labels } = data.modalities.image!;
    expect([0, 1, 2].map((row) => [...labels.of(row)])).toEqual([[0, 1], [1], []]);
    expect(unused).toEqual(['notes']);
  });

  it('class names of a list come before those of the archive', async () => {
    const classes = path.join(await temporaryFolder(), 'classes.txt');
    await writeFile(classes, 'one\ntwo\n');
    expect((await imported(zipBytes(members(ARRAYS)), { classes })).classes).toEqual(['one', 'two']);
  });

  const with_ = (changed: Readonly<Record<string, Buffer>>) => zipBytes(members({ ...ARRAYS, ...changed }));
  const stating = (stated: Partial<ZipMember>) =>
    zipBytes(members(ARRAYS, true).map((member, i) => (i === 0 ? { ...member, ...stated } : member)));
  const { features: _, ...featureless } = ARRAYS;

  it.each([
    ['no archive', Buffer.from('no archive'), 'FILE_MALFORMED'],
    ['nothing', Buffer.alloc(0), 'FILE_MALFORMED'],
    ['a member cut out of its middle', Buffer.from(zipBytes(members(ARRAYS)).subarray(40)), 'FILE_MALFORMED'],
    ['no features', zipBytes(members(featureless)), 'FILE_MALFORMED'],
    ['two arrays of one name', zipBytes([...members(ARRAYS), ...members(featureless)]), 'FILE_MALFORMED'],
    [
      'a name that leaves the folder',
      zipBytes([{ name: '../x.npy', bytes: ARRAYS.labels }]),
      'FILE_MALFORMED',
    ],
    ['an encrypted array', stating({ flags: 1 }), 'FILE_MALFORMED'],
    ['another compression', stating({ method: 12 }), 'FILE_MALFORMED'],
    ['a size above what was written', stating({ size: 1000 }), 'FILE_LENGTH'],
    ['a size below what was written', stating({ size: 100 }), 'FILE_MALFORMED'],
    ['a size of 4 GiB', stating({ size: 0xfffffff0 }), 'FILE_LENGTH'],
    ['a wrong checksum', stating({ crc: 7 }), 'FILE_MALFORMED'],
    ['objects', with_({ features: npyBytes('|O', [1, 1], Buffer.alloc(8)) }), 'NPY_UNSUPPORTED'],
    ['classes as objects', with_({ classes: npyBytes('|O', [2], Buffer.alloc(16)) }), 'NPY_UNSUPPORTED'],
    ['classes as numbers', with_({ classes: integers([1, 2]) }), 'NPY_UNSUPPORTED'],
    ['classes in a table', with_({ classes: npyBytes('|S1', [1, 2], Buffer.from('ab')) }), 'FILE_MALFORMED'],
    ['classes without a letter', with_({ classes: npyBytes('<U0', [2], Buffer.alloc(0)) }), 'FILE_MALFORMED'],
    [
      'text that is not Unicode',
      with_({ classes: npyBytes('<U1', [2], Buffer.alloc(8, 255)) }),
      'FILE_MALFORMED',
    ],
    [
      'text that is not UTF-8',
      with_({ names: npyBytes('|S1', [3], Buffer.alloc(3, 255)) }),
      'FILE_MALFORMED',
    ],
    [
      'a shape of 2^60 items',
      with_({ features: npyBytes('<f4', [2 ** 50, 1024], Buffer.alloc(8)) }),
      'FILE_LENGTH',
    ],
    ['a text of 4 GB', with_({ classes: npyBytes('<U999999999', [1], Buffer.alloc(8)) }), 'FILE_LENGTH'],
    ['NaN', with_({ features: floats([1, Number.NaN, 3], 3) }), 'VALUE_NOT_FINITE'],
    ['a label of class 2', with_({ labels: integers([0, 2, 0]) }), 'LABEL_OUT_OF_RANGE'],
    ['labels too few', with_({ labels: integers([0, 1]) }), 'DATASET_ROWS'],
    [
      'groups of fractions',
      with_({ groups: npyBytes('<f4', [3], new Uint8Array(Float32Array.of(1, 2, 0.5).buffer)) }),
      'FILE_MALFORMED',
    ],
    ['names too few', with_({ names: npyTexts(['a']) }), 'DATASET_ROWS'],
  ])('%s: refused, and nothing is written', async (_, bytes, code) => {
    const out = path.join(await temporaryFolder(), 'out');
    const run = importerFor('npz').run(await saved(bytes), out);
    await expect(run).rejects.toMatchObject({ code });
    expect(await readdir(path.dirname(out))).toEqual([]);
  });

  it('a file cut short anywhere, or with any byte changed, gives a typed error or the same arrays', async () => {
    const whole = zipBytes(members(ARRAYS, true));
    const file = await saved(whole);
    const out = path.join(await temporaryFolder(), 'out');
    const { run } = importerFor('npz');
    for (let bytes = 0; bytes < whole.length; bytes += 61) {
      await writeFile(file, whole.subarray(0, bytes));
      await expect(run(file, out)).rejects.toBeInstanceOf(UnseenError);
    }
    for (let at = 0; at < whole.length; at += 13) {
      const spoilt = Buffer.from(whole);
      spoilt[at]! ^= 0xff;
      await writeFile(file, spoilt);
      await run(file, out, { force: true }).then(
        ({ modalities }) => expect([...modalities.image!.features!.data]).toEqual(VALUES.map(Math.fround)),
        (error: unknown) => expect(error).toBeInstanceOf(UnseenError),
      );
    }
    expect((await readFile(file)).length).toBe(whole.length);
  });
});
