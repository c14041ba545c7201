/** What every Hamming index takes and gives. */
import type { Codes } from '../codes/index.ts';

export type Id = string | number | bigint;

export interface Hit {
  /** The row's id; the number of the row as it was added when the index has no ids of its own. */
  readonly id: Id;
  /** Position among the rows that the index holds, deleted ones included; `compact` renumbers. */
  readonly row: number;
  /** Hamming distance in bits, 0 … bits. */
  readonly distance: number;
}

export interface SearchOptions {
  /** At most this many hits a query, ≥ 1. Default: 10, or no bound when a radius is given. */
  readonly k?: number;
  /** Only rows at a distance ≤ radius, 0 … bits. Default: no bound. */
  readonly radius?: number;
  /**
   * All hits at the distance of the k-th too, more than k then: for callers who order equally distant ones by something else.
   * Default: false.
   */
  readonly ties?: boolean;
  /** Only rows with these ids; ids that the index does not hold are passed over. Default: all. */
  readonly allow?: Iterable<Id>;
  /** Only rows whose bit is 1: bit `row mod 8` of byte `row div 8`, `[ceil(rows/8)]`; see `HammingIndex.bitmap`. */
  readonly filter?: Uint8Array;
  /** Threads to use, 1 … the index's own; more gain nothing. Default: as many as the index has. */
  readonly threads?: number;
  /** Stops the search with `ABORTED`; looked at about every 20 ms. */
  readonly signal?: AbortSignal;
}

/** What a search did, all queries together. */
export interface SearchWork {
  /** Codes whose distance to a query was worked out. */
  readonly codesCompared: number;
  /** Buckets of a multi-index that were looked up; 0 of a linear one. */
  readonly bucketsProbed: number;
  /** Queries that were answered by comparing all codes. */
  readonly queriesScanned: number;
}

export interface AddOptions {
  /** One new id a code, distinct from those in the index; needed if and only if the index was made with ids. */
  readonly ids?: ArrayLike<Id>;
}

/**
 * A Hamming index. For each query it returns the hits in the order (distance, id), exact and never padded: fewer than k
 * when the index or the ball holds fewer. Ids are ordered numbers and bigints by value before strings by UTF-16 units.
 * Searches and changes take turns in the order of the calls.
 */
export interface HammingIndex {
  readonly kind: IndexKind;
  readonly engine: EngineName;
  readonly bits: number;
  /** Rows that can be found. */
  readonly count: number;
  /** Rows held, deleted ones included. */
  readonly rows: number;
  /** Threads that a search may use; 1 where memory cannot be shared. */
  readonly threads: number;
  /** Memory held for codes and search, in bytes, without the ids. */
  readonly bytes: number;
  /**
   * One array of hits a query.
   * @throws `CODES_BITS_MISMATCH`, `ARGUMENT_INVALID` (k, radius, threads or filter out of range), `ABORTED`.
   */
  search(queries: Codes, options?: SearchOptions): Promise<Hit[][]>;
  /** The same, and the work that it took. */
  explain(queries: Codes, options?: SearchOptions): Promise<{ hits: Hit[][]; work: SearchWork }>;
  /**
   * Hits of one query in order, as far as the caller goes on asking; without k there is no bound.
   * @throws as `search`; `INDEX_CHANGED` when rows were added, deleted or compacted under way.
   */
  iterate(query: Codes, options?: SearchOptions): AsyncGenerator<Hit, void, undefined>;
  /** Adds codes as new rows behind the last. @throws `CODES_BITS_MISMATCH`, `INDEX_ID_DUPLICATE`, `INDEX_TOO_LARGE`. */
  add(codes: Codes, options?: AddOptions): Promise<void>;
  /** Takes rows out of every later search, in constant time each; returns how many there were. */
  delete(ids: Iterable<Id>): Promise<number>;
  /** Gives the memory of deleted rows back. Rows are renumbered, ids stay. */
  compact(): Promise<void>;
  has(id: Id): boolean;
  /** Id of a row, deleted ones included. @throws `ARGUMENT_INVALID` if there is no such row. */
  idOf(row: number): Id;
  /** A copy of rows `from … to−1`, deleted ones included. Default: all. */
  codes(from?: number, to?: number): Codes;
  /** A bitmap for `filter` of the rows that the predicate holds for; deleted rows are not asked. */
  bitmap(predicate: (id: Id, row: number) => boolean): Uint8Array;
  /** Lets go of threads and memory; every later call throws `INDEX_CLOSED`. An index that is dropped needs it not. */
  close(): void;
}

/** `linear` compares every code; `mih` looks up buckets of substrings (multi-index hashing). */
export type IndexKind = 'linear' | 'mih';

/** `wasm` needs WebAssembly with SIMD; `typescript` runs anywhere and gives the same answers, several times slower. */
export type EngineName = 'wasm' | 'typescript';
