/** PGlite, a Postgres inside the process with one connection: for tests, and for what need not leave the process. */
import type { Connection, Database, QueryOptions, Row, Statement, Value } from './database.ts';

interface Session {
  query(
    text: string,
    values?: unknown[],
    options?: { blob?: Blob },
  ): Promise<{ readonly rows: readonly unknown[] }>;
}

/** What is used of a `PGlite` of `@electric-sql/pglite`. */
export interface PgliteLike extends Session {
  transaction<T>(work: (session: Session) => Promise<T>): Promise<T>;
}

/** Closing a collection leaves it open: it is the caller's. */
export function pgliteDatabase(pglite: PgliteLike): Database {
  let cursors = 0;
  return {
    address: 'PGlite',
    ...connectionOver(pglite),
    transaction: (work) => pglite.transaction((session) => work(connectionOver(session))),

    // The one connection must be free between batches, so the server keeps the rows of the state: WITH HOLD.
    async *stream<R extends Row>(plan: (connection: Connection) => Promise<Statement>, size: number) {
      const name = `unseen_${cursors++}`;
      await pglite.transaction(async (session) => {
        const { text, values = [] } = await plan(connectionOver(session));
        await session.query(`DECLARE ${name} NO SCROLL CURSOR WITH HOLD FOR ${text}`, [...values]);
      });
      try {
        for (;;) {
          const { rows } = await pglite.query(`FETCH FORWARD ${size} FROM ${name}`);
          if (rows.length === 0) return;
          yield rows as R[];
        }
      } finally {
        await pglite.query(`CLOSE ${name}`);
      }
    },

    close: async () => {},
  };
}

function connectionOver(session: Session): Connection {
  return {
    async query<R extends Row>(text: string, values: readonly Value[] = [], { signal }: QueryOptions = {}) {
      signal?.throwIfAborted();
      const { rows } = await session.query(text, [...values]);
      signal?.throwIfAborted(); // nothing can be cancelled in one thread: the answer came too late
      return rows as R[];
    },
    copy: async (target, lines) => {
      await session.query(`COPY ${target} FROM '/dev/blob'`, [], { blob: new Blob([...lines]) });
    },
  };
}
