/**
 * Ids of items by their numbers, and numbers of live items by their ids: bytes and typed arrays, because ten million
 * texts and a Map of them take ten seconds and a gigabyte.
 */
import { randomBytes } from 'node:crypto';
import { type HashKey, halfSipHash } from './half-sip-hash.ts';
import type { EncodedIds } from './new-rows.ts';

/** Items of one chunk: their ids take at most 128 MiB. */
const CHUNK_ITEMS = 2 ** 16;

interface Chunk {
  bytes: Uint8Array;
  /** Where the id of each item ends; it begins where the one before ends. */
  readonly ends: Uint32Array;
  count: number;
}

export class ItemIds {
  readonly #chunks: Chunk[] = [];
  readonly #key: HashKey;
  /** Open addressing with linear probing: hash and number + 1 of a live item in two neighbours; 0: free. */
  #slots: Uint32Array;
  #mask: number;
  #used = 0;

  /** `expected` items come without the table growing. */
  constructor(expected = 0) {
    const key = randomBytes(8);
    this.#key = { k0: key.readUInt32LE(0), k1: key.readUInt32LE(4) };
    const size = tableSize(expected);
    this.#slots = new Uint32Array(2 * size);
    this.#mask = size - 1;
  }

  /** Ids behind the last; those that `lives` does not name cannot be found. */
  append(first: number, { bytes, lengths }: EncodedIds, lives?: (place: number) => boolean): void {
    let at = 0;
    for (let place = 0; place < lengths.length; place++) {
      const end = at + lengths[place]!;
      const chunk = this.#chunkFor(end - at);
      const start = chunk.count > 0 ? chunk.ends[chunk.count - 1]! : 0;
      if (end - at < 32) for (let i = at; i < end; i++) chunk.bytes[start + i - at] = bytes[i]!;
      else chunk.bytes.set(bytes.subarray(at, end), start);
      chunk.ends[chunk.count++] = start + end - at;
      if (!lives || lives(place)) this.#insert(halfSipHash(bytes, at, end, this.#key), first + place);
      at = end;
    }
  }

  at(item: number): string {
    const { bytes, start, end } = this.#find(item);
    return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
  }

  /** The id's bytes; they stay as they are. */
  bytesOf(item: number): Uint8Array {
    const { bytes, start, end } = this.#find(item);
    return bytes.subarray(start, end);
  }

  /** Number of the live item whose id is `bytes[from … to−1]`. */
  itemOf(bytes: Uint8Array, from = 0, to = bytes.length): number | undefined {
    const slot = this.#slotOf(bytes, from, to);
    return slot === undefined ? undefined : this.#slots[2 * slot + 1]! - 1;
  }

  /** The item is found no more. */
  remove(item: number): void {
    const { bytes, start, end } = this.#find(item);
    let free = this.#slotOf(bytes, start, end);
    if (free === undefined || this.#slots[2 * free + 1] !== item + 1) return;
    this.#used--;
    // Those behind it that a search would no longer reach move into the free slot.
    for (let slot = free; ; ) {
      slot = (slot + 1) & this.#mask;
      const value = this.#slots[2 * slot + 1]!;
      if (value === 0) break;
      const hash = this.#slots[2 * slot]!;
      const wanted = hash & this.#mask;
      if (((slot - wanted) & this.#mask) < ((slot - free) & this.#mask)) continue;
      this.#slots[2 * free] = hash;
      this.#slots[2 * free + 1] = value;
      free = slot;
    }
    this.#slots[2 * free + 1] = 0;
  }

  get bytes(): number {
    return this.#chunks.reduce(
      (sum, { bytes, ends }) => sum + bytes.length + ends.byteLength,
      this.#slots.byteLength,
    );
  }

  #find(item: number): { bytes: Uint8Array; start: number; end: number } {
    const { bytes, ends } = this.#chunks[Math.floor(item / CHUNK_ITEMS)]!;
    const place = item % CHUNK_ITEMS;
    return { bytes, start: place > 0 ? ends[place - 1]! : 0, end: ends[place]! };
  }

  /** The last chunk, with room for one more id. */
  #chunkFor(more: number): Chunk {
    let chunk = this.#chunks.at(-1);
    if (!chunk || chunk.count === CHUNK_ITEMS) {
      chunk = { bytes: new Uint8Array(2 ** 14), ends: new Uint32Array(CHUNK_ITEMS), count: 0 };
      this.#chunks.push(chunk);
    }
    const used = chunk.count > 0 ? chunk.ends[chunk.count - 1]! : 0;
    if (used + more > chunk.bytes.length) {
      const longer = new Uint8Array(Math.max(2 * chunk.bytes.length, used + more));
      longer.set(chunk.bytes.subarray(0, used));
      chunk.bytes = longer;
    }
    return chunk;
  }

  #slotOf(bytes: Uint8Array, from: number, to: number): number | undefined {
    const hash = halfSipHash(bytes, from, to, this.#key);
    for (let slot = hash & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const value = this.#slots[2 * slot + 1]!;
      if (value === 0) return undefined;
      if (this.#slots[2 * slot] === hash && this.#isAt(value - 1, bytes, from, to)) return slot;
    }
  }

  #isAt(item: number, given: Uint8Array, from: number, to: number): boolean {
    const { bytes, start, end } = this.#find(item);
    if (end - start !== to - from) return false;
    for (let i = 0; i < to - from; i++) if (bytes[start + i] !== given[from + i]) return false;
    return true;
  }

  #insert(hash: number, item: number): void {
    if (++this.#used > 0.7 * (this.#mask + 1)) this.#grow();
    this.#place(hash, item + 1);
  }

  #place(hash: number, value: number): void {
    let slot = hash & this.#mask;
    while (this.#slots[2 * slot + 1] !== 0) slot = (slot + 1) & this.#mask;
    this.#slots[2 * slot] = hash;
    this.#slots[2 * slot + 1] = value;
  }

  #grow(): void {
    const old = this.#slots;
    this.#mask = 2 * this.#mask + 1;
    this.#slots = new Uint32Array(2 * (this.#mask + 1));
    for (let i = 0; i < old.length; i += 2) if (old[i + 1] !== 0) this.#place(old[i]!, old[i + 1]!);
  }
}

/** A power of two that is filled to 70 % at most. */
function tableSize(items: number): number {
  let size = 1024;
  while (items > 0.7 * size) size *= 2;
  return size;
}
