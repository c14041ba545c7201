/** Values of the records with their CRC-32 before them: LMDB itself has no checksums. */
import { crc32 } from 'node:zlib';

export function sealed(content: Uint8Array): Buffer {
  const value = Buffer.concat([Buffer.alloc(4), content]);
  value.writeUInt32LE(crc32(content), 0);
  return value;
}

/** Undefined if the checksum is not the content's. */
export function unsealed(value: Buffer): Buffer | undefined {
  const content = value.subarray(4);
  return value.length > 4 && value.readUInt32LE(0) === crc32(content) ? content : undefined;
}
