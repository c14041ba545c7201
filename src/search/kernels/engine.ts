/** What an index needs from a kernel: codes held in its own layout, and scans that let possible hits through. */
import type { EngineName } from '../types.ts';
import type { Survivors } from './survivors.ts';

/** Queries that can be open at once: enough that a tile of codes, once in the cache, pays for its way from memory. */
export const SLOTS = 32;

export interface ScanEngine {
  readonly name: EngineName;
  /** Memory held, in bytes. */
  readonly bytes: number;
  /** Puts a query into a slot (0 … SLOTS−1). Rows at a distance ≥ `limit` are no hits; `k` hits are wanted. */
  open(slot: number, code: Uint8Array, k: number, limit: number): void;
  /**
   * Scans rows `from … to−1` and appends, in ascending order of rows, every row that can still be among the k first
   * by (distance, row). Successive calls must go upward.
   */
  scan(slot: number, from: number, to: number, survivors: Survivors): void;
  /** Distances of all rows to one code, to `out` `[count]`. Leaves open queries alone. */
  distances(code: Uint8Array, out: Uint16Array): void;
}
