/** What LMDB keeps: blocks of items, which of them are dead, and the commit record, changed together or not at all. */

import { crc32 } from 'node:zlib';
import { type Database, open, type RootDatabase, type Transaction } from 'lmdb';
import { z } from 'zod';
import { UnseenError } from '../../errors.ts';
import { type Holder, isAlive, locked, parseHolder } from './lock.ts';
import type { Tail } from './segments.ts';
import { step } from './steps.ts';

const uint = z.number().int().min(0);
const headSchema = z.strictObject({
  /** Counts commits. */
  version: uint,
  /** Counts compactions: items are numbered anew. */
  generation: uint,
  /** Number of the next item. */
  next: uint.max(2 ** 32 - 1),
  /** Items that are not dead. */
  live: uint,
  /** Segments that blocks name. */
  segments: z.array(uint),
  tail: z.strictObject({ segment: uint, bytes: uint }),
});

/** The commit record. */
export interface Head extends z.infer<typeof headSchema> {
  readonly tail: Tail;
}

export const FIRST_HEAD: Head = {
  version: 0,
  generation: 0,
  next: 0,
  live: 0,
  segments: [],
  tail: { segment: 1, bytes: 0 },
};

/** What one commit changes. Keys are the number of a block's first item. */
export interface Change {
  readonly head: Head;
  readonly blocks: ReadonlyMap<number, Buffer>;
  /** Bit i: the block's item i is dead. */
  readonly dead: ReadonlyMap<number, Uint8Array>;
  /** Everything that was there goes. */
  readonly replace?: boolean;
}

/** A state that stays as it is while others write. */
export class RecordsView {
  readonly #records: Records;
  readonly #transaction: Transaction;

  constructor(records: Records, transaction: Transaction) {
    this.#records = records;
    this.#transaction = transaction;
  }

  /** @throws `COLLECTION_DAMAGED` */
  head(): Head {
    return this.#records.readHead(this.#transaction);
  }

  *blocks(): Generator<{ first: number; value: Buffer; dead: Buffer | undefined }> {
    const transaction = this.#transaction;
    for (const { key, value } of this.#records.blocks.getRange({ transaction })) {
      yield { first: key, value, dead: this.#records.readDead(key, transaction) };
    }
  }

  block(first: number): Buffer | undefined {
    return this.#records.blocks.get(first, { transaction: this.#transaction });
  }

  done(): void {
    this.#transaction.done();
  }
}

export class Records {
  readonly folder: string;
  readonly #root: RootDatabase<Buffer, string>;
  readonly blocks: Database<Buffer, number>;
  readonly dead: Database<Buffer, number>;
  #token: string | undefined;

  constructor(folder: string, readOnly: boolean) {
    this.folder = folder;
    this.#root = open({
      path: folder,
      encoding: 'binary',
      maxDbs: 4,
      readOnly,
      noSubdir: false,
      // A commit returns when it is on the disk, not when others can see it.
      overlappingSync: false,
    });
    this.blocks = this.#root.openDB({ name: 'blocks', encoding: 'binary', keyEncoding: 'uint32' });
    this.dead = this.#root.openDB({ name: 'dead', encoding: 'binary', keyEncoding: 'uint32' });
  }

  view(): RecordsView {
    this.#root.resetReadTxn();
    return new RecordsView(this, this.#root.useReadTransaction());
  }

  /** @throws `COLLECTION_DAMAGED` */
  readHead(transaction?: Transaction): Head {
    const value = this.#root.get('head', transaction ? { transaction } : {});
    const refuse = (reason: string): UnseenError =>
      new UnseenError('COLLECTION_DAMAGED', { file: this.folder, where: 'the commit record', reason });
    if (!value) throw refuse('is missing');
    const content = unsealed(value);
    if (!content) throw refuse('its checksum is not the one stated');
    const result = headSchema.safeParse(JSON.parse(content.toString('utf8')));
    if (!result.success) throw refuse(result.error.issues[0]!.message);
    return result.data;
  }

  /** @throws `COLLECTION_DAMAGED` */
  readDead(first: number, transaction: Transaction): Buffer | undefined {
    const value = this.dead.get(first, { transaction });
    const bitmap = value && unsealed(value);
    if (!value || bitmap) return bitmap;
    const where = `the dead of the block of item ${first}`;
    const reason = 'its checksum is not the one stated';
    throw new UnseenError('COLLECTION_DAMAGED', { file: this.folder, where, reason });
  }

  /**
   * From now on this process writes. `takeOver`: even if a process of another machine says that it does.
   * @throws `COLLECTION_LOCKED` naming the holder
   */
  claim(holder: Holder, takeOver = false): void {
    this.#root.transactionSync(() => {
      const other = parseHolder(this.#root.get('writer'));
      if (other && isAlive(other) && !(takeOver && other.host !== holder.host))
        throw locked(this.folder, other);
      this.#root.putSync('writer', Buffer.from(JSON.stringify(holder)));
    });
    this.#token = holder.token;
  }

  /** Lets another write. */
  release(): void {
    this.#root.transactionSync(() => {
      if (parseHolder(this.#root.get('writer'))?.token === this.#token) this.#root.removeSync('writer');
    });
  }

  /** On the disk when it returns; what it throws left nothing. @throws `COLLECTION_LOCKED` when another took over */
  commit({ head, blocks, dead, replace = false }: Change): void {
    this.#root.transactionSync(() => {
      const holder = parseHolder(this.#root.get('writer'));
      if (!holder || holder.token !== this.#token) throw locked(this.folder, holder);
      if (replace) {
        for (const db of [this.blocks, this.dead]) for (const key of [...db.getKeys()]) db.removeSync(key);
      }
      for (const [first, value] of blocks) this.blocks.putSync(first, value);
      for (const [first, bitmap] of dead) this.dead.putSync(first, sealed(bitmap));
      this.#root.putSync('head', sealed(Buffer.from(JSON.stringify(head))));
      step('records written');
    });
    step('records committed');
  }

  async close(): Promise<void> {
    await this.#root.close();
  }
}

/** With its CRC-32 before it. */
function sealed(content: Uint8Array): Buffer {
  const value = Buffer.concat([Buffer.alloc(4), content]);
  value.writeUInt32LE(crc32(content), 0);
  return value;
}

/** Without it; undefined if it is not the content's. */
function unsealed(value: Buffer): Buffer | undefined {
  const content = value.subarray(4);
  return value.length > 4 && value.readUInt32LE(0) === crc32(content) ? content : undefined;
}
