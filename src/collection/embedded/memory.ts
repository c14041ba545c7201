/** What is held in memory of one state: ids, which items live, and an index a modality. */
import { Codes } from '../../codes/index.ts';
import type { ModalityName } from '../../data/index.ts';
import { UnseenError } from '../../errors.ts';
import { bitmapBytes, hasBit, LiveRows, setBit } from '../../search/bitmap.ts';
import { type HammingIndex, LinearIndex, MultiIndexHash } from '../../search/index.ts';
import { codesOf } from '../check-items.ts';
import { type ItemCodes, MODALITIES } from '../contract.ts';
import { type EncodedIds, encodeIds } from '../ids/encoded-ids.ts';
import { ItemIds } from './item-ids.ts';
import { Numbers } from './numbers.ts';

/** Items are numbered with 32 bits, and their number + 1 too. */
const MAX_NUMBER = 2 ** 32 - 2;

export interface IndexOptions {
  /** `linear` compares all codes, `mih` looks up tables and needs three times the memory. Default: linear. */
  readonly index?: 'linear' | 'mih';
  /** Threads of a search. Default: 1. */
  readonly threads?: number;
}

/** Items behind the last, of a block or of a whole write. */
export interface Arrivals {
  readonly ids: EncodedIds;
  readonly masks: Uint8Array;
  readonly codes: Uint8Array;
  /** Which of them live, by their place here. Default: all. */
  readonly lives?: (place: number) => boolean;
}

interface Rows {
  /** Its ids are the numbers of its rows. */
  readonly index: HammingIndex;
  /** Item of each row of the index; ascending. */
  readonly items: Numbers;
}

export class Memory {
  readonly bits: number;
  /** First item of each block. */
  readonly firsts = new Numbers();
  readonly live = new LiveRows();
  readonly ids: ItemIds;
  readonly #rows: Readonly<Record<ModalityName, Rows>>;

  /** `expected` live items come before `settle` is called; until then none is found by its id. */
  constructor(bits: number, { index = 'linear', threads = 1 }: IndexOptions, expected: number) {
    this.bits = bits;
    this.ids = new ItemIds(expected);
    const make = (): Rows => {
      const codes = Codes.fromBytes(new Uint8Array(0), { bits });
      return {
        index:
          index === 'mih' ? MultiIndexHash.from(codes, { threads }) : LinearIndex.from(codes, { threads }),
        items: new Numbers(),
      };
    };
    this.#rows = { image: make(), text: make() };
  }

  /** Number of a live item. */
  itemOf(id: string): number | undefined {
    const [item] = this.ids.itemsOf(encodeIds([id]));
    return item! >= 0 ? item : undefined;
  }

  index(modality: ModalityName): HammingIndex {
    return this.#rows[modality].index;
  }

  /** @throws `INDEX_TOO_LARGE` */
  checkRoom(next: number): void {
    if (next <= MAX_NUMBER) return;
    const reason = `a collection numbers ${MAX_NUMBER} items, dead ones too until it is compacted`;
    throw new UnseenError('INDEX_TOO_LARGE', { received: (next * this.bits) / 8, reason });
  }

  /** Takes items out, then adds those behind the last. */
  async apply(killed: Iterable<number>, arrivals: readonly Arrivals[]): Promise<void> {
    await this.#kill(killed);
    const total = arrivals.reduce((sum, { codes }) => sum + codes.length, 0);
    const fresh = MODALITIES.map(() => ({ codes: new Uint8Array(total), end: 0 }));
    for (const { ids, masks, codes, lives } of arrivals) {
      const first = this.live.rows;
      this.live.append(masks.length);
      this.ids.append(first, ids, lives);
      const only = lives ? undefined : onlyModality(masks);
      if (only === undefined) this.#sort(first, { masks, codes, lives: lives ?? (() => true) }, fresh);
      else {
        fresh[only]!.codes.set(codes, fresh[only]!.end);
        fresh[only]!.end += codes.length;
        this.#rows[MODALITIES[only]!].items.pushRun(first, masks.length);
      }
    }
    for (const [m, { codes, end }] of fresh.entries()) {
      if (end === 0) continue;
      await this.#rows[MODALITIES[m]!].index.add(
        Codes.fromBytes(codes.subarray(0, end), { bits: this.bits }),
      );
    }
  }

  async #kill(items: Iterable<number>): Promise<void> {
    const rows = MODALITIES.map((): number[] => []);
    for (const item of items) {
      if (!this.live.has(item)) continue;
      this.ids.remove(item);
      this.live.delete(item);
      for (const [m, modality] of MODALITIES.entries()) {
        const row = this.#rowOf(modality, item);
        if (row !== undefined) rows[m]!.push(row);
      }
    }
    for (const [m, modality] of MODALITIES.entries())
      if (rows[m]!.length > 0) await this.#rows[modality].index.delete(rows[m]!);
  }

  /** Codes of living items, each to those of its modality. */
  #sort(
    first: number,
    { masks, codes, lives }: Pick<Arrivals, 'masks' | 'codes'> & { lives: (place: number) => boolean },
    into: { readonly codes: Uint8Array; end: number }[],
  ): void {
    const width = this.bits / 8;
    let at = 0;
    for (let place = 0; place < masks.length; place++) {
      const mask = masks[place]!;
      if (!lives(place)) {
        this.live.delete(first + place);
        at += codesOf(mask) * width;
        continue;
      }
      for (let m = 0; m < MODALITIES.length; m++) {
        if (((mask >> m) & 1) === 0) continue;
        const target = into[m]!;
        for (let i = 0; i < width; i++) target.codes[target.end++] = codes[at++]!;
        this.#rows[MODALITIES[m]!].items.push(first + place);
      }
    }
  }

  /** Copies of an item's codes. */
  codes(item: number): ItemCodes {
    const codes: { [modality in ModalityName]?: Uint8Array } = {};
    for (const m of MODALITIES) {
      const row = this.#rowOf(m, item);
      if (row !== undefined) codes[m] = this.#rows[m].index.codes(row, row + 1).bytes.slice();
    }
    return codes;
  }

  /** Item of a row of an index. */
  itemAt(modality: ModalityName, row: number): number {
    return this.#rows[modality].items.at(row);
  }

  #rowOf(modality: ModalityName, item: number): number | undefined {
    const { items } = this.#rows[modality];
    const row = items.lastUpTo(item);
    return row >= 0 && items.at(row) === item ? row : undefined;
  }

  /** A bitmap over items as one over the rows of an index. */
  rowsOf(modality: ModalityName, chosen: Uint8Array): Uint8Array {
    const { index, items } = this.#rows[modality];
    // Rows are items where each has a code of this modality.
    if (index.rows === this.live.rows) return chosen.subarray(0, bitmapBytes(index.rows));
    const bitmap = new Uint8Array(bitmapBytes(index.rows));
    for (let row = 0; row < index.rows; row++) if (hasBit(chosen, items.at(row))) setBit(bitmap, row);
    return bitmap;
  }

  get bytes(): number {
    return MODALITIES.reduce(
      (sum, m) => sum + this.#rows[m].index.bytes + this.#rows[m].items.bytes,
      this.ids.bytes,
    );
  }

  close(): void {
    for (const m of MODALITIES) this.#rows[m].index.close();
  }
}

/** Place of the one modality that all items have, and no other. */
function onlyModality(masks: Uint8Array): number | undefined {
  const only = MODALITIES.findIndex((_, m) => masks[0] === 1 << m);
  if (only < 0) return undefined;
  for (let i = 1; i < masks.length; i++) if (masks[i] !== masks[0]) return undefined;
  return only;
}
