/**
 * Radius searches with rows of the index itself as queries, for work that asks about every row. Answers are cut, so that a
 * batch of rows from one dense heap cannot fill the memory.
 */
import type { Codes } from '../codes/index.ts';
import { UnseenError } from '../errors.ts';
import { bitmapBytes, clearBit, setBit } from './bitmap.ts';
import type { HammingIndex, Hit, SearchOptions } from './types.ts';

/** Rows asked about at once: enough for an index to go over its codes once for many of them. */
export const BATCH = 512;

export interface NeighbourOptions extends Pick<SearchOptions, 'threads' | 'signal'> {
  readonly radius: number;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

export class NeighbourSearch {
  readonly #index: HammingIndex;
  readonly #codes: Codes;
  readonly #options: NeighbourOptions;
  readonly #rows: number;
  readonly #count: number;
  /** Rows that may be found: a bit a row. */
  readonly open: Uint8Array;

  /** `codes` are all rows of the index; `open` are the rows that may be found at first. */
  constructor(index: HammingIndex, codes: Codes, open: ArrayLike<number>, options: NeighbourOptions) {
    this.#index = index;
    this.#codes = codes;
    this.#options = options;
    this.#rows = index.rows;
    this.#count = index.count;
    this.open = new Uint8Array(bitmapBytes(index.rows));
    for (let i = 0; i < open.length; i++) setBit(this.open, open[i]!);
  }

  /** The row is not found any more. */
  close(row: number): void {
    clearBit(this.open, row);
  }

  /** Rows of `filter` within the radius of each of the rows, at most `cap` of each: where there are as many, there may be more. */
  near(rows: ArrayLike<number>, cap: number, filter = this.open): Promise<Hit[][]> {
    return this.#search(rows, { filter, k: cap });
  }

  /** The same of one row, complete. */
  async allNear(row: number, filter = this.open): Promise<Hit[]> {
    return (await this.#search([row], { filter }))[0]!;
  }

  async #search(rows: ArrayLike<number>, options: SearchOptions): Promise<Hit[][]> {
    const { radius, threads, signal } = this.#options;
    const hits = await this.#index.search(this.#codes.take(rows), {
      radius,
      ...options,
      ...(threads !== undefined && { threads }),
      ...(signal && { signal }),
    });
    if (this.#index.rows !== this.#rows || this.#index.count !== this.#count)
      throw new UnseenError('INDEX_CHANGED');
    return hits;
  }
}
