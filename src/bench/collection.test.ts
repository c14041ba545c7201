import { readdir } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../test/temporary-folder.ts';
import { benchCollection } from './collection.ts';

it('says what a collection of so many items takes, and leaves nothing behind', async () => {
  const folder = await temporaryFolder();
  const said: string[] = [];
  const [small] = await benchCollection({
    sizes: [3000],
    batch: 700,
    folder,
    onProgress: (what) => said.push(what),
  });
  expect(small).toMatchObject({ items: 3000, bits: 64, batch: 700 });
  expect(small!.itemsPerSecond).toBeGreaterThan(100);
  expect(small!.bytesPerItem).toBeGreaterThan(8 + 'item-1234'.length);
  for (const time of [small!.openSeconds, small!.searchMs, small!.compactSeconds])
    expect(time).toBeGreaterThan(0);
  expect(said).toContain('3000 items: 2800 written');
  expect(await readdir(folder)).toEqual([]);
});

it('stops when it is told to', async () => {
  const folder = await temporaryFolder();
  const call = benchCollection({ sizes: [1000], folder, signal: AbortSignal.abort() });
  await expect(call).rejects.toMatchObject({ code: 'ABORTED' });
  expect(await readdir(folder)).toEqual([]);
});
