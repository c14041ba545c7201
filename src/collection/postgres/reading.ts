/** What can be asked of a collection in Postgres. Every answer is of one committed state, and tells its version. */
import { UnseenError } from '../../errors.ts';
import { checkQuery } from '../check-query.ts';
import {
  type CollectionHit,
  type CollectionPage,
  type CollectionQuery,
  type CollectionReader,
  type CollectionStats,
  type Item,
  MODALITIES,
  type Picture,
  type VerifyReport,
} from '../contract.ts';
import { type Filter, parseFilter } from '../filter/index.ts';
import { textFault } from '../given.ts';
import type { Payload } from '../payload.ts';
import { type CollectionRow, missing, readRow } from './catalog.ts';
import type { Connection, Database, Row, Statement } from './database.ts';
import { asUnseenError, causeOf, isSaid } from './failures.ts';
import {
  bitCount,
  countStatement,
  itemStatement,
  listStatement,
  type SearchPlan,
  searchStatement,
  tallyStatement,
} from './questions.ts';
import { bitText, itemOf } from './rows.ts';
import { serverOf, shardMissing, shardName, silentShards } from './shards.ts';
import { itemsTable, type Part, partsOf, picturesTable, shardTable } from './tables.ts';
import { type RecallReport, type SearchMode, type Vector, withGraphs } from './vector.ts';

export interface PostgresQuery extends CollectionQuery {
  /** Items of shards that answer, if others do not; the page names those. Default: false, an error names them. */
  readonly partial?: boolean;
}

export interface PostgresPage extends CollectionPage {
  /** The shards that did not answer, where a part was asked for; their items are not among the hits. */
  readonly missing?: readonly string[];
}

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

/** Re-encodings and compactions that may come between the reading of the record and of the tables. */
const ATTEMPTS = 5;
/** Items of a listing that come together. */
const LISTED = 1_000;

export abstract class PostgresReading implements CollectionReader {
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

  async count({ filter }: { readonly filter?: Filter } = {}): Promise<number> {
    if (filter === undefined) return (await this.refresh()).items;
    const parsed = parseFilter(filter);
    const { rows } = await this.#ask((row, all) => countStatement(row, this.parts.schema, all, parsed));
    return Number(rows[0]!.count);
  }

  async get(id: string): Promise<Item | undefined> {
    this.checkOpen();
    if (typeof id !== 'string' || textFault(id) !== undefined) return undefined; // no item is called so
    const { rows } = await this.#ask((row) => itemStatement(row, this.parts.schema, id));
    return rows[0] && itemOf(rows[0]);
  }

  async picture(id: string): Promise<Picture | undefined> {
    const hash = (await this.get(id))?.picture;
    if (hash === undefined) return undefined;
    const [found] = await this.guarded(() =>
      this.parts.database.query<{ type: Picture['type']; bytes: Uint8Array }>(
        `SELECT type, bytes FROM ${picturesTable(this.parts.schema, this.row)} WHERE sha256 = decode($1::text, 'hex')`,
        [hash],
      ),
    );
    return found && { type: found.type, bytes: new Uint8Array(found.bytes) };
  }

  async search(query: PostgresQuery): Promise<PostgresPage> {
    return this.#search(query, this.parts.mode);
  }

  async *items(): AsyncGenerator<Item, void, undefined> {
    const { database, schema } = this.parts;
    for (let attempt = 1; ; attempt++) {
      let begun = false;
      try {
        this.checkOpen();
        let state = this.row;
        const plan = async (connection: Connection): Promise<Statement> => {
          state = await this.#readRow(connection);
          return { text: listStatement(state, schema) };
        };
        for await (const rows of database.stream(plan, LISTED)) {
          // Shards begin their snapshots with the first rows: what was compacted before that may be missing.
          if (!begun && state.shards.length > 0 && (await this.refresh()).horizon > state.version)
            throw new UnseenError('INDEX_CHANGED', {});
          begun = true;
          for (const row of rows) yield itemOf(row);
        }
        return;
      } catch (error) {
        const again = !begun && causeOf(error) === 'no table' && attempt < ATTEMPTS;
        if (!again) throw await this.named(error);
      }
    }
  }

  async stats(): Promise<CollectionStats> {
    const { database, schema } = this.parts;
    const { rows, row } = await this.#ask((one, all) => tallyStatement(one, schema, all));
    const sizes = await this.guarded(() =>
      Promise.all(tablesWithRows(row, schema).map((one) => sizeOf(database, one))),
    );
    const [pictures] = await this.guarded(() =>
      database.query(`SELECT pg_total_relation_size('${picturesTable(schema, row)}')::float8 AS bytes`),
    );
    const disk = sizes.reduce((sum, { bytes }) => sum + bytes, Number(pictures!.bytes));
    const codes = { image: Number(rows[0]!.image), text: Number(rows[0]!.text) };
    const dead = sizes.reduce((sum, one) => sum + one.dead, 0);
    return { items: Number(rows[0]!.items), dead, version: row.version, codes, bytes: { disk, memory: 0 } };
  }

  async verify(): Promise<VerifyReport> {
    const { database, schema } = this.parts;
    const { rows, row } = await this.#ask((one, all) => tallyStatement(one, schema, all));
    const { items, bad, first_bad: first, ...codes } = rows[0]!;
    const problems: string[] = [];
    const table = itemsTable(schema, row);
    if (Number(bad) > 0)
      problems.push(
        `${table}: ${bad} items are not as they were written, the first is ${JSON.stringify(first)}`,
      );
    const now = await this.refresh();
    if (now.version === row.version && now.items !== Number(items))
      problems.push(`${table}: ${now.items} items stated, ${items} found`);
    const pictures = picturesTable(schema, row);
    const [kept] = await this.guarded(() =>
      database.query(`SELECT count(*)::float8 AS bad FROM ${pictures} WHERE sha256(bytes) <> sha256`),
    );
    if (Number(kept!.bad) > 0)
      problems.push(`${pictures}: ${kept!.bad} pictures are not what their hash says`);
    const [lost] = await this.guarded(() =>
      database.query(
        `SELECT count(*)::float8 AS lost FROM (${partsOf(schema, row)
          .map(
            ({ seen }) => `SELECT DISTINCT picture FROM ${seen} WHERE picture IS NOT NULL AND died IS NULL`,
          )
          .join(' UNION ')}) i WHERE NOT EXISTS (SELECT FROM ${pictures} p WHERE p.sha256 = i.picture)`,
      ),
    );
    if (Number(lost!.lost) > 0) problems.push(`${pictures}: ${lost!.lost} pictures of items are not there`);
    const count = MODALITIES.reduce((sum, modality) => sum + Number(codes[modality]), 0);
    return { items: Number(items), codeBytes: (count * row.bits) / 8, problems };
  }

  /** Compares searches by the graphs with exact ones. @throws `ARGUMENT_INVALID` where the collection has no graphs */
  async measureRecall(queries: readonly PostgresQuery[]): Promise<RecallReport> {
    if (!this.row.hnsw || !this.parts.vector || queries.length === 0)
      throw new UnseenError('ARGUMENT_INVALID', {
        name: 'queries',
        reason: 'must be one at least, of a collection that was made with hnsw',
        received: this.row.hnsw ? 'none' : 'a collection without',
      });
    let [found, wanted, exactMs, graphMs] = [0, 0, 0, 0];
    for (const query of queries) {
      const started = performance.now();
      const exact = await this.#search(query, 'exact');
      const between = performance.now();
      const near = await this.#search(
        query,
        this.parts.mode === 'exact' ? { efSearch: 40 } : this.parts.mode,
      );
      exactMs += between - started;
      graphMs += performance.now() - between;
      // By distance: which of equally near items are there is no fault.
      const last = exact.hits.at(-1)?.distance ?? -1;
      wanted += exact.hits.length;
      found += near.hits.filter(({ distance }) => distance <= last).length;
    }
    const count = queries.length;
    return {
      queries: count,
      recall: wanted === 0 ? 1 : found / wanted,
      milliseconds: { exact: exactMs / count, hnsw: graphMs / count },
    };
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
    this.row = await this.guarded(() => this.#readRow(this.parts.database));
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

  async #readRow(connection: Connection): Promise<CollectionRow> {
    const { database, schema } = this.parts;
    const row = await readRow(connection, schema, this.row.name);
    if (row?.number !== this.row.number) throw missing(database.address, this.row.name);
    return row;
  }

  async #search(query: PostgresQuery, mode: SearchMode): Promise<PostgresPage> {
    this.checkOpen();
    await this.checkModel(query.model);
    const { k, offset, radius, modalities } = checkQuery(query, this.bits);
    const { signal } = query;
    const filter = query.filter && parseFilter(query.filter);
    const { database, vector, schema } = this.parts;
    const plan = (row: CollectionRow, parts: readonly Part[]): SearchPlan => {
      if (row.model !== query.model)
        throw new UnseenError('COLLECTION_OTHER_MODEL', {
          name: row.name,
          expected: row.model,
          received: query.model,
        });
      const distance = row.shards.length === 0 && vector ? vector.distance : bitCount;
      const code = bitText(query.code);
      return { row, schema, parts, distance, code, modalities, limit: k + 1, offset, radius, filter };
    };
    const near =
      mode !== 'exact' && this.row.hnsw && vector
        ? await this.guarded(
            () =>
              withGraphs(database, vector, this.row, plan(this.row, partsOf(schema, this.row)), mode, signal),
            signal,
          )
        : undefined;
    const found =
      near ??
      (await this.#ask((row, all) => searchStatement(plan(row, all)), {
        signal,
        partial: query.partial ?? false,
        again: filter === undefined,
      }));
    const hits = found.rows.slice(0, k).map(
      (row): CollectionHit => ({
        id: row.id as string,
        distance: Number(row.distance),
        modality: MODALITIES[Number(row.rank)]!,
        payload: row.payload as Payload,
      }),
    );
    const silent = found.silent.map((shard) => shardName(this.row, shard));
    return {
      hits,
      more: found.rows.length > k,
      version: found.row.version,
      ...(silent.length > 0 && { missing: silent }),
    };
  }

  /**
   * Rows of a statement about one state, and that state. A re-encoding may have put another table in the place of the one that
   * is known: then once more.
   */
  async #ask(
    statement: (row: CollectionRow, parts: readonly Part[]) => Statement,
    {
      signal,
      partial = false,
      again = false,
    }: {
      readonly signal?: AbortSignal | undefined;
      readonly partial?: boolean;
      readonly again?: boolean;
    } = {},
  ): Promise<{
    readonly rows: readonly Row[];
    readonly row: CollectionRow;
    readonly silent: readonly number[];
  }> {
    const { database, schema } = this.parts;
    const silent = new Set<number>();
    for (let attempt = 1; ; attempt++) {
      this.checkOpen();
      const last = attempt >= ATTEMPTS + this.row.shards.length;
      try {
        const all = partsOf(schema, this.row).filter((_, i) => !silent.has(i));
        const { text, values } = statement(this.row, all.length > 0 ? all : partsOf(schema, this.row));
        if (all.length === 0) return { rows: [], row: await this.refresh(), silent: [...silent] };
        const rows = await database.query(text, values, { signal, again });
        const [first] = rows;
        const asked = this.row;
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
        else if (cause === 'unreachable' && isSaid(error) && this.row.shards.length > 0 && !last) {
          const gone = await this.guarded(() => silentShards(database, schema, this.row));
          if (gone.length > 0 && !partial) throw shardMissing(this.row, gone, error);
          silent.clear();
          for (const shard of gone) silent.add(shard);
        } else throw await this.named(error, signal);
      }
    }
  }
}

/** Tables that hold the rows, and the server that each is on. */
function tablesWithRows(
  row: CollectionRow,
  schema: string,
): { readonly table: string; readonly server?: string }[] {
  if (row.shards.length === 0) return [{ table: itemsTable(schema, row) }];
  return row.shards.map((_, i) => ({
    table: shardTable(schema, row, i),
    server: serverOf(row.token, i),
  }));
}

async function sizeOf(
  database: Database,
  { table, server }: { readonly table: string; readonly server?: string },
): Promise<{ bytes: number; dead: number }> {
  const text = `SELECT pg_total_relation_size('${table}')::float8 AS bytes, ${
    server
      ? `(SELECT count(*) FROM ${table} WHERE died IS NOT NULL)::float8`
      : `coalesce(pg_stat_get_dead_tuples('${table}'::regclass), 0)::float8`
  } AS dead`;
  const [found] = server
    ? await database.query('SELECT * FROM dblink($1::text, $2::text) AS t(bytes float8, dead float8)', [
        server,
        text,
      ])
    : await database.query(text);
  return { bytes: Number(found!.bytes), dead: Number(found!.dead) };
}
