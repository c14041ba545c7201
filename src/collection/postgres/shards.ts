/**
 * The servers that hold the items of a collection, as the one that is asked sees them: foreign servers of `postgres_fdw` for rows,
 * `dblink` over the same servers for what is no row.
 *
 * A write over several servers is all or none by the commit record alone. Rows of a write have positions from `next` on and
 * mark what they replace with the version to come; each server commits them; the record commits last, and only then do
 * they count. Whoever writes next first removes what a write left that did not come that far. `fence` keeps a write that is
 * thought dead, but whose commit is still on its way to a server, from coming in after that.
 */
import { UnseenError } from '../../errors.ts';
import type { CollectionRow } from './catalog.ts';
import type { Connection } from './database.ts';
import { causeOf, isSaid, reasonOf } from './failures.ts';

type Sharded = Pick<CollectionRow, 'name' | 'token' | 'shards'>;

export const serverOf = (token: string, shard: number): string => `unseen_${token}_${shard}`;
const placeTable = (schema: string, token: string, shard: number): string =>
  `${schema}.place_${token}_${shard}`;
const shardPlace = (token: string, shard: number): string => `shard_${token}_place_${shard}`;

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Seconds until a server that does not answer counts as gone. */
const CONNECT_TIMEOUT = 5;
/** Rows in one answer, and in one message of an insert. */
const FETCH_SIZE = 10_000;
const BATCH_SIZE = 1_000;

/** Statements on one shard, outside of the transaction here. */
export async function onShard(
  connection: Connection,
  token: string,
  shard: number,
  text: string,
): Promise<void> {
  await connection.query('SELECT dblink_exec($1::text, $2::text)', [serverOf(token, shard), text]);
}

/** Makes the servers known here, and a place for the collection on each. */
export async function createShards(
  connection: Connection,
  schema: string,
  token: string,
  urls: readonly string[],
): Promise<void> {
  for (const name of ['postgres_fdw', 'dblink'])
    await connection.query(`CREATE EXTENSION IF NOT EXISTS ${name}`);
  for (const [i, url] of urls.entries()) {
    const { hostname, port, pathname, username, password, searchParams } = new URL(url);
    const place = {
      host: searchParams.get('host') ?? (hostname.replace(/^\[|\]$/g, '') || 'localhost'),
      port: port || '5432',
      dbname: decodeURIComponent(pathname.slice(1)) || 'postgres',
    };
    const settings = {
      ...place,
      connect_timeout: CONNECT_TIMEOUT,
      async_capable: true, // all shards search at the same time
      fetch_size: FETCH_SIZE,
      batch_size: BATCH_SIZE,
    };
    const login = {
      user: decodeURIComponent(username) || 'postgres',
      ...(password && { password: decodeURIComponent(password) }),
    };
    const options = (of: object): string =>
      Object.entries(of)
        .map(([key, value]) => `${key} ${quoted(String(value))}`)
        .join(', ');
    const server = serverOf(token, i);
    await connection.query(
      `CREATE SERVER ${server} FOREIGN DATA WRAPPER postgres_fdw OPTIONS (${options(settings)})`,
    );
    await connection.query(
      `CREATE USER MAPPING FOR CURRENT_USER SERVER ${server} OPTIONS (${options(login)})`,
    );
    const table = `${schema}.${shardPlace(token, i)}`;
    await onShard(
      connection,
      token,
      i,
      `CREATE SCHEMA IF NOT EXISTS ${schema}; CREATE TABLE ${table} (attempt bigint NOT NULL);
        INSERT INTO ${table} VALUES (0)`,
    );
    await connection.query(
      `CREATE FOREIGN TABLE ${placeTable(schema, token, i)} (attempt bigint) SERVER ${server}
        OPTIONS (schema_name ${quoted(schema.replaceAll('"', ''))}, table_name ${quoted(shardPlace(token, i))})`,
    );
  }
}

export async function dropShards(
  connection: Connection,
  schema: string,
  { token, shards }: Sharded,
): Promise<void> {
  for (let i = 0; i < shards.length; i++) {
    await onShard(connection, token, i, `DROP TABLE IF EXISTS ${schema}.${shardPlace(token, i)}`);
    await connection.query(`DROP SERVER ${serverOf(token, i)} CASCADE`);
  }
}

/**
 * Holds the place of the collection on every shard until the transaction ends. An earlier write that is not over yet on a
 * shard is waited for; if it then commits, this fails as a conflict, and the next try sees what it wrote.
 */
export async function fence(
  connection: Connection,
  schema: string,
  { token, shards }: Sharded,
): Promise<void> {
  for (let i = 0; i < shards.length; i++)
    await connection.query(`UPDATE ${placeTable(schema, token, i)} SET attempt = attempt + 1`, [], {
      again: true,
    });
}

/** Removes what a write left that no record names. */
export async function undo(
  connection: Connection,
  table: string,
  { next, version }: CollectionRow,
): Promise<void> {
  await connection.query(`DELETE FROM ${table} WHERE position >= $1::bigint`, [next], { again: true });
  await connection.query(`UPDATE ${table} SET died = NULL WHERE died > $1::bigint`, [version], {
    again: true,
  });
}

/** Numbers of the shards that do not answer. */
export async function silentShards(
  connection: Connection,
  schema: string,
  { token, shards }: Sharded,
): Promise<number[]> {
  const silent: number[] = [];
  for (let i = 0; i < shards.length; i++) {
    try {
      await connection.query(`SELECT attempt FROM ${placeTable(schema, token, i)}`);
    } catch (error) {
      if (causeOf(error) !== 'unreachable' || !isSaid(error)) throw error; // the server that is asked is gone itself
      silent.push(i);
    }
  }
  return silent;
}

export const shardName = ({ shards }: Sharded, shard: number): string => `shard ${shard} (${shards[shard]})`;

export const shardMissing = (row: Sharded, silent: readonly number[], cause: unknown): UnseenError =>
  new UnseenError(
    'COLLECTION_SHARD_MISSING',
    {
      name: row.name,
      shards: silent.map((shard) => shardName(row, shard)).join(', ') || 'a shard for a moment',
      reason: reasonOf(cause).split('\n')[0],
    },
    { cause },
  );
