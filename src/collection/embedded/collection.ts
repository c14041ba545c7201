/**
 * The embedded collection: writes, and what makes another generation of all items: compaction, and the move to another
 * model. Either writes beside what is there, takes its place in one commit, and then takes the old away.
 */
import { UnseenError } from '../../errors.ts';
import type { Collection, NextModel, ReencodeOptions, VerifyReport } from '../contract.ts';
import { stageLiving } from './compact.ts';
import type { Head } from './head.ts';
import { type Loaded, load } from './load.ts';
import type { IndexOptions } from './memory.ts';
import { checkNextModel, type ReencodeHost, Reencoding } from './reencode.ts';
import { Staging } from './staging.ts';
import { type Step, step } from './steps.ts';
import { type WriterParts, Writing } from './writing.ts';

/** Blocks with fewer items than that on the average are worth to be written anew. */
const SPARSE_ITEMS = 128;

export class EmbeddedCollection extends Writing implements Collection {
  readonly #options: IndexOptions;
  /** The change of the model that is under way; it never rejects. */
  #reencoding: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(parts: WriterParts, loaded: Loaded, options: IndexOptions) {
    super(parts, loaded);
    this.#options = options;
  }

  /** Waits for a change of the model that is under way. */
  async compact(): Promise<void> {
    this.checkOpen();
    while (this.#reencoding) await this.#reencoding;
    await this.queue.alone(() => this.#compact());
  }

  /** One after the other, when there are several. */
  async reencode(next: NextModel, options: ReencodeOptions = {}): Promise<void> {
    this.checkOpen();
    checkNextModel(next);
    while (this.#reencoding) await this.#reencoding;
    this.#checkGoesOn();
    const work = this.#reencode(next, options);
    this.#reencoding = work
      .catch(() => {})
      .then(() => {
        this.#reencoding = undefined;
      });
    return work;
  }

  override async verify(): Promise<VerifyReport> {
    this.checkOpen();
    return this.queue.alone(() => super.verify());
  }

  override async close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#reencoding; // it ends after the batch in hand
    await this.queue.idle();
    await super.close();
    this.records.release();
    await this.records.close();
  }

  async #compact(): Promise<void> {
    const { head, memory } = this.state;
    const blocks = memory.firsts.length;
    const dense = blocks < 2 || head.next >= blocks * SPARSE_ITEMS;
    if (memory.live.rows === memory.live.count && dense && head.swept) return;
    await this.#inStaging(head.bits, async (staging) => {
      const view = this.records.view();
      await stageLiving(view, this.state, this.segments, staging).finally(() => view.done());
      const after = staging.head(head, { live: staging.next, model: head.model });
      await this.#sweep(await this.#adopt(after, new Map(), 'compaction'), staging, head);
    });
  }

  async #reencode(next: NextModel, options: ReencodeOptions): Promise<void> {
    let thrown: { readonly cause: unknown } | undefined;
    const encode: NextModel['encode'] = async (items) => {
      try {
        return await next.encode(items);
      } catch (cause) {
        thrown = { cause };
        throw cause;
      }
    };
    await this.#inStaging(next.bits, async (staging) => {
      const host: ReencodeHost = {
        state: () => this.state,
        read: (numbers) => this.inTurn(async () => numbers.map((item) => this.itemAt(item))),
        alone: (work) => this.#aloneQuietly(work),
        adopt: async (live, dead) => {
          const { head } = this.state;
          const after = staging.head(head, { live, model: next.fingerprint });
          const now = await this.#adopt(after, dead, 'reencoding');
          // The model is changed, whether there is room to take the old away or not: then `compact` does it.
          await this.#sweep(now, staging, head).catch((cause) => this.queue.failed(cause));
        },
        check: () => this.#checkGoesOn(),
      };
      await new Reencoding(host, staging, { ...next, encode }, options).run();
    }).catch((cause) => {
      throw cause === thrown?.cause ? cause : this.queue.failed(cause);
    });
  }

  /** Runs while no write does; what goes wrong in it is for this caller alone. */
  async #aloneQuietly<T>(work: () => Promise<T>): Promise<T> {
    const ended = await this.queue.alone(() =>
      work().then(
        (value) => ({ value }),
        (cause: unknown) => ({ cause }),
      ),
    );
    if ('cause' in ended) throw ended.cause;
    return ended.value;
  }

  /** What was staged goes away again, unless a commit has named it. */
  async #inStaging(bits: number, work: (staging: Staging) => Promise<void>): Promise<void> {
    await this.records.keepOnly(this.state.head.generation); // what an earlier one could not take away
    const staging = new Staging(this.records, this.segments, this.state.head.generation + 1, bits);
    try {
      await work(staging);
    } catch (cause) {
      if (this.records.readHead().generation !== staging.generation)
        await staging.drop(this.state.head).catch(() => {}); // the next one, or opening, does
      throw cause;
    } finally {
      await staging.close();
    }
  }

  async #adopt(
    head: Head,
    dead: ReadonlyMap<number, Uint8Array>,
    what: 'compaction' | 'reencoding',
  ): Promise<Loaded> {
    step(`${what} written` satisfies Step);
    await this.records.commit({ head, dead });
    step(`${what} committed` satisfies Step);
    const view = this.records.view();
    const loaded = await load(view, this.segments, { file: this.folder, options: this.#options }).finally(
      () => view.done(),
    );
    await this.inTurn(async () => this.replace(loaded));
    return loaded;
  }

  /** Takes away what the old commit record named and the new one does not. */
  async #sweep({ head, memory }: Loaded, staging: Staging, old: Head): Promise<void> {
    await this.segments.remove(old.segments);
    step('old segments removed');
    await this.records.keepOnly(head.generation);
    await this.records.keepPictures((hash) => staging.pictures.has(hash));
    const swept = { ...head, swept: true };
    await this.records.commit({ head: swept });
    this.replace({ head: swept, memory });
    step('old records removed');
  }

  #checkGoesOn(): void {
    this.checkOpen();
    if (this.#closing) throw new UnseenError('COLLECTION_CLOSED', { name: this.name });
  }
}
