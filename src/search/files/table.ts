/**
 * The head of an index file: a preamble of 32 bytes and a table of contents, JSON in ASCII. Numbers little-endian.
 *
 *   0  magic "UNSEENIX"        16  length of the file, u64
 *   8  version, u32: 1         24  zero, u32
 *  12  length of the table, u32   28  XXH32 of bytes 0–27 and of the table, u32
 *
 * Sections follow in the order of the table, each at the next multiple of 64, with zeros between; so does the end of the
 * file. Every byte of a file is thus a checksum's, a checksum, or a zero that is looked at.
 */
import { UnseenError } from '../../errors.ts';
import { Checksum } from './checksum.ts';
import {
  hex,
  type IndexHead,
  parseTable,
  type Refuse,
  refuser,
  type SectionEntry,
  type Table,
  textOf,
} from './table-text.ts';

const MAGIC = 'UNSEENIX';
export const VERSION = 1;
export const PREAMBLE_BYTES = 32;
const CHECKED_BYTES = 28;
export const ALIGN = 64;
/** About 100 bytes a section; the largest index has some hundreds. */
const MAX_TABLE_BYTES = 1 << 20;

export const aligned = (bytes: number): number => Math.ceil(bytes / ALIGN) * ALIGN;

/**
 * Where each section will lie, and the length of the file. The table is as long before its checksums are known as after:
 * they are texts of eight digits. Offsets depend on the table's length and it on their digits: so it is tried again.
 */
export function layOut(
  head: IndexHead,
  sizes: readonly { readonly name: string; readonly bytes: number }[],
): Table & { readonly length: number } {
  for (let start = aligned(PREAMBLE_BYTES); ; ) {
    let end = start;
    const sections = sizes.map(({ name, bytes }) => {
      const offset = end;
      end = aligned(offset + bytes);
      return { name, offset, bytes, checksum: 0 };
    });
    const needed = aligned(PREAMBLE_BYTES + textOf({ head, sections }).length);
    if (needed <= start) return { head, sections, length: end };
    start = needed;
  }
}

/** Preamble and table, up to the first section. */
export function writeHead(table: Table, length: number): Uint8Array {
  const text = new TextEncoder().encode(textOf(table));
  if (text.length > MAX_TABLE_BYTES) {
    throw new UnseenError('INDEX_TOO_LARGE', { received: length, reason: 'too many sections for a file' });
  }
  const bytes = new Uint8Array(table.sections[0]?.offset ?? length);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(MAGIC));
  view.setUint32(8, VERSION, true);
  view.setUint32(12, text.length, true);
  view.setBigUint64(16, BigInt(length), true);
  bytes.set(text, PREAMBLE_BYTES);
  view.setUint32(CHECKED_BYTES, checksumOf(bytes, text.length), true);
  return bytes;
}

const checksumOf = (bytes: Uint8Array, tableBytes: number): number =>
  new Checksum()
    .update(bytes.subarray(0, CHECKED_BYTES))
    .update(bytes.subarray(PREAMBLE_BYTES, PREAMBLE_BYTES + tableBytes))
    .digest();

/**
 * Length of preamble and table up to the first section, from the preamble and the file's true length.
 * @throws `INDEX_FILE_INVALID`, `INDEX_FILE_VERSION`, `FILE_LENGTH`
 */
export function readPreamble(bytes: Uint8Array, fileBytes: number, file: string): number {
  const refuse = refuser(file);
  const magic = String.fromCharCode(...bytes.subarray(0, MAGIC.length));
  if (magic !== MAGIC) throw refuse('magic', `must be ${MAGIC}`, magic);
  if (bytes.length < PREAMBLE_BYTES)
    throw new UnseenError('FILE_LENGTH', {
      file,
      expected: `at least ${PREAMBLE_BYTES}`,
      received: fileBytes,
    });
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const version = view.getUint32(8, true);
  if (version !== VERSION) {
    throw new UnseenError('INDEX_FILE_VERSION', { file, received: version, known: String(VERSION) });
  }
  const stated = view.getBigUint64(16, true);
  if (stated !== BigInt(fileBytes)) {
    throw new UnseenError('FILE_LENGTH', { file, expected: String(stated), received: fileBytes });
  }
  const table = view.getUint32(12, true);
  if (table > MAX_TABLE_BYTES) throw refuse('table', `must have at most ${MAX_TABLE_BYTES} bytes`, table);
  const end = aligned(PREAMBLE_BYTES + table);
  if (end > fileBytes) throw refuse('table', `must end inside the file of ${fileBytes} bytes`, end);
  return end;
}

/** @throws `INDEX_FILE_DAMAGED`, `INDEX_FILE_INVALID` */
export function readTable(bytes: Uint8Array, fileBytes: number, file: string): Table {
  const refuse = refuser(file);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const length = view.getUint32(12, true);
  const expected = view.getUint32(CHECKED_BYTES, true);
  const computed = checksumOf(bytes, length);
  if (computed !== expected) throw damaged(file, 'the table of contents', expected, computed);
  if (view.getUint32(24, true) !== 0) throw refuse('preamble', 'bytes 24–27 must be 0', 'something else');
  checkZeros(bytes.subarray(PREAMBLE_BYTES + length), 'table', refuse);
  const table = parseTable(bytes.subarray(PREAMBLE_BYTES, PREAMBLE_BYTES + length), refuse);
  checkPlaces(table.sections, bytes.length, fileBytes, refuse);
  return table;
}

/** Each section lies where the one before ends, and the file ends with the last: nothing overlaps, nothing is left. */
function checkPlaces(
  sections: readonly SectionEntry[],
  headBytes: number,
  fileBytes: number,
  refuse: Refuse,
): void {
  const names = new Set<string>();
  let end = headBytes;
  for (const { name, offset, bytes } of sections) {
    if (names.has(name)) throw refuse(`section ${name}`, 'must be there once', 'it twice');
    names.add(name);
    if (offset !== end) throw refuse(`section ${name}`, `must begin at ${end}`, offset);
    end = aligned(offset + bytes);
    if (end > fileBytes)
      throw refuse(`section ${name}`, `must end inside the file of ${fileBytes} bytes`, offset + bytes);
  }
  if (end !== fileBytes) throw refuse('sections', `must fill the file of ${fileBytes} bytes`, end);
}

/** What lies between two sections. */
export function checkZeros(gap: Uint8Array, behind: string, refuse: Refuse): void {
  const place = gap.findIndex((byte) => byte !== 0);
  if (place >= 0) throw refuse(`behind ${behind}`, 'must be zeros up to a multiple of 64', gap[place]);
}

/** `INDEX_FILE_DAMAGED` */
export const damaged = (file: string, where: string, expected: number, computed: number): UnseenError =>
  new UnseenError('INDEX_FILE_DAMAGED', { file, where, expected: hex(expected), received: hex(computed) });
