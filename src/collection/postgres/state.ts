/**
 * A collection in Postgres as far as this process knows it: its record, and asking about one committed state. A re-encoding may have
 * put other tables in the place of those that are known; then the record is read anew, and the question asked once more.
 */
import { UnseenError } from '../../errors.ts';
import { type CollectionRow, missing, readRow as readRecord } from './catalog.ts';
import type { Connection, Database, Row, Statement } from './database.ts';
import { asUnseenError, causeOf, isSaid } from './failures.ts';
import { shardMissing, silentShards } from './shards.ts';
import { type Part, partsOf } from './tables.ts';
import type { SearchMode, Vector } from './vector.ts';

export interface Parts {
  readonly database: Database;
  /** Quoted. */
  readonly schema: string;
  /** pgvector, where the server has one that is good. */
  readonly vector: Vector | undefined;
  readonly mode: SearchMode;
  /** Whether `close` closes the database. */
  readonly own: boolean;
}

/** Rows of one state. */
export interface Answer {
  readonly rows: readonly Row[];
  /** The record of that state, as far as its question needs it: what it is, and its version. */
  readonly row: CollectionRow;
  /** Numbers of the shards that did not answer. */
  readonly silent: readonly number[];
}

export interface AskOptions {
  readonly signal?: AbortSignal | undefined;
  /** Leave out shards that do not answer. Default: false. */
  readonly partial?: boolean;
  /** The statement will come again as it is. Default: false. */
  readonly again?: boolean;
}

/** Re-encodings and compactions that may come between the reading of the record and of the tables. */
export const ATTEMPTS = 5;

export abstract class PostgresState {
  protected readonly parts: Parts;
  /** What is known of the record; every answer brings it up to date. */
  protected row: CollectionRow;
  #closed = false;

  constructor(parts: Parts, row: CollectionRow) {
    this.parts = parts;
    this.row = row;
  }

  get name(): string {
    return this.row.name;
  }
  get bits(): number {
    return this.row.bits;
  }
  get model(): string {
    return this.row.model;
  }
  get version(): number {
    return this.row.version;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.parts.own) await this.parts.database.close();
  }

  /** @throws `COLLECTION_CLOSED` */
  protected checkOpen(): void {
    if (this.#closed) throw new UnseenError('COLLECTION_CLOSED', { name: this.name });
  }

  /** The record as it is now. @throws `COLLECTION_MISSING`, `COLLECTION_CLOSED` */
  protected async refresh(): Promise<CollectionRow> {
    this.checkOpen();
    this.row = await this.guarded(() => this.readRow(this.parts.database));
    return this.row;
  }

  /** Whether the collection has this model, perhaps since a moment ago. @throws `COLLECTION_OTHER_MODEL` */
  protected async checkModel(received: string): Promise<void> {
    if (received === this.model) return;
    const { name, model: expected } = await this.refresh();
    if (received !== expected) throw new UnseenError('COLLECTION_OTHER_MODEL', { name, expected, received });
  }

  protected async guarded<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw await this.named(error, signal);
    }
  }

  /** The error for the caller: it names the shards that are gone, if that is why. */
  protected async named(error: unknown, signal?: AbortSignal): Promise<UnseenError> {
    if (error instanceof UnseenError) return error;
    const { database, schema } = this.parts;
    if (causeOf(error) === 'unreachable' && isSaid(error) && this.row.shards.length > 0 && !signal?.aborted) {
      const silent = await silentShards(database, schema, this.row).catch(() => undefined);
      if (silent) return shardMissing(this.row, silent, error);
    }
    return asUnseenError(error, database.address, { signal, during: `a call to "${this.name}"` });
  }

  /** @throws `COLLECTION_MISSING` */
  protected async readRow(connection: Connection): Promise<CollectionRow> {
    const { database, schema } = this.parts;
    const row = await readRecord(connection, schema, this.row.name);
    if (row?.number !== this.row.number) throw missing(database.address, this.row.name);
    return row;
  }

  /** Rows of a statement about one state. `parts` are those that are asked. */
  protected async ask(
    statement: (row: CollectionRow, parts: readonly Part[]) => Statement,
    { signal, partial = false, again = false }: AskOptions = {},
  ): Promise<Answer> {
    const { database, schema } = this.parts;
    const silent = new Set<number>();
    for (let attempt = 1; ; attempt++) {
      this.checkOpen();
      const asked = this.row; // other calls may bring it up to date while this one waits
      const last = attempt >= ATTEMPTS + asked.shards.length;
      try {
        const parts = partsOf(schema, asked).filter((_, i) => !silent.has(i));
        if (parts.length === 0) return { rows: [], row: await this.refresh(), silent: [...silent] };
        const { text, values } = statement(asked, parts);
        const rows = await database.query(text, values, { signal, again });
        const [first] = rows;
        let same = first?.s_generation === asked.generation;
        if (!same || asked.shards.length > 0) await this.refresh();
        const version = Number(first?.s_version);
        // Another server's snapshot is younger than ours: what it has compacted since may be missing.
        if (asked.shards.length > 0 && this.row.horizon > version) same = false;
        if (!same && !last) continue;
        if (!same) throw new UnseenError('INDEX_CHANGED', {});
        if (version > this.row.version) this.row = { ...this.row, version };
        return { rows: rows.filter(({ found }) => found), row: { ...asked, version }, silent: [...silent] };
      } catch (error) {
        const cause = causeOf(error);
        if (cause === 'no table' && !last) await this.refresh();
        else if (cause === 'unreachable' && isSaid(error) && asked.shards.length > 0 && !last) {
          const gone = await this.guarded(() => silentShards(database, schema, asked));
          if (gone.length > 0 && !partial) throw shardMissing(asked, gone, error);
          silent.clear();
          for (const shard of gone) silent.add(shard);
        } else throw await this.named(error, signal);
      }
    }
  }
}
