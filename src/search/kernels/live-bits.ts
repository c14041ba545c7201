/** The bitmap of rows that may be found, in the memory of their codes. */
import type { KernelMemory } from './memory.ts';

/** Kernels read it in pieces of two bytes, up to a multiple of 16 rows. */
const PADDING = 8;

export class LiveBits {
  readonly #memory: KernelMemory;
  #place = 0;
  #capacity = 0;
  /** Where it lies; 0: all rows may be found. */
  address = 0;

  constructor(memory: KernelMemory) {
    this.#memory = memory;
  }

  /** Copies a bitmap `[ceil(rows/8)]`; undefined: all rows may be found. */
  set(bitmap: Uint8Array | undefined): void {
    this.address = 0;
    if (!bitmap) return;
    const needed = bitmap.length + PADDING;
    if (needed > this.#capacity) {
      this.#capacity = needed + (needed >> 2); // room to grow: a place is never given back
      this.#place = this.#memory.allocate(this.#capacity);
    }
    const { u8 } = this.#memory;
    u8.set(bitmap, this.#place);
    u8.fill(0, this.#place + bitmap.length, this.#place + needed);
    this.address = this.#place;
  }
}
