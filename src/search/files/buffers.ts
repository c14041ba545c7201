/**
 * Where bytes stop between a file and an index: two pieces of memory, so that one is read or written while the other
 * is worked on. They lie in WebAssembly, where it runs, and checksums are taken there in place.
 */
import { instantiate, kernelModule, makeMemory, wasmAvailable } from '../kernels/kernel.ts';
import { plainStripes, type Stripes } from './checksum.ts';

/** Large enough that the system's calls cost little, small enough to stay in the cache until the checksum is taken. */
export const BUFFER_BYTES = 4 * 1024 * 1024;

const PAGE = 65536;
/** The lanes of a checksum lie in the first page, at an address that is not 0. */
const LANES = 64;

export interface Buffers {
  readonly pair: readonly [Uint8Array, Uint8Array];
  /** Of pieces of the two buffers only. */
  readonly stripes: Stripes;
}

/** `wasm: false` forces plain memory; the checksums are the same. */
export function makeBuffers(wasm = wasmAvailable(), bytes = BUFFER_BYTES): Buffers {
  if (!wasm) return { pair: [new Uint8Array(bytes), new Uint8Array(bytes)], stripes: plainStripes };
  const memory = makeMemory(1 + Math.ceil((2 * bytes) / PAGE), false);
  const kernel = instantiate(kernelModule(false), memory);
  const lanesThere = new Int32Array(memory.buffer, LANES, 4);
  return {
    pair: [new Uint8Array(memory.buffer, PAGE, bytes), new Uint8Array(memory.buffer, PAGE + bytes, bytes)],
    stripes: (lanes, piece) => {
      lanesThere.set(lanes);
      kernel.stripes(LANES, piece.byteOffset, piece.length / 16);
      lanes.set(lanesThere);
    },
  };
}
