/**
 * A collection in Postgres that can be written, by any number of processes. Calls of one handle that wait at the same time become
 * one transaction, in their order. A transaction locks the record of the collection, checks the model there, changes the items and
 * counts up the version: so writers take turns, and versions are commits.
 */
import { UnseenError } from '../../errors.ts';
import { type CheckedItems, checkItems } from '../check-items.ts';
import type { Collection, ModelOptions, NewItem, NextModel, ReencodeOptions } from '../contract.ts';
import { textFault } from '../given.ts';
import { type CollectionRow, lockRow, missing } from './catalog.ts';
import { bring, type Incoming, removeItems, upsertItems } from './changes.ts';
import { compactTables } from './compact.ts';
import type { Connection } from './database.ts';
import { causeOf, isSaid, reasonOf } from './failures.ts';
import { PostgresReading } from './reading.ts';
import { EncoderFailure, reencodeTables } from './reencode.ts';
import { fence, undo } from './shards.ts';
import { itemsTable } from './tables.ts';

/** Items that one transaction takes together, unless one call brings more. */
const GROUP_ITEMS = 100_000;
/** Another write may come between on a shard, or a deadlock be dissolved. */
const ATTEMPTS = 5;

type Change =
  | { readonly kind: 'upsert'; readonly items: CheckedItems; readonly model: string }
  | { readonly kind: 'delete'; readonly ids: readonly string[] };
type Work = { readonly kind: 'work'; readonly run: () => Promise<unknown> };
type Waiting = (Change | Work) & {
  readonly resolve: (value: never) => void;
  readonly reject: (cause: unknown) => void;
};

export class PostgresCollection extends PostgresReading implements Collection {
  readonly #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  async upsert(items: readonly NewItem[], { model }: ModelOptions): Promise<void> {
    this.#checkNotClosing();
    if (model !== this.model) await this.checkModel(model); // no pause else: calls keep their order
    const checked = checkItems(items, this.bits);
    if (items.length > 0) await this.#wait<void>({ kind: 'upsert', items: checked, model });
  }

  async delete(ids: readonly string[]): Promise<number> {
    this.#checkNotClosing();
    const known = [...new Set(ids)].filter((id) => typeof id === 'string' && textFault(id) === undefined);
    return this.#wait<number>({ kind: 'delete', ids: known });
  }

  async compact(): Promise<void> {
    this.#checkNotClosing();
    await this.#wait<void>({
      kind: 'work',
      run: () => compactTables(this.parts, (work) => this.#locked(work), this.row),
    });
  }

  async reencode(next: NextModel, options: ReencodeOptions = {}): Promise<void> {
    this.#checkNotClosing();
    const row = await this.refresh();
    const host = {
      ...this.parts,
      locked: <T>(work: LockedWork<T>) => this.#locked(work),
      alone: <T>(run: () => Promise<T>) => this.#wait<T>({ kind: 'work', run }),
      check: () => this.#checkNotClosing(),
    };
    try {
      await reencodeTables(host, row, next, options);
    } catch (error) {
      throw error instanceof EncoderFailure ? error.cause : await this.#failed(error, false, options.signal);
    }
    await this.refresh();
  }

  override close(): Promise<void> {
    this.#closing ??= (async () => {
      await this.#running;
      await super.close();
    })();
    return this.#closing;
  }

  /** @throws `COLLECTION_CLOSED` */
  #checkNotClosing(): void {
    if (this.#closing) throw new UnseenError('COLLECTION_CLOSED', { name: this.name });
  }

  #wait<T>(what: Change | Work): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ ...what, resolve: resolve as (value: never) => void, reject });
      this.#running ??= this.#run();
    });
  }

  async #run(): Promise<void> {
    await Promise.resolve(); // calls made in the same turn come into the same write
    while (this.#waiting.length > 0) {
      await this.#answer(this.#take());
    }
    this.#running = undefined; // at once: who was answered may call again
  }

  async #answer(group: readonly Waiting[]): Promise<void> {
    const first = group[0]!;
    try {
      const answers =
        first.kind === 'work' ? [await first.run()] : await this.#write(group as (Waiting & Change)[]);
      for (const [i, one] of group.entries()) one.resolve(answers[i] as never);
    } catch (error) {
      const failure = await this.#failed(error);
      // Re-encoded a moment ago by somebody else: that refuses those with old codes, and no other.
      if (failure instanceof UnseenError && failure.code === 'COLLECTION_OTHER_MODEL' && group.length > 1)
        for (const one of group) await this.#answer([one]);
      else for (const one of group) one.reject(failure);
    }
  }

  #take(): Waiting[] {
    let [count, items] = [0, 0];
    for (const one of this.#waiting) {
      if (one.kind === 'work') break;
      items += one.kind === 'upsert' ? one.items.ids.length : one.ids.length;
      if (count > 0 && items > GROUP_ITEMS) break;
      count++;
    }
    return this.#waiting.splice(0, Math.max(1, count));
  }

  /** How many items each of the calls found. */
  async #write(group: readonly Change[]): Promise<number[]> {
    const { schema } = this.parts;
    if (group.every((one) => one.kind === 'delete' && one.ids.length === 0)) return group.map(() => 0);
    return this.#locked(
      async (connection, state, incoming) => {
        let row = state;
        const answers: number[] = [];
        for (const [i, one] of group.entries()) {
          if (one.kind === 'upsert') {
            if (one.model !== row.model)
              throw new UnseenError('COLLECTION_OTHER_MODEL', {
                name: row.name,
                expected: row.model,
                received: one.model,
              });
            const fresh = await upsertItems(connection, schema, row, incoming[i]!);
            row = { ...row, next: row.next + one.items.ids.length, items: row.items + fresh };
            answers.push(one.items.ids.length - fresh);
          } else {
            const gone = await removeItems(connection, schema, row, one.ids);
            row = { ...row, items: row.items - gone };
            answers.push(gone);
          }
        }
        const changed = group.some((one, i) => one.kind === 'upsert' || answers[i]! > 0);
        return { answer: answers, row: changed ? { ...row, version: row.version + 1 } : state };
      },
      group.map((one) => (one.kind === 'upsert' ? one.items : undefined)),
    );
  }

  /**
   * A transaction that holds the record. What the work gives as `row` is committed as the record; on shards, what an earlier write
   * left without a record is removed first.
   */
  async #locked<T>(work: LockedWork<T>, bringing: readonly (CheckedItems | undefined)[] = []): Promise<T> {
    const { database, schema } = this.parts;
    for (let attempt = 1; ; attempt++) {
      let committing = false;
      try {
        const { answer, row } = await database.transaction(async (connection) => {
          const incoming: (Incoming | undefined)[] = [];
          for (const [i, items] of bringing.entries())
            incoming.push(items && (await bring(connection, items, this.bits, String(i))));
          const state = await lockRow(connection, schema, this.row.number);
          if (!state) throw missing(database.address, this.row.name);
          if (state.shards.length > 0) {
            await fence(connection, schema, state);
            await undo(connection, itemsTable(schema, state), state);
          }
          const done = await work(connection, state, incoming as readonly Incoming[]);
          await saveRow(connection, schema, done.row);
          committing = true;
          return done;
        });
        this.row = row;
        return answer;
      } catch (error) {
        if (causeOf(error) === 'conflict' && attempt < ATTEMPTS) continue;
        throw await this.#failed(error, committing);
      }
    }
  }

  /** What the caller gets; `committing`: the server was told to commit. */
  async #failed(
    error: unknown,
    committing = false,
    signal?: AbortSignal,
  ): Promise<UnseenError | EncoderFailure> {
    if (error instanceof UnseenError || error instanceof EncoderFailure) return error;
    const named = await this.named(error, signal);
    if (named.code === 'ABORTED' || named.code === 'COLLECTION_SHARD_MISSING') return named;
    // A server that refuses says so; one that is gone may have committed before.
    const unknown = committing && causeOf(error) === 'unreachable' && !isSaid(error);
    return new UnseenError(
      'COLLECTION_WRITE_FAILED',
      {
        name: this.name,
        kept: unknown ? 'the call may be kept or not' : 'nothing of the call was kept',
        reason: named.code === 'POSTGRES_FAILED' ? reasonOf(error) : named.message,
        advice: 'Call again when the server answers: the same call twice gives the same.',
      },
      { cause: error },
    );
  }
}

/** Gives its answer, and the record to commit. */
export type LockedWork<T> = (
  connection: Connection,
  state: CollectionRow,
  incoming: readonly Incoming[],
) => Promise<{ readonly answer: T; readonly row: CollectionRow }>;
export type Locked = <T>(work: LockedWork<T>) => Promise<T>;

async function saveRow(connection: Connection, schema: string, row: CollectionRow): Promise<void> {
  await connection.query(
    `UPDATE ${schema}.collections SET bits = $2::integer, model = $3::text, generation = $4::integer,
      version = $5::bigint, next = $6::bigint, items = $7::bigint, horizon = $8::bigint WHERE number = $1::integer`,
    [row.number, row.bits, row.model, row.generation, row.version, row.next, row.items, row.horizon],
    { again: true },
  );
}
