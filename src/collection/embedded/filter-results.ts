/**
 * Which items match a filter. An item's payload never changes under its number (an upsert makes a new item), so what was
 * found once stays true, and only items behind the last are looked at.
 */
import { throwIfAborted } from '../../errors.ts';
import { bitmapBytes, setBit } from '../../search/bitmap.ts';
import { canonicalFilter, compileFilter, type Filter } from '../filter/index.ts';
import type { Payload } from '../payload.ts';

/** Filters whose results are kept: a bit an item each. */
const KEPT = 32;
/** Time after which other work is let in, in ms. */
const SLICE_MS = 20;

interface Result {
  bitmap: Uint8Array;
  items: number;
}

export class FilterResults {
  readonly #results = new Map<string, Result>();

  /** A bit an item, dead ones included; at least as long as the items need. */
  async bitmap(
    filter: Filter,
    items: number,
    payloadsFrom: (item: number) => readonly Payload[],
    signal?: AbortSignal,
  ): Promise<Uint8Array> {
    const key = canonicalFilter(filter);
    const result = this.#results.get(key) ?? { bitmap: new Uint8Array(0), items: 0 };
    this.#results.delete(key);
    if (bitmapBytes(items) > result.bitmap.length) {
      const longer = new Uint8Array(bitmapBytes(items + (items >> 2)));
      longer.set(result.bitmap);
      result.bitmap = longer;
    }
    const matches = compileFilter(filter);
    let slice = performance.now();
    while (result.items < items) {
      for (const payload of payloadsFrom(result.items)) {
        if (matches(payload)) setBit(result.bitmap, result.items);
        result.items++;
      }
      if (performance.now() - slice <= SLICE_MS) continue;
      await new Promise((resume) => setTimeout(resume));
      throwIfAborted(signal, 'search');
      slice = performance.now();
    }
    this.#results.set(key, result);
    if (this.#results.size > KEPT) this.#results.delete(this.#results.keys().next().value!);
    return result.bitmap;
  }
}
