/** Payloads and pictures of a block's items, as `blocks.ts` tells how they are kept. */
import { crc32 } from 'node:zlib';
import type { Payload } from '../payload.ts';
import { damagedBlock } from './blocks.ts';
import type { NewRows } from './new-rows.ts';

const CONTENT = 16;
const HASH = 32;
const PICTURED = 0x80000000;

export function encodeContent({ payloads, pictures }: NewRows, { generation, first }: ContentKey): Buffer {
  const { bytes, lengths } = payloads;
  const count = lengths.length;
  const texts = CONTENT + 4 * count + HASH * pictures.size;
  const value = Buffer.allocUnsafe(texts + bytes.length - 1);
  let hash = CONTENT + 4 * count;
  for (let i = 0; i < count; i++) {
    const picture = pictures.get(i);
    value.writeUInt32LE(lengths[i]! + (picture ? PICTURED : 0), CONTENT + 4 * i);
    if (!picture) continue;
    value.set(picture, hash);
    hash += HASH;
  }
  value.set(bytes.subarray(0, -1), texts); // no comma behind the last
  value.writeUInt32LE(generation, 4);
  value.writeUInt32LE(first, 8);
  value.writeUInt32LE(count, 12);
  value.writeUInt32LE(crc32(value.subarray(4)), 0);
  return value;
}

export interface KeptItem {
  readonly payload: Payload;
  /** SHA-256. */
  readonly picture?: Buffer;
}

interface ContentKey {
  readonly generation: number;
  readonly first: number;
}

/** Items of a block's content. @throws `COLLECTION_DAMAGED` unless it is what was written there */
function checkedCount(value: Buffer, file: string, key: ContentKey): number {
  if (value.length < CONTENT || value.readUInt32LE(0) !== crc32(value.subarray(4)))
    throw damagedBlock(file, key.first, 'the checksum of its payloads is not the one stated');
  if (value.readUInt32LE(4) !== key.generation || value.readUInt32LE(8) !== key.first)
    throw damagedBlock(file, key.first, 'its payloads are those of another block');
  const count = value.readUInt32LE(12);
  if (CONTENT + 4 * count > value.length) throw damagedBlock(file, key.first, 'its payloads are cut short');
  return count;
}

/** One item alone, without a copy or a view of the others: what a hit of a search needs. @throws as `BlockContent` */
export function itemOfContent(value: Buffer, file: string, key: ContentKey, place: number): KeptItem {
  const count = checkedCount(value, file, key);
  // Hundreds of numbers for every hit: a view reads them several times as fast as the methods of a buffer.
  const view = new DataView(value.buffer, value.byteOffset, value.length);
  let [text, before, pictured] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    const length = view.getUint32(CONTENT + 4 * i, true);
    const has = length >>> 31;
    pictured += has;
    if (i >= place) continue;
    text += length & ~PICTURED;
    before += has;
  }
  const length = view.getUint32(CONTENT + 4 * place, true);
  const hashes = CONTENT + 4 * count;
  const from = hashes + HASH * pictured + text;
  const payload: Payload = JSON.parse(value.toString('utf8', from, from + (length & ~PICTURED) - 1));
  if (length < PICTURED) return { payload };
  const at = hashes + HASH * before;
  return { payload, picture: Buffer.from(value.subarray(at, at + HASH)) };
}

/** Payloads and pictures of a block's items. */
export class BlockContent {
  readonly first: number;
  readonly count: number;
  readonly #value: Buffer;
  /** Where each payload begins; one more at the end. */
  readonly #starts: Uint32Array;
  readonly #hashes: ReadonlyMap<number, Buffer>;

  /** @throws `COLLECTION_DAMAGED` unless it is what was written there */
  constructor(value: Buffer, file: string, key: ContentKey) {
    this.count = checkedCount(value, file, key);
    this.first = key.first;
    this.#value = value;
    const hashes = new Map<number, Buffer>();
    const starts = new Uint32Array(this.count + 1);
    let hash = CONTENT + 4 * this.count;
    for (let i = 0; i < this.count; i++) {
      const length = value.readUInt32LE(CONTENT + 4 * i);
      starts[i + 1] = starts[i]! + (length & ~PICTURED);
      if (length < PICTURED) continue;
      hashes.set(i, value.subarray(hash, hash + HASH));
      hash += HASH;
    }
    for (let i = 0; i <= this.count; i++) starts[i]! += hash;
    if (starts[this.count]! !== value.length + 1)
      throw damagedBlock(file, key.first, 'its payloads have other lengths');
    this.#starts = starts;
    this.#hashes = hashes;
  }

  /** Memory that it takes. */
  get bytes(): number {
    return this.#value.length + this.#starts.byteLength;
  }

  /** JSON text of an item's payload. */
  text(place: number): string {
    return this.#value.toString('utf8', this.#starts[place]!, this.#starts[place + 1]! - 1);
  }

  payload(place: number): Payload {
    return JSON.parse(this.text(place));
  }

  /** Those from a place on. */
  payloadsFrom(place: number): Payload[] {
    return JSON.parse(`[${this.#value.toString('utf8', this.#starts[place]!)}]`);
  }

  /** SHA-256 of an item's picture. */
  picture(place: number): Buffer | undefined {
    return this.#hashes.get(place);
  }

  /** Of all its pictures. */
  pictures(): Iterable<Buffer> {
    return this.#hashes.values();
  }
}
