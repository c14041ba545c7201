/**
 * FAISS' binary flat indexes, as `faiss.write_index_binary` writes them (`faiss/impl/index_write.cpp` of 1.15):
 *
 *   fourcc "IBxF" | d i32, code_size i32, ntotal i64, is_trained u8, metric_type i32 | size u64, codes
 *   fourcc "IBMp" or "IBM2" | the same head | an "IBxF" | size u64, ids i64
 *
 * Little-endian, no padding; the bits of a code lie as in `Codes`.
 */
import { Codes, MAX_BITS } from '../../codes/index.ts';
import { UnseenError } from '../../errors.ts';
import { createFile, openFile } from './disk.ts';
import type { FaissFlat, FaissWriteOptions } from './faiss.ts';
import {
  allocateBytes,
  type ByteSink,
  type ByteSource,
  blobSource,
  bytesSink,
  bytesSource,
} from './source.ts';

const FLAT = 'IBxF';
const MAPS = ['IBMp', 'IBM2'];
/** The fourcc and what every index begins with. */
const HEAD_BYTES = 25;
const COUNT_BYTES = 8;
/** METRIC_L2, which every binary index has. */
const METRIC = 1;
/** Bytes read or written at once. */
const PIECE = 4 * 1024 * 1024;

export async function readFlat(from: string | URL | Uint8Array | Blob): Promise<FaissFlat> {
  const source = await sourceOf(from);
  try {
    return await read(source);
  } finally {
    await source.close();
  }
}

export async function writeFlat(codes: Codes, file: string | URL, { ids }: FaissWriteOptions): Promise<void> {
  const parts = partsOf(codes, ids);
  const sink = await createFile(file);
  try {
    await writeParts(sink, parts);
  } catch (cause) {
    await sink.abandon();
    throw cause;
  }
  await sink.finish();
}

export async function flatToBytes(
  codes: Codes,
  { ids }: FaissWriteOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts = partsOf(codes, ids);
  const bytes = allocateBytes(parts.reduce((sum, part) => sum + part.length, 0));
  await writeParts(bytesSink(bytes), parts);
  return bytes;
}

async function sourceOf(from: string | URL | Uint8Array | Blob): Promise<ByteSource> {
  if (from instanceof Uint8Array) return bytesSource(from);
  return from instanceof Blob ? blobSource(from) : openFile(from);
}

/** Every length is held against what is left of the file before anything of that length is made. */
class Cursor {
  readonly #source: ByteSource;
  #at = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  refuse(where: string, reason: string, received: unknown): UnseenError {
    return new UnseenError('FAISS_FILE_INVALID', { file: this.#source.name, where, reason, received });
  }

  async take(where: string, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const left = this.#source.length - this.#at;
    if (length > left) throw this.refuse(where, `must have ${length} bytes`, `${left} bytes`);
    const bytes = allocateBytes(length);
    for (let at = 0; at < length; at += PIECE) {
      await this.#source.read(this.#at + at, bytes.subarray(at, Math.min(at + PIECE, length)));
    }
    this.#at += length;
    return bytes;
  }

  /** A count that must be `expected`, then so many items. */
  async vector(where: string, expected: number, itemBytes: number): Promise<Uint8Array<ArrayBuffer>> {
    const count = new DataView((await this.take(where, COUNT_BYTES)).buffer).getBigUint64(0, true);
    if (count !== BigInt(expected)) throw this.refuse(where, `must have ${expected} items`, String(count));
    return this.take(where, expected * itemBytes);
  }

  async head(): Promise<{ fourcc: string; bits: number; rows: number }> {
    const bytes = await this.take('header', HEAD_BYTES);
    const view = new DataView(bytes.buffer);
    const fourcc = String.fromCharCode(...bytes.subarray(0, 4));
    if (fourcc !== FLAT && !MAPS.includes(fourcc))
      throw this.refuse('fourcc', `must be ${FLAT} or ${MAPS.join(' or ')}`, fourcc);
    const bits = view.getInt32(4, true);
    if (bits < 8 || bits > MAX_BITS || bits % 8 !== 0)
      throw this.refuse('d', `must be a multiple of 8 from 8 to ${MAX_BITS}`, bits);
    const width = view.getInt32(8, true);
    if (width !== bits / 8) throw this.refuse('code_size', `must be ${bits / 8}`, width);
    const rows = view.getBigInt64(12, true);
    if (rows < 0n || rows > BigInt(this.#source.length))
      throw this.refuse('ntotal', `must be from 0 to what ${this.#source.length} bytes hold`, String(rows));
    if (bytes[20] !== 1) throw this.refuse('is_trained', 'must be 1', bytes[20]);
    const metric = view.getInt32(21, true);
    if (metric !== METRIC) throw this.refuse('metric_type', `must be ${METRIC}`, metric);
    return { fourcc, bits, rows: Number(rows) };
  }

  end(): void {
    const left = this.#source.length - this.#at;
    if (left > 0) throw this.refuse('end', 'must be the end of the file', `${left} bytes more`);
  }
}

async function read(source: ByteSource): Promise<FaissFlat> {
  const cursor = new Cursor(source);
  const outer = await cursor.head();
  const inner = outer.fourcc === FLAT ? outer : await cursor.head();
  if (inner.fourcc !== FLAT) throw cursor.refuse('inner index', `must be ${FLAT}`, inner.fourcc);
  for (const field of ['bits', 'rows'] as const) {
    if (inner[field] !== outer[field])
      throw cursor.refuse(`${field} of the inner index`, `must be ${outer[field]}`, inner[field]);
  }
  const { bits, rows } = inner;
  const bytes = await cursor.vector('codes', (rows * bits) / 8, 1);
  const codes = Codes.fromBytes(bytes, { bits });
  const ids = outer.fourcc === FLAT ? undefined : await cursor.vector('ids', rows, 8);
  cursor.end();
  return ids ? { codes, ids: decodeIds(ids) } : { codes };
}

function decodeIds(bytes: Uint8Array): BigInt64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const ids = new BigInt64Array(bytes.length / 8);
  for (let row = 0; row < ids.length; row++) ids[row] = view.getBigInt64(8 * row, true);
  return ids;
}

function partsOf(codes: Codes, ids: FaissWriteOptions['ids']): Uint8Array[] {
  const flat = [head(FLAT, codes), count(codes.bytes.length), codes.bytes];
  return ids ? [head(MAPS[0]!, codes), ...flat, count(codes.count), encodeIds(ids, codes.count)] : flat;
}

function head(fourcc: string, { bits, count }: Codes): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(fourcc));
  view.setInt32(4, bits, true);
  view.setInt32(8, bits / 8, true);
  view.setBigInt64(12, BigInt(count), true);
  bytes[20] = 1;
  view.setInt32(21, METRIC, true);
  return bytes;
}

function count(items: number): Uint8Array {
  const bytes = new Uint8Array(COUNT_BYTES);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(items), true);
  return bytes;
}

function encodeIds(ids: ArrayLike<number | bigint>, rows: number): Uint8Array {
  const refuse = (name: string, reason: string, received: unknown): UnseenError =>
    new UnseenError('ARGUMENT_INVALID', { name, reason, received });
  if (ids.length !== rows) throw refuse('ids', `must have one entry a code (${rows})`, ids.length);
  const view = new DataView(allocateBytes(8 * rows).buffer);
  for (let row = 0; row < rows; row++) {
    const id = ids[row]!;
    const whole = typeof id === 'bigint' || Number.isSafeInteger(id) ? BigInt(id) : undefined;
    if (whole === undefined || BigInt.asIntN(64, whole) !== whole)
      throw refuse(`ids[${row}]`, 'must be a whole number within i64', String(id));
    view.setBigInt64(8 * row, whole, true);
  }
  return new Uint8Array(view.buffer);
}

async function writeParts(sink: ByteSink, parts: readonly Uint8Array[]): Promise<void> {
  let offset = 0;
  for (const part of parts) {
    for (let at = 0; at < part.length; at += PIECE) {
      await sink.write(offset + at, part.subarray(at, at + PIECE));
    }
    offset += part.length;
  }
}
