/** A server over the network, by the `postgres` client: a pool of connections, opened as they are needed. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import postgres from 'postgres';
import { UnseenError } from '../../errors.ts';
import type { Connection, Database, QueryOptions, Row, Statement, Value } from './database.ts';

export interface ServerOptions {
  /** Connections at most, 1 … 1,000. Listings of items open one more each. Default: 10. */
  readonly connections?: number;
  /** Seconds to wait for a connection. Default: 10. */
  readonly connectTimeout?: number;
}

/** Bytes that go into one message of COPY. */
const COPY_BYTES = 1 << 18;

type Client = Pick<postgres.Sql, 'unsafe'>;

/** Connects when first asked. @throws `ARGUMENT_INVALID` for what is no address */
export function connectServer(
  url: string,
  { connections = 10, connectTimeout = 10 }: ServerOptions = {},
): Database {
  const address = shownAddress(url);
  const settings = {
    connect_timeout: connectTimeout,
    fetch_types: false,
    onnotice: () => {},
    connection: {
      application_name: 'unseen',
      // Filters, limits and codes decide the plan, and other servers get whole what is constant here.
      plan_cache_mode: 'force_custom_plan',
    },
  } as const;
  const open = (max: number): postgres.Sql => postgres(url, { ...settings, max });
  const pool = open(connections);

  return {
    address,
    ...connectionOver(pool),
    transaction: async <T>(work: (connection: Connection) => Promise<T>): Promise<T> =>
      (await pool.begin((client) => work(connectionOver(client)))) as T,

    // A connection of its own: the consumer may wait for writes through the pool while it holds this one.
    async *stream<R extends Row>(plan: (connection: Connection) => Promise<Statement>, size: number) {
      const own = open(1);
      try {
        await own.unsafe('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
        const { text, values = [] } = await plan(connectionOver(own));
        for await (const rows of own.unsafe(text, [...values]).cursor(size)) yield rows as unknown as R[];
      } finally {
        await own.end({ timeout: 0 });
      }
    },

    close: () => pool.end({ timeout: 5 }),
  };
}

function connectionOver(client: Client): Connection {
  return {
    async query<R extends Row>(
      text: string,
      values: readonly Value[] = [],
      { signal, again = false }: QueryOptions = {},
    ) {
      signal?.throwIfAborted();
      const running = client.unsafe(text, [...values], { prepare: again });
      const cancel = (): void => running.cancel();
      signal?.addEventListener('abort', cancel, { once: true });
      try {
        return [...(await running)] as unknown as R[];
      } finally {
        signal?.removeEventListener('abort', cancel);
      }
    },

    async copy(target, lines) {
      const sink = await client.unsafe(`COPY ${target} FROM STDIN`).writable();
      await pipeline(Readable.from(gathered(lines)), sink);
    },
  };
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

/** @throws `ARGUMENT_INVALID` */
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
