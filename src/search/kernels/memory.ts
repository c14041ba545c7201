/** One WebAssembly memory: pieces are handed out from its start, and it grows as they are asked for. */
import { UnseenError } from '../../errors.ts';
import { instantiate, type Kernel, kernelModule, MAX_PAGES, makeMemory, sharedAvailable } from './kernel.ts';

const PAGE = 65536;
export const MAX_MEMORY_BYTES = MAX_PAGES * PAGE;
/** Below it lies nothing: an address of 0 means "none" in every kernel. */
const FIRST_ADDRESS = 1024;

export class KernelMemory {
  readonly shared: boolean;
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** The instance of the thread that made the memory. */
  readonly kernel: Kernel;
  #free = FIRST_ADDRESS;
  #views: { readonly buffer: ArrayBufferLike; readonly u8: Uint8Array; readonly u32: Uint32Array };

  /** Shared with threads where that can be had. */
  constructor() {
    const made = firstMemory();
    this.memory = made.memory;
    this.shared = made.shared;
    this.module = kernelModule(made.shared);
    this.kernel = instantiate(this.module, this.memory);
    this.#views = viewsOf(this.memory);
  }

  /** Bytes held. */
  get bytes(): number {
    return this.#view.buffer.byteLength;
  }

  /** Bytes that `allocate` can still give. */
  get room(): number {
    return MAX_MEMORY_BYTES - this.#free;
  }

  /** Views of all of the memory: take them anew after every `allocate`, which may move them. */
  get u8(): Uint8Array {
    return this.#view.u8;
  }

  get u32(): Uint32Array {
    return this.#view.u32;
  }

  /** Whether `address` is where the next piece would begin: then the piece before it can be made longer. */
  endsAt(address: number): boolean {
    return this.#free === address;
  }

  /**
   * Address of a new piece of zeros. Pieces are not given back.
   * @throws `INDEX_TOO_LARGE` when the 4 GiB of one memory or what the machine gives are passed.
   */
  allocate(bytes: number, align = 64): number {
    const address = Math.ceil(this.#free / align) * align;
    const end = address + bytes;
    const refuse = (reason: string, cause?: unknown) =>
      new UnseenError('INDEX_TOO_LARGE', { received: bytes, reason }, cause === undefined ? {} : { cause });
    if (end > MAX_MEMORY_BYTES) throw refuse(`at most ${MAX_MEMORY_BYTES - address}`);
    const missing = Math.ceil((end - this.memory.buffer.byteLength) / PAGE);
    if (missing > 0) {
      try {
        this.memory.grow(missing);
      } catch (cause) {
        throw refuse('the memory was refused', cause);
      }
    }
    this.#free = end;
    return address;
  }

  /**
   * Writes packed codes, `width` bytes each, as rows of `rowBytes`, whole words, from an address on. The padding is what
   * it was: zero where nothing else was ever written.
   */
  writeRows(packed: Uint8Array, width: number, address: number, rowBytes: number): void {
    const { u8 } = this;
    if (width === rowBytes) {
      u8.set(packed, address);
      return;
    }
    if (width > 32) {
      for (let i = 0, at = address; i < packed.length; i += width, at += rowBytes) {
        u8.set(packed.subarray(i, i + width), at);
      }
      return;
    }
    const gap = rowBytes - width; // short rows: a call for each would cost more than its bytes
    for (let i = 0, at = address; i < packed.length; at += gap) {
      for (let byte = 0; byte < width; byte++) u8[at++] = packed[i++]!;
    }
  }

  get #view() {
    // A memory of its own detaches the old buffer when it grows; a shared one gets a longer buffer.
    if (this.#views.buffer !== this.memory.buffer) this.#views = viewsOf(this.memory);
    return this.#views;
  }
}

function viewsOf({ buffer }: WebAssembly.Memory) {
  return { buffer, u8: new Uint8Array(buffer), u32: new Uint32Array(buffer) };
}

/** A shared memory reserves addresses for all that it may become, which a small device may refuse: then an own one. */
function firstMemory(): { memory: WebAssembly.Memory; shared: boolean } {
  if (sharedAvailable()) {
    try {
      return { memory: makeMemory(1, true), shared: true };
    } catch {
      // falls through
    }
  }
  return { memory: makeMemory(1, false), shared: false };
}
