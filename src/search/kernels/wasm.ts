/** The WebAssembly kernel: codes and open queries live in one memory, which threads may share. */
import { UnseenError } from '../../errors.ts';
import { calibrate, withBestKernels } from './calibrate.ts';
import { ROW_ALIGN, type ScanEngine, type ScanQuery, SLOTS } from './engine.ts';
import { instantiate, type Kernel, kernelModule, makeMemory } from './kernel.ts';
import { LiveBits } from './live-bits.ts';
import { KernelMemory } from './memory.ts';
import type { Survivors } from './survivors.ts';

const PAGE = 65536;

/**
 * How fast one thread reads main memory, in bytes a second: the best of `repeats` passes over `bytes` (a multiple of
 * 64 KiB). No scan of codes of that size can be faster. Needs `wasmAvailable()`.
 */
export function readBandwidth(bytes: number, repeats: number): number {
  const memory = makeMemory(1, false);
  const { sweep } = instantiate(kernelModule(false), memory);
  const start = PAGE * memory.grow(bytes / PAGE);
  new Uint32Array(memory.buffer, start, bytes / 4).fill(0x9e3779b9); // untouched pages would all be one page of zeros
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < repeats; i++) {
    const begin = performance.now();
    sweep(start, bytes);
    best = Math.min(best, performance.now() - begin);
  }
  return bytes / (best / 1000);
}

/** Consecutive rows at consecutive addresses. All but the last of an engine are full. */
export interface Segment {
  readonly address: number;
  readonly first: number;
  count: number;
  /** A multiple of ROW_ALIGN. */
  capacity: number;
}

export class WasmEngine implements ScanEngine {
  readonly name = 'wasm';
  readonly memory: KernelMemory;
  readonly #kernel: Kernel;
  readonly bits: number;
  /** 64-bit words a code. */
  readonly words: number;
  readonly segments: Segment[] = [];
  /** One a thread; the first is this thread's. */
  readonly arenas: readonly number[];
  /** Offset of the query's words in a slot, behind its histogram. */
  readonly #queryOffset: number;
  readonly #slotBytes: number;
  #count = 0;
  /** Bitmap of live rows; 0: all. */
  #live = 0;
  readonly #liveBits: LiveBits;

  /**
   * @param threads arenas to make, ≥ 1; more than one are of use in a shared memory only.
   * @param over a memory that another has filled: its codes are named with `adopt`.
   */
  constructor(bits: number, threads = 1, over?: KernelMemory) {
    const memory = over ?? new KernelMemory();
    // Arenas are an instance's: in another's memory it takes one of its own.
    const kernel = over ? instantiate(over.module, over.memory) : memory.kernel;
    this.memory = memory;
    this.#liveBits = new LiveBits(memory);
    this.#kernel = kernel;
    this.bits = bits;
    this.words = Math.ceil(bits / 64);
    this.#queryOffset = align(kernel.SLOT_HISTOGRAM.value + 4 * (bits + 1), 8);
    this.#slotBytes = align(this.#queryOffset + 8 * this.words, 64);
    const arenaBytes = kernel.SLOTS_OFFSET.value + (SLOTS + 1) * this.#slotBytes; // one slot more for `distances`
    this.arenas = Array.from({ length: memory.shared ? threads : 1 }, () => memory.allocate(arenaBytes));
    kernel.bind(this.arenas[0]!);
  }

  get bytes(): number {
    return this.memory.bytes;
  }

  get count(): number {
    return this.#count;
  }

  get room(): number {
    const last = this.segments.at(-1);
    const behind = Math.floor((this.memory.room - 64) / this.rowBytes / ROW_ALIGN) * ROW_ALIGN;
    return (last ? last.capacity - last.count : 0) + Math.max(0, behind);
  }

  get rowBytes(): number {
    return 8 * this.words;
  }

  /** Takes the rows that lie at an address of a memory that is not its own, and the bitmap of those that are live. */
  adopt(address: number, count: number, live: number): void {
    this.segments.splice(0, this.segments.length, { address, first: 0, count, capacity: count });
    this.#count = count;
    this.#live = live;
  }

  append(packed: Uint8Array): void {
    const width = this.bits / 8;
    const rows = packed.length / width;
    const last = this.segments.at(-1);
    const spare = last ? last.capacity - last.count : 0;
    if (rows > spare) this.#extend(rows - spare);
    for (let row = 0; row < rows; ) {
      const segment = this.segments.find(({ count, capacity }) => count < capacity)!;
      const taken = Math.min(rows - row, segment.capacity - segment.count);
      const at = segment.address + segment.count * this.rowBytes;
      this.memory.writeRows(packed.subarray(row * width, (row + taken) * width), width, at, this.rowBytes);
      segment.count += taken;
      this.#count += taken;
      row += taken;
    }
  }

  read(from: number, to: number): Uint8Array {
    const width = this.bits / 8;
    const out = new Uint8Array((to - from) * width);
    const { u8 } = this.memory;
    for (const { address, first, count } of this.segments) {
      const start = Math.max(from, first);
      const end = Math.min(to, first + count);
      for (let row = start; row < end; row++) {
        const at = address + (row - first) * this.rowBytes;
        if (width === this.rowBytes) {
          out.set(u8.subarray(at, at + (end - row) * width), (row - from) * width);
          break;
        }
        out.set(u8.subarray(at, at + width), (row - from) * width);
      }
    }
    return out;
  }

  setLive(bitmap: Uint8Array | undefined): void {
    this.#liveBits.set(bitmap);
    this.#live = this.#liveBits.address;
  }

  open(slot: number, { code, k, limit, ties }: ScanQuery, thread = 0): void {
    const at = this.#slot(slot, thread);
    const { u8, u32 } = this.memory;
    u8.fill(0, at, at + this.#slotBytes);
    u8.set(code, at + this.#queryOffset);
    u32.set([limit, 0, k, 0, ties ? 1 : 0], at / 4); // SLOT_LIMIT, SLOT_CLOSER, SLOT_K, SLOT_FOUND, SLOT_TIES
  }

  limitOf(slot: number, thread = 0): number {
    return this.memory.u32[this.#slot(slot, thread) / 4]!;
  }

  scan(slot: number, from: number, to: number, survivors: Survivors): void {
    const kernel = this.#kernel;
    const at = this.#slot(slot, 0);
    const size = { bytes: (to - from) * this.rowBytes, indexBytes: this.#count * this.rowBytes };
    withBestKernels(kernel, this.arenas[0]!, this.words, size, () => {
      for (const { address, first, count } of this.segments) {
        const end = Math.min(to, first + count);
        const base = (address - first * this.rowBytes) | 0; // of row 0, were it here; wraps around as the kernel's sums do
        for (let row = Math.max(from, first); row < end; ) {
          const query = at + this.#queryOffset;
          row = kernel.scan(base, this.words, this.bits, at, query, row, end, this.#live | 0, 0) >>> 0;
          this.#drain(at, survivors);
        }
      }
    });
  }

  distances(code: Uint8Array, out: Uint16Array): void {
    this.open(SLOTS, { code, k: 0, limit: 0, ties: false });
    const kernel = this.#kernel;
    const { memory } = this.memory;
    const query = this.#slot(SLOTS, 0) + this.#queryOffset;
    const block = kernel.BLOCK.value as number;
    const scratch = new Uint16Array(memory.buffer, this.arenas[0]! + kernel.DISTANCES.value, block);
    for (const { address, first, count } of this.segments) {
      for (let row = 0; row < count; row += block) {
        const to = Math.min(row + block, count);
        kernel.distances(address | 0, this.words, query, row, to);
        out.set(scratch.subarray(0, to - row), first + row);
      }
    }
  }

  /** What a thread must know to scan for the first `slots` open queries of its arena. */
  job(thread: number, slots: number) {
    const kernel = this.#kernel;
    return {
      op: 'scan' as const,
      variants: calibrate(kernel, this.arenas[0]!),
      arena: this.arenas[thread]!,
      words: this.words,
      bits: this.bits,
      live: this.#live,
      segments: this.segments.map(({ address, first, count }) => ({ address, first, count })),
      slots: Array.from({ length: slots }, (_, slot) => this.#slot(slot, thread)),
      queryOffset: this.#queryOffset,
      survivorRows: kernel.SURVIVOR_ROWS.value as number,
      survivorDistances: kernel.SURVIVOR_DISTANCES.value as number,
    };
  }

  #slot(slot: number, thread: number): number {
    return this.arenas[thread]! + this.#kernel.SLOTS_OFFSET.value + slot * this.#slotBytes;
  }

  #drain(slot: number, survivors: Survivors): void {
    const kernel = this.#kernel;
    const { u32, memory } = this.memory;
    const found = u32[slot / 4 + 3]!; // SLOT_FOUND
    if (found === 0) return;
    const arena = this.arenas[0]!;
    survivors.append(
      new Uint32Array(memory.buffer, arena + kernel.SURVIVOR_ROWS.value, found),
      new Uint16Array(memory.buffer, arena + kernel.SURVIVOR_DISTANCES.value, found),
    );
  }

  /** Room for so many rows more: the last segment grows where nothing lies behind it, else a new one begins. */
  #extend(rows: number): void {
    if (rows > this.room) {
      throw new UnseenError('INDEX_TOO_LARGE', {
        received: rows * this.rowBytes,
        reason: `at most ${this.room * this.rowBytes}`,
      });
    }
    const capacity = align(rows, ROW_ALIGN);
    const last = this.segments.at(-1);
    const end = last && last.address + last.capacity * this.rowBytes;
    const address = this.memory.allocate(capacity * this.rowBytes);
    if (last && address === end) last.capacity += capacity;
    else this.segments.push({ address, first: last ? last.first + last.capacity : 0, count: 0, capacity });
  }
}

const align = (value: number, unit: number): number => Math.ceil(value / unit) * unit;
