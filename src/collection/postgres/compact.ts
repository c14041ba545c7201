/** Gives back what no state needs any more: items that were replaced or deleted, pictures of none, tables of old models. */
import type { CollectionRow } from './catalog.ts';
import type { Connection, Database } from './database.ts';
import { causeOf } from './failures.ts';
import { onShard } from './shards.ts';
import { dropGenerations, itemsTable, partsOf, picturesTable, shardTable } from './tables.ts';
import type { Locked } from './writing.ts';

/** Milliseconds to wait for readers of a table that is to go; it goes the next time otherwise. */
const WAIT_FOR_READERS = 1_000;

interface Place {
  readonly database: Database;
  readonly schema: string;
}

export async function compactTables(
  { database, schema }: Place,
  locked: Locked,
  row: CollectionRow,
): Promise<void> {
  // The horizon commits before anything goes: whoever reads an older state is told.
  if (row.shards.length > 0)
    await locked(async (_, state) => ({ answer: undefined, row: { ...state, horizon: state.version } }));
  const now = await locked(async (connection, state) => {
    const table = itemsTable(schema, state);
    if (state.shards.length > 0)
      await connection.query(`DELETE FROM ${table} WHERE died <= $1::bigint`, [state.horizon]);
    await dropPictures(connection, schema, state);
    return { answer: state, row: state };
  });
  await dropOld(database, schema, now);
  await database.query(`VACUUM ${picturesTable(schema, now)}`);
  if (now.shards.length === 0) await database.query(`VACUUM (ANALYZE) ${itemsTable(schema, now)}`);
  for (let i = 0; i < now.shards.length; i++)
    await onShard(database, now.token, i, `VACUUM (ANALYZE) ${shardTable(schema, now, i)}`);
}

async function dropPictures(connection: Connection, schema: string, row: CollectionRow): Promise<void> {
  const pictures = picturesTable(schema, row);
  const [some] = await connection.query(`SELECT FROM ${pictures} LIMIT 1`);
  if (!some) return;
  const used = partsOf(schema, row).map(
    ({ seen }) => `SELECT picture FROM ${seen} WHERE picture IS NOT NULL`,
  );
  await connection.query(
    `DELETE FROM ${pictures} p WHERE NOT EXISTS (SELECT FROM (${used.join(' UNION ALL ')}) u WHERE u.picture = p.sha256)`,
  );
}

/** Tables of models that the collection had before; somebody may be reading them to the end. */
export async function dropOld(database: Database, schema: string, row: CollectionRow): Promise<void> {
  try {
    await database.transaction(async (connection) => {
      await connection.query(`SET LOCAL lock_timeout = ${WAIT_FOR_READERS}`);
      await dropGenerations(connection, schema, row, (generation) => generation < row.generation);
    });
  } catch (error) {
    if (causeOf(error) !== 'busy') throw error;
  }
}
