/**
 * Ids of items by their numbers, and numbers of live items by their ids: bytes and typed arrays, because ten million
 * texts and a Map of them take ten seconds and a gigabyte.
 */
import { type EncodedIds, hashesOf, hashId } from '../ids/encoded-ids.ts';
import { IdTable } from './id-table.ts';

/** Items of one chunk: their ids take at most 128 MiB. */
const CHUNK_ITEMS = 2 ** 16;

interface Chunk {
  bytes: DataView;
  /** Where the id of each item ends; it begins where the one before ends. */
  readonly ends: Uint32Array;
  count: number;
}

/** Hashes of items that come into the table together. */
interface Waiting {
  readonly hashes: Uint32Array;
  readonly items: Uint32Array;
  count: number;
}

export class ItemIds {
  readonly #chunks: Chunk[] = [];
  readonly #table = new IdTable();
  #waiting: Waiting | undefined;

  /** `expected` live items come before `settle` is called, and until then none is found. Default: it is settled. */
  constructor(expected?: number) {
    if (expected !== undefined)
      this.#waiting = { hashes: new Uint32Array(expected), items: new Uint32Array(expected), count: 0 };
  }

  settle(): void {
    if (!this.#waiting) return;
    const { hashes, items, count } = this.#waiting;
    this.#waiting = undefined;
    this.#table.insertAll(hashes.subarray(0, count), items.subarray(0, count));
  }

  /** Ids behind the last; those that `lives` does not name cannot be found. */
  append(first: number, ids: EncodedIds, lives?: (place: number) => boolean): void {
    if (!this.#waiting) this.#table.reserve(ids.lengths.length);
    const hashes = hashesOf(ids);
    let at = 0;
    for (let place = 0; place < ids.lengths.length; ) {
      const chunk = this.#lastChunk();
      const to = Math.min(ids.lengths.length, place + CHUNK_ITEMS - chunk.count);
      let end = at;
      for (let i = place; i < to; i++) end += ids.lengths[i]!;
      let from = startOf(chunk, chunk.count);
      fill(chunk, from, ids.bytes.subarray(at, end));
      for (; place < to; place++) {
        const next = from + ids.lengths[place]!;
        chunk.ends[chunk.count++] = next;
        if (!lives || lives(place)) this.#insert(hashes[place]!, first + place);
        from = next;
      }
      at = end;
    }
  }

  at(item: number): string {
    const { bytes, start, end } = this.#find(item);
    return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
  }

  /** Numbers of the live items of these ids, in their order; −1: there is none. */
  itemsOf(ids: EncodedIds): Float64Array {
    const view = new DataView(ids.bytes.buffer, ids.bytes.byteOffset, ids.bytes.length);
    const hashes = hashesOf(ids);
    const found = new Float64Array(hashes.length);
    let [start, end] = [0, 0];
    const is = (item: number): boolean => this.#isAt(item, view, start, end);
    for (let i = 0; i < found.length; i++) {
      end = start + ids.lengths[i]!;
      found[i] = this.#table.find(hashes[i]!, is) ?? -1;
      start = end;
    }
    return found;
  }

  /** The item is found no more. */
  remove(item: number): void {
    const { bytes, start, end } = this.#find(item);
    this.#table.remove(hashId(bytes, start, end), item);
  }

  get bytes(): number {
    return this.#chunks.reduce(
      (sum, { bytes, ends }) => sum + bytes.byteLength + ends.byteLength,
      this.#table.bytes,
    );
  }

  #find(item: number): { bytes: DataView; start: number; end: number } {
    const chunk = this.#chunks[Math.floor(item / CHUNK_ITEMS)]!;
    const place = item % CHUNK_ITEMS;
    return { bytes: chunk.bytes, start: startOf(chunk, place), end: chunk.ends[place]! };
  }

  #isAt(item: number, given: DataView, from: number, to: number): boolean {
    const { bytes, start, end } = this.#find(item);
    if (end - start !== to - from) return false;
    for (let i = 0; i < to - from; i++)
      if (bytes.getUint8(start + i) !== given.getUint8(from + i)) return false;
    return true;
  }

  #insert(hash: number, item: number): void {
    if (!this.#waiting) {
      this.#table.insert(hash, item);
      return;
    }
    this.#waiting.hashes[this.#waiting.count] = hash;
    this.#waiting.items[this.#waiting.count++] = item;
  }

  #lastChunk(): Chunk {
    const last = this.#chunks.at(-1);
    if (last && last.count < CHUNK_ITEMS) return last;
    const chunk = {
      bytes: new DataView(new ArrayBuffer(2 ** 14)),
      ends: new Uint32Array(CHUNK_ITEMS),
      count: 0,
    };
    this.#chunks.push(chunk);
    return chunk;
  }
}

const startOf = ({ ends }: Chunk, place: number): number => (place > 0 ? ends[place - 1]! : 0);

/** Puts bytes behind the `used` ones. */
function fill(chunk: Chunk, used: number, bytes: Uint8Array): void {
  const size = used + bytes.length;
  if (size > chunk.bytes.byteLength) {
    const longer = new Uint8Array(Math.max(2 * chunk.bytes.byteLength, size));
    longer.set(new Uint8Array(chunk.bytes.buffer, 0, used));
    chunk.bytes = new DataView(longer.buffer);
  }
  new Uint8Array(chunk.bytes.buffer).set(bytes, used);
}
