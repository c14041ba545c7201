/** The compiled kernels: which of the two modules runs here, and an instance over a memory. */
import { HAMMING_SHARED_WASM, HAMMING_WASM } from './generated/hamming.ts';

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
  openFind(index: number, state: number): void;
  find(index: number, state: number, live: number): number;
  widen(packed: number, width: number, count: number, words: number, out: number): void;
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
  enterPlaces(
    codes: number,
    words: number,
    count: number,
    from: number,
    offset: number,
    mask: number,
    starts: number,
    entries: number,
  ): void;
  chain(index: number, from: number, to: number): void;
  startsAreSound(starts: number, buckets: number, last: number): number;
  isPermutation(values: number, count: number, seen: number): number;
  stripes(lanes: number, from: number, count: number): void;
}

const compiled = new Map<string, WebAssembly.Module | null>();

/** Compiled once; null where WebAssembly or what the module needs is missing, or a content security policy forbids it. */
function compile(text: string): WebAssembly.Module | null {
  let module = compiled.get(text);
  if (module === undefined) {
    try {
      module = new WebAssembly.Module(Uint8Array.from(atob(text), (char) => char.charCodeAt(0)));
    } catch {
      module = null;
    }
    compiled.set(text, module);
  }
  return module;
}

export const wasmAvailable = (): boolean => compile(HAMMING_WASM) !== null;

/** Whether memories can be shared with threads: in browsers only on pages that are isolated (COOP and COEP). */
export const sharedAvailable = (): boolean =>
  typeof SharedArrayBuffer !== 'undefined' &&
  (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated !== false &&
  compile(HAMMING_SHARED_WASM) !== null;

/** The module for a memory of that kind. Needs `wasmAvailable()`, or `sharedAvailable()`. */
export const kernelModule = (shared: boolean): WebAssembly.Module =>
  compile(shared ? HAMMING_SHARED_WASM : HAMMING_WASM)!;

/** An instance over a memory, for one thread; `bind` gives it an arena. */
export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): Kernel {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernel;
}
