/** Writes what `kernels/assembly/substrings.ts` reads: where the parts of an index lie. */
import type { KernelMemory } from '../kernels/memory.ts';
import type { Costs } from './costs.ts';
import type { Substring } from './plan.ts';

/** Addresses of one table; 0 where there is none. */
export interface Table extends Substring {
  /** u32 [2^width + 1]; while it is filled, one more. */
  readonly starts: number;
  /** `[count]` of ENTRY_BYTES, of table 0 none. */
  readonly entries: number;
  /** u32 [2^width] and u32 [tail capacity]: the chains of the tail. */
  heads: number;
  next: number;
}

export interface Layout {
  readonly bits: number;
  /** Codes sorted by substring 0, and u32 row of every place. */
  readonly codes: number;
  readonly order: number;
  readonly count: number;
  readonly tables: readonly Table[];
  tail: number;
  tailCount: number;
  sample: number;
  sampleCount: number;
}

/** n over s for substrings up to 25 bits, f64 [SIDE][SIDE]. */
const SIDE = 26;
const FIXED_BYTES = 96;
const TABLE_BYTES = 32;

export const descriptionBytes = (tables: number): number => FIXED_BYTES + tables * TABLE_BYTES;

export function describe(
  memory: KernelMemory,
  at: number,
  layout: Layout,
  binomials: number,
  costs: Costs,
): void {
  const { u32 } = memory;
  const words = Math.ceil(layout.bits / 64);
  u32.set(
    [
      layout.codes,
      layout.order,
      layout.count,
      words,
      layout.bits,
      layout.tables.length,
      layout.tail,
      layout.tailCount,
      layout.sample,
      layout.sampleCount,
      binomials,
      placeBits(layout.count),
    ],
    at / 4,
  );
  const { buffer } = memory.memory;
  new Float64Array(buffer, at + 48, 5).set([costs.bucket, costs.range, costs.entry, costs.run, costs.scan]);
  for (const [t, table] of layout.tables.entries()) {
    const { offset, width, starts, entries, heads, next } = table;
    // The window of the signature holds the substring, and as many bits of the code besides as there are.
    const window = Math.max(0, Math.min(offset >> 3, layout.bits / 8 - 8));
    const turn = (offset + width - 8 * window) % 64;
    u32.set([offset, width, starts, entries, heads, next, window, turn], tableAddress(at, t) / 4);
  }
}

/** Of an entry, for the place; the others are its signature. */
export const placeBits = (count: number): number => Math.max(16, Math.ceil(Math.log2(count + 1)));

export const tableAddress = (index: number, t: number): number => index + FIXED_BYTES + t * TABLE_BYTES;

/** Pascal's triangle in memory. */
export function allocateBinomials(memory: KernelMemory): number {
  const at = memory.allocate(8 * SIDE * SIDE);
  const values = new Float64Array(memory.memory.buffer, at, SIDE * SIDE);
  for (let n = 0; n < SIDE; n++) {
    values[n * SIDE] = 1;
    for (let s = 1; s <= n; s++) {
      values[n * SIDE + s] = values[(n - 1) * SIDE + s - 1]! + (s < n ? values[(n - 1) * SIDE + s]! : 0);
    }
  }
  return at;
}
