/** What is held in memory of one state: ids, which items live, an index a modality, and what filters found. */
import { Codes } from '../../codes/index.ts';
import type { ModalityName } from '../../data/index.ts';
import { UnseenError } from '../../errors.ts';
import { bitmapBytes, hasBit, LiveRows, setBit } from '../../search/bitmap.ts';
import { type HammingIndex, LinearIndex, MultiIndexHash } from '../../search/index.ts';
import { codesOf } from '../check-items.ts';
import { type ItemCodes, MODALITIES } from '../contract.ts';

/** A Map ends at 2²⁴ keys. */
const MAX_LIVE = 2 ** 24 - 1;

export interface IndexOptions {
  /** `linear` compares all codes, `mih` looks up tables and needs three times the memory. Default: linear. */
  readonly index?: 'linear' | 'mih';
  /** Threads of a search. Default: 1. */
  readonly threads?: number;
}

/** Items behind the last, of a block or of a whole write. */
export interface Arrivals {
  readonly ids: readonly string[];
  readonly masks: Uint8Array;
  readonly codes: Uint8Array;
  /** Which of them live, by their place here. */
  readonly lives: (place: number) => boolean;
}

/** Whole numbers that grow at the end. */
class Numbers {
  #values = new Uint32Array(1024);
  length = 0;

  push(value: number): void {
    if (this.length === this.#values.length) {
      const longer = new Uint32Array(this.length * 2);
      longer.set(this.#values);
      this.#values = longer;
    }
    this.#values[this.length++] = value;
  }

  at(i: number): number {
    return this.#values[i]!;
  }

  /** Place of the last that is ≤ value, among ascending ones; −1: none. */
  lastUpTo(value: number): number {
    let low = -1;
    let high = this.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#values[middle]! <= value) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

interface Rows {
  readonly index: HammingIndex;
  /** Item of each row of the index; ascending. */
  readonly items: Numbers;
}

export class Memory {
  readonly bits: number;
  /** First item of each block. */
  readonly firsts = new Numbers();
  readonly live = new LiveRows();
  readonly #rows: Readonly<Record<ModalityName, Rows>>;
  readonly #itemOf = new Map<string, number>();

  constructor(bits: number, { index = 'linear', threads = 1 }: IndexOptions) {
    this.bits = bits;
    const make = (): Rows => {
      const codes = Codes.fromBytes(new Uint8Array(0), { bits });
      const options = { ids: [], threads };
      return {
        index: index === 'mih' ? MultiIndexHash.from(codes, options) : LinearIndex.from(codes, options),
        items: new Numbers(),
      };
    };
    this.#rows = { image: make(), text: make() };
  }

  /** Number of a live item. */
  itemOf(id: string): number | undefined {
    return this.#itemOf.get(id);
  }

  index(modality: ModalityName): HammingIndex {
    return this.#rows[modality].index;
  }

  /** @throws `INDEX_TOO_LARGE` */
  checkRoom(more: number): void {
    if (this.live.count + more <= MAX_LIVE) return;
    const reason = `a collection holds ${MAX_LIVE} items`;
    throw new UnseenError('INDEX_TOO_LARGE', {
      received: ((this.live.count + more) * this.bits) / 8,
      reason,
    });
  }

  /** Takes items out, then adds those behind the last. */
  async apply(killed: readonly string[], arrivals: readonly Arrivals[]): Promise<void> {
    for (const id of killed) {
      const item = this.#itemOf.get(id);
      if (item === undefined) continue;
      this.live.delete(item);
      this.#itemOf.delete(id);
    }
    if (killed.length > 0) for (const m of MODALITIES) await this.#rows[m].index.delete(killed);
    const width = this.bits / 8;
    const total = arrivals.reduce((sum, { codes }) => sum + codes.length, 0);
    const fresh = MODALITIES.map(() => ({ ids: [] as string[], codes: new Uint8Array(total), end: 0 }));
    for (const { ids, masks, codes, lives } of arrivals) {
      const first = this.live.rows;
      this.live.append(ids.length);
      let at = 0;
      for (let place = 0; place < ids.length; place++) {
        const mask = masks[place]!;
        if (!lives(place)) {
          this.live.delete(first + place);
          at += codesOf(mask) * width;
          continue;
        }
        this.#itemOf.set(ids[place]!, first + place);
        for (let m = 0; m < MODALITIES.length; m++) {
          if (((mask >> m) & 1) === 0) continue;
          const into = fresh[m]!;
          for (let i = 0; i < width; i++) into.codes[into.end++] = codes[at++]!;
          into.ids.push(ids[place]!);
          this.#rows[MODALITIES[m]!].items.push(first + place);
        }
      }
    }
    for (const [m, { ids, codes, end }] of fresh.entries()) {
      if (ids.length === 0) continue;
      await this.#rows[MODALITIES[m]!].index.add(
        Codes.fromBytes(codes.subarray(0, end), { bits: this.bits }),
        { ids },
      );
    }
  }

  /** Copies of an item's codes. */
  codes(item: number): ItemCodes {
    const codes: { [modality in ModalityName]?: Uint8Array } = {};
    for (const m of MODALITIES) {
      const { index, items } = this.#rows[m];
      const row = items.lastUpTo(item);
      if (row >= 0 && items.at(row) === item) codes[m] = index.codes(row, row + 1).bytes.slice();
    }
    return codes;
  }

  /** A bitmap over items as one over the rows of an index. */
  rowsOf(modality: ModalityName, chosen: Uint8Array): Uint8Array {
    const { index, items } = this.#rows[modality];
    const bitmap = new Uint8Array(bitmapBytes(index.rows));
    for (let row = 0; row < index.rows; row++) if (hasBit(chosen, items.at(row))) setBit(bitmap, row);
    return bitmap;
  }

  get bytes(): number {
    return MODALITIES.reduce((sum, m) => sum + this.#rows[m].index.bytes, 0);
  }

  close(): void {
    for (const m of MODALITIES) this.#rows[m].index.close();
  }
}
