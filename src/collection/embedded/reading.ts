/** What can be asked of an embedded collection, of its writer and of its readers alike. */
import { UnseenError } from '../../errors.ts';
import { hasBit } from '../../search/bitmap.ts';
import { checkQuery } from '../check-query.ts';
import type {
  CollectionPage,
  CollectionQuery,
  CollectionReader,
  CollectionStats,
  Item,
  Picture,
  VerifyReport,
} from '../contract.ts';
import { type Filter, parseFilter } from '../filter/index.ts';
import type { Payload } from '../payload.ts';
import { pictureType } from '../picture-type.ts';
import { FilterResults } from './filter-results.ts';
import { KeptBlocks } from './kept-blocks.ts';
import { contentOf, hitOf, keptOf, type ReadState } from './kept-items.ts';
import type { Loaded } from './load.ts';
import type { RecordsView } from './records-view.ts';
import { type SearchedState, searchState } from './search.ts';
import { SearchGroups } from './search-groups.ts';
import type { Segments } from './segments.ts';
import { verifyState } from './verify.ts';

/** Items that `items` reads between turns. */
const SLICE_ITEMS = 1024;

export interface Parts {
  readonly name: string;
  readonly folder: string;
  readonly segments: Segments;
}

export abstract class Reading implements CollectionReader {
  readonly name: string;
  protected readonly folder: string;
  protected readonly segments: Segments;
  #state: ReadState & { readonly filters: FilterResults };
  /** Searches and changes of memory take turns. */
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;
  readonly #searches = new SearchGroups({
    inTurn: (work) => this.inTurn(work),
    search: async (queries, signal) => {
      for (const query of queries) {
        this.checkModel(query.model);
        checkQuery(query, this.bits);
      }
      return searchState(this.#searched(), queries, signal);
    },
  });

  protected constructor({ name, folder, segments }: Parts, loaded: Loaded) {
    this.name = name;
    this.folder = folder;
    this.segments = segments;
    this.#state = { ...loaded, filters: new FilterResults(), contents: new KeptBlocks() };
  }

  /** Records that hold at least the blocks of the present state. */
  protected abstract reading<T>(use: (view: RecordsView) => T): T;
  /** What is on the disk now, for `verify`. */
  protected abstract diskView(): RecordsView;
  protected abstract diskBytes(): Promise<number>;

  get bits(): number {
    return this.#state.head.bits;
  }

  get model(): string {
    return this.#state.head.model;
  }

  get version(): number {
    return this.#state.head.version;
  }

  async count({ filter }: { readonly filter?: Filter } = {}): Promise<number> {
    return this.inTurn(async () => {
      const { live } = this.state.memory;
      if (!filter) return live.count;
      const bitmap = await this.#matching(filter);
      let count = 0;
      for (let item = 0; item < live.rows; item++) if (hasBit(bitmap, item) && live.has(item)) count++;
      return count;
    });
  }

  async get(id: string): Promise<Item | undefined> {
    return this.inTurn(async () => {
      const item = this.state.memory.itemOf(id);
      return item === undefined ? undefined : this.itemAt(item);
    });
  }

  async picture(id: string): Promise<Picture | undefined> {
    return this.inTurn(async () => {
      const item = this.state.memory.itemOf(id);
      if (item === undefined) return undefined;
      return this.reading((view) => {
        const content = contentOf(this.#state, item, view);
        const hash = content.picture(item - content.first);
        if (!hash) return undefined;
        const bytes = view.picture(hash);
        return { type: pictureType(bytes)!, bytes: new Uint8Array(bytes) };
      });
    });
  }

  async search(query: CollectionQuery): Promise<CollectionPage> {
    return this.#searches.ask(query);
  }

  async *items(): AsyncGenerator<Item, void, undefined> {
    const { generation, next, live } = await this.inTurn(async () => {
      const { memory, head } = this.state;
      return { ...head, live: memory.live.bitmap?.slice() };
    });
    for (let from = 0; from < next; from += SLICE_ITEMS) {
      yield* await this.inTurn(async () => {
        if (this.state.head.generation !== generation) throw new UnseenError('INDEX_CHANGED', {});
        const items: Item[] = [];
        for (let item = from; item < Math.min(from + SLICE_ITEMS, next); item++)
          if (!live || hasBit(live, item)) items.push(this.itemAt(item));
        return items;
      });
    }
  }

  async stats(): Promise<CollectionStats> {
    const disk = await this.diskBytes();
    return this.inTurn(async () => {
      const { memory, head } = this.state;
      const codes = { image: memory.index('image').count, text: memory.index('text').count };
      const { count, rows } = memory.live;
      return {
        items: count,
        dead: rows - count,
        version: head.version,
        codes,
        bytes: { disk, memory: memory.bytes },
      };
    });
  }

  async verify(): Promise<VerifyReport> {
    this.checkOpen();
    const view = this.diskView();
    return verifyState(view, this.segments).finally(() => view.done());
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#turn;
    this.#state.memory.close();
  }

  protected get state(): Loaded {
    return this.#state;
  }

  /** Another state, or the same after a change; what was found stays as long as items keep their numbers. */
  protected replace(loaded: Loaded): void {
    if (loaded.memory === this.#state.memory) this.#state = { ...this.#state, ...loaded };
    else {
      this.#state.memory.close();
      this.#state = { ...loaded, filters: new FilterResults(), contents: new KeptBlocks() };
    }
  }

  protected inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(() => {
      this.checkOpen();
      return work();
    });
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** @throws `COLLECTION_CLOSED` */
  protected checkOpen(): void {
    if (this.#closed) throw new UnseenError('COLLECTION_CLOSED', { name: this.name });
  }

  /** @throws `COLLECTION_OTHER_MODEL` */
  protected checkModel(received: string): void {
    if (received === this.model) return;
    throw new UnseenError('COLLECTION_OTHER_MODEL', { name: this.name, expected: this.model, received });
  }

  /** An item of the present state, dead ones included. */
  protected itemAt(item: number): Item {
    const { memory } = this.state;
    const kept = this.reading((view) => keptOf(this.#state, item, view));
    return { id: memory.ids.at(item), codes: memory.codes(item), ...kept };
  }

  #searched(): SearchedState {
    return {
      ...this.state,
      kept: (items) => this.reading((view) => items.map((item) => hitOf(this.#state, item, view))),
      matching: (filter, signal) => this.#matching(filter, signal),
    };
  }

  async #matching(filter: Filter, signal?: AbortSignal): Promise<Uint8Array> {
    const payloadsFrom = (item: number): readonly Payload[] => {
      const content = this.reading((view) => contentOf(this.#state, item, view));
      return content.payloadsFrom(item - content.first);
    };
    return this.#state.filters.bitmap(parseFilter(filter), this.state.memory.live.rows, payloadsFrom, signal);
  }
}
