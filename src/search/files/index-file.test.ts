import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/temporary-folder.ts';
import { Codes } from '../../codes/index.ts';
import { Random } from '../../random.ts';
import { LinearIndex } from '../linear-index.ts';
import { MihStore } from '../mih/store.ts';
import { MultiIndexHash } from '../multi-index-hash.ts';
import { indexFromBytes, indexToBytes, openIndex, saveIndex } from './index-file.ts';

const BIT_LENGTHS = [8, 24, 64, 128, 264, 4096];

const randomCodes = (random: Random, count: number, bits: number): Codes =>
  Codes.fromBytes(
    Uint8Array.from({ length: (count * bits) / 8 }, () => random.below(256)),
    { bits },
  );

describe('an index that was saved and opened', () => {
  it.each(BIT_LENGTHS)('gives the same answers, at %i bits', async (bits) => {
    const random = new Random(bits, 'saved');
    const file = path.join(await temporaryFolder(), 'my.index');
    for (const count of [0, 1, 15, 64, 300]) {
      const index = LinearIndex.from(randomCodes(random, count, bits));
      await index.delete(Array.from({ length: count }, (_, row) => row).filter((row) => row % 7 === 3));
      const queries = randomCodes(random, 3, bits);
      await saveIndex(index, file);
      const bytes = await indexToBytes(index);
      expect(Buffer.compare(await readFile(file), bytes)).toBe(0);
      for (const opened of [
        await openIndex(file),
        await indexFromBytes(bytes, { engine: 'typescript' }),
        await indexFromBytes(new Blob([bytes])),
      ]) {
        expect(opened).toBeInstanceOf(LinearIndex);
        expect([opened.bits, opened.rows, opened.count]).toEqual([bits, index.rows, index.count]);
        expect(Buffer.compare(opened.codes().bytes, index.codes().bytes)).toBe(0);
        expect(await opened.search(queries, { k: 20 })).toEqual(await index.search(queries, { k: 20 }));
        expect(Buffer.compare(await indexToBytes(opened), bytes)).toBe(0);
      }
    }
  });
});

describe('a multi-index hash that was saved and opened', () => {
  it.each([8, 24, 64, 72, 264])('gives the same answers, at %i bits, with its tail', async (bits) => {
    const random = new Random(bits, 'mih');
    for (const count of [0, 1, 15, 64, 300]) {
      const index = MultiIndexHash.from(randomCodes(random, count, bits), { substrings: 4 });
      await index.add(randomCodes(random, 20, bits));
      await index.delete([0, 2, count + 3]);
      const bytes = await indexToBytes(index);
      const queries = randomCodes(random, 3, bits);
      const options = { k: 30 };
      const expected = await index.explain(queries, options);
      const opened = await indexFromBytes(bytes);
      expect(opened).toBeInstanceOf(MultiIndexHash);
      expect([opened.rows, opened.count]).toEqual([index.rows, index.count]);
      expect(await opened.explain(queries, options)).toEqual(expected);
      expect(Buffer.compare(opened.codes().bytes, index.codes().bytes)).toBe(0);
      expect(Buffer.compare(await indexToBytes(opened), bytes)).toBe(0);
      await opened.add(randomCodes(random, 400, bits));
      await index.add(opened.codes(index.rows));
      expect(await opened.search(queries, options)).toEqual(await index.search(queries, options));
    }
  });

  it('needs no WebAssembly: without it there are no tables, and they are made again where there is', async () => {
    const random = new Random(1, 'no tables');
    const index = MultiIndexHash.from(randomCodes(random, 300, 72), { substrings: 4 });
    await index.add(randomCodes(random, 20, 72));
    const queries = randomCodes(random, 3, 72);
    const answer = await index.search(queries, { k: 30 });
    const plain = await indexFromBytes(await indexToBytes(index), { engine: 'typescript' });
    expect(plain.engine).toBe('typescript');
    expect(await plain.search(queries, { k: 30 })).toEqual(answer);
    const again = await indexFromBytes(await indexToBytes(plain));
    const { hits, work } = await again.explain(queries, { k: 1 });
    expect(hits).toEqual(answer.map((list) => list.slice(0, 1)));
    expect(work.bucketsProbed).toBeGreaterThan(0);
  });

  it('keeps its shards', async () => {
    const random = new Random(2, 'shards');
    const codes = randomCodes(random, 1000, 64);
    const store = new MihStore(64, { substrings: 4, shardRows: 256 });
    store.append(codes.bytes);
    expect(store.shards.length).toBe(4);
    const { ids, live } = await LinearIndex.from(codes).parts(async (parts) => parts);
    const index = MultiIndexHash.of({ bits: 64, store, ids, live }, 4);
    await index.delete([5, 300, 999]);
    const opened = await indexFromBytes(await indexToBytes(index));
    const queries = randomCodes(random, 3, 64);
    expect(await opened.search(queries, { k: 50 })).toEqual(await index.search(queries, { k: 50 }));
    await opened.parts(async (parts) => expect((parts.store as MihStore).shards.length).toBe(4));
  });
});

describe('saving', () => {
  const codes = randomCodes(new Random(1, 'saving'), 2000, 64);

  it('replaces an older file, and leaves nothing beside it', async () => {
    const made = await temporaryFolder();
    const file = path.join(made, 'my.index');
    await saveIndex(LinearIndex.from(codes.slice(0, 5)), file);
    await saveIndex(LinearIndex.from(codes), pathToFileURL(file));
    expect((await openIndex(pathToFileURL(file))).rows).toBe(2000);
    expect(await readdir(made)).toEqual(['my.index']);
  });

  it('that is stopped or fails leaves the older file as it was', async () => {
    const made = await temporaryFolder();
    const file = path.join(made, 'my.index');
    await saveIndex(LinearIndex.from(codes.slice(0, 5)), file);
    const before = await readFile(file);
    const index = LinearIndex.from(codes);
    const stop = new AbortController();
    const onProgress = (): void => stop.abort();
    await expect(saveIndex(index, file, { signal: stop.signal, onProgress })).rejects.toMatchObject({
      code: 'ABORTED',
    });
    const fail = (): never => {
      throw new TypeError('of the caller');
    };
    await expect(saveIndex(index, file, { onProgress: fail })).rejects.toThrow('of the caller');
    expect(await readFile(file)).toEqual(before);
    expect(await readdir(made)).toEqual(['my.index']);
  });

  it('to where nothing can be written says so', async () => {
    const made = await temporaryFolder();
    const refused = saveIndex(LinearIndex.from(codes), path.join(made, 'no', 'my.index'));
    await expect(refused).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' });
    await mkdir(path.join(made, 'taken'));
    await writeFile(path.join(made, 'taken', 'file'), '');
    const taken = saveIndex(LinearIndex.from(codes), path.join(made, 'taken'));
    await expect(taken).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' });
    expect(await readdir(made)).toEqual(['taken']);
  });

  it('takes its turn: what was asked for before is in the file, what comes after is not', async () => {
    const index = LinearIndex.from(codes.slice(0, 10));
    const adding = index.add(codes.slice(10, 20));
    const saving = indexToBytes(index);
    const later = index.delete([0, 1, 2]);
    const opened = await indexFromBytes(await saving);
    expect([opened.rows, opened.count]).toEqual([20, 20]);
    expect([await adding, await later]).toEqual([undefined, 3]);
  });

  it('and opening tell how far they are', async () => {
    const seen: { done: number; total: number }[] = [];
    const onProgress = (progress: { done: number; total: number }): void => void seen.push(progress);
    const bytes = await indexToBytes(LinearIndex.from(codes), { onProgress });
    expect(seen.at(-1)).toEqual({ done: bytes.length, total: bytes.length });
    seen.length = 0;
    await indexFromBytes(bytes, { onProgress });
    expect(seen.at(-1)).toEqual({ done: bytes.length, total: bytes.length });
  });

  it('of a closed index is refused', async () => {
    const index = LinearIndex.from(codes);
    index.close();
    await expect(indexToBytes(index)).rejects.toMatchObject({ code: 'INDEX_CLOSED' });
  });
});

describe('opening', () => {
  it('refuses what is no index, with what it is', async () => {
    const made = await temporaryFolder();
    const write = async (name: string, content: Uint8Array | string): Promise<string> => {
      await writeFile(path.join(made, name), content);
      return path.join(made, name);
    };
    const bytes = await indexToBytes(LinearIndex.from(randomCodes(new Random(2), 3, 8)));
    const newer = Uint8Array.from(bytes);
    newer[8] = 2;
    const damaged = Uint8Array.from(bytes);
    damaged[damaged.length - 64]! ^= 1;
    const cases: [file: string, code: string, message: RegExp][] = [
      [path.join(made, 'nothing'), 'FILE_UNREADABLE', /ENOENT/],
      [made, 'FILE_UNREADABLE', /regular file/],
      [await write('empty', ''), 'INDEX_FILE_INVALID', /magic/],
      [await write('text', 'hello, this is no index at all, but a text'), 'INDEX_FILE_INVALID', /magic/],
      [await write('newer', newer), 'INDEX_FILE_VERSION', /format 2 is not known, this version reads 1/],
      [await write('short', bytes.subarray(0, -1)), 'FILE_LENGTH', /256 bytes expected, received 255/],
      [await write('damaged', damaged), 'INDEX_FILE_DAMAGED', /section codes/],
    ];
    for (const [file, code, message] of cases) {
      await expect(openIndex(file), file).rejects.toMatchObject({ code });
      await expect(openIndex(file), file).rejects.toThrow(message);
    }
  });

  it('stops on request', async () => {
    const bytes = await indexToBytes(LinearIndex.from(randomCodes(new Random(2), 3, 8)));
    await expect(indexFromBytes(bytes, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ABORTED',
    });
  });

  it('gives an index that can be changed', async () => {
    const codes = randomCodes(new Random(3), 10, 64);
    const ids = Array.from({ length: 10 }, (_, row) => `item ${9 - row}`);
    const index = await indexFromBytes(await indexToBytes(LinearIndex.from(codes, { ids })));
    await index.delete(['item 4']);
    await index.add(codes.slice(5, 6), { ids: ['new'] });
    await index.compact();
    expect(await index.search(codes.slice(5, 6), { k: 1 })).toEqual([[{ id: 'new', row: 9, distance: 0 }]]);
  });
});
