/** Making, opening, listing and removing collections of a Postgres database. */
import { randomBytes } from 'node:crypto';
import { UnseenError } from '../../errors.ts';
import { makeManifest } from '../embedded/manifest.ts';
import { type CollectionRow, type HnswOptions, missing, readRow, readRows } from './catalog.ts';
import { type Database, isDatabase } from './database.ts';
import { asUnseenError } from './failures.ts';
import { migrate, quotedSchema, versionOf } from './migrations.ts';
import { connectServer, type ServerOptions, shownAddress } from './server.ts';
import { createShards, dropShards } from './shards.ts';
import {
  createGeneration,
  createGraphs,
  createPictures,
  dropGenerations,
  itemsTable,
  picturesTable,
} from './tables.ts';
import { checkHnsw, checkMode, findVector, needVector, type SearchMode } from './vector.ts';
import { PostgresCollection } from './writing.ts';

export interface PostgresOptions extends ServerOptions {
  /** Schema of the tables, made where it is missing: a-z, 0-9 and _. Default: unseen. */
  readonly schema?: string;
}

export interface OpenPostgresOptions extends PostgresOptions {
  /**
   * How a search goes, in a collection with graphs: exactly, or by the graphs, which miss some (`measureRecall` tells how many).
   * Default: exact.
   */
  readonly search?: SearchMode;
}

export interface CreatePostgresOptions extends OpenPostgresOptions {
  /** 1 … 64 of a-z, 0-9, `_` and `-`. */
  readonly name: string;
  /** Bits of a code: a multiple of 8 from 8 to 4096. */
  readonly bits: number;
  /** Fingerprint of the model whose codes it will hold. */
  readonly model: string;
  /** Keep graphs of pgvector ≥ 0.8.4, so that a search may go by them. Not with shards. Default: none. */
  readonly hnsw?: HnswOptions;
  /**
   * Addresses of servers that hold the items, divided by hash of the id; they are those that the database itself reaches, by
   * `postgres_fdw`. Default: the database holds them.
   */
  readonly shards?: readonly string[];
}

export interface PostgresListing {
  readonly name: string;
  readonly bits: number;
  readonly model: string;
  readonly items: number;
  readonly version: number;
  /** Addresses, without user and password; none: the database itself. */
  readonly shards: readonly string[];
}

/**
 * Makes a collection, and the tables that all collections need, where they are missing.
 * @param where `postgres://user:password@host:port/database`, or a connection: PGlite by `pgliteDatabase`
 * @throws `COLLECTION_EXISTS`, `ARGUMENT_INVALID`, `POSTGRES_UNSUITABLE`, `COLLECTION_FORMAT_UNKNOWN`, `POSTGRES_UNREACHABLE`,
 *   `POSTGRES_FAILED`
 */
export function createCollectionIn(
  where: string | Database,
  options: CreatePostgresOptions,
): Promise<PostgresCollection> {
  const { name, bits, model, hnsw, shards = [] } = options;
  makeManifest(name, bits, model); // refuses what is no name, no bits, no fingerprint
  if (hnsw) checkHnsw(hnsw);
  if (hnsw && shards.length > 0)
    throw new UnseenError('ARGUMENT_INVALID', {
      name: 'hnsw',
      reason: 'graphs are kept on one server only',
      received: `${shards.length} shards`,
    });
  const addresses = shards.map(shownAddress);
  const token = randomBytes(6).toString('hex');
  return connected(where, options, async (database, schema, parts) => {
    await migrate(database, schema);
    const vector = hnsw ? await needVector(database) : undefined;
    await database.transaction(async (connection) => {
      const [made] = await connection.query(
        `INSERT INTO ${schema}.collections (name, token, bits, model, shards, hnsw)
          VALUES ($1::text, $2::text, $3::integer, $4::text, $5::text::jsonb, $6::text::jsonb)
          ON CONFLICT (name) DO NOTHING RETURNING number`,
        [name, token, bits, model, JSON.stringify(addresses), hnsw ? JSON.stringify(hnsw) : null],
      );
      if (!made) throw new UnseenError('COLLECTION_EXISTS', { folder: `${database.address}#${name}` });
      const row = { token, generation: 1, shards: addresses, bits };
      if (shards.length > 0) await createShards(connection, schema, token, shards);
      await createGeneration(connection, schema, row);
      await createPictures(connection, schema, token);
      if (hnsw && vector) await createGraphs(connection, itemsTable(schema, row), hnsw, vector.schema);
    });
    return opened(database, schema, name, parts);
  });
}

/**
 * Opens a collection, for reading and writing; any number of processes may.
 * @throws `COLLECTION_MISSING`, `COLLECTION_FORMAT_UNKNOWN`, `POSTGRES_UNSUITABLE`, `POSTGRES_UNREACHABLE`, `POSTGRES_FAILED`
 */
export function openCollectionIn(
  where: string | Database,
  name: string,
  options: OpenPostgresOptions = {},
): Promise<PostgresCollection> {
  return connected(where, options, async (database, schema, parts) => {
    if ((await versionOf(database, schema)) === 0) throw missing(database.address, name);
    await migrate(database, schema);
    return opened(database, schema, name, parts);
  });
}

/** By name. @throws as `openCollectionIn` */
export function listCollectionsIn(
  where: string | Database,
  options: PostgresOptions = {},
): Promise<PostgresListing[]> {
  return briefly(where, options, async (database, schema) => {
    if ((await versionOf(database, schema)) === 0) return [];
    await migrate(database, schema);
    const rows = await readRows(database, schema);
    return rows.map(({ name, bits, model, items, version, shards }) => ({
      name,
      bits,
      model,
      items,
      version,
      shards,
    }));
  });
}

/** Removes a collection with all that it holds, on every server. @throws as `openCollectionIn` */
export function dropCollectionIn(
  where: string | Database,
  name: string,
  options: PostgresOptions = {},
): Promise<void> {
  return briefly(where, options, async (database, schema) => {
    const row = (await versionOf(database, schema)) === 0 ? undefined : await readRow(database, schema, name);
    if (!row) throw missing(database.address, name);
    await database.transaction(async (connection) => {
      await connection.query(`DELETE FROM ${schema}.collections WHERE number = $1::integer`, [row.number]);
      await dropGenerations(connection, schema, row, () => true);
      await dropShards(connection, schema, row);
      await connection.query(`DROP TABLE ${picturesTable(schema, row)}`);
    });
  });
}

interface Opening {
  readonly mode: SearchMode;
  readonly own: boolean;
}

async function opened(
  database: Database,
  schema: string,
  name: string,
  { mode, own }: Opening,
): Promise<PostgresCollection> {
  const row: CollectionRow | undefined = await readRow(database, schema, name);
  if (!row) throw missing(database.address, name);
  if (mode !== 'exact' && !row.hnsw)
    throw new UnseenError('ARGUMENT_INVALID', {
      name: 'search',
      reason: 'the collection was made without hnsw and is searched exactly',
      received: mode,
    });
  const vector = row.hnsw ? await needVector(database) : (await findVector(database)).vector;
  return new PostgresCollection({ database, schema, vector, mode, own }, row);
}

/** A connection that the collection keeps; it is closed if there will be no collection. */
async function connected<T>(
  where: string | Database,
  options: OpenPostgresOptions,
  work: (database: Database, schema: string, opening: Opening) => Promise<T>,
): Promise<T> {
  const schema = quotedSchema(options.schema ?? 'unseen');
  const mode = checkMode(options.search ?? 'exact');
  const own = !isDatabase(where);
  const database = own ? connectServer(where, options) : where;
  try {
    return await work(database, schema, { mode, own });
  } catch (error) {
    if (own) await database.close();
    throw asUnseenError(error, database.address);
  }
}

/** A connection for the time of the work. */
function briefly<T>(
  where: string | Database,
  options: PostgresOptions,
  work: (database: Database, schema: string) => Promise<T>,
): Promise<T> {
  return connected(where, options, async (database, schema, { own }) => {
    const answer = await work(database, schema);
    if (own) await database.close();
    return answer;
  });
}
