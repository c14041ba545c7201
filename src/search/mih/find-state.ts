/** The state of one search in a memory, of which every thread has its own; see `kernels/assembly/hits.ts`. */
import type { Kernel } from '../kernels/kernel.ts';
import type { KernelMemory } from '../kernels/memory.ts';
import type { Found } from '../store.ts';
import type { ShardQuery } from './shard.ts';

/** Fields of the state that are zero when a search begins, in bytes. */
const FIELDS = 128;

export class FindState {
  readonly address: number;
  /** Scratch for the distances of a block, and what a scan lets through. */
  readonly arena: number;
  readonly #memory: KernelMemory;
  readonly #bits: number;
  readonly #index: number;
  #heap = false;
  /** The search began anew with a scan. */
  #scanned = false;
  #k = 0;
  #ties = false;
  /** Keys of the hits drained so far. */
  #keys = new Float64Array(0);
  #count = 0;

  constructor(memory: KernelMemory, bits: number, index: number) {
    const { kernel } = memory;
    this.#memory = memory;
    this.#bits = bits;
    this.#index = index;
    this.address = memory.allocate(kernel.FIND_BYTES.value);
    this.arena = memory.allocate(kernel.SLOTS_OFFSET.value);
  }

  bind(kernel: Kernel): void {
    kernel.bind(this.arena);
  }

  /** Whether the hits of such a query stay in the state: few of them, and the order of rows decides. */
  keepsHits({ k, ties }: ShardQuery): boolean {
    return !ties && k <= this.#memory.kernel.HEAP_CAPACITY.value;
  }

  /** The first fields of the state when the search of a query begins, as words. */
  head(query: ShardQuery, rows: number): Uint32Array {
    const fields = new Uint32Array(FIELDS / 4);
    fields.set([query.limit, query.k, this.keepsHits(query) ? 1 : 0]);
    new Float32Array(fields.buffer)[3] = deviations(query.k, rows);
    return fields;
  }

  /** What a thread must know of its state. */
  get places() {
    const { kernel } = this.#memory;
    return {
      arena: this.arena,
      state: this.address,
      queryOffset: kernel.FIND_QUERY.value as number,
      keysOffset: kernel.FIND_KEYS.value as number,
      workOffset: kernel.FIND_COMPARED.value as number,
    };
  }

  open(asked: ShardQuery, rows: number): void {
    const { kernel, u8, u32 } = this.#memory;
    const at = this.address;
    this.#k = asked.k;
    this.#ties = asked.ties;
    this.#heap = this.keepsHits(asked);
    this.#count = 0;
    this.#scanned = false;
    u32.set(this.head(asked, rows), at / 4);
    const query = at + kernel.FIND_QUERY.value;
    u8.set(paddedWords(asked.code, this.#bits), query);
    if (!this.#heap) {
      const bins = at + kernel.FIND_HISTOGRAM.value;
      u8.fill(0, bins, bins + 4 * (this.#bits + 1));
    }
    kernel.openFind(this.#index, at);
  }

  /** Takes the hits that the last call has listed. */
  drain(): void {
    if (this.#heap) return;
    const { kernel, u32 } = this.#memory;
    const found = u32[this.address / 4 + 4]!; // FIND_FOUND
    if (!this.#scanned && u32[this.address / 4 + 5] === 1) {
      this.#scanned = true; // FIND_SCANNED
      this.#count = 0;
    }
    if (this.#count + found > this.#keys.length) {
      const longer = new Float64Array(Math.max(1024, 2 * (this.#count + found)));
      longer.set(this.#keys.subarray(0, this.#count));
      this.#keys = longer;
    }
    const rows = (this.address + kernel.FIND_ROWS.value) / 4;
    const distances = new Uint16Array(
      this.#memory.memory.buffer,
      this.address + kernel.FIND_DISTANCES.value,
      found,
    );
    for (let i = 0; i < found; i++) this.#keys[this.#count + i] = distances[i]! * 2 ** 32 + u32[rows + i]!;
    this.#count += found;
  }

  /** Hits by (distance, row). */
  found(): Found {
    if (this.#heap) return this.#inHeap();
    const keys = this.#keys.subarray(0, this.#count).sort();
    let size = Math.min(this.#k, keys.length);
    if (this.#ties && size > 0) {
      const farthest = Math.floor(keys[size - 1]! / 2 ** 32);
      while (size < keys.length && Math.floor(keys[size]! / 2 ** 32) === farthest) size++;
    }
    const rows = new Uint32Array(size);
    const distances = new Uint16Array(size);
    for (let i = 0; i < size; i++) {
      distances[i] = Math.floor(keys[i]! / 2 ** 32);
      rows[i] = keys[i]! % 2 ** 32;
    }
    if (this.#keys.length > 2 ** 20) this.#keys = new Float64Array(0); // not kept for searches that need less
    return { rows, distances };
  }

  /** What the search did. */
  get work(): { readonly compared: number; readonly probed: number; readonly scanned: boolean } {
    const { kernel, memory, u32 } = this.#memory;
    const [compared, probed] = new Float64Array(memory.buffer, this.address + kernel.FIND_COMPARED.value, 2);
    return { compared: compared!, probed: probed!, scanned: u32[this.address / 4 + 5] === 1 }; // FIND_SCANNED
  }

  #inHeap(): Found {
    const { kernel, u32 } = this.#memory;
    const size = u32[this.address / 4 + 4]!;
    const keys = (this.address + kernel.FIND_KEYS.value) / 4;
    const rows = new Uint32Array(size);
    const distances = new Uint16Array(size);
    for (let i = 0; i < size; i++) {
      rows[i] = u32[keys + 2 * i]!;
      distances[i] = u32[keys + 2 * i + 1]!;
    }
    return { rows, distances };
  }
}

/** A query as whole words, and one word more, which unaligned reads may touch. */
export function paddedWords(code: Uint8Array, bits: number): Uint8Array {
  const words = new Uint8Array(8 * Math.ceil(bits / 64) + 8);
  words.set(code);
  return words;
}

/**
 * How many standard deviations below the mean the nearest k of n normal deviates lie (Abramowitz and Stegun, 26.2.23).
 */
export function deviations(k: number, rows: number): number {
  if (2 * k >= rows) return 0;
  const t = Math.sqrt(-2 * Math.log(k / rows));
  const numerator = 2.515517 + t * (0.802853 + t * 0.010328);
  return t - numerator / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
}
