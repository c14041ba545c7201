/** Where a collection is: a folder. One place for all commands, so that other backends come to all of them at once. */
import path from 'node:path';
import type { Collection, CollectionReader } from '../../collection/index.ts';

/** For the help of commands. */
export const TARGET_HELP = 'folder of the collection';

export interface NewCollection {
  readonly name: string;
  readonly bits: number;
  readonly model: string;
}

/** @throws as `createCollection` */
export async function createCollectionAt(target: string, options: NewCollection): Promise<Collection> {
  const { createCollection } = await import('../../collection/index.ts');
  return createCollection(target, options);
}

/** For writing. @throws as `openCollection` */
export async function openCollectionAt(
  target: string,
  options: { readonly threads?: number } = {},
): Promise<Collection> {
  const { openCollection } = await import('../../collection/index.ts');
  return openCollection(target, options);
}

/** Beside a writer or without one: the state that is committed now. @throws as `openReader` */
export async function openReaderAt(target: string): Promise<CollectionReader> {
  const { openReader } = await import('../../collection/index.ts');
  return openReader(target);
}

/** Closes it, whatever the work does. */
export async function using<C extends { close(): Promise<void> }, T>(
  opened: C,
  work: (opened: C) => Promise<T>,
): Promise<T> {
  try {
    return await work(opened);
  } finally {
    await opened.close();
  }
}

/** A name that collections take, made of the folder's. */
export const nameOfFolder = (folder: string): string =>
  path
    .basename(path.resolve(folder))
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, '-')
    .replace(/^[-_]+/, '')
    .slice(0, 64);
