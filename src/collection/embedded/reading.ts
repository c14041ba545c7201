/** What can be asked of an embedded collection, of its writer and of its readers alike. */
import { Codes } from '../../codes/index.ts';
import { UnseenError } from '../../errors.ts';
import { hasBit } from '../../search/bitmap.ts';
import { compareIds } from '../../search/ids.ts';
import {
  type CollectionHit,
  type CollectionPage,
  type CollectionQuery,
  type CollectionReader,
  type CollectionStats,
  type Item,
  MODALITIES,
  type VerifyReport,
} from '../contract.ts';
import { type Filter, parseFilter } from '../filter/index.ts';
import type { Payload } from '../payload.ts';
import { decodeHead, decodePayloads } from './blocks.ts';
import { FilterResults } from './filter-results.ts';
import type { Loaded } from './load.ts';
import type { CollectionManifest } from './manifest.ts';
import type { RecordsView } from './records.ts';
import type { Segments } from './segments.ts';

const MAX_K = 10_000;
const MAX_OFFSET = 100_000;

export interface Parts {
  readonly folder: string;
  readonly manifest: CollectionManifest;
  readonly segments: Segments;
}

export abstract class Reading implements CollectionReader {
  readonly name: string;
  readonly bits: number;
  readonly model: string;
  protected readonly folder: string;
  protected readonly segments: Segments;
  #state: Loaded & { readonly filters: FilterResults };
  /** Searches and changes of memory take turns. */
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;

  protected constructor({ folder, manifest, segments }: Parts, loaded: Loaded) {
    this.name = manifest.name;
    this.bits = manifest.bits;
    this.model = manifest.model;
    this.folder = folder;
    this.segments = segments;
    this.#state = { ...loaded, filters: new FilterResults() };
  }

  /** Value of a block of the present state. */
  protected abstract block(first: number): Buffer | undefined;
  /** What is on the disk now, for `verify`. */
  protected abstract diskView(): RecordsView;
  protected abstract diskBytes(): Promise<number>;

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
      if (item === undefined) return undefined;
      return { id, codes: this.state.memory.codes(item), payload: this.#payload(item) };
    });
  }

  async picture(_id: string): Promise<undefined> {
    throw new UnseenError('INTERNAL', { reason: 'pictures are not kept yet' });
  }

  async search(query: CollectionQuery): Promise<CollectionPage> {
    const { k = 10, offset = 0, radius = this.bits, modality, filter, signal } = query;
    this.checkModel(query.model);
    checkRange('k', k, 1, MAX_K);
    checkRange('offset', offset, 0, MAX_OFFSET);
    checkRange('radius', radius, 0, this.bits);
    if (modality !== undefined && !MODALITIES.includes(modality))
      throw invalid('modality', `must be ${MODALITIES.join(' or ')}`, modality);
    if (!(query.code instanceof Uint8Array) || query.code.length !== this.bits / 8)
      throw new UnseenError('CODES_BITS_MISMATCH', {
        left: (query.code?.length ?? 0) * 8,
        right: this.bits,
      });
    const code = Codes.fromBytes(query.code, { bits: this.bits });
    return this.inTurn(async () => {
      const { memory, head } = this.state;
      const chosen = filter && (await this.#matching(filter, signal));
      const wanted = offset + k + 1;
      const found: Omit<CollectionHit, 'payload'>[] = [];
      for (const m of modality === undefined ? MODALITIES : [modality]) {
        const [hits] = await memory.index(m).search(code, {
          k: wanted,
          radius,
          ...(chosen && { filter: memory.rowsOf(m, chosen) }),
          ...(signal && { signal }),
        });
        for (const { id, distance } of hits!) found.push({ id: String(id), distance, modality: m });
      }
      // The nearest code of an item is among the first of its modality, or there are enough nearer items without it.
      if (modality === undefined) found.sort((a, b) => a.distance - b.distance || compareIds(a.id, b.id));
      const seen = new Set<string>();
      const items = found.filter(({ id }) => !seen.has(id) && seen.add(id));
      const hits = items
        .slice(offset, offset + k)
        .map((hit) => ({ ...hit, payload: this.#payload(memory.itemOf(hit.id)!) }));
      return { hits, more: items.length > offset + k, version: head.version };
    });
  }

  async *items(): AsyncGenerator<Item, void, undefined> {
    const { generation, live } = await this.inTurn(async () => {
      const { memory, head } = this.state;
      const items: number[] = [];
      for (let item = 0; item < head.next; item++) if (memory.live.has(item)) items.push(item);
      return { generation: head.generation, live: items };
    });
    for (let from = 0; from < live.length; from += 1024) {
      const some = await this.inTurn(async () => {
        if (this.state.head.generation !== generation) throw new UnseenError('INDEX_CHANGED', {});
        return live.slice(from, from + 1024).map((item) => {
          const { first, ids, payloads } = this.#decoded(item);
          const codes = this.state.memory.codes(item);
          return { id: ids[item - first]!, codes, payload: payloads[item - first]! };
        });
      });
      yield* some;
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
    const problems: string[] = [];
    let [items, next, codeBytes] = [0, 0, 0];
    const attempt = async (work: () => Promise<void>): Promise<void> => {
      await work().catch((cause) => {
        if (!(cause instanceof UnseenError)) throw cause;
        problems.push(cause.message);
      });
    };
    try {
      const read = this.segments.reader();
      for (const { first, value, dead } of view.blocks()) {
        await attempt(async () => {
          const { place, ids } = decodeHead(value, this.folder, first);
          for (let i = 0; i < ids.length; i++) if (!dead || !hasBit(dead, i)) items++;
          next += ids.length;
          codeBytes += (await read(place)).length;
        });
      }
      await attempt(async () => {
        const head = view.head();
        if (head.live !== items || head.next !== next)
          problems.push(`${head.live} of ${head.next} items stated, ${items} of ${next} found`);
      });
    } finally {
      view.done();
    }
    return { items, codeBytes, problems };
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

  /** Another state, or the same after a change; filters' results stay as long as items keep their numbers. */
  protected replace(loaded: Loaded): void {
    const same = loaded.memory === this.#state.memory;
    if (!same) this.#state.memory.close();
    this.#state = { ...loaded, filters: same ? this.#state.filters : new FilterResults() };
    this.#cached = undefined;
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

  /** The block that was read last: neighbours are often asked for together. */
  #cached: { first: number; ids: readonly string[]; payloads: Payload[] } | undefined;

  #decoded(item: number): { first: number; ids: readonly string[]; payloads: Payload[] } {
    const { firsts } = this.state.memory;
    const first = firsts.at(firsts.lastUpTo(item));
    if (this.#cached?.first !== first) {
      const value = this.block(first);
      if (!value) throw new UnseenError('INDEX_CHANGED', {});
      const { ids } = decodeHead(value, this.folder, first);
      this.#cached = { first, ids, payloads: decodePayloads(value) };
    }
    return this.#cached!;
  }

  #payload(item: number): Payload {
    const { first, payloads } = this.#decoded(item);
    return structuredClone(payloads[item - first]!);
  }

  async #matching(filter: Filter, signal?: AbortSignal): Promise<Uint8Array> {
    const payloadsFrom = (item: number): readonly Payload[] => {
      const { first, payloads } = this.#decoded(item);
      return item === first ? payloads : payloads.slice(item - first);
    };
    return this.#state.filters.bitmap(parseFilter(filter), this.state.memory.live.rows, payloadsFrom, signal);
  }
}

const invalid = (name: string, reason: string, received: unknown): UnseenError =>
  new UnseenError('ARGUMENT_INVALID', { name, reason, received });

function checkRange(name: string, value: number, low: number, high: number): void {
  if (!Number.isInteger(value) || value < low || value > high)
    throw invalid(name, `must be a whole number from ${low} to ${high}`, value);
}
