/** Items on their way into blocks. */
import { type CheckedItems, codesOf } from '../check-items.ts';
import type { EncodedIds } from '../ids/encoded-ids.ts';
import { type PackedPayloads, packTexts } from '../payload.ts';

/** Small, so that one payload is read fast; not one, so that a million items are opened fast. */
const BLOCK_ITEMS = 256;
/** Bytes of payloads after which a block ends: to read one payload is to read its block. */
const BLOCK_TEXT = 2 ** 20;

export interface NewRows {
  readonly ids: EncodedIds;
  /** Bit m: the item has a code of `MODALITIES[m]`. `[items]` */
  readonly masks: Uint8Array;
  /** Codes, item after item, of an item in the order of `MODALITIES`. */
  readonly codes: Uint8Array;
  readonly payloads: PackedPayloads;
  /** SHA-256 of the pictures of items that have one, by their place. */
  readonly pictures: ReadonlyMap<number, Uint8Array>;
}

export function newRows({ encodedIds, masks, codes, payloads, pictures }: CheckedItems): NewRows {
  const hashes = new Map<number, Uint8Array>();
  for (const [place, { hash }] of pictures) hashes.set(place, hash);
  return { ids: encodedIds, masks, codes, payloads, pictures: hashes };
}

/** Cuts items into blocks; codes are of `width` bytes. */
export function* cutBlocks(rows: NewRows, width: number): Generator<NewRows> {
  const { ids, masks, payloads, pictures } = rows;
  let [id, code, text] = [0, 0, 0];
  for (let from = 0; from < masks.length; ) {
    let [to, idEnd, codeEnd, textEnd] = [from, id, code, text];
    const hashes = new Map<number, Uint8Array>();
    for (; to < masks.length && to - from < BLOCK_ITEMS && textEnd - text < BLOCK_TEXT; to++) {
      textEnd += payloads.lengths[to]!;
      idEnd += ids.lengths[to]!;
      codeEnd += codesOf(masks[to]!) * width;
      if (pictures.size > 0 && pictures.has(to)) hashes.set(to - from, pictures.get(to)!);
    }
    yield {
      ids: {
        bytes: ids.bytes.subarray(id, idEnd),
        lengths: ids.lengths.subarray(from, to),
        ...(ids.hashes && { hashes: ids.hashes.subarray(from, to) }),
      },
      masks: masks.subarray(from, to),
      codes: rows.codes.subarray(code, codeEnd),
      payloads: {
        bytes: payloads.bytes.subarray(text, textEnd),
        lengths: payloads.lengths.subarray(from, to),
      },
      pictures: hashes,
    };
    [from, id, code, text] = [to, idEnd, codeEnd, textEnd];
  }
}

/** Collects items one by one. */
export class Gathering {
  #ids: Uint8Array[] = [];
  #masks: number[] = [];
  #codes: Uint8Array[] = [];
  #payloads: string[] = [];
  #pictures = new Map<number, Uint8Array>();
  /** Characters of payloads. */
  #text = 0;

  get count(): number {
    return this.#masks.length;
  }

  get text(): number {
    return this.#text;
  }

  /** Keeps what it is given: pieces of buffers that stay as they are. */
  push(id: Uint8Array, mask: number, codes: Uint8Array, payload: string, picture?: Uint8Array): void {
    if (picture) this.#pictures.set(this.#masks.length, picture);
    this.#ids.push(id);
    this.#masks.push(mask);
    this.#codes.push(codes);
    this.#payloads.push(payload);
    this.#text += payload.length;
  }

  /** What was collected; the next begins anew. */
  take(): NewRows {
    const rows = {
      ids: { bytes: Buffer.concat(this.#ids), lengths: Uint16Array.from(this.#ids, ({ length }) => length) },
      masks: Uint8Array.from(this.#masks),
      codes: Buffer.concat(this.#codes),
      payloads: packTexts(this.#payloads),
      pictures: this.#pictures,
    };
    [this.#ids, this.#masks, this.#codes, this.#payloads] = [[], [], [], []];
    this.#pictures = new Map();
    this.#text = 0;
    return rows;
  }
}
