import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/temporary-folder.ts';
import { readClassEmbeddings } from './class-embeddings.ts';

/** Files of a folder, by their paths in it. */
async function folderOf(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
  return folder;
}

const AWA = {
  'predicate-matrix-continuous.txt':
    '  -1.00   12.34    0.00\r\n  39.25    1.00   7.50\r\n   0.5 0.25 100\r\n',
  'classes.txt': '     1\tantelope\r\n     2\tgrizzly+bear\r\n     3\tkiller+whale\r\n',
};
const CUB = {
  'CUB_200_2011/attributes/class_attribute_labels_continuous.txt': '0.1 2.5e1\n3 4\n',
  'CUB_200_2011/classes.txt': '1 001.Black_footed_Albatross\n2 002.Laysan_Albatross\n',
};

describe('attributes of classes as text', () => {
  it('of AwA are found by name, whatever the order, the number and the spelling of the dataset’s classes', async () => {
    const file = path.join(await folderOf(AWA), 'predicate-matrix-continuous.txt');
    expect(await readClassEmbeddings(file, ['killer whale', 'Grizzly_Bear'])).toEqual({
      rows: 2,
      cols: 3,
      data: Float32Array.of(0.5, 0.25, 100, 39.25, 1, 7.5),
    });
  });

  it('that are 0 and 1, even two of them, are no heading of word vectors', async () => {
    const folder = await folderOf({ 'm.txt': '0 1\n1 0\n', 'classes.txt': 'cat\ndog\n' });
    const { data } = await readClassEmbeddings(path.join(folder, 'm.txt'), ['dog', 'cat']);
    expect([...data]).toEqual([1, 0, 0, 1]);
  });

  it('of CUB have their names one folder up', async () => {
    const folder = await folderOf(CUB);
    const file = path.join(folder, Object.keys(CUB)[0]!);
    const { data } = await readClassEmbeddings(file, ['Laysan Albatross', '001.Black_footed_Albatross']);
    expect([...data]).toEqual([3, 4, 0.1, 25].map(Math.fround));
  });

  it.each<[string, Record<string, string>, object]>([
    ['without names', { 'm.txt': '1 2\n3 4\n' }, { where: 'names of classes' }],
    ['with names for other rows', { 'm.txt': '1 2\n3 4\n', 'classes.txt': 'cat\n' }, { where: 'shape' }],
    ['with a name twice', { 'm.txt': '1 2\n3 4\n', 'classes.txt': 'cat\ncat\n' }, { where: 'names' }],
    ['out of order', { 'm.txt': '1 2\n3 4\n', 'classes.txt': '2 cat\n1 dog\n' }, { where: 'line 1' }],
    ['of two lengths', { 'm.txt': '1 2\n3\n', 'classes.txt': 'cat\ndog\n' }, { where: 'line 2' }],
    [
      'with words later',
      { 'm.txt': '1 2\n3 4\n5 6\n7 x\n', 'classes.txt': 'cat\ndog\na\nb' },
      { where: 'line 4' },
    ],
  ])('%s are refused', async (_, files, values) => {
    const file = path.join(await folderOf(files), 'm.txt');
    await expect(readClassEmbeddings(file, ['cat', 'dog'])).rejects.toMatchObject({
      code: 'FILE_MALFORMED',
      values,
    });
  });

  it('without one of the classes are refused by its name', async () => {
    const file = path.join(await folderOf(AWA), 'predicate-matrix-continuous.txt');
    await expect(readClassEmbeddings(file, ['antelope', 'cat'])).rejects.toMatchObject({
      code: 'CLASS_EMBEDDING_MISSING',
      values: { name: 'cat' },
    });
  });
});
