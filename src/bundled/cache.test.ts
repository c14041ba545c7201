import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/temporary-folder.ts';
import type { CachedArray } from './cache.ts';
import { readCache, writeCache } from './cache.ts';

const KEY = { version: '1.0.0', side: 64 };
const arrays = new Map<string, CachedArray>([
  ['a', { data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] }],
  ['b', { data: Uint8Array.of(7, 8), shape: [2] }],
]);

async function filled(): Promise<string> {
  const folder = path.join(await temporaryFolder(), 'made', 'when needed');
  expect(await writeCache(folder, 'set', KEY, arrays)).toBe(true);
  return folder;
}

const onlyFolder = async (cache: string) => path.join(cache, (await readdir(cache))[0]!);

describe('the cache of prepared arrays', () => {
  it('gives back what was put in', async () => {
    const found = await readCache(await filled(), 'set', KEY, ['a', 'b']);
    expect(found?.get('a')).toMatchObject(arrays.get('a')!);
    expect(found?.get('b')).toMatchObject(arrays.get('b')!);
  });

  it('another key, another name or an array that it lacks is a miss', async () => {
    const cache = await filled();
    expect(await readCache(cache, 'set', { ...KEY, version: '1.0.1' }, ['a'])).toBeUndefined();
    expect(await readCache(cache, 'other', KEY, ['a'])).toBeUndefined();
    expect(await readCache(cache, 'set', KEY, ['a', 'c'])).toBeUndefined();
  });

  it('a flipped bit, a cut file and a broken manifest are misses, and writing repairs them', async () => {
    for (const damage of [
      async (folder: string) => {
        const bytes = await readFile(path.join(folder, 'a.npy'));
        bytes[bytes.length - 1]! ^= 1;
        await writeFile(path.join(folder, 'a.npy'), bytes);
      },
      (folder: string) => writeFile(path.join(folder, 'b.npy'), ''),
      (folder: string) => writeFile(path.join(folder, 'cache.json'), '{"format":'),
    ]) {
      const cache = await filled();
      await damage(await onlyFolder(cache));
      expect(await readCache(cache, 'set', KEY, ['a', 'b'])).toBeUndefined();
      expect(await writeCache(cache, 'set', KEY, arrays)).toBe(true);
      expect(await readCache(cache, 'set', KEY, ['a', 'b'])).toBeDefined();
    }
  });

  it('a place that cannot be written to is no failure', async () => {
    const folder = await temporaryFolder();
    await writeFile(path.join(folder, 'file'), '');
    expect(await writeCache(path.join(folder, 'file', 'cache'), 'set', KEY, arrays)).toBe(false);
  });
});
