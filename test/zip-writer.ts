/** Small zip archives for tests, with `.npy` arrays in them; whatever the headers state may be made a lie. */
import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipMember {
  readonly name: string;
  readonly bytes: Buffer;
  readonly deflate?: boolean;
  /** Stated instead of the truth. */
  readonly method?: number;
  readonly flags?: number;
  readonly size?: number;
  readonly crc?: number;
}

export function zipBytes(members: readonly ZipMember[]): Buffer {
  const files: Buffer[] = [];
  const entries: Buffer[] = [];
  let at = 0;
  for (const { name, bytes, deflate = false, ...stated } of members) {
    const data = deflate ? deflateRawSync(bytes) : bytes;
    const facts = Buffer.alloc(26); // from "version needed" to the lengths of name and extra field
    facts.writeUInt16LE(20, 0);
    facts.writeUInt16LE(stated.flags ?? 0, 2);
    facts.writeUInt16LE(stated.method ?? (deflate ? 8 : 0), 4);
    facts.writeUInt32LE(stated.crc ?? crc32(bytes), 10);
    facts.writeUInt32LE(data.length, 14);
    facts.writeUInt32LE(stated.size ?? bytes.length, 18);
    facts.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), facts, Buffer.from(name), data]);
    const place = Buffer.alloc(14); // comment, disk, attributes, and where the file begins
    place.writeUInt32LE(at, 10);
    entries.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\0'), facts, place, Buffer.from(name)]));
    files.push(local);
    at += local.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(members.length, 4);
  end.writeUInt16LE(members.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...files, directory, Buffer.from('PK\x05\x06'), end]);
}

/** A `.npy` file as NumPy writes it, version 1. */
export function npyBytes(descr: string, shape: readonly number[], data: Uint8Array): Buffer {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const header = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const head = Buffer.from(`\x93NUMPY\x01\x00__${header}`, 'latin1');
  head.writeUInt16LE(header.length, 8);
  return Buffer.concat([head, data]);
}

/** An array of text as `numpy.array(texts)`: code points of 4 bytes each, padded with zeros. */
export function npyTexts(texts: readonly string[], bigEndian = false): Buffer {
  const width = Math.max(1, ...texts.map((text) => [...text].length));
  const data = Buffer.alloc(4 * width * texts.length);
  texts.forEach((text, i) => {
    [...text].forEach((letter, j) => {
      const place = 4 * (width * i + j);
      if (bigEndian) data.writeUInt32BE(letter.codePointAt(0)!, place);
      else data.writeUInt32LE(letter.codePointAt(0)!, place);
    });
  });
  return npyBytes(`${bigEndian ? '>' : '<'}U${width}`, [texts.length], data);
}
