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
import type { CollectionRow } from './catalog.ts';
import type { Connection, Row, Statement } from './database.ts';
import { causeOf } from './failures.ts';
import {
  bitCount,
  countStatement,
  itemStatement,
  listStatement,
  type SearchPlan,
  searchStatement,
  tallyStatement,
} from './questions.ts';
import { type RecallReport, recallOf } from './recall.ts';
import { bitText, itemOf, keptOf } from './rows.ts';
import { shardName } from './shards.ts';
import { type Answer, ATTEMPTS, PostgresState } from './state.ts';
import { type Part, partsOf, picturesTable } from './tables.ts';
import { statsOf, verifyReport } from './upkeep.ts';
import { type SearchMode, withGraphs } from './vector.ts';

/** Items of a listing that come together. */
const LISTED = 1_000;
/** Candidates of graphs where nothing else is said: what pgvector takes. */
const EF_SEARCH = 40;

export abstract class PostgresReading extends PostgresState implements CollectionReader {
  async count({ filter }: { readonly filter?: Filter } = {}): Promise<number> {
    if (filter === undefined) return (await this.refresh()).items;
    const parsed = parseFilter(filter);
    const { rows } = await this.ask((row, parts) => countStatement(row, this.parts.schema, parts, parsed));
    return Number(rows[0]!.count);
  }

  async get(id: string): Promise<Item | undefined> {
    this.checkOpen();
    if (typeof id !== 'string' || textFault(id) !== undefined) return undefined; // no item is called so
    const { rows } = await this.ask((row) => itemStatement(row, this.parts.schema, id));
    return rows[0] && itemOf(rows[0]);
  }

  async picture(id: string): Promise<Picture | undefined> {
    const hash = (await this.get(id))?.picture;
    if (hash === undefined) return undefined;
    const pictures = picturesTable(this.parts.schema, this.row);
    const [found] = await this.guarded(() =>
      this.parts.database.query<{ type: Picture['type']; bytes: Uint8Array }>(
        `SELECT type, bytes FROM ${pictures} WHERE sha256 = decode($1::text, 'hex')`,
        [hash],
      ),
    );
    return found && { type: found.type, bytes: new Uint8Array(found.bytes) };
  }

  async search(query: CollectionQuery): Promise<CollectionPage> {
    return this.#search(query, this.parts.mode);
  }

  async *items(): AsyncGenerator<Item, void, undefined> {
    for (let attempt = 1; ; attempt++) {
      let begun = false;
      try {
        for await (const rows of this.#listed()) {
          begun = true;
          for (const row of rows) yield itemOf(row);
        }
        return;
      } catch (error) {
        // A re-encoding took the table away between the record and the first rows.
        const again = !begun && causeOf(error) === 'no table' && attempt < ATTEMPTS;
        if (!again) throw await this.named(error);
      }
    }
  }

  async stats(): Promise<CollectionStats> {
    const { database, schema } = this.parts;
    const { rows, row } = await this.ask((one, parts) => tallyStatement(one, schema, parts));
    return this.guarded(() => statsOf(database, schema, { tally: rows[0]!, row }));
  }

  async verify(): Promise<VerifyReport> {
    const { database, schema } = this.parts;
    const { rows, row } = await this.ask((one, parts) => tallyStatement(one, schema, parts));
    const now = await this.refresh();
    return this.guarded(() => verifyReport(database, schema, { tally: rows[0]!, row, now }));
  }

  /** Makes searches by the graphs and exactly. @throws `ARGUMENT_INVALID` where the collection has no graphs */
  async measureRecall(queries: readonly CollectionQuery[]): Promise<RecallReport> {
    if (!this.row.hnsw || queries.length === 0)
      throw new UnseenError('ARGUMENT_INVALID', {
        name: 'queries',
        reason: 'must be one at least, of a collection that was made with hnsw',
        received: this.row.hnsw ? 'none' : 'a collection without',
      });
    const { mode } = this.parts;
    return recallOf(queries, {
      exact: (query) => this.#search(query, 'exact'),
      hnsw: (query) => this.#search(query, mode === 'exact' ? { efSearch: EF_SEARCH } : mode),
    });
  }

  async *#listed(): AsyncGenerator<Row[], void, undefined> {
    this.checkOpen();
    const { database, schema } = this.parts;
    let state = this.row;
    const plan = async (connection: Connection): Promise<Statement> => {
      state = await this.readRow(connection);
      return { text: listStatement(state, schema) };
    };
    let checked = state.shards.length === 0;
    const check = async (): Promise<void> => {
      if (!checked && (await this.refresh()).horizon > state.version)
        throw new UnseenError('INDEX_CHANGED', {});
      checked = true;
    };
    for await (const rows of database.stream(plan, LISTED)) {
      // Shards begin their snapshots with the first rows: what was compacted before that may be missing,
      await check();
      yield rows;
    }
    await check(); // and it may be all of them
  }

  async #search(query: CollectionQuery, mode: SearchMode): Promise<CollectionPage> {
    this.checkOpen();
    await this.checkModel(query.model);
    const { k, offset, radius, modalities } = checkQuery(query, this.bits);
    const { signal, partial = false } = query;
    const filter = query.filter && parseFilter(query.filter);
    const { database, vector, schema } = this.parts;
    const plan = (row: CollectionRow, parts: readonly Part[]): SearchPlan => {
      const { name, model: expected } = row;
      if (expected !== query.model)
        throw new UnseenError('COLLECTION_OTHER_MODEL', { name, expected, received: query.model });
      const distance = row.shards.length === 0 && vector ? vector.distance : bitCount;
      const code = bitText(query.code);
      return { row, schema, parts, distance, code, modalities, limit: k + 1, offset, radius, filter };
    };
    const byGraphs = async (): Promise<Answer | undefined> => {
      if (mode === 'exact' || !this.row.hnsw || !vector) return undefined;
      const { row } = this;
      const wanted = plan(row, partsOf(schema, row));
      return this.guarded(() => withGraphs(database, vector, row, wanted, mode, signal), signal);
    };
    const found =
      (await byGraphs()) ??
      (await this.ask((row, parts) => searchStatement(plan(row, parts)), {
        signal,
        partial,
        again: filter === undefined,
      }));
    const missing = found.silent.map((shard) => shardName(this.row, shard));
    return {
      hits: found.rows.slice(0, k).map(hitOf),
      more: found.rows.length > k,
      version: found.row.version,
      ...(missing.length > 0 && { missing }),
    };
  }
}

const hitOf = (row: Row): CollectionHit => ({
  id: row.id as string,
  distance: Number(row.distance),
  modality: MODALITIES[Number(row.rank)]!,
  ...keptOf(row),
});
