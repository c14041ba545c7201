/**
 * A block: up to 256 items that were written together, kept as two values, so that opening reads the first alone. Both
 * begin with the CRC-32 of all that follows. Little-endian:
 *
 * head: CRC-32 · segment · offset and length of the codes there · their CRC-32 · items · length of the ids (seven
 *   uint32), masks `[items]`, length of each id (uint16 `[items]`), ids (UTF-8, one behind the other)
 * content: CRC-32 · generation · number of the first item · items (four uint32), length of each payload with the comma
 *   behind it (uint32 `[items]`, the highest bit: the item has a picture), SHA-256 of the pictures, payloads (JSON,
 *   with commas between them)
 */
import { crc32 } from 'node:zlib';
import { UnseenError } from '../../errors.ts';
import type { NewRows } from './new-rows.ts';

const HEAD = 28;

/** Key of both values: ordered by generation, then by number of the first item. */
export function blockKey(generation: number, first: number): Buffer {
  const key = Buffer.allocUnsafe(8);
  key.writeUInt32BE(generation, 0);
  key.writeUInt32BE(first, 4);
  return key;
}

/** Where a block's codes lie. */
export interface Place {
  readonly segment: number;
  readonly offset: number;
  readonly bytes: number;
  readonly crc: number;
}

export interface BlockHead {
  readonly count: number;
  readonly place: Place;
  readonly masks: Uint8Array;
  /** Bytes of each id. */
  readonly lengths: Uint16Array;
  readonly ids: Uint8Array;
}

export function encodeHead({ masks, ids, codes }: NewRows, segment: number, offset: number): Buffer {
  const count = masks.length;
  const value = Buffer.allocUnsafe(HEAD + 3 * count + ids.bytes.length);
  const facts = [segment, offset, codes.length, crc32(codes), count, ids.bytes.length];
  for (let i = 0; i < facts.length; i++) value.writeUInt32LE(facts[i]!, 4 + 4 * i);
  value.set(masks, HEAD);
  for (let i = 0; i < count; i++) value.writeUInt16LE(ids.lengths[i]!, HEAD + count + 2 * i);
  value.set(ids.bytes, HEAD + 3 * count);
  value.writeUInt32LE(crc32(value.subarray(4)), 0);
  return value;
}

export const damagedBlock = (file: string, first: number, reason: string): UnseenError =>
  new UnseenError('COLLECTION_DAMAGED', { file, where: `the block of item ${first}`, reason });

/** @throws `COLLECTION_DAMAGED` unless it is what was written */
export function decodeHead(value: Buffer, file: string, first: number): BlockHead {
  if (value.length < HEAD || value.readUInt32LE(0) !== crc32(value.subarray(4)))
    throw damagedBlock(file, first, 'its checksum is not the one stated');
  const count = value.readUInt32LE(20);
  const start = HEAD + 3 * count;
  if (value.length !== start + value.readUInt32LE(24))
    throw damagedBlock(file, first, `${count} items in ${value.length} bytes`);
  const lengths = new Uint16Array(count);
  let total = 0;
  for (let i = 0, at = HEAD + count; i < count; i++, at += 2) {
    lengths[i] = value[at]! | (value[at + 1]! << 8);
    total += lengths[i]!;
  }
  if (start + total !== value.length) throw damagedBlock(file, first, 'its ids have other lengths');
  return {
    count,
    place: {
      segment: value.readUInt32LE(4),
      offset: value.readUInt32LE(8),
      bytes: value.readUInt32LE(12),
      crc: value.readUInt32LE(16),
    },
    masks: value.subarray(HEAD, HEAD + count),
    lengths,
    ids: value.subarray(start),
  };
}
