/**
 * A block: up to 256 items that were written together, as one value of the records. Little-endian:
 * CRC-32 of all that follows · segment · offset and length of its codes there · CRC-32 of the codes · items ·
 * length of the ids (seven uint32), masks `[items]`, ids (JSON list), payloads (JSON list).
 */
import { crc32 } from 'node:zlib';
import { UnseenError } from '../../errors.ts';
import { type CheckedItems, codesOf } from '../check-items.ts';
import type { Payload } from '../payload.ts';

/** Small, so that one payload is read fast; not one, so that a million items are opened fast. */
const BLOCK_ITEMS = 256;
const HEADER = 28;

/** Where a block's codes lie. */
export interface Place {
  readonly segment: number;
  readonly offset: number;
  readonly bytes: number;
  readonly crc: number;
}

export interface BlockHead {
  readonly place: Place;
  readonly masks: Uint8Array;
  readonly ids: readonly string[];
}

/** Cuts items into blocks. */
export function* cutBlocks(items: CheckedItems, width: number): Generator<CheckedItems> {
  let code = 0;
  for (let from = 0; from < items.ids.length; from += BLOCK_ITEMS) {
    const masks = items.masks.subarray(from, from + BLOCK_ITEMS);
    const start = code;
    for (const mask of masks) code += codesOf(mask) * width;
    yield {
      ids: items.ids.slice(from, from + BLOCK_ITEMS),
      masks,
      codes: items.codes.subarray(start, code),
      payloads: items.payloads.slice(from, from + BLOCK_ITEMS),
    };
  }
}

export function encodeBlock(block: CheckedItems, segment: number, offset: number): Buffer {
  const ids = Buffer.from(JSON.stringify(block.ids));
  const payloads = Buffer.from(`[${block.payloads.join(',')}]`);
  const value = Buffer.concat([Buffer.alloc(HEADER), block.masks, ids, payloads]);
  const facts = [segment, offset, block.codes.length, crc32(block.codes), block.ids.length, ids.length];
  for (const [i, fact] of facts.entries()) value.writeUInt32LE(fact, 4 + 4 * i);
  value.writeUInt32LE(crc32(value.subarray(4)), 0);
  return value;
}

/** @throws `COLLECTION_DAMAGED` unless it is what was written */
export function decodeHead(value: Buffer, file: string, first: number): BlockHead {
  if (value.length < HEADER || value.readUInt32LE(0) !== crc32(value.subarray(4)))
    throw new UnseenError('COLLECTION_DAMAGED', {
      file,
      where: `the block of item ${first}`,
      reason: 'its checksum is not the one stated',
    });
  const [segment, offset, bytes, crc, count, length] = [4, 8, 12, 16, 20, 24].map((at) =>
    value.readUInt32LE(at),
  ) as [number, number, number, number, number, number];
  const masks = value.subarray(HEADER, HEADER + count);
  const ids = JSON.parse(value.toString('utf8', HEADER + count, HEADER + count + length));
  return { place: { segment, offset, bytes, crc }, masks, ids };
}

/** Payloads of a block whose head was decoded once. */
export function decodePayloads(value: Buffer): Payload[] {
  return JSON.parse(value.toString('utf8', HEADER + value.readUInt32LE(20) + value.readUInt32LE(24)));
}
