/** What every Hamming index takes and gives. */
import type { Codes } from '../codes/index.ts';

export type Id = string | number | bigint;

export interface Hit {
  /** The row's id; the row number when the index was made without ids. */
  readonly id: Id;
  /** 0 … count−1, as in the codes that the index was made from. */
  readonly row: number;
  /** Hamming distance in bits, 0 … bits. */
  readonly distance: number;
}

export interface SearchOptions {
  /** At most this many hits a query, ≥ 1. Default: 10, or no bound when a radius is given. */
  readonly k?: number;
  /** Only rows at a distance ≤ radius, 0 … bits. Default: no bound. */
  readonly radius?: number;
  /** Stops the search with `ABORTED`; looked at about every 20 ms. */
  readonly signal?: AbortSignal;
}

/**
 * A Hamming index. For each query it returns the hits in the order (distance, row), exact and never padded: fewer
 * than k when the index or the ball holds fewer.
 */
export interface HammingIndex {
  readonly count: number;
  readonly bits: number;
  search(queries: Codes, options?: SearchOptions): Promise<Hit[][]>;
}

/** `wasm` needs WebAssembly with SIMD; `typescript` runs anywhere and gives the same answers, several times slower. */
export type EngineName = 'wasm' | 'typescript';
