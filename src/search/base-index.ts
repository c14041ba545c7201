/** What all Hamming indexes have in common: ids, deleted rows, filters, turns, and the order of hits. */
import { Codes } from '../codes/index.ts';
import { throwIfAborted, UnseenError } from '../errors.ts';
import { bitmapBytes, LiveRows, setBit } from './bitmap.ts';
import { compareIds, IdTable } from './ids.ts';
import type { FindPlan, Found, RowStore } from './store.ts';
import type {
  AddOptions,
  EngineName,
  HammingIndex,
  Hit,
  Id,
  IndexKind,
  SearchOptions,
  SearchWork,
} from './types.ts';

/** Time after which a search lets other work in and looks at its signal, in ms. */
const SLICE_MS = 20;
/** Without k a radius search is unbounded; 2³²−1 is above any count. */
const UNBOUNDED = 2 ** 32 - 1;
/** Rows copied at once into a compacted store. */
const COPY_ROWS = 65536;
/** Hits that `iterate` asks for first, and how many times more each time that they were not enough. */
const FIRST_HITS = 64;
const MORE_HITS = 8;

/** What is kept of an index, for `save` and `open`. */
export interface IndexParts<Store extends RowStore = RowStore> {
  readonly bits: number;
  readonly store: Store;
  readonly ids: IdTable;
  readonly live: LiveRows;
}

export abstract class BaseIndex<Store extends RowStore> implements HammingIndex {
  abstract readonly kind: IndexKind;
  readonly bits: number;
  readonly engine: EngineName;
  readonly threads: number;
  #store: Store | undefined;
  #ids: IdTable;
  #live: LiveRows;
  /** What the store's bitmap is: of the deleted rows as of this version, or of a search with a filter (−1). */
  #applied = 0;
  /** Counts changes. */
  #version = 0;
  /** Searches and changes take turns: they share the store and may pause between slices. */
  #turn: Promise<unknown> = Promise.resolve();

  protected constructor({ bits, store, ids, live }: IndexParts<Store>) {
    this.bits = bits;
    this.engine = store.engine;
    this.threads = store.threads;
    this.#store = store;
    this.#ids = ids;
    this.#live = live;
    if (live.bitmap) this.#applied = -1;
  }

  /** An empty store like the present one, for the rows that stay. */
  protected abstract makeStore(): Store;

  get count(): number {
    return this.#live.count;
  }

  get rows(): number {
    return this.#live.rows;
  }

  get bytes(): number {
    return this.store.bytes;
  }

  async search(queries: Codes, options: SearchOptions = {}): Promise<Hit[][]> {
    return (await this.explain(queries, options)).hits;
  }

  async explain(queries: Codes, options: SearchOptions = {}): Promise<{ hits: Hit[][]; work: SearchWork }> {
    this.#checkBits(queries);
    const bounds = checkOptions(options, this.bits, this.threads);
    return this.#inTurn(async () => {
      throwIfAborted(options.signal, 'search');
      this.#applyFilter(options);
      const ties = (options.ties || !this.#ids.ascending) && bounds.k < this.rows;
      const plan: FindPlan = { ...bounds, ties, pause: pauses(options.signal) };
      const codes = Array.from({ length: queries.count }, (_, q) => queries.row(q));
      const { found, work } = await this.store.find(codes, plan);
      const most = options.ties ? this.rows : bounds.k;
      return { hits: found.map((one) => this.#hits(one, most)), work };
    });
  }

  async *iterate(query: Codes, options: SearchOptions = {}): AsyncGenerator<Hit, void, undefined> {
    if (query.count !== 1) {
      throw new UnseenError('ARGUMENT_INVALID', {
        name: 'query',
        reason: 'must be one code',
        received: query.count,
      });
    }
    const version = this.#version;
    const most = Math.min(options.k ?? Number.POSITIVE_INFINITY, this.count);
    let given = 0;
    for (let k = FIRST_HITS; given < most; k *= MORE_HITS) {
      const wanted = Math.min(k, most);
      const [hits] = await this.search(query, { ...options, k: wanted });
      if (version !== this.#version) throw new UnseenError('INDEX_CHANGED', {});
      for (; given < hits!.length; given++) yield hits![given]!;
      if (hits!.length < wanted) return;
    }
  }

  async add(codes: Codes, { ids }: AddOptions = {}): Promise<void> {
    this.#checkBits(codes);
    return this.#inTurn(async () => {
      this.#ids.check(ids, codes.count, (row) => this.#live.has(row));
      this.store.append(codes.bytes);
      this.#ids.append(ids, codes.count);
      this.#live.append(codes.count);
      this.#changed();
    });
  }

  async delete(ids: Iterable<Id>): Promise<number> {
    return this.#inTurn(async () => {
      let deleted = 0;
      for (const id of ids) {
        const row = this.#rowOf(id);
        if (row === undefined || !this.#live.delete(row)) continue;
        this.#ids.delete(row);
        deleted++;
      }
      if (deleted > 0) this.#changed();
      return deleted;
    });
  }

  async compact(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.count === this.rows) return;
      const rows = new Uint32Array(this.count);
      for (let row = 0, kept = 0; row < this.rows; row++) if (this.#live.has(row)) rows[kept++] = row;
      const store = this.makeStore();
      const pause = pauses(undefined);
      for (let from = 0; from < this.rows; from += COPY_ROWS) {
        const to = Math.min(from + COPY_ROWS, this.rows);
        const width = this.bits / 8;
        const packed = this.store.read(from, to);
        let kept = 0;
        for (let row = from; row < to; row++) {
          if (!this.#live.has(row)) continue;
          packed.copyWithin(kept * width, (row - from) * width, (row - from + 1) * width);
          kept++;
        }
        store.append(packed.subarray(0, kept * width));
        await pause();
      }
      this.#ids = this.#ids.take(rows);
      this.#live = new LiveRows();
      this.#live.append(rows.length);
      this.store.close();
      this.#store = store;
      this.#changed();
      this.#applied = this.#version;
    });
  }

  has(id: Id): boolean {
    return this.#rowOf(id) !== undefined;
  }

  idOf(row: number): Id {
    if (!Number.isInteger(row) || row < 0 || row >= this.rows) {
      const reason = `must be a whole number from 0 to ${this.rows - 1}`;
      throw new UnseenError('ARGUMENT_INVALID', { name: 'row', reason, received: row });
    }
    return this.#ids.at(row);
  }

  codes(from = 0, to = this.rows): Codes {
    if (!(Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from <= to && to <= this.rows)) {
      const reason = `must be whole numbers with 0 ≤ from ≤ to ≤ ${this.rows}`;
      throw new UnseenError('ARGUMENT_INVALID', { name: 'from, to', reason, received: `${from}, ${to}` });
    }
    return Codes.fromBytes(this.store.read(from, to), { bits: this.bits });
  }

  bitmap(predicate: (id: Id, row: number) => boolean): Uint8Array {
    const bitmap = new Uint8Array(bitmapBytes(this.rows));
    for (let row = 0; row < this.rows; row++) {
      if (this.#live.has(row) && predicate(this.#ids.at(row), row)) setBit(bitmap, row);
    }
    return bitmap;
  }

  close(): void {
    this.#store?.close();
    this.#store = undefined;
  }

  /** @throws `INDEX_CLOSED` */
  protected get store(): Store {
    if (!this.#store) throw new UnseenError('INDEX_CLOSED', {});
    return this.#store;
  }

  /** What a file keeps, once earlier calls are done; nothing changes while it is used. See `saveIndex`. */
  async parts<T>(use: (parts: IndexParts<Store>) => Promise<T>): Promise<T> {
    return this.#inTurn(() => use({ bits: this.bits, store: this.store, ids: this.#ids, live: this.#live }));
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  #changed(): void {
    this.#version++;
  }

  #rowOf(id: Id): number | undefined {
    const row = this.#ids.rowOf(id, (one) => this.#live.has(one));
    return row !== undefined && this.#live.has(row) ? row : undefined;
  }

  #applyFilter({ allow, filter }: SearchOptions): void {
    const live = this.#live.bitmap;
    if (!allow && !filter) {
      if (this.#applied === this.#version) return;
      this.store.setLive(live);
      this.#applied = this.#version;
      return;
    }
    let bitmap = filter ? Uint8Array.from(filter) : undefined;
    if (bitmap && bitmap.length !== bitmapBytes(this.rows)) {
      const reason = `must have a bit a row: ${bitmapBytes(this.rows)} bytes`;
      throw new UnseenError('ARGUMENT_INVALID', { name: 'filter', reason, received: bitmap.length });
    }
    if (allow) {
      const allowed = new Uint8Array(bitmapBytes(this.rows));
      for (const id of allow) {
        const row = this.#rowOf(id);
        if (row !== undefined) setBit(allowed, row);
      }
      for (let i = 0; bitmap && i < allowed.length; i++) allowed[i]! &= bitmap[i]!;
      bitmap = allowed;
    }
    for (let i = 0; live && i < live.length; i++) bitmap![i]! &= live[i]!;
    if (this.rows % 8 > 0) bitmap![bitmap!.length - 1]! &= (1 << (this.rows % 8)) - 1;
    this.store.setLive(bitmap);
    this.#applied = -1;
  }

  #hits({ rows, distances }: Found, most: number): Hit[] {
    const hits: Hit[] = new Array(rows.length);
    for (let i = 0; i < rows.length; i++) {
      hits[i] = { id: this.#ids.at(rows[i]!), row: rows[i]!, distance: distances[i]! };
    }
    if (!this.#ids.ascending) hits.sort((a, b) => a.distance - b.distance || compareIds(a.id, b.id));
    return hits.length > most ? hits.slice(0, most) : hits;
  }

  #checkBits(codes: Codes): void {
    if (codes.bits !== this.bits) {
      throw new UnseenError('CODES_BITS_MISMATCH', { left: codes.bits, right: this.bits });
    }
  }
}

/** Ids and live rows of an index that holds nothing yet, filled with the first codes. */
export function firstParts<Store extends RowStore>(
  store: Store,
  codes: Codes,
  given: ArrayLike<Id> | undefined,
): IndexParts<Store> {
  const ids = new IdTable(given !== undefined);
  const live = new LiveRows();
  ids.check(given, codes.count, () => true);
  store.append(codes.bytes);
  ids.append(given, codes.count);
  live.append(codes.count);
  return { bits: codes.bits, store, ids, live };
}

/** Lets other work in and looks at the signal whenever a slice of time is over. */
function pauses(signal: AbortSignal | undefined): () => Promise<void> | undefined {
  let slice = performance.now();
  return () => {
    if (performance.now() - slice <= SLICE_MS) return undefined;
    return new Promise<void>((resume) => setTimeout(resume)).then(() => {
      throwIfAborted(signal, 'search');
      slice = performance.now();
    });
  };
}

function checkOptions(
  { k, radius, threads }: SearchOptions,
  bits: number,
  most: number,
): { k: number; limit: number; threads: number } {
  const refuse = (name: string, reason: string, received: unknown) =>
    new UnseenError('ARGUMENT_INVALID', { name, reason, received });
  if (k !== undefined && (!Number.isInteger(k) || k < 1)) throw refuse('k', 'must be a whole number ≥ 1', k);
  if (radius !== undefined && (!Number.isInteger(radius) || radius < 0 || radius > bits)) {
    throw refuse('radius', `must be a whole number from 0 to ${bits}`, radius);
  }
  if (threads !== undefined && (!Number.isInteger(threads) || threads < 1)) {
    throw refuse('threads', 'must be a whole number ≥ 1', threads);
  }
  return {
    k: Math.min(k ?? (radius === undefined ? 10 : UNBOUNDED), UNBOUNDED),
    limit: (radius ?? bits) + 1,
    threads: Math.min(threads ?? most, most),
  };
}
