/** One committed state of the records, to read, while a writer goes on. */
import { createHash } from 'node:crypto';
import type { RootDatabase, Transaction } from 'lmdb';
import { UnseenError } from '../../errors.ts';
import { BlockContent, itemOfContent, type KeptItem } from './block-content.ts';
import { blockKey } from './blocks.ts';
import { type Head, readHead } from './head.ts';
import type { Records } from './records.ts';
import { unsealed } from './sealed.ts';

/** Bytes that the next read overwrites; `lmdb` does not declare that it takes a transaction here as in `get`. */
interface FastReads {
  getBinaryFast(key: Buffer, options: { readonly transaction: Transaction }): Buffer | undefined;
}

export class RecordsView {
  readonly #records: Records;
  readonly #root: RootDatabase<Buffer, string>;
  readonly #transaction: Transaction;

  constructor(records: Records, root: RootDatabase<Buffer, string>, transaction: Transaction) {
    this.#records = records;
    this.#root = root;
    this.#transaction = transaction;
  }

  /** @throws `COLLECTION_DAMAGED` */
  head(): Head {
    return readHead(this.#records.folder, this.#root.get('head', { transaction: this.#transaction }));
  }

  /** Heads of all blocks, as they are kept. */
  *heads(generation: number): Generator<{ first: number; value: Buffer }> {
    for (const { key, value } of this.#records.heads.getRange(this.#range(generation)))
      yield { first: key.readUInt32BE(4), value };
  }

  /** Lists of the dead by the first item of their block. @throws `COLLECTION_DAMAGED` */
  dead(generation: number): Map<number, Buffer> {
    const lists = new Map<number, Buffer>();
    for (const { key, value } of this.#records.dead.getRange(this.#range(generation))) {
      const first = key.readUInt32BE(4);
      const bitmap = unsealed(value);
      if (!bitmap) {
        const where = `the dead of the block of item ${first}`;
        throw this.#damaged(where, 'its checksum is not the one stated');
      }
      lists.set(first, bitmap);
    }
    return lists;
  }

  /** Undefined: another generation has come. @throws `COLLECTION_DAMAGED` */
  content(generation: number, first: number): BlockContent | undefined {
    const transaction = this.#transaction;
    const value = this.#records.contents.get(blockKey(generation, first), { transaction });
    return value && new BlockContent(value, this.#records.folder, { generation, first });
  }

  /** One item of a block, read where the records are; undefined as for `content`. @throws `COLLECTION_DAMAGED` */
  item(generation: number, first: number, place: number): KeptItem | undefined {
    const fast = this.#records.contents as unknown as FastReads;
    const value = fast.getBinaryFast(blockKey(generation, first), { transaction: this.#transaction });
    if (!value) return undefined;
    const own = Buffer.from(value.buffer, value.byteOffset, value.length);
    return itemOfContent(own, this.#records.folder, { generation, first }, place);
  }

  /** @throws `COLLECTION_DAMAGED` */
  picture(hash: Buffer): Buffer {
    const bytes = this.#records.pictures.get(hash, { transaction: this.#transaction });
    const where = `picture ${hash.toString('hex')}`;
    if (!bytes) throw this.#damaged(where, 'is missing');
    if (createHash('sha256').update(bytes).digest().equals(hash)) return bytes;
    throw this.#damaged(where, 'its bytes have another SHA-256');
  }

  done(): void {
    this.#transaction.done();
  }

  #damaged(where: string, reason: string): UnseenError {
    return new UnseenError('COLLECTION_DAMAGED', { file: this.#records.folder, where, reason });
  }

  #range(generation: number) {
    const [start, end] = [blockKey(generation, 0), blockKey(generation + 1, 0)];
    return { start, end, transaction: this.#transaction };
  }
}
