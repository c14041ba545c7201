/** The WebAssembly kernel: codes and open queries live in the memory of one module instance. */
import type { Codes } from '../../codes/index.ts';
import { UnseenError } from '../../errors.ts';
import { type ScanEngine, SLOTS } from './engine.ts';
import { HAMMING_WASM } from './generated/hamming.ts';
import type { Survivors } from './survivors.ts';

interface Kernel {
  readonly memory: WebAssembly.Memory;
  readonly BLOCK: WebAssembly.Global;
  readonly DISTANCES: WebAssembly.Global;
  readonly SURVIVOR_CAPACITY: WebAssembly.Global;
  readonly SURVIVOR_ROWS: WebAssembly.Global;
  readonly SURVIVOR_DISTANCES: WebAssembly.Global;
  readonly SLOT_HISTOGRAM: WebAssembly.Global;
  readonly FREE: WebAssembly.Global;
  scan(
    codes: number,
    words: number,
    bits: number,
    slot: number,
    query: number,
    from: number,
    to: number,
  ): number;
  distances(codes: number, words: number, query: number, from: number, to: number): void;
  sweep(from: number, bytes: number): bigint;
}

const PAGE = 65536;
/** 65,535 pages: one below the 4 GiB that 32-bit addresses reach, so that no end address wraps to 0. */
const MAX_BYTES = 65535 * PAGE;

let compiled: WebAssembly.Module | null | undefined;

/** Compiled once; null where WebAssembly or its SIMD is missing or a content security policy forbids it. */
function kernelModule(): WebAssembly.Module | null {
  if (compiled === undefined) {
    try {
      const bytes = Uint8Array.from(atob(HAMMING_WASM), (char) => char.charCodeAt(0));
      compiled = new WebAssembly.Module(bytes);
    } catch {
      compiled = null;
    }
  }
  return compiled;
}

export const wasmAvailable = (): boolean => kernelModule() !== null;

const instantiate = (): Kernel => new WebAssembly.Instance(kernelModule()!).exports as unknown as Kernel;

/**
 * How fast one thread reads main memory, in bytes a second: the best of `repeats` passes over `bytes` (a multiple of
 * 64 KiB). No scan of codes of that size can be faster. Needs `wasmAvailable()`.
 */
export function readBandwidth(bytes: number, repeats: number): number {
  const { memory, sweep } = instantiate();
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

export class WasmEngine implements ScanEngine {
  readonly name = 'wasm';
  readonly #kernel: Kernel;
  readonly #bits: number;
  readonly #count: number;
  /** 64-bit words a code. */
  readonly #words: number;
  /** Byte addresses; a slot's query words come after its histogram. */
  readonly #slots: number;
  readonly #slotBytes: number;
  readonly #queryOffset: number;
  readonly #codes: number;
  /** Views of the memory, which does not grow after the constructor. */
  readonly #slotWords: Uint32Array;
  readonly #scratch: Uint16Array;
  readonly #survivorRows: Uint32Array;
  readonly #survivorDistances: Uint16Array;

  /** Copies the codes. @throws `INDEX_TOO_LARGE` when they pass the 4 GiB of one WebAssembly memory. */
  constructor(codes: Codes) {
    const kernel = instantiate();
    this.#kernel = kernel;
    this.#bits = codes.bits;
    this.#count = codes.count;
    this.#words = Math.ceil(codes.bits / 64);
    this.#queryOffset = align(kernel.SLOT_HISTOGRAM.value + 4 * (codes.bits + 1), 8);
    this.#slotBytes = align(this.#queryOffset + 8 * this.#words, 64);
    this.#slots = align(kernel.FREE.value, 64);
    this.#codes = this.#slots + (SLOTS + 1) * this.#slotBytes; // one slot more for `distances`
    const size = codes.count * 8 * this.#words;
    const end = this.#codes + size;
    if (end > MAX_BYTES) {
      throw new UnseenError('INDEX_TOO_LARGE', {
        received: size,
        reason: `at most ${MAX_BYTES - this.#codes}`,
      });
    }
    const missing = Math.ceil((end - kernel.memory.buffer.byteLength) / PAGE);
    if (missing > 0) {
      try {
        kernel.memory.grow(missing);
      } catch (cause) {
        throw new UnseenError(
          'INDEX_TOO_LARGE',
          { received: size, reason: 'the memory was refused' },
          { cause },
        );
      }
    }
    const { buffer } = kernel.memory;
    const capacity = kernel.SURVIVOR_CAPACITY.value;
    this.#slotWords = new Uint32Array(buffer, this.#slots, ((SLOTS + 1) * this.#slotBytes) / 4);
    this.#scratch = new Uint16Array(buffer, kernel.DISTANCES.value, kernel.BLOCK.value);
    this.#survivorRows = new Uint32Array(buffer, kernel.SURVIVOR_ROWS.value, capacity);
    this.#survivorDistances = new Uint16Array(buffer, kernel.SURVIVOR_DISTANCES.value, capacity);
    this.#load(codes);
  }

  get bytes(): number {
    return this.#kernel.memory.buffer.byteLength;
  }

  open(slot: number, code: Uint8Array, k: number, limit: number): void {
    const at = this.#slots + slot * this.#slotBytes;
    const bytes = new Uint8Array(this.#kernel.memory.buffer, at, this.#slotBytes);
    bytes.fill(0);
    bytes.set(code, this.#queryOffset);
    this.#slotWords.set([limit, 0, k], (slot * this.#slotBytes) / 4); // SLOT_LIMIT, SLOT_CLOSER, SLOT_K
  }

  scan(slot: number, from: number, to: number, survivors: Survivors): void {
    const kernel = this.#kernel;
    const at = this.#slots + slot * this.#slotBytes;
    const query = at + this.#queryOffset;
    for (let row = from; row < to; ) {
      row = kernel.scan(this.#codes, this.#words, this.#bits, at, query, row, to) >>> 0;
      const found = this.#slotWords[(slot * this.#slotBytes) / 4 + 3]!; // SLOT_FOUND
      if (found > 0) {
        survivors.append(this.#survivorRows.subarray(0, found), this.#survivorDistances.subarray(0, found));
      }
    }
  }

  distances(code: Uint8Array, out: Uint16Array): void {
    this.open(SLOTS, code, 0, 0);
    const kernel = this.#kernel;
    const query = this.#slots + SLOTS * this.#slotBytes + this.#queryOffset;
    const block = this.#scratch.length;
    for (let row = 0; row < this.#count; row += block) {
      const end = Math.min(row + block, this.#count);
      kernel.distances(this.#codes, this.#words, query, row, end);
      out.set(end - row === block ? this.#scratch : this.#scratch.subarray(0, end - row), row);
    }
  }

  #load(codes: Codes): void {
    const width = codes.bytesPerCode;
    const padded = 8 * this.#words;
    const target = new Uint8Array(this.#kernel.memory.buffer, this.#codes, codes.count * padded);
    if (width === padded) {
      target.set(codes.bytes);
      return;
    }
    // Fresh memory is zero, so the padding of codes and queries agrees.
    for (let row = 0; row < codes.count; row++) {
      const source = row * width;
      const place = row * padded;
      for (let i = 0; i < width; i++) target[place + i] = codes.bytes[source + i]!;
    }
  }
}

const align = (value: number, unit: number): number => Math.ceil(value / unit) * unit;
