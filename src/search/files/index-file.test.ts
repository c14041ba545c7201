import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Codes } from '../../codes/index.ts';
import { Random } from '../../random.ts';
import { LinearIndex } from '../linear-index.ts';
import { indexFromBytes, indexToBytes, openIndex, saveIndex } from './index-file.ts';

const BIT_LENGTHS = [8, 24, 64, 72, 128, 264, 4096];

const randomCodes = (random: Random, count: number, bits: number): Codes =>
  Codes.fromBytes(
    Uint8Array.from({ length: (count * bits) / 8 }, () => random.below(256)),
    { bits },
  );

async function folder(): Promise<string> {
  const made = await mkdtemp(path.join(tmpdir(), 'unseen-index-'));
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  return made;
}

describe('an index that was saved and opened', () => {
  it.each(BIT_LENGTHS)('gives the same answers, at %i bits', async (bits) => {
    const random = new Random(bits, 'saved');
    const file = path.join(await folder(), 'my.index');
    for (const count of [0, 1, 15, 64, 300]) {
      const index = LinearIndex.from(randomCodes(random, count, bits));
      await index.delete(Array.from({ length: count }, (_, row) => row).filter((row) => row % 7 === 3));
      const queries = randomCodes(random, 3, bits);
      await saveIndex(index, file);
      const bytes = await indexToBytes(index);
      expect(new Uint8Array(await readFile(file))).toEqual(bytes);
      for (const opened of [
        await openIndex(file),
        await indexFromBytes(bytes, { engine: 'typescript' }),
        await indexFromBytes(new Blob([bytes])),
      ]) {
        expect(opened).toBeInstanceOf(LinearIndex);
        expect([opened.bits, opened.rows, opened.count]).toEqual([bits, index.rows, index.count]);
        expect(opened.codes().bytes).toEqual(index.codes().bytes);
        expect(await opened.search(queries, { k: 20 })).toEqual(await index.search(queries, { k: 20 }));
        expect(await indexToBytes(opened)).toEqual(bytes);
      }
    }
  });
});
