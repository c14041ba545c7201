/** The compiled kernels: which of the two modules runs here, and an instance over a memory. */
import { HAMMING_WASM, MEMORY_FLAGS } from './generated/hamming.ts';

/** What the module exports; the AssemblyScript sources say what each does. Addresses and counts are unsigned. */
export interface Kernel {
  readonly BLOCK: WebAssembly.Global;
  readonly DISTANCES: WebAssembly.Global;
  readonly SURVIVOR_CAPACITY: WebAssembly.Global;
  readonly SURVIVOR_ROWS: WebAssembly.Global;
  readonly SURVIVOR_DISTANCES: WebAssembly.Global;
  readonly SLOTS_OFFSET: WebAssembly.Global;
  readonly SLOT_HISTOGRAM: WebAssembly.Global;
  readonly FIND_BYTES: WebAssembly.Global;
  readonly FIND_COMPARED: WebAssembly.Global;
  readonly FIND_QUERY: WebAssembly.Global;
  readonly FIND_KEYS: WebAssembly.Global;
  readonly FIND_ROWS: WebAssembly.Global;
  readonly FIND_DISTANCES: WebAssembly.Global;
  readonly FIND_HISTOGRAM: WebAssembly.Global;
  readonly HEAP_CAPACITY: WebAssembly.Global;
  readonly HITS_CAPACITY: WebAssembly.Global;
  bind(arena: number): void;
  scan(
    codes: number,
    words: number,
    bits: number,
    slot: number,
    query: number,
    from: number,
    to: number,
    live: number,
    order: number,
  ): number;
  distances(codes: number, words: number, query: number, from: number, to: number): void;
  sweep(from: number, bytes: number): bigint;
  setVariant(bits: number): void;
  openFind(index: number, state: number): void;
  find(index: number, state: number, live: number): number;
  countBuckets(
    codes: number,
    words: number,
    count: number,
    offset: number,
    mask: number,
    starts: number,
  ): void;
  sumBuckets(starts: number, buckets: number): void;
  placeCodes(
    codes: number,
    words: number,
    count: number,
    first: number,
    rows: number,
    offset: number,
    mask: number,
    starts: number,
    sorted: number,
    order: number,
  ): void;
  enterCodes(index: number, table: number): void;
  entriesAreSound(entries: number, count: number, placeBits: number): number;
  chain(index: number, from: number, to: number): void;
  startsAreSound(starts: number, buckets: number, last: number): number;
  stripes(lanes: number, from: number, count: number): void;
}

const compiled: { own?: WebAssembly.Module | null; shared?: WebAssembly.Module | null } = {};

/** Compiled once; null where WebAssembly or what the module needs is missing, or a content security policy forbids it. */
function compile(kind: 'own' | 'shared'): WebAssembly.Module | null {
  if (compiled[kind] === undefined) {
    try {
      const bytes = Uint8Array.from(HAMMING_WASM.match(/../g)!, (digits) => Number.parseInt(digits, 16));
      bytes[MEMORY_FLAGS.place] = MEMORY_FLAGS[kind];
      compiled[kind] = new WebAssembly.Module(bytes);
    } catch {
      compiled[kind] = null;
    }
  }
  return compiled[kind];
}

export const wasmAvailable = (): boolean => compile('own') !== null;

/** Whether memories can be shared with threads: in browsers only on pages that are isolated (COOP and COEP). */
export const sharedAvailable = (): boolean =>
  typeof SharedArrayBuffer !== 'undefined' &&
  (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated !== false &&
  compile('shared') !== null;

/** The module for a memory of that kind. Needs `wasmAvailable()`, or `sharedAvailable()`. */
export const kernelModule = (shared: boolean): WebAssembly.Module => compile(shared ? 'shared' : 'own')!;

/** Most 64 KiB pages of a memory: one below the 4 GiB that 32-bit addresses reach, so that no end address wraps to 0. */
export const MAX_PAGES = 65535;

/** @throws what the engine throws when the memory is refused. */
export const makeMemory = (pages: number, shared: boolean): WebAssembly.Memory =>
  new WebAssembly.Memory({ initial: pages, maximum: MAX_PAGES, shared });

/** An instance over a memory, for one thread; `bind` gives it an arena. */
export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): Kernel {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernel;
}
