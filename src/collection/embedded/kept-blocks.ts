/** Blocks whose payloads stay decoded, up to a number of bytes: those that were asked for last. */
import type { BlockContent } from './block-content.ts';

/** A hundred blocks of small payloads, or two of long texts: neighbours are often asked for together. */
const KEPT_BYTES = 2 * 2 ** 20;

export class KeptBlocks {
  /** By their first item, in the order of their last use. */
  readonly #blocks = new Map<number, BlockContent>();
  readonly #most: number;
  #bytes = 0;

  constructor(most = KEPT_BYTES) {
    this.#most = most;
  }

  /** `read` gets one that is not kept. */
  get(first: number, read: () => BlockContent): BlockContent {
    const kept = this.#blocks.get(first);
    const block = kept ?? read();
    if (kept) this.#blocks.delete(first);
    else this.#bytes += block.bytes;
    this.#blocks.set(first, block);
    for (const [oldest, { bytes }] of this.#blocks) {
      if (this.#bytes <= this.#most || oldest === first) break;
      this.#blocks.delete(oldest);
      this.#bytes -= bytes;
    }
    return block;
  }

  get bytes(): number {
    return this.#bytes;
  }
}
