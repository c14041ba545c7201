/**
 * What LMDB keeps: blocks of items, which of them are dead, pictures, and the commit record, changed together or not at
 * all. Blocks belong to a generation; the commit record names the one that counts, and others do not exist.
 */
import { type Database, open, type RootDatabase } from 'lmdb';
import { blockKey } from './blocks.ts';
import type { DiskPace } from './disk-pace.ts';
import { type Head, readHead } from './head.ts';
import { type Holder, isAlive, locked, parseHolder } from './lock.ts';
import { RecordsView } from './records-view.ts';
import { sealed } from './sealed.ts';
import { step } from './steps.ts';

/** A block's two values, under the number of its first item. */
export interface Block {
  readonly first: number;
  readonly head: Buffer;
  readonly content: Buffer;
}

/** What one commit changes. */
export interface Change {
  readonly head: Head;
  readonly blocks?: readonly Block[];
  /** Bit i: item i of the block of that first item is dead. */
  readonly dead?: ReadonlyMap<number, Uint8Array>;
  readonly pictures?: readonly { readonly hash: Buffer; readonly bytes: Uint8Array }[];
}

/** Entries that go in one transaction: some ms. */
const REMOVED_AT_ONCE = 4096;

export class Records {
  readonly folder: string;
  readonly heads: Database<Buffer, Buffer>;
  readonly contents: Database<Buffer, Buffer>;
  readonly dead: Database<Buffer, Buffer>;
  /** By the SHA-256 of their bytes. */
  readonly pictures: Database<Buffer, Buffer>;
  readonly #root: RootDatabase<Buffer, string>;
  #token: string | undefined;
  /** Transactions that LMDB's thread has not ended: one in this thread would wait for them. */
  #underWay = 0;

  constructor(folder: string, readOnly: boolean) {
    this.folder = folder;
    this.#root = open({
      path: folder,
      encoding: 'binary',
      maxDbs: 8,
      readOnly,
      noSubdir: false,
      // A commit returns when it is on the disk, not when others can see it.
      overlappingSync: false,
      // Each write is a transaction already; the promise of a batch would be rejected where nobody hears it.
      eventTurnBatching: false,
    });
    const db = (name: string): Database<Buffer, Buffer> =>
      this.#root.openDB({ name, encoding: 'binary', keyEncoding: 'binary' });
    this.heads = db('heads');
    this.contents = db('contents');
    this.dead = db('dead');
    this.pictures = db('pictures');
  }

  /** A state that stays as it is while others write. */
  view(): RecordsView {
    this.#root.resetReadTxn();
    return new RecordsView(this, this.#root, this.#root.useReadTransaction());
  }

  /** The commit record as it is now. @throws `COLLECTION_DAMAGED` */
  readHead(): Head {
    return readHead(this.folder, this.#root.get('head'));
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

  /**
   * On the disk when it resolves, and with a `pace` this thread waits for it; what it throws left nothing.
   * @throws `COLLECTION_LOCKED` when another took over
   */
  async commit(change: Change, pace?: DiskPace): Promise<void> {
    const { head, blocks = [], dead = new Map(), pictures = [] } = change;
    const write = (): void => {
      this.#put(head.generation, blocks);
      for (const [first, bitmap] of dead) this.dead.putSync(blockKey(head.generation, first), sealed(bitmap));
      for (const { hash, bytes } of pictures)
        if (!this.pictures.doesExist(hash)) this.pictures.putSync(hash, bytes as Buffer);
      this.#root.putSync('head', sealed(Buffer.from(JSON.stringify(head))));
      step('records written');
    };
    if (pace && this.#underWay === 0)
      pace.timed(() => this.#root.transactionSync(() => this.#asHolder(write)));
    else await this.#asWriter(write);
    step('records committed');
  }

  /** The first commit record, of nothing: whatever a killed creation left goes. @throws as `commit` */
  async begin(head: Head): Promise<void> {
    await this.#asWriter(() => {
      for (const db of [this.heads, this.contents, this.dead, this.pictures])
        for (const key of [...db.getKeys()]) db.removeSync(key);
      this.#root.putSync('head', sealed(Buffer.from(JSON.stringify(head))));
    });
  }

  /** Puts blocks of a generation that no commit record names yet. @throws as `commit` */
  async stage(generation: number, blocks: readonly Block[]): Promise<void> {
    await this.#asWriter(() => this.#put(generation, blocks));
  }

  /** Takes away what is of other generations, a little at a time. @throws as `commit` */
  async keepOnly(generation: number): Promise<void> {
    for (const db of [this.heads, this.contents, this.dead]) {
      for (const range of [{ end: blockKey(generation, 0) }, { start: blockKey(generation + 1, 0) }])
        await this.#remove(db, () => db.getKeys({ ...range, limit: REMOVED_AT_ONCE }));
    }
  }

  /** Takes pictures away that nothing names. @throws as `commit` */
  async keepPictures(isNamed: (hash: Buffer) => boolean): Promise<void> {
    let start: Buffer | undefined;
    for (let done = false; !done; ) {
      const some = [...this.pictures.getKeys({ ...(start && { start }), limit: REMOVED_AT_ONCE })];
      done = some.length < REMOVED_AT_ONCE;
      start = some.at(-1);
      const loose = some.filter((hash) => !isNamed(hash));
      if (loose.length > 0) await this.#asWriter(() => loose.map((hash) => this.pictures.removeSync(hash)));
    }
  }

  async close(): Promise<void> {
    await this.#root.close();
  }

  async #remove(db: Database<Buffer, Buffer>, next: () => Iterable<Buffer>): Promise<void> {
    for (;;) {
      const keys = [...next()];
      if (keys.length === 0) return;
      await this.#asWriter(() => keys.map((key) => db.removeSync(key)));
    }
  }

  #put(generation: number, blocks: readonly Block[]): void {
    for (const { first, head, content } of blocks) {
      const key = blockKey(generation, first);
      this.heads.putSync(key, head);
      this.contents.putSync(key, content);
    }
  }

  /** In a transaction. @throws `COLLECTION_LOCKED` when another took over */
  #asHolder(work: () => unknown): void {
    const holder = parseHolder(this.#root.get('writer'));
    if (!holder || holder.token !== this.#token) throw locked(this.folder, holder);
    work();
  }

  /** A transaction whose commit, and its sync, a thread of LMDB does: searches go on meanwhile. */
  async #asWriter(work: () => unknown): Promise<void> {
    this.#underWay++;
    // The child alone can be given up when something throws in it.
    await this.#root
      .childTransaction(() => this.#asHolder(work))
      .catch(async (cause: { readonly commitError?: Promise<never> }) => {
        // It rejects with what the system said, in this turn of the loop if at all.
        await Promise.race([cause.commitError, new Promise((resume) => setImmediate(resume))]);
        throw cause;
      })
      .finally(() => {
        this.#underWay--;
      });
  }
}
