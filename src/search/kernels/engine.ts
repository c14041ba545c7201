/** What an index needs from a kernel: codes held in its own layout, and scans that let possible hits through. */
import type { EngineName } from '../types.ts';
import type { Survivors } from './survivors.ts';

/** Queries that can be open at once: enough that a tile of codes, once in the cache, pays for its way from memory. */
export const SLOTS = 32;

/** Scans begin at multiples of it: a bitmap of rows is read in whole bytes. */
export const ROW_ALIGN = 64;

export interface ScanQuery {
  /** `[bits/8]` */
  readonly code: Uint8Array;
  /** Hits wanted, 1 … 2³²−1. */
  readonly k: number;
  /** Rows at a distance ≥ limit are no hits. */
  readonly limit: number;
  /** Rows as far as the k-th survive too, whatever their number: for orders of hits other than the rows'. */
  readonly ties: boolean;
}

export interface ScanEngine {
  readonly name: EngineName;
  /** Memory held, in bytes. */
  readonly bytes: number;
  /** Rows held. */
  readonly count: number;
  /** Rows that fit behind them. */
  readonly room: number;
  /** Copies packed codes `[n, bits/8]` behind the last row. @throws `INDEX_TOO_LARGE`, and then holds what it held. */
  append(packed: Uint8Array): void;
  /** Packed codes of rows `from … to−1`. */
  read(from: number, to: number): Uint8Array;
  /** Bitmap `[ceil(count/8)]` of the rows that later scans may let through; undefined: all. Copied. */
  setLive(bitmap: Uint8Array | undefined): void;
  /** Puts a query into a slot (0 … SLOTS−1). */
  open(slot: number, query: ScanQuery): void;
  /** What `limit` has come down to. */
  limitOf(slot: number): number;
  /**
   * Scans rows `from … to−1` and appends, in ascending order of rows, every live row that can still be among the k
   * first by (distance, row). `from` is a multiple of ROW_ALIGN; successive calls must go upward.
   */
  scan(slot: number, from: number, to: number, survivors: Survivors): void;
  /** Distances of all rows to one code, to `out` `[count]`. Leaves open queries alone. */
  distances(code: Uint8Array, out: Uint16Array): void;
}
