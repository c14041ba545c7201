/**
 * Ids in an index file, in the tightest of these forms: u32 or f64 numbers, i64 bigints, strings, or a mixture. Texts
 * lie one behind the other, and a list says how long each is.
 */
import type { Id } from '../types.ts';
import type { IndexReader } from './reader.ts';
import { allocateBytes } from './source.ts';
import { decodeText, decodeUtf8, encoded, encodedLength, kindOf, UTF8 } from './texts.ts';
import type { Section } from './writer.ts';

const LEAST_I64 = -(2n ** 63n);
const MOST_I64 = 2n ** 63n - 1n;
/** Ids of a piece while writing. */
const PIECE = 1 << 14;
/** Bytes of texts that are decoded or handed on in one call. */
const BLOCK_BYTES = 1 << 16;

export interface IdList {
  readonly length: number;
  at(row: number): Id;
}

/** Sections that hold the ids of all rows. */
export function idSections(ids: IdList): Section[] {
  const { length } = ids;
  const list = (name: string, width: number, put: (view: DataView, at: number, id: Id) => void): Section => ({
    name,
    bytes: width * length,
    *chunks() {
      const view = new DataView(new ArrayBuffer(width * Math.min(PIECE, length)));
      for (let from = 0; from < length; from += PIECE) {
        const to = Math.min(from + PIECE, length);
        for (let row = from; row < to; row++) put(view, (row - from) * width, ids.at(row));
        yield new Uint8Array(view.buffer, 0, (to - from) * width);
      }
    },
  });
  const form = formOf(ids);
  if (form === 'u32') return [list('ids.u32', 4, (view, at, id) => view.setUint32(at, id as number, true))];
  if (form === 'f64') return [list('ids.f64', 8, (view, at, id) => view.setFloat64(at, id as number, true))];
  if (form === 'i64') {
    return [list('ids.i64', 8, (view, at, id) => view.setBigInt64(at, id as bigint, true))];
  }
  const plain = form === 'strings';
  const lengths = list('ids.lengths', 4, (view, at, id) => view.setUint32(at, encodedLength(id), true));
  let bytes = 0;
  for (let row = 0; row < length; row++) bytes += encodedLength(ids.at(row));
  const texts = { name: 'ids.texts', bytes, chunks: () => (plain ? joined(ids) : gathered(ids)) };
  const kinds = list('ids.kinds', 1, (view, at, id) => view.setUint8(at, kindOf(id)));
  return plain ? [lengths, texts] : [kinds, lengths, texts];
}

/**
 * Ids of all rows, or undefined if the file holds none: then they are the rows' numbers. Whether they are distinct and
 * finite is for the index to see.
 * @throws `INDEX_FILE_INVALID` and as `IndexReader.chunks`
 */
export async function readIds(reader: IndexReader): Promise<ArrayLike<Id> | undefined> {
  const { rows } = reader.head;
  if (reader.has('ids.u32')) {
    return readList(reader, 'ids.u32', 4, () => new Uint32Array(rows), readU32);
  }
  if (reader.has('ids.f64')) {
    const get = (view: DataView, at: number): number => view.getFloat64(at, true);
    return readList(reader, 'ids.f64', 8, () => new Float64Array(rows), get);
  }
  if (reader.has('ids.i64')) {
    const get = (view: DataView, at: number): bigint => view.getBigInt64(at, true);
    return readList(reader, 'ids.i64', 8, () => new BigInt64Array(rows), get);
  }
  return reader.has('ids.lengths') ? readTexts(reader, rows) : undefined;
}

type Form = 'u32' | 'f64' | 'i64' | 'strings' | 'mixed';

function formOf(ids: IdList): Form {
  let [u32, f64, i64, strings] = [true, true, true, true];
  for (let row = 0; row < ids.length; row++) {
    const id = ids.at(row);
    if (typeof id === 'number') {
      i64 = strings = false;
      if (id !== id >>> 0 || Object.is(id, -0)) u32 = false;
    } else if (typeof id === 'bigint') {
      u32 = f64 = strings = false;
      if (id < LEAST_I64 || id > MOST_I64) i64 = false;
    } else {
      u32 = f64 = i64 = false;
      if (strings && kindOf(id) !== UTF8) strings = false;
    }
    if (!f64 && !i64 && !strings) return 'mixed';
  }
  return u32 ? 'u32' : f64 ? 'f64' : i64 ? 'i64' : 'strings';
}

function* joined(ids: IdList): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  for (let from = 0; from < ids.length; from += PIECE) {
    const length = Math.min(PIECE, ids.length - from);
    yield encoder.encode(Array.from({ length }, (_, i) => ids.at(from + i)).join(''));
  }
}

function* gathered(ids: IdList): Generator<Uint8Array> {
  const block = new Uint8Array(BLOCK_BYTES);
  let filled = 0;
  for (let row = 0; row < ids.length; row++) {
    const text = encoded(ids.at(row));
    if (filled + text.length > block.length) {
      yield block.subarray(0, filled);
      filled = 0;
    }
    if (text.length > block.length) {
      yield text;
    } else {
      block.set(text, filled);
      filled += text.length;
    }
  }
  yield block.subarray(0, filled);
}

const readU32 = (view: DataView, at: number): number => view.getUint32(at, true);

async function readList<T extends { [row: number]: number | bigint; readonly length: number }>(
  reader: IndexReader,
  name: string,
  width: number,
  make: () => T,
  get: (view: DataView, at: number) => T[number],
): Promise<T> {
  reader.bytes(name, width * reader.head.rows); // before anything is allocated
  const target = make();
  let row = 0;
  for await (const piece of reader.chunks(name, width)) {
    decodeList(piece, width, target, row, get);
    row += piece.length / width;
  }
  return target;
}

/** Not in the loop above: in a function that waits it would run unoptimised. */
function decodeList<T extends { [row: number]: number | bigint }>(
  piece: Uint8Array,
  width: number,
  target: T,
  from: number,
  get: (view: DataView, at: number) => T[number],
): void {
  const view = new DataView(piece.buffer, piece.byteOffset, piece.length);
  for (let at = 0, row = from; at < piece.length; at += width) target[row++] = get(view, at);
}

async function readTexts(reader: IndexReader, rows: number): Promise<Id[]> {
  let kinds: Uint8Array | undefined;
  if (reader.has('ids.kinds')) {
    reader.bytes('ids.kinds', rows);
    kinds = allocateBytes(rows);
    await reader.into('ids.kinds', kinds);
  }
  const lengths = await readList(reader, 'ids.lengths', 4, () => new Uint32Array(rows), readU32);
  const total = lengths.reduce((sum, length) => sum + length, 0); // at most 2⁶⁴, but compared only
  const texts = allocateBytes(reader.bytes('ids.texts', total));
  await reader.into('ids.texts', texts);
  const refuse = (row: number, reason: string): never => {
    throw reader.refuse('section ids.texts', reason, `row ${row}`);
  };
  return kinds ? mixed(texts, lengths, kinds, refuse) : strings(texts, lengths, refuse);
}

function mixed(
  texts: Uint8Array,
  lengths: Uint32Array,
  kinds: Uint8Array,
  refuse: (row: number, reason: string) => never,
): Id[] {
  let at = 0;
  return Array.from(lengths, (length, row) => {
    at += length;
    return decodeText(texts.subarray(at - length, at), kinds[row]!) ?? refuse(row, 'must be ids');
  });
}

/** Many rows are decoded at once; where all are ASCII, their places among the bytes are those among the letters. */
function strings(
  texts: Uint8Array,
  lengths: Uint32Array,
  refuse: (row: number, reason: string) => never,
): string[] {
  const ids = new Array<string>(lengths.length);
  const decode = (from: number, to: number, row: number): string =>
    decodeUtf8(texts.subarray(from, to)) ?? refuse(row, 'must be UTF-8');
  for (let row = 0, at = 0; row < lengths.length; ) {
    const first = row;
    const start = at;
    do at += lengths[row++]!;
    while (row < lengths.length && at - start < BLOCK_BYTES);
    const block = decode(start, at, first);
    let from = start;
    for (let i = first; i < row; i++) {
      const to = from + lengths[i]!;
      ids[i] = block.length === at - start ? block.slice(from - start, to - start) : decode(from, to, i);
      from = to;
    }
  }
  return ids;
}
