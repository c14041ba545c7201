/** The demo's collections on disk, and the service that searches them. */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { type Collection, createCollection, openCollection } from '../../collection/index.ts';
import { throwIfAborted } from '../../errors.ts';
import { builtPage, createService, type Service } from '../../service/index.ts';
import type { Call } from '../command.ts';
import type { DemoCollection } from './half.ts';

const folderOf = (out: string, { name }: DemoCollection): string => path.join(out, 'collections', name);

/** All of them or none. @throws `ABORTED` */
export async function writeCollections(
  out: string,
  all: readonly DemoCollection[],
  { signal, progress }: Call,
): Promise<void> {
  const total = all.reduce((sum, { rows }) => sum + rows, 0);
  let done = 0;
  try {
    for (const one of all)
      await write(out, one, (more) => {
        done += more;
        progress.update(`collection ${one.name}`, done / total);
        throwIfAborted(signal, 'the making of collections');
      });
  } catch (error) {
    await rm(path.join(out, 'collections'), { recursive: true, force: true });
    throw error;
  }
}

async function write(out: string, one: DemoCollection, onItems: (more: number) => void): Promise<void> {
  const { name, model } = one;
  const options = { name, bits: model.bits, model: model.fingerprint };
  const collection = await createCollection(folderOf(out, one), options);
  try {
    for await (const items of one.items()) {
      await collection.upsert(items, { model: model.fingerprint });
      onItems(items.length);
    }
  } finally {
    await collection.close();
  }
}

/** The page, its collections, and the report below /report/; nothing is listened to yet. */
export async function openDemoService(out: string, all: readonly DemoCollection[]): Promise<Service> {
  const collections: Collection[] = [];
  try {
    for (const one of all) collections.push(await openCollection(folderOf(out, one)));
  } catch (cause) {
    await Promise.allSettled(collections.map((collection) => collection.close()));
    throw cause;
  }
  return createService({
    collections: collections.map((collection) => ({ collection })),
    models: all.map(({ model }) => ({ model })),
    web: builtPage(),
    report: out,
  });
}
