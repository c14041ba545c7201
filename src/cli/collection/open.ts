/** Where a collection is: a folder, or a database of Postgres with the collection's name. One place for all commands. */
import path from 'node:path';
import type { Collection, CollectionReader } from '../../collection/index.ts';
import { UnseenError } from '../../errors.ts';

/** For the help of commands. */
export const TARGET_HELP = 'folder of the collection, or postgres://user@host/database#name';

const POSTGRES = /^postgres(?:ql)?:\/\//i;

export const isPostgres = (target: string): boolean => POSTGRES.test(target);

/** For messages and results: without a password. */
export const shown = (target: string): string =>
  isPostgres(target) ? target.replace(/^([^/]*\/\/[^/:@]*):[^/@]*@/, '$1@') : target;

/** @throws `ARGUMENT_INVALID` without a name */
function addressOf(target: string): { readonly url: string; readonly name: string } {
  const [url, name, ...rest] = target.split('#');
  if (name !== undefined && name !== '' && rest.length === 0) return { url: url!, name };
  const reason = 'must end with the name of the collection, as postgres://user@host/database#photos';
  throw new UnseenError('ARGUMENT_INVALID', { name: 'dir', reason, received: shown(target) });
}

export interface NewCollection {
  readonly bits: number;
  readonly model: string;
  /** Default: what the folder or the address says. */
  readonly name?: string | undefined;
}

/** @throws as `createCollection` and `createPostgresCollection` */
export async function createCollectionAt(target: string, options: NewCollection): Promise<Collection> {
  const { createCollection, createPostgresCollection } = await import('../../collection/index.ts');
  const { bits, model, name } = options;
  if (!isPostgres(target))
    return createCollection(target, { name: name ?? nameOfFolder(target), bits, model });
  const address = addressOf(target);
  if (name !== undefined && name !== address.name) {
    const reason = `must be "${address.name}", as in the address, or left out`;
    throw new UnseenError('ARGUMENT_INVALID', { name: 'name', reason, received: name });
  }
  return createPostgresCollection(address.url, { name: address.name, bits, model });
}

/** For writing. @throws as `openCollection` and `openPostgresCollection` */
export async function openCollectionAt(
  target: string,
  options: { readonly threads?: number } = {},
): Promise<Collection> {
  const { openCollection, openPostgresCollection } = await import('../../collection/index.ts');
  if (!isPostgres(target)) return openCollection(target, options);
  const { url, name } = addressOf(target);
  return openPostgresCollection(url, name);
}

/** Beside a writer or without one. @throws as `openReader` and `openPostgresCollection` */
export async function openReaderAt(target: string): Promise<CollectionReader> {
  if (isPostgres(target)) return openCollectionAt(target);
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
const nameOfFolder = (folder: string): string =>
  path
    .basename(path.resolve(folder))
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, '-')
    .replace(/^[-_]+/, '')
    .slice(0, 64);
