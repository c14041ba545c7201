import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/temporary-folder.ts';
import { readWordVectors, type WordVectorOptions } from './word-vectors.ts';

async function read(text: string, options?: WordVectorOptions) {
  const file = path.join(await temporaryFolder(), 'a.vec');
  await writeFile(file, text);
  return readWordVectors(file, options);
}

describe('word vectors of one’s own', () => {
  it('come in the order of the file, with and without a heading, with any line ends', async () => {
    const expected = {
      words: ['the', 'Hund'],
      vectors: { data: Float32Array.of(1, 2, 3, 4), rows: 2, cols: 2 },
    };
    expect(await read('the 1 2\nHund 3 4')).toEqual(expected);
    expect(await read('2 2\nthe 1 2 \nHund 3 4 \n')).toEqual(expected);
    expect(await read('the 1 2\r\nHund 3 4\r\n')).toEqual(expected);
  });

  it('are as many as asked: the first ones, or the words that are named', async () => {
    const text = 'the 1\nof 2\ncat 3\nthe 4\n';
    expect((await read(text, { most: 2 })).words).toEqual(['the', 'of']);
    expect(await read(text, { words: ['cat', 'dog', 'the'] })).toEqual({
      words: ['the', 'cat'],
      vectors: { data: Float32Array.of(1, 3), rows: 2, cols: 1 },
    });
    expect((await read(text, { words: ['dog'] })).words).toEqual([]);
  });

  it('pass over words with spaces in them, which some published files have', async () => {
    expect((await read('cat 1 2\nat name@example.com 3 4\n. . 5 6\n')).words).toEqual(['cat']);
  });

  it.each<[string, string, string, object]>([
    ['a short line', 'cat 1 2\ndog 3\n', 'FILE_MALFORMED', { where: 'line 2, word "dog"', received: 1 }],
    ['a long line', 'cat 1\ndog 3 4\n', 'FILE_MALFORMED', { where: 'line 2, word "dog"', received: 2 }],
    ['text for numbers', 'cat 1 2\ndog 3 x\n', 'FILE_MALFORMED', { where: 'line 2, word "dog"' }],
    ['infinity', 'cat 1 2\ndog 3 1e99\n', 'VALUE_NOT_FINITE', { row: 1, column: 1 }],
    ['no words', 'cat\n\n', 'FILE_MALFORMED', { where: 'text' }],
    ['an empty file', '', 'FILE_MALFORMED', { where: 'text' }],
  ])('%s: refused by name', async (_, text, code, values) => {
    await expect(read(text)).rejects.toMatchObject({ code, values });
  });

  it('most must be a number of words', async () => {
    await expect(read('cat 1', { most: 0 })).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
  });
});
