import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/temporary-folder.ts';
import { readClassEmbeddings } from './class-embeddings.ts';
import { readWordVectors } from './word-vectors.ts';

/** As word2vec.c writes: `fprintf("%s ")`, then the floats, then a line feed. */
function binary(words: readonly (readonly [string, ...number[]])[], feed = '\n'): Buffer {
  const values = words[0]!.length - 1;
  const entries = words.map(([word, ...vector]) => {
    const bytes = Buffer.alloc(4 * values);
    for (const [j, x] of vector.entries()) bytes.writeFloatLE(x, 4 * j);
    return Buffer.concat([Buffer.from(`${word} `), bytes, Buffer.from(feed)]);
  });
  return Buffer.concat([Buffer.from(`${words.length} ${values}\n`), ...entries]);
}

async function write(bytes: Uint8Array | string): Promise<string> {
  const file = path.join(await temporaryFolder(), 'vectors.bin');
  await writeFile(file, bytes);
  return file;
}

describe('word vectors in binary', () => {
  // 1e-20 and its like hold bytes that are spaces and line feeds: 0x20202020, 0x0a0a0a0a
  const hostile = new Float32Array(Uint32Array.of(0x20202020, 0x0a0a0a0a).buffer);
  const words = [
    ['the', 1, 2],
    ['fårö', ...hostile],
    ['the', 9, 9],
    ['cat', 3, 4],
  ] as const;

  it.each(['\n', ''])('are read in their order, the first of two, with %j between words', async (feed) => {
    const file = await write(binary(words as never, feed));
    const all = await readWordVectors(file);
    expect(all.words).toEqual(['the', 'fårö', 'cat']);
    expect([...all.vectors.data]).toEqual([1, 2, ...hostile, 3, 4]);
    expect((await readWordVectors(file, { most: 2 })).words).toEqual(['the', 'fårö']);
    expect((await readWordVectors(file, { words: ['cat', 'dog'] })).words).toEqual(['cat']);
  });

  it('cross the borders of what is read at once', async () => {
    const many = Array.from({ length: 40_000 }, (_, i) => [`w${i}`, ...Array(40).fill(i)] as never);
    const file = await write(binary(many));
    const { words: found, vectors } = await readWordVectors(file, { most: 40_000 });
    expect(found).toHaveLength(40_000);
    for (let i = 0; i < 40_000; i += 997) {
      expect(found[i]).toBe(`w${i}`);
      expect(new Set(vectors.data.subarray(40 * i, 40 * i + 40))).toEqual(new Set([i]));
    }
  });

  it('make class embeddings', async () => {
    const file = await write(binary([['polar', 1, 3] as const, ['bear', 3, 5] as const] as never));
    expect([...(await readClassEmbeddings(file, ['Polar_bear'])).data]).toEqual([2, 4]);
  });

  const good = binary(words as never);
  it.each<[string, Uint8Array | string, string]>([
    ['text', 'the 1 2\ncat 3 4\n', 'FILE_MALFORMED'],
    ['nothing', '', 'FILE_MALFORMED'],
    ['a model of fastText', Buffer.from([0xba, 0x16, 0x4f, 0x2f, 12, 0, 0, 0]), 'FILE_MALFORMED'],
    ['more words than the file has room for', '99999999999 300\nthe ', 'FILE_LENGTH'],
    ['vectors of absurd length', '1 999999999\nthe ', 'FILE_MALFORMED'],
    ['no words', '0 2\n', 'FILE_MALFORMED'],
    ['a file cut off', good.subarray(0, good.length - 3), 'FILE_LENGTH'],
    ['a word without an end', `1 2\n${'x'.repeat(100_000)}`, 'FILE_MALFORMED'],
    ['infinity', binary([['the', Number.POSITIVE_INFINITY]]), 'VALUE_NOT_FINITE'],
  ])('%s is refused', async (_, bytes, code) => {
    await expect(readWordVectors(await write(bytes))).rejects.toMatchObject({ code });
  });
});
