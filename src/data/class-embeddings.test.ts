import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/temporary-folder.ts';
import { readClassEmbeddings } from './class-embeddings.ts';
import { writeNpy } from './npy.ts';

const CLASSES = ['cat', 'polar bear'];

async function read(name: string, text: string, classes = CLASSES) {
  const file = path.join(await temporaryFolder(), name);
  await writeFile(file, text);
  return readClassEmbeddings(file, classes);
}

describe('class embeddings of one’s own', () => {
  it('come in class order from JSON, CSV and arrays; other names are passed over', async () => {
    const expected = { rows: 2, cols: 2, data: Float32Array.of(1, 2, 3, 4) };
    expect(await read('a.json', '{"polar bear": [3, 4], "dog": "?", "cat": [1, 2]}')).toEqual(expected);
    expect(await read('a.csv', 'polar bear,3,4\r\ndog,5,6\r\ncat,1,2\r\n')).toEqual(expected);
    expect(await read('a.csv', 'name,x,y\n"polar bear",3,4\ncat,1,2')).toEqual(expected);
    expect(await read('a.csv', '"a ""b"", c",1\n', ['a "b", c'])).toEqual({
      rows: 1,
      cols: 1,
      data: Float32Array.of(1),
    });
    const file = path.join(await temporaryFolder(), 'a.npy');
    await writeNpy(file, Float64Array.of(1, 2, 3, 4), [2, 2]);
    expect(await readClassEmbeddings(file, CLASSES)).toEqual(expected);
  });

  it('come from word vectors as the mean of a name’s words, with and without a word2vec heading', async () => {
    const glove = 'the 9 9\npolar 1 3\nbear 3 5\ncat 7 8\nextra x y\n';
    for (const text of [glove, `5 2\n${glove}`]) {
      expect(await read('a.txt', text)).toEqual({ rows: 2, cols: 2, data: Float32Array.of(7, 8, 2, 4) });
    }
    // "Polar-bear" and "unknownword" of a name: known words decide
    expect((await read('a.vec', glove, ['Polar-bear', 'cat unknownword'])).data).toEqual(
      Float32Array.of(2, 4, 7, 8),
    );
  });

  it.each<[string, string, string, string, object]>([
    ['a class without a row', 'a.json', '{"cat": [1]}', 'CLASS_EMBEDDING_MISSING', { name: 'polar bear' }],
    [
      'a class whose words are unknown',
      'a.txt',
      'cat 1\n',
      'CLASS_EMBEDDING_MISSING',
      { name: 'polar bear' },
    ],
    [
      'vectors of two lengths',
      'a.json',
      '{"cat": [1], "polar bear": [1, 2]}',
      'FILE_MALFORMED',
      { received: 2 },
    ],
    ['words of two lengths', 'a.txt', 'cat 1\npolar 1\nbear 1 2\n', 'FILE_MALFORMED', { received: 2 }],
    ['empty vectors', 'a.json', '{"cat": [], "polar bear": []}', 'FILE_MALFORMED', {}],
    [
      'text for numbers',
      'a.json',
      '{"cat": ["1"], "polar bear": [1]}',
      'FILE_MALFORMED',
      { where: 'class "cat"' },
    ],
    ['a hole in a line', 'a.csv', 'cat,1,2\npolar bear,1,\n', 'FILE_MALFORMED', { where: 'line 2' }],
    ['a word without numbers', 'a.txt', 'cat one\n', 'FILE_MALFORMED', { where: 'line 1, word "cat"' }],
    ['infinity', 'a.csv', 'cat,1\npolar bear,Infinity\n', 'VALUE_NOT_FINITE', { row: 1 }],
    [
      'descriptions',
      'a.json',
      '{"cat": "A small animal", "polar bear": ["White"]}',
      'CLASS_DESCRIPTIONS',
      {},
    ],
    ['descriptions in lines', 'a.tsv', 'cat\tA small animal\n', 'CLASS_DESCRIPTIONS', {}],
    ['a list', 'a.json', '[1, 2]', 'FILE_MALFORMED', { where: 'top level' }],
    ['an unknown kind of file', 'a.xml', '<a/>', 'FILE_MALFORMED', { received: '.xml' }],
  ])('%s: refused by name', async (_, name, text, code, values) => {
    await expect(read(name, text)).rejects.toMatchObject({ code, values });
  });

  it('a file of word vectors is never held whole: lines cross reads, and an endless line is refused', async () => {
    const filler = Array.from({ length: 30_000 }, (_, i) => `wörd${i} ${i} 1\n`).join('');
    expect((await read('a.txt', `${filler}cat 1 2\n${filler}bear 3 4`, CLASSES)).data).toEqual(
      Float32Array.of(1, 2, 3, 4),
    );
    expect((await read('a.txt', filler, ['wörd29999', 'wörd7'])).data).toEqual(
      Float32Array.of(29_999, 1, 7, 1),
    );
    await expect(read('a.txt', 'x'.repeat(2_000_000))).rejects.toMatchObject({ code: 'FILE_MALFORMED' });
  });

  it('an array needs a row for every class', async () => {
    const file = path.join(await temporaryFolder(), 'a.npy');
    await writeNpy(file, Float32Array.of(1, 2, 3), [3, 1]);
    await expect(readClassEmbeddings(file, CLASSES)).rejects.toMatchObject({
      code: 'FILE_MALFORMED',
      values: { received: 3 },
    });
    await expect(readClassEmbeddings(`${file}.txt`, CLASSES)).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
    });
  });
});
