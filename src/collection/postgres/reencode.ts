/**
 * The move to another model. A new generation of tables is filled beside the old one, which serves on; items written meanwhile
 * have later positions and are met further on. When none is left, the record is locked, items that are gone go, and the record
 * names the new generation: one commit. A kill leaves tables that nobody names; the next re-encoding removes them.
 */
import { throwIfAborted, UnseenError } from '../../errors.ts';
import { CodePacking } from '../check-items.ts';
import type { Item, ItemCodes, NextModel, ReencodeOptions } from '../contract.ts';
import { makeManifest } from '../embedded/manifest.ts';
import { type CollectionRow, readRow } from './catalog.ts';
import { arrayText, insertEncoded } from './changes.ts';
import { dropOld } from './compact.ts';
import type { Connection, Database, Row } from './database.ts';
import { listStatement } from './questions.ts';
import { itemOf } from './rows.ts';
import { createGeneration, createGraphs, dropGenerations, itemsTable, partsOf } from './tables.ts';
import type { Vector } from './vector.ts';
import type { Locked } from './writing.ts';

/** Items that are encoded together. */
const TOGETHER = 256;
/** After so many rounds of catching up, writes by the same handle wait; after so many more, all writes do. */
const FREE_ROUNDS = 4;
const ROUNDS = 8;

/** What it needs of the collection. */
export interface ReencodeHost {
  readonly database: Database;
  readonly schema: string;
  readonly vector: Vector | undefined;
  readonly locked: Locked;
  /** Runs while the handle writes nothing else. */
  alone<T>(work: () => Promise<T>): Promise<T>;
  /** @throws `COLLECTION_CLOSED` */
  check(): void;
}

/** What the encoder threw, so that it comes to the caller as it is. */
export class EncoderFailure extends Error {}

export async function reencodeTables(
  host: ReencodeHost,
  row: CollectionRow,
  next: NextModel,
  options: ReencodeOptions,
): Promise<void> {
  makeManifest(row.name, next.bits, next.fingerprint); // refuses what are no bits, and no fingerprint
  throwIfStopped(options);
  const { database, schema } = host;
  const generation = await begin(database, schema, row);
  const fresh = { ...row, bits: next.bits, model: next.fingerprint, generation };
  try {
    await database.transaction((connection) => createGeneration(connection, schema, fresh));
    await new Move(host, row, fresh, next, options).run();
  } catch (error) {
    const remove = (connection: Connection): Promise<void> =>
      dropGenerations(connection, schema, row, (one) => one === generation);
    await database.transaction(remove).catch(() => {}); // the next re-encoding removes them too
    throw error;
  }
  await dropOld(database, schema, fresh).catch(() => {}); // compact does it too
}

const throwIfStopped = ({ signal }: ReencodeOptions): void =>
  throwIfAborted(signal, 're-encoding', 'The collection stays as it was.');

/** Number of a new generation; what earlier tries left is removed. */
function begin(database: Database, schema: string, row: CollectionRow): Promise<number> {
  return database.transaction(async (connection) => {
    const [counted] = await connection.query(
      `UPDATE ${schema}.collections SET generations = generations + 1 WHERE number = $1::integer
        RETURNING generations, generation`,
      [row.number],
    );
    const { generations, generation } = counted as { generations: number; generation: number };
    await dropGenerations(connection, schema, row, (one) => one !== generation);
    return generations;
  });
}

class Move {
  readonly #host: ReencodeHost;
  readonly #old: CollectionRow;
  readonly #fresh: CollectionRow;
  readonly #next: NextModel;
  readonly #options: ReencodeOptions;
  /** Position of the first item that was not looked at. */
  #from = 0;
  #done = 0;

  constructor(
    host: ReencodeHost,
    old: CollectionRow,
    fresh: CollectionRow,
    next: NextModel,
    options: ReencodeOptions,
  ) {
    this.#host = host;
    this.#old = old;
    this.#fresh = fresh;
    this.#next = next;
    this.#options = options;
  }

  async run(): Promise<void> {
    const { database, schema, vector } = this.#host;
    await this.#catchUp();
    if (this.#old.hnsw && vector)
      await createGraphs(database, itemsTable(schema, this.#fresh), this.#old.hnsw, vector.schema);
    for (let round = 1; ; round++) {
      const attempt = async (): Promise<boolean> => {
        await this.#catchUp();
        return this.#change(round >= ROUNDS);
      };
      if (await (round > FREE_ROUNDS ? this.#host.alone(attempt) : attempt())) return;
    }
  }

  async #catchUp(): Promise<void> {
    const { database } = this.#host;
    for (let rows: Row[]; ; ) {
      this.#check();
      const state = await this.#state(database);
      rows = await this.#rows(database, state);
      if (rows.length === 0) return;
      await this.#move(rows, state, (work) => database.transaction(work));
    }
  }

  /** Locks the record and changes it, unless items have come; `wait`: then they are encoded while all writers wait. */
  #change(wait: boolean): Promise<boolean> {
    const { schema, locked } = this.#host;
    return locked(async (connection, state) => {
      this.#check();
      this.#checkSame(state);
      for (let rows = await this.#rows(connection, state); rows.length > 0; ) {
        if (!wait) return { answer: false, row: state };
        await this.#move(rows, state, (work) => work(connection));
        rows = await this.#rows(connection, state);
      }
      await dropGone(connection, schema, state, this.#fresh);
      const { bits, model, generation } = this.#fresh;
      return { answer: true, row: { ...state, bits, model, generation, version: state.version + 1 } };
    });
  }

  async #state(connection: Connection): Promise<CollectionRow> {
    const state = await readRow(connection, this.#host.schema, this.#old.name);
    this.#checkSame(state);
    return state!;
  }

  #rows(connection: Connection, state: CollectionRow): Promise<Row[]> {
    return connection.query(listStatement(state, this.#host.schema, this.#from, TOGETHER));
  }

  async #move(
    rows: readonly Row[],
    state: CollectionRow,
    write: (work: (connection: Connection) => Promise<void>) => Promise<void>,
  ): Promise<void> {
    const { kept, codes } = await this.#encode(rows);
    const table = itemsTable(this.#host.schema, this.#fresh);
    await write(async (connection) => {
      // An older state of the item may have been moved already.
      const ids = arrayText(kept.map(({ id }) => id as string));
      await connection.query(`DELETE FROM ${table} WHERE id = ANY ($1::text[])`, [ids]);
      await insertEncoded(connection, table, this.#fresh.bits, kept, codes);
    });
    this.#from = Number(rows.at(-1)!.position) + 1;
    this.#done += kept.length;
    this.#check();
    this.#options.onProgress?.({ done: this.#done, total: Math.max(this.#done, state.items) });
  }

  /** Codes of the rows, or of those that are left: what was deleted meanwhile may have been missed. */
  async #encode(rows: readonly Row[]): Promise<{ kept: readonly Row[]; codes: readonly ItemCodes[] }> {
    if (rows.length === 0) return { kept: rows, codes: [] };
    const items: readonly Item[] = rows.map(itemOf);
    let codes: readonly ItemCodes[];
    try {
      codes = await this.#next.encode(items);
    } catch (cause) {
      const kept = await this.#living(rows);
      if (kept.length < rows.length) return this.#encode(kept);
      throw new EncoderFailure('the encoder failed', { cause });
    }
    if (codes.length !== items.length)
      throw new UnseenError('COLLECTION_ITEM_INVALID', {
        row: Math.min(codes.length, items.length),
        field: 'codes',
        reason: `must be as many as items, ${items.length}`,
        received: codes.length,
      });
    const packing = new CodePacking(items.length, this.#next.bits);
    for (const one of codes) packing.add(one);
    return { kept: rows, codes };
  }

  async #living(rows: readonly Row[]): Promise<Row[]> {
    const { database, schema } = this.#host;
    const state = await this.#state(database);
    const now = await database.query(
      listStatement(state, schema, Number(rows[0]!.position), undefined, Number(rows.at(-1)!.position)),
    );
    const there = new Set(now.map(({ position }) => Number(position)));
    return rows.filter(({ position }) => there.has(Number(position)));
  }

  #check(): void {
    this.#host.check();
    throwIfStopped(this.#options);
  }

  #checkSame(state: CollectionRow | undefined): void {
    if (state?.number === this.#old.number && state.generation === this.#old.generation) return;
    throw new UnseenError('CALL_INVALID', {
      reason: `collection "${this.#old.name}": another re-encoding was faster`,
      advice:
        'Look at the model that the collection has now, and call again if it is not the one that is wanted.',
    });
  }
}

/** Items that were replaced or deleted after they were moved. */
async function dropGone(
  connection: Connection,
  schema: string,
  state: CollectionRow,
  fresh: CollectionRow,
): Promise<void> {
  const now = partsOf(schema, state);
  const lives = state.shards.length > 0 ? 'AND o.died IS NULL' : '';
  for (const [i, part] of partsOf(schema, fresh).entries())
    await connection.query(
      `DELETE FROM ${part.items} n WHERE NOT EXISTS (SELECT FROM ${now[i]!.items} o
        WHERE o.id = n.id AND o.position = n.position ${lives})`,
    );
}
