/** Collections in Postgres, for those who open one: the client of the server is loaded then, not before. */
import type { Database } from './database.ts';
import type { CreatePostgresOptions, OpenPostgresOptions, PostgresListing, PostgresOptions } from './open.ts';
import type { PostgresCollection } from './writing.ts';

/** @see `createCollectionIn` in `open.ts` for what it throws */
export async function createPostgresCollection(
  where: string | Database,
  options: CreatePostgresOptions,
): Promise<PostgresCollection> {
  return (await import('./open.ts')).createCollectionIn(where, options);
}

/** @see `openCollectionIn` in `open.ts` for what it throws */
export async function openPostgresCollection(
  where: string | Database,
  name: string,
  options: OpenPostgresOptions = {},
): Promise<PostgresCollection> {
  return (await import('./open.ts')).openCollectionIn(where, name, options);
}

/** Those of a database, by name. */
export async function listPostgresCollections(
  where: string | Database,
  options: PostgresOptions = {},
): Promise<PostgresListing[]> {
  return (await import('./open.ts')).listCollectionsIn(where, options);
}

/** Removes a collection with all that it holds. */
export async function dropPostgresCollection(
  where: string | Database,
  name: string,
  options: PostgresOptions = {},
): Promise<void> {
  return (await import('./open.ts')).dropCollectionIn(where, name, options);
}
