/**
 * What the database must have before a collection can be in it: numbered steps, each applied once, whoever comes first. A
 * step that was released is never changed; a later one changes what it made.
 */
import { UnseenError } from '../../errors.ts';
import type { Connection, Database } from './database.ts';

/** First version with `bit_count`. */
const OLDEST = 14;

/** The i-th makes version i + 1 of the schema. */
const MIGRATIONS: readonly ((schema: string) => string)[] = [
  (schema) => `CREATE TABLE ${schema}.collections (
    number integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text COLLATE "C" NOT NULL UNIQUE,
    -- Part of the names of its tables, here and on other servers.
    token text NOT NULL UNIQUE,
    bits integer NOT NULL,
    model text NOT NULL,
    -- Which of its tables is read; generations counts those that were begun.
    generation integer NOT NULL DEFAULT 1,
    generations integer NOT NULL DEFAULT 1,
    -- The commit record: writes so far, the position of the next item, how many items live.
    version bigint NOT NULL DEFAULT 0,
    next bigint NOT NULL DEFAULT 0,
    items bigint NOT NULL DEFAULT 0,
    -- Compacted up to this version: older states cannot be read any more.
    horizon bigint NOT NULL DEFAULT 0,
    -- Addresses of the servers that hold the items; none: this one.
    shards jsonb NOT NULL DEFAULT '[]',
    hnsw jsonb
  )`,
];

/** Any number that nobody else uses for `pg_advisory_xact_lock`: "unseen" in ASCII. */
const LOCK = '129090152391022';

/** @throws `ARGUMENT_INVALID` */
export function quotedSchema(name: string): string {
  if (/^[a-z_][a-z0-9_]{0,39}$/.test(name)) return `"${name}"`;
  throw new UnseenError('ARGUMENT_INVALID', {
    name: 'schema',
    reason: 'must be 1 to 40 of a-z, 0-9 and _, and begin with no digit',
    received: name,
  });
}

/** @throws `POSTGRES_UNSUITABLE`, `COLLECTION_FORMAT_UNKNOWN` */
export async function migrate(database: Database, schema: string): Promise<void> {
  const file = `${database.address} ${schema}`;
  await checkServer(database);
  if ((await versionOf(database, schema)) === MIGRATIONS.length) return;
  await database.transaction(async (connection) => {
    await connection.query(`SELECT pg_advisory_xact_lock(${LOCK})`);
    await connection.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
    await connection.query(
      `CREATE TABLE IF NOT EXISTS ${schema}.migrations (
        version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now()
      )`,
    );
    const there = await versionOf(connection, schema);
    if (there > MIGRATIONS.length)
      throw new UnseenError('COLLECTION_FORMAT_UNKNOWN', {
        file,
        received: `schema version ${there}`,
        known: `up to ${MIGRATIONS.length}`,
      });
    for (let version = there + 1; version <= MIGRATIONS.length; version++) {
      await connection.query(MIGRATIONS[version - 1]!(schema));
      await connection.query(`INSERT INTO ${schema}.migrations (version) VALUES ($1::integer)`, [version]);
    }
  });
}

/** Version of the schema; 0: there is none. */
export async function versionOf(connection: Connection, schema: string): Promise<number> {
  const [found] = await connection.query(`SELECT to_regclass('${schema}.migrations')::text AS name`);
  if (!found?.name) return 0;
  const [last] = await connection.query(
    `SELECT coalesce(max(version), 0)::float8 AS last FROM ${schema}.migrations`,
  );
  return Number(last!.last);
}

async function checkServer(database: Database): Promise<void> {
  const [found] = await database.query(
    `SELECT current_setting('server_version_num')::float8 AS version,
      pg_encoding_to_char(encoding) AS encoding FROM pg_database WHERE datname = current_database()`,
  );
  const { version, encoding } = found as { version: number; encoding: string };
  const { address } = database;
  if (version < OLDEST * 10_000)
    throw new UnseenError('POSTGRES_UNSUITABLE', {
      address,
      reason: `must be Postgres ${OLDEST} or newer`,
      received: version,
      advice: 'Update the server: bit_count, which measures distances, came with that version.',
    });
  if (encoding !== 'UTF8')
    throw new UnseenError('POSTGRES_UNSUITABLE', {
      address,
      reason: 'the database must be in UTF8',
      received: encoding,
      advice: "Make one that is: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.",
    });
}
