/** A server over the network, by the `pg` client: a pool of connections, opened as they are needed. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { UnseenError } from '../../errors.ts';
import { checkRange } from '../check-query.ts';
import type { Connection, Database, QueryOptions, Row, Statement, Value } from './database.ts';
import { ConnectionLost, isSaid, reasonOf } from './failures.ts';

/** For an address; a connection that is given brings its own. */
export interface ServerOptions {
  /** Connections at most, 1 … 1,000. Listings of items open one more each. Default: 10. */
  readonly connections?: number;
  /** Seconds to wait for a connection, 1 … 600. Default: 10. */
  readonly connectTimeout?: number;
}

/** Bytes that go into one message of COPY. */
const COPY_BYTES = 1 << 18;

/** Connects when first asked. @throws `ARGUMENT_INVALID` */
export function connectServer(
  url: string,
  { connections = 10, connectTimeout = 10 }: ServerOptions = {},
): Database {
  const address = shownAddress(url);
  checkRange('connections', connections, 1, 1_000);
  checkRange('connectTimeout', connectTimeout, 1, 600);
  const config: pg.PoolConfig = {
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: connectTimeout * 1000,
    keepAlive: true,
    application_name: 'unseen',
    // Filters, limits and codes decide the plan, and other servers get whole what is constant here.
    options: '-c plan_cache_mode=force_custom_plan',
  };
  const pool = new pg.Pool(config);
  pool.on('error', ignore);
  pool.on('connect', (client) => client.on('error', ignore));

  const withClient = async <T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> => {
    const client = await heard(pool.connect());
    let lost: Error | undefined;
    try {
      return await work(client);
    } catch (error) {
      if (error instanceof ConnectionLost) lost = error;
      throw error;
    } finally {
      client.release(lost);
    }
  };
  const over = (client: pg.ClientBase): Connection => connectionOver(client, (pid) => cancel(config, pid));

  return {
    address,
    query: (text, values, options) => withClient((client) => over(client).query(text, values, options)),
    copy: (target, lines) => withClient((client) => over(client).copy(target, lines)),

    transaction: (work) =>
      withClient(async (client) => {
        const connection = over(client);
        await connection.query('BEGIN');
        try {
          const answer = await work(connection);
          await connection.query('COMMIT');
          return answer;
        } catch (error) {
          await connection.query('ROLLBACK'); // if not even that is heard, the connection is lost, and the work with it
          throw error;
        }
      }),

    // A connection of its own: the consumer may wait for writes through the pool while it holds this one.
    async *stream<R extends Row>(plan: (connection: Connection) => Promise<Statement>, size: number) {
      const client = new pg.Client(config);
      client.on('error', ignore);
      try {
        await heard(client.connect());
        const connection = over(client);
        await connection.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
        const { text, values = [] } = await plan(connection);
        await connection.query(`DECLARE listed NO SCROLL CURSOR FOR ${text}`, values);
        for (;;) {
          const rows = await connection.query<R>(`FETCH FORWARD ${size} FROM listed`);
          if (rows.length === 0) return;
          yield rows;
        }
      } finally {
        await client.end().catch(ignore);
      }
    },

    close: () => pool.end(),
  };
}

/** Errors of idle connections; whoever asks next through such a one is told. */
const ignore = (): void => {};

function connectionOver(client: pg.ClientBase, cancelling: (pid: number) => Promise<void>): Connection {
  return {
    async query<R extends Row>(
      text: string,
      values: readonly Value[] = [],
      { signal, again = false }: QueryOptions = {},
    ) {
      signal?.throwIfAborted();
      const name = again ? { name: createHash('sha1').update(text).digest('base64') } : {};
      let cancelled: Promise<void> | undefined;
      const onAbort = (): void => {
        cancelled = cancelling((client as pg.Client & { processID: number }).processID);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      try {
        const { rows } = await heard(
          client.query<R & pg.QueryResultRow>({ text, values: [...values], ...name }),
        );
        return rows;
      } finally {
        signal?.removeEventListener('abort', onAbort);
        await cancelled; // or it would hit the next statement of the connection
      }
    },

    async copy(target, lines) {
      const sink = client.query(copyFrom(`COPY ${target} FROM STDIN`));
      await heard(pipeline(Readable.from(gathered(lines)), sink));
    },
  };
}

/** What no server said is the end of the connection. */
async function heard<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw isSaid(error) ? error : new ConnectionLost(reasonOf(error), { cause: error });
  }
}

async function cancel(config: pg.ClientConfig, pid: number): Promise<void> {
  const client = new pg.Client(config);
  client.on('error', ignore);
  try {
    await client.connect();
    await client.query('SELECT pg_cancel_backend($1)', [pid]);
  } catch {
    // A server that cannot be reached has nothing to cancel; the statement itself tells.
  } finally {
    await client.end().catch(ignore);
  }
}

function* gathered(lines: Iterable<string>): Generator<Buffer> {
  let text = '';
  for (const line of lines) {
    text += line;
    if (text.length < COPY_BYTES) continue;
    yield Buffer.from(text);
    text = '';
  }
  if (text !== '') yield Buffer.from(text);
}

/** The address as it may be shown. @throws `ARGUMENT_INVALID` */
export function shownAddress(url: string): string {
  try {
    const { protocol, host, pathname } = new URL(url);
    if (/^postgres(ql)?:$/.test(protocol)) return `postgres://${host}${pathname}`;
  } catch {
    // Said below: the text may hold a password, so it is not shown.
  }
  throw new UnseenError('ARGUMENT_INVALID', {
    name: 'url',
    reason: 'must be postgres://user:password@host:port/database',
    received: 'another form',
  });
}
