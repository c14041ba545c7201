/**
 * The tables of a collection. A generation is what one model's codes are in; re-encoding fills the next beside it.
 *
 * On one server: `items_TOKEN_GENERATION`, and a view `…_seen` that tells of every item whether it is as it was written.
 * On several: `items_…` is partitioned by hash of the id; a partition `…_pN` is a foreign table of `shard_…_N` on the N-th.
 */
import { MODALITIES } from '../contract.ts';
import type { CollectionRow, HnswOptions } from './catalog.ts';
import type { Connection } from './database.ts';
import { onShard, serverOf } from './shards.ts';

export const codeColumn = (modality: string): string => `${modality}_code`;

/** A table that answers by itself: the whole, or the items of one shard. */
export interface Part {
  readonly items: string;
  readonly seen: string;
}

type Named = Pick<CollectionRow, 'token' | 'generation' | 'shards'>;

export const itemsTable = (schema: string, { token, generation }: Named): string =>
  `${schema}.items_${token}_${generation}`;
export const picturesTable = (schema: string, { token }: Pick<Named, 'token'>): string =>
  `${schema}.pictures_${token}`;
export const shardTable = (schema: string, { token, generation }: Named, shard: number): string =>
  `${schema}.shard_${token}_${generation}_${shard}`;

export function partsOf(schema: string, row: Named): readonly Part[] {
  const items = itemsTable(schema, row);
  if (row.shards.length === 0) return [{ items, seen: `${items}_seen` }];
  return row.shards.map((_, i) => ({ items: `${items}_p${i}`, seen: `${items}_p${i}_seen` }));
}

/** What a state of several servers holds; one server keeps no others. Default: the state `s`. */
export const visible = ({ shards }: Named, next = 's.next', version = 's.version'): string =>
  shards.length === 0 ? 'TRUE' : `position < ${next} AND (died IS NULL OR died > ${version})`;

const columns = (bits: number): string => `
  id text COLLATE "C" NOT NULL,
  -- The id, so written that the order of code points is that of UTF-16 units.
  sort_id text COLLATE "C" NOT NULL,
  -- In the order of writing; those from the collection's "next" on were never committed.
  position bigint NOT NULL,
  -- The version that replaced or deleted it; marked on several servers only, one server deletes.
  died bigint,
  ${MODALITIES.map((name) => `${codeColumn(name)} bit(${bits})`).join(', ')},
  payload jsonb NOT NULL,
  -- SHA-256 of its picture.
  picture bytea`;

/** Of everything that makes the item; kept, and computed again by `verify`. */
const CHECKSUM = `hashtextextended(id || ' ' || position || ' ' || ${MODALITIES.map(
  (name) => `coalesce(${codeColumn(name)}::text, '-')`,
).join(" || ' ' || ")} || ' ' || coalesce(encode(picture, 'hex'), '-') || ' ' || payload::text, 0)`;

/** DDL of a table that holds items, wherever it stands. */
function holding(table: string, name: string, bits: number, sharded: boolean): string[] {
  const unique = sharded ? `CREATE UNIQUE INDEX ON ${table} (id) WHERE died IS NULL` : '';
  return [
    `CREATE TABLE ${table} (${columns(bits)},
      checksum bigint NOT NULL GENERATED ALWAYS AS (${CHECKSUM}) STORED,
      CHECK (${MODALITIES.map((modality) => `${codeColumn(modality)} IS NOT NULL`).join(' OR ')})
      ${sharded ? '' : ', PRIMARY KEY (id)'})`,
    ...(sharded ? [unique, `CREATE INDEX ON ${table} (died) WHERE died IS NOT NULL`] : []),
    `CREATE INDEX ON ${table} (position)`,
    `CREATE VIEW ${name} AS SELECT id, position, died, picture, checksum = ${CHECKSUM} AS intact,
      ${MODALITIES.map((modality) => `${codeColumn(modality)} IS NOT NULL AS has_${modality}`).join(', ')}
      FROM ${table}`,
  ];
}

/** Makes the tables of a generation, empty. */
export async function createGeneration(
  connection: Connection,
  schema: string,
  row: Named & Pick<CollectionRow, 'bits'>,
): Promise<void> {
  const items = itemsTable(schema, row);
  if (row.shards.length === 0) {
    for (const text of holding(items, `${items}_seen`, row.bits, false)) await connection.query(text);
    return;
  }
  await connection.query(`CREATE TABLE ${items} (${columns(row.bits)}) PARTITION BY HASH (id)`);
  for (let i = 0; i < row.shards.length; i++) {
    const table = shardTable(schema, row, i);
    const statements = holding(table, `${table}_seen`, row.bits, true);
    await onShard(connection, row.token, i, statements.join(';'));
    const options = (name: string): string => {
      const [space, plain] = name.split('.') as [string, string];
      return `SERVER ${serverOf(row.token, i)} OPTIONS (schema_name '${space.replaceAll('"', '')}', table_name '${plain}')`;
    };
    await connection.query(
      `CREATE FOREIGN TABLE ${items}_p${i} PARTITION OF ${items}
        FOR VALUES WITH (MODULUS ${row.shards.length}, REMAINDER ${i}) ${options(table)}`,
    );
    await connection.query(
      `CREATE FOREIGN TABLE ${items}_p${i}_seen (id text COLLATE "C", position bigint, died bigint, picture bytea,
        intact boolean, ${MODALITIES.map((name) => `has_${name} boolean`).join(', ')}) ${options(`${table}_seen`)}`,
    );
  }
}

export async function createPictures(connection: Connection, schema: string, token: string): Promise<void> {
  const table = picturesTable(schema, { token });
  await connection.query(
    `CREATE TABLE ${table} (sha256 bytea PRIMARY KEY, type text NOT NULL, bytes bytea NOT NULL)`,
  );
  await connection.query(`ALTER TABLE ${table} ALTER bytes SET STORAGE EXTERNAL`); // they are compressed already
}

export async function createGraphs(
  connection: Connection,
  table: string,
  { m = 16, efConstruction = 64 }: HnswOptions,
  vectorSchema: string,
): Promise<void> {
  for (const modality of MODALITIES)
    await connection.query(
      `CREATE INDEX ON ${table} USING hnsw (${codeColumn(modality)} ${vectorSchema}.bit_hamming_ops)
        WITH (m = ${m}, ef_construction = ${efConstruction})`,
    );
}

/** Removes tables of these generations, those that a killed creation left half made too. */
export async function dropGenerations(
  connection: Connection,
  schema: string,
  row: Named,
  which: (generation: number) => boolean,
): Promise<void> {
  const { token, shards } = row;
  const names = (kind: string): string =>
    `SELECT relname::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = '${schema.replaceAll('"', '')}' AND relname ~ '^${kind}_${token}_[0-9]+(_[0-9]+)?$'
        AND relkind IN ('r', 'p') ORDER BY relname`;
  for (const { name } of await connection.query<{ name: string }>(names('items')))
    if (which(Number(name.split('_')[2]))) {
      for (let i = 0; i < shards.length; i++)
        await connection.query(`DROP FOREIGN TABLE IF EXISTS ${schema}.${name}_p${i}_seen`);
      await connection.query(`DROP TABLE ${schema}.${name} CASCADE`);
    }
  for (let i = 0; i < shards.length; i++) {
    const found = await connection.query<{ name: string }>(
      `SELECT name FROM dblink($1::text, $2::text) AS t(name text)`,
      [serverOf(token, i), names('shard')],
    );
    for (const { name } of found)
      if (which(Number(name.split('_')[2])))
        await onShard(connection, token, i, `DROP TABLE ${schema}.${name} CASCADE`);
  }
}
