/** Items and deletions of one call as statements of a transaction that holds the record of the collection. */
import { type CheckedItems, codesOf } from '../check-items.ts';
import { type ItemCodes, MODALITIES } from '../contract.ts';
import { textsOf } from '../payload.ts';
import { pictureType } from '../picture-type.ts';
import type { CollectionRow } from './catalog.ts';
import type { Connection, Row } from './database.ts';
import { bitText } from './rows.ts';
import { sortId } from './sort-id.ts';
import { codeColumn, itemsTable, picturesTable } from './tables.ts';

/** From so many items on they are copied into a table first; fewer go with the statement. */
const COPIED = 500;
/** Ids that one statement names. */
const NAMED = 10_000;
/** Bytes of pictures that one statement brings, unless one picture has more. */
const PICTURE_BYTES = 4 << 20;

/** Items of a call where the server can read them: a FROM clause with the columns of `FIELDS`, and what it binds. */
export interface Incoming {
  readonly items: CheckedItems;
  readonly from: string;
  readonly values: readonly string[];
}

const FIELDS = ['place', 'id', 'sort_id', ...MODALITIES.map(codeColumn), 'payload', 'picture'];

/** Brings the items to the server, before the record is locked. */
export async function bring(
  connection: Connection,
  items: CheckedItems,
  bits: number,
  name: string,
): Promise<Incoming> {
  if (items.ids.length < COPIED) {
    const columns: (string | null)[][] = FIELDS.map(() => []);
    for (const fields of fieldsOf(items, bits))
      for (const [i, field] of fields.entries()) columns[i]!.push(field);
    const lists = FIELDS.map((_, i) => `$${i + 1}::text[]`);
    return {
      items,
      from: `unnest(${lists.join(', ')}) AS c(${FIELDS.join(', ')})`,
      values: columns.map(arrayText),
    };
  }
  const table = `unseen_incoming_${name}`;
  await connection.query(
    `CREATE TEMP TABLE ${table} (${FIELDS.map((field) => `${field} text`).join(', ')}) ON COMMIT DROP`,
  );
  await connection.copy(`${table} (${FIELDS.join(', ')})`, copyLines(fieldsOf(items, bits)));
  return { items, from: `${table} c`, values: [] };
}

/** Adds or replaces; gives how many are new. On one server an item that is there as it comes is left as it is. */
export async function upsertItems(
  connection: Connection,
  schema: string,
  row: CollectionRow,
  { items, from, values }: Incoming,
): Promise<number> {
  await keepPictures(connection, picturesTable(schema, row), items);
  const sharded = row.shards.length > 0;
  const fresh = sharded ? items.ids.length - (await removeItems(connection, schema, row, items.ids)) : 0;
  const table = itemsTable(schema, row);
  const codes = MODALITIES.map(codeColumn);
  const kept = ['position', 'sort_id', ...codes, 'payload', 'picture'];
  const selected = `SELECT c.id, ${row.next} + c.place::bigint, c.sort_id,
    ${codes.map((code) => `c.${code}::bit(${row.bits})`).join(', ')}, c.payload::jsonb, c.picture::bytea FROM ${from}`;
  const insert = `INSERT INTO ${table} AS t (id, ${kept.join(', ')}) ${selected}`;
  if (sharded) {
    await connection.query(insert, values);
    return fresh;
  }
  const changed = [...codes, 'payload', 'picture'];
  const list = (of: string): string => `(${changed.map((name) => `${of}.${name}`).join(', ')})`;
  const [written] = await connection.query(
    `WITH written AS (${insert} ON CONFLICT (id) DO UPDATE SET
      ${kept.map((name) => `${name} = excluded.${name}`).join(', ')}
      WHERE ${list('t')} IS DISTINCT FROM ${list('excluded')} RETURNING xmax = 0 AS fresh)
      SELECT count(*) FILTER (WHERE fresh)::float8 AS fresh FROM written`,
    values,
    { again: values.length > 0 },
  );
  return Number(written!.fresh);
}

/** Removes items; gives how many there were. Several servers mark them, and older states still see them. */
export async function removeItems(
  connection: Connection,
  schema: string,
  row: CollectionRow,
  ids: readonly string[],
): Promise<number> {
  const table = itemsTable(schema, row);
  const there = `id = ANY ($1::text[])`;
  const change =
    row.shards.length > 0
      ? `UPDATE ${table} SET died = ${row.version + 1} WHERE died IS NULL AND ${there}`
      : `DELETE FROM ${table} WHERE ${there}`;
  let removed = 0;
  for (let from = 0; from < ids.length; from += NAMED) {
    const [gone] = await connection.query(
      `WITH gone AS (${change} RETURNING 1) SELECT count(*)::float8 AS gone FROM gone`,
      [arrayText(ids.slice(from, from + NAMED))],
    );
    removed += Number(gone!.gone);
  }
  return removed;
}

/** Items that were moved to other codes: rows as `ITEM_COLUMNS` gives them, and their codes. */
export async function insertEncoded(
  connection: Connection,
  table: string,
  bits: number,
  rows: readonly Row[],
  codes: readonly ItemCodes[],
): Promise<void> {
  const names = MODALITIES.map(codeColumn);
  const lists = ['position', 'id', 'sort_id', 'payload', 'picture', ...names];
  await connection.query(
    `INSERT INTO ${table} (id, sort_id, position, payload, picture, ${names.join(', ')})
      SELECT id, sort_id, position::bigint, payload::jsonb, decode(picture, 'hex'),
        ${names.map((name) => `${name}::bit(${bits})`).join(', ')}
      FROM unnest(${lists.map((_, i) => `$${i + 1}::text[]`).join(', ')}) AS c(${lists.join(', ')})`,
    [
      rows.map(({ position }) => String(position)),
      rows.map(({ id }) => id as string),
      rows.map(({ id }) => sortId(id as string)),
      rows.map(({ payload }) => JSON.stringify(payload)),
      rows.map(({ picture }) => picture as string | null),
      ...MODALITIES.map((modality) => codes.map((one) => (one[modality] ? bitText(one[modality]) : null))),
    ].map(arrayText),
  );
}

/** Equal ones are there once; those that no item has any more go when the collection is compacted. */
async function keepPictures(
  connection: Connection,
  table: string,
  { pictures }: CheckedItems,
): Promise<void> {
  let [hashes, types, contents, bytes]: [string[], string[], string[], number] = [[], [], [], 0];
  const flush = async (): Promise<void> => {
    if (hashes.length === 0) return;
    await connection.query(
      `INSERT INTO ${table} (sha256, type, bytes) SELECT decode(h, 'hex'), t, decode(b, 'base64')
        FROM unnest($1::text[], $2::text[], $3::text[]) AS c(h, t, b) ON CONFLICT DO NOTHING`,
      [hashes, types, contents].map(arrayText),
      { again: true },
    );
    [hashes, types, contents, bytes] = [[], [], [], 0];
  };
  for (const picture of pictures.values()) {
    if (bytes + picture.bytes.length > PICTURE_BYTES) await flush();
    hashes.push(picture.hash.toString('hex'));
    types.push(pictureType(picture.bytes)!);
    contents.push(Buffer.from(picture.bytes).toString('base64'));
    bytes += picture.bytes.length;
  }
  await flush();
}

/** Rows with `FIELDS`. */
function* fieldsOf(
  { ids, masks, codes, payloads, pictures }: CheckedItems,
  bits: number,
): Generator<(string | null)[]> {
  const width = bits / 8;
  const payloadTexts = textsOf(payloads);
  let at = 0;
  for (let row = 0; row < ids.length; row++) {
    const mask = masks[row]!;
    const texts = MODALITIES.map((_, m) => {
      if (((mask >> m) & 1) === 0) return null;
      const place = at + codesOf(mask & ((1 << m) - 1)) * width;
      return bitText(codes.subarray(place, place + width));
    });
    at += codesOf(mask) * width;
    const hash = pictures.get(row)?.hash;
    const id = ids[row]!;
    yield [
      String(row),
      id,
      sortId(id),
      ...texts,
      payloadTexts.next().value!,
      hash ? `\\x${hash.toString('hex')}` : null,
    ];
  }
}

/** An array of Postgres as text. */
export function arrayText(values: readonly (string | null)[]): string {
  return `{${values
    .map((value) => (value === null ? 'NULL' : `"${value.replace(/["\\]/g, '\\$&')}"`))
    .join(',')}}`;
}

const ESCAPED: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Lines in COPY's text form. */
function* copyLines(rows: Iterable<readonly (string | null)[]>): Generator<string> {
  for (const fields of rows)
    yield `${fields
      .map((field) => (field === null ? '\\N' : field.replace(/[\\\n\r\t]/g, (one) => ESCAPED[one]!)))
      .join('\t')}\n`;
}
