/**
 * What is asked of a connection to Postgres, so that the backend works with a server over the network and with one inside
 * the process alike. Values are bound, never written into the text; every statement casts what it binds.
 */

export type Value = string | number | null;
export type Row = Readonly<Record<string, unknown>>;

export interface QueryOptions {
  /** Cancels the statement on the server. */
  readonly signal?: AbortSignal | undefined;
  /** The text will come again: keep its plan on the connection. Default: false. */
  readonly again?: boolean;
}

export interface Statement {
  readonly text: string;
  readonly values?: readonly Value[];
}

export interface Connection {
  /** Rows of one statement with values bound to `$1`, `$2`, … */
  query<R extends Row = Row>(text: string, values?: readonly Value[], options?: QueryOptions): Promise<R[]>;
  /** `COPY target FROM STDIN` of lines in COPY's text form, each with its end. */
  copy(target: string, lines: Iterable<string>): Promise<void>;
}

export interface Database extends Connection {
  /** For messages: without user and password. */
  readonly address: string;
  /** Commits when the work resolves, rolls back when it rejects. Isolation: READ COMMITTED. */
  transaction<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
  /**
   * Rows of one state, `size` at a time, whatever is written meanwhile. `plan` sees that state too, and may ask it what
   * to read.
   */
  stream<R extends Row = Row>(
    plan: (connection: Connection) => Promise<Statement>,
    size: number,
  ): AsyncGenerator<R[], void, undefined>;
  close(): Promise<void>;
}

/** Whether it is a connection rather than the address of a server. */
export const isDatabase = (where: string | Database): where is Database => typeof where !== 'string';
