/** The row of a collection: what it is, and the record of its last commit. */
import { UnseenError } from '../../errors.ts';
import type { Connection } from './database.ts';

export interface HnswOptions {
  /** Neighbours of a node, 2 … 100: more find more and take more memory. Default: 16. */
  readonly m?: number;
  /** Candidates while the graph is built, 4 … 1,000: more find more and build slower. Default: 64. */
  readonly efConstruction?: number;
}

export interface CollectionRow {
  readonly number: number;
  readonly name: string;
  readonly token: string;
  readonly bits: number;
  readonly model: string;
  readonly generation: number;
  readonly version: number;
  readonly next: number;
  readonly items: number;
  readonly horizon: number;
  readonly shards: readonly string[];
  readonly hnsw: HnswOptions | null;
}

const COLUMNS = `number, name, token, bits, model, generation, version::float8 AS version, next::float8 AS next,
  items::float8 AS items, horizon::float8 AS horizon, shards, hnsw`;

/** Writers take turns: a write holds the lock from its first change to its commit. */
export async function lockRow(
  connection: Connection,
  schema: string,
  number: number,
): Promise<CollectionRow | undefined> {
  const [row] = await connection.query<CollectionRow & Record<string, unknown>>(
    `SELECT ${COLUMNS} FROM ${schema}.collections WHERE number = $1::integer FOR UPDATE`,
    [number],
    { again: true },
  );
  return row;
}

export async function readRow(
  connection: Connection,
  schema: string,
  name: string,
): Promise<CollectionRow | undefined> {
  const [row] = await connection.query<CollectionRow & Record<string, unknown>>(
    `SELECT ${COLUMNS} FROM ${schema}.collections WHERE name = $1::text`,
    [name],
    { again: true },
  );
  return row;
}

export function readRows(connection: Connection, schema: string): Promise<CollectionRow[]> {
  return connection.query<CollectionRow & Record<string, unknown>>(
    `SELECT ${COLUMNS} FROM ${schema}.collections ORDER BY name`,
  );
}

export const missing = (address: string, name: string): UnseenError =>
  new UnseenError('COLLECTION_MISSING', {
    folder: `${address}#${name}`,
    reason: 'there is none of that name',
  });
