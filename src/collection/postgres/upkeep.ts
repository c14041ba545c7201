/** What a collection holds, and whether it is as it was written. */
import { type CollectionStats, MODALITIES, type VerifyReport } from '../contract.ts';
import type { CollectionRow } from './catalog.ts';
import type { Connection, Row } from './database.ts';
import { serverOf } from './shards.ts';
import { itemsTable, type Part, partsOf, picturesTable, shardTable } from './tables.ts';

/** @param tally of `tallyStatement`, and the state that it is of */
export async function statsOf(
  connection: Connection,
  schema: string,
  { tally, row }: { readonly tally: Row; readonly row: CollectionRow },
): Promise<CollectionStats> {
  const sizes =
    row.shards.length === 0
      ? [await sizeOf(connection, itemsTable(schema, row))]
      : await Promise.all(row.shards.map((_, i) => sizeOnShard(connection, schema, row, i)));
  const [pictures] = await connection.query(
    `SELECT pg_total_relation_size('${picturesTable(schema, row)}')::float8 AS bytes`,
  );
  return {
    items: Number(tally.items),
    dead: sizes.reduce((sum, { dead }) => sum + dead, 0),
    version: row.version,
    codes: { image: Number(tally.image), text: Number(tally.text) },
    bytes: { disk: sizes.reduce((sum, { bytes }) => sum + bytes, Number(pictures!.bytes)), memory: 0 },
  };
}

interface Size {
  readonly bytes: number;
  readonly dead: number;
}

async function sizeOf(connection: Connection, table: string): Promise<Size> {
  const [found] = await connection.query(
    `SELECT pg_total_relation_size('${table}')::float8 AS bytes,
      coalesce(pg_stat_get_dead_tuples('${table}'::regclass), 0)::float8 AS dead`,
  );
  return { bytes: Number(found!.bytes), dead: Number(found!.dead) };
}

async function sizeOnShard(
  connection: Connection,
  schema: string,
  row: CollectionRow,
  shard: number,
): Promise<Size> {
  const table = shardTable(schema, row, shard);
  const [found] = await connection.query(
    'SELECT * FROM dblink($1::text, $2::text) AS t(bytes float8, dead float8)',
    [
      serverOf(row.token, shard),
      `SELECT pg_total_relation_size('${table}'), (SELECT count(*) FROM ${table} WHERE died IS NOT NULL)`,
    ],
  );
  return { bytes: Number(found!.bytes), dead: Number(found!.dead) };
}

/** @param now the record, read after the tally: counts are compared if nothing was written between */
export async function verifyReport(
  connection: Connection,
  schema: string,
  { tally, row, now }: { readonly tally: Row; readonly row: CollectionRow; readonly now: CollectionRow },
): Promise<VerifyReport> {
  const { items, bad, first_bad: first } = tally;
  const table = itemsTable(schema, row);
  const problems: string[] = [];
  if (Number(bad) > 0)
    problems.push(
      `${table}: ${bad} items are not as they were written, the first is ${JSON.stringify(first)}`,
    );
  if (now.version === row.version && now.items !== Number(items))
    problems.push(`${table}: ${now.items} items stated, ${items} found`);
  problems.push(...(await pictureProblems(connection, picturesTable(schema, row), partsOf(schema, row))));
  const codes = MODALITIES.reduce((sum, modality) => sum + Number(tally[modality]), 0);
  return { items: Number(items), codeBytes: (codes * row.bits) / 8, problems };
}

async function pictureProblems(
  connection: Connection,
  pictures: string,
  parts: readonly Part[],
): Promise<string[]> {
  const named = parts.map(
    ({ seen }) => `SELECT picture FROM ${seen} WHERE picture IS NOT NULL AND died IS NULL`,
  );
  const [found] = await connection.query(
    `SELECT (SELECT count(*) FROM ${pictures} WHERE sha256(bytes) <> sha256)::float8 AS bad,
      (SELECT count(*) FROM (${named.join(' UNION ')}) i
        WHERE NOT EXISTS (SELECT FROM ${pictures} p WHERE p.sha256 = i.picture))::float8 AS lost`,
  );
  const { bad, lost } = found as { bad: number; lost: number };
  return [
    ...(bad > 0 ? [`${pictures}: ${bad} pictures are not what their hash says`] : []),
    ...(lost > 0 ? [`${pictures}: ${lost} pictures of items are not there`] : []),
  ];
}
