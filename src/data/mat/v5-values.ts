/** The values of version 5 arrays: numbers, sparse matrices, text, and cells of these. */
import { endianness } from 'node:os';
import { UnseenError } from '../../errors.ts';
import { allocate } from '../files.ts';
import type { NpyData } from '../npy.ts';
import type { MatSingle, MatSparse, MatText, MatValue } from './mat-file.ts';
import { elementCount, MAX_DEPTH, OBJECT_BYTES, unsupported } from './mat-file.ts';
import type { Elements, MatrixHeader, Tag } from './v5-elements.ts';
import { MATRIX, UTF8, UTF32 } from './v5-elements.ts';

const MACHINE_IS_LITTLE = endianness() === 'LE';
/** Numbers are converted this many bytes at a time. */
const PART = 1 << 20;
const MAX_TEXT_BYTES = 1 << 24;

type View = (buffer: ArrayBuffer) => NpyData;

const VIEWS = {
  int8: (buffer) => new Int8Array(buffer),
  uint8: (buffer) => new Uint8Array(buffer),
  int16: (buffer) => new Int16Array(buffer),
  uint16: (buffer) => new Uint16Array(buffer),
  int32: (buffer) => new Int32Array(buffer),
  uint32: (buffer) => new Uint32Array(buffer),
  single: (buffer) => new Float32Array(buffer),
  double: (buffer) => new Float64Array(buffer),
  int64: (buffer) => new BigInt64Array(buffer),
  uint64: (buffer) => new BigUint64Array(buffer),
} as const satisfies Record<string, View>;
type NumberClass = keyof typeof VIEWS;

/** Element types that hold numbers, by their number; MATLAB stores small whole numbers in the smallest that fits. */
const STORED: Readonly<Record<number, NumberClass>> = {
  1: 'int8',
  2: 'uint8',
  3: 'int16',
  4: 'uint16',
  5: 'int32',
  6: 'uint32',
  7: 'single',
  9: 'double',
  12: 'int64',
  13: 'uint64',
};

const BYTES = 2;

const isNumberClass = (name: string): name is NumberClass => Object.hasOwn(VIEWS, name);
export const itemBytes = (name: NumberClass): number => VIEWS[name](new ArrayBuffer(0)).BYTES_PER_ELEMENT;

function store(target: NpyData, values: NpyData, at: number): void {
  if (target instanceof BigInt64Array || target instanceof BigUint64Array) {
    for (let i = 0; i < values.length; i++) target[at + i] = BigInt(values[i]!);
  } else if (values instanceof BigInt64Array || values instanceof BigUint64Array) {
    for (let i = 0; i < values.length; i++) target[at + i] = Number(values[i]!);
  } else target.set(values, at);
}

/** `count` numbers, as the class asks for, whatever they are stored as. */
async function readNumbers(
  elements: Elements,
  tag: Tag,
  count: number,
  className: NumberClass,
): Promise<NpyData> {
  const stored = STORED[tag.type];
  if (!stored) throw elements.malformed('numbers must be of an element type from 1 to 13', tag.type);
  const size = itemBytes(stored);
  if (tag.bytes !== count * size)
    throw elements.malformed(`${count} numbers of ${size} bytes must take ${count * size} bytes`, tag.bytes);
  const target = VIEWS[className](allocate(count * itemBytes(className), elements.file).buffer);
  let at = 0;
  await elements.data(tag, PART, (part) => {
    if (size > 1 && elements.littleEndian !== MACHINE_IS_LITTLE)
      for (let i = 0; i < part.length; i += size) part.subarray(i, i + size).reverse();
    const values = VIEWS[stored](part.buffer);
    store(target, values, at);
    at += values.length;
  });
  return target;
}

async function readText(elements: Elements, shape: readonly number[]): Promise<MatText> {
  const tag = await elements.tag();
  const bytes = await elements.all(tag, MAX_TEXT_BYTES, 'text');
  const stored = STORED[tag.type] ?? (tag.type === UTF32 ? 'uint32' : tag.type === UTF8 ? 'uint8' : 'uint16');
  const size = itemBytes(stored);
  if (bytes.length % size !== 0)
    throw elements.malformed(`text must be characters of ${size} bytes`, bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { littleEndian } = elements;
  // Places are code points in UTF-32 and in what NumPy counts, UTF-16 units in what MATLAB counts.
  const places: string[] =
    size === 1
      ? [...decodeBytes(bytes, elements)]
      : Array.from({ length: bytes.length / size }, (_, i) =>
          size === 2
            ? String.fromCharCode(view.getUint16(2 * i, littleEndian))
            : codePoint(view.getUint32(4 * i, littleEndian), elements),
        );
  const count = elementCount(shape, OBJECT_BYTES, elements.file, 'text');
  const units = places.length === count ? places : places.join('').split('');
  if (units.length !== count) throw elements.malformed(`text must have ${count} characters`, units.length);
  return { kind: 'text', lines: linesOf(units, shape) };
}

function decodeBytes(bytes: Uint8Array, elements: Elements): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    const where = `mat, ${elements.source.where()}`;
    const values = { file: elements.file, where, reason: 'text must be UTF-8', received: 'other bytes' };
    throw new UnseenError('FILE_MALFORMED', values, { cause });
  }
}

function codePoint(value: number, elements: Elements): string {
  if (value > 0x10ffff) throw elements.malformed('text must be Unicode', value);
  return String.fromCodePoint(value);
}

/** Rows of a character array that lies column by column. */
export function linesOf(units: readonly string[], shape: readonly number[]): string[] {
  const rows = shape[0] ?? 0;
  const cols = rows === 0 ? 0 : units.length / rows;
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: cols }, (_, col) => units[col * rows + row]!)
      .join('')
      .replace(/[ \0]+$/, ''),
  );
}

async function readSparse(elements: Elements, { shape, name, logical }: MatrixHeader): Promise<MatSparse> {
  const [rows = 0, cols = 0] = shape;
  if (shape.length !== 2) throw elements.malformed('a sparse matrix must have 2 dimensions', shape);
  const next = async (className: NumberClass, entries?: number): Promise<Float64Array> => {
    const tag = await elements.tag();
    // MATLAB labels truth values as 8-byte numbers and writes a byte each.
    const bytes = logical && entries !== undefined && tag.bytes === entries;
    const size = itemBytes((!bytes && STORED[tag.type]) || 'uint8');
    const count = tag.bytes / size;
    if (!Number.isInteger(count))
      throw elements.malformed(`numbers of ${size} bytes must take a multiple of that`, tag.bytes);
    elementCount([count], 8, elements.file, name);
    const data = await readNumbers(elements, bytes ? { ...tag, type: BYTES } : tag, count, className);
    return data instanceof Float64Array ? data : Float64Array.from(data as Int32Array);
  };
  const rowOf = await next('int32');
  const columns = await next('int32');
  // A matrix of truth values may say by its places alone what is true.
  const values =
    logical && elements.remaining === 0
      ? new Float64Array(rowOf.length).fill(1)
      : await next('double', columns.at(-1));
  return checkSparse(
    { kind: 'sparse', shape: [rows, cols], columns, rows: rowOf, values },
    (reason, received) => elements.malformed(reason, received),
  );
}

/** Column starts ascend from 0 and stay inside the entries, rows are rows of the matrix. */
export function checkSparse(
  sparse: MatSparse,
  malformed: (reason: string, received: unknown) => UnseenError,
): MatSparse {
  const { shape, columns, rows, values } = sparse;
  if (columns.length !== shape[1] + 1)
    throw malformed(`a sparse matrix of ${shape[1]} columns must have one start more`, columns.length);
  const entries = columns.at(-1)!;
  columns.forEach((start, i) => {
    if (i === 0 ? start !== 0 : !(start >= columns[i - 1]!))
      throw malformed('column starts must ascend from 0', start);
  });
  if (rows.length < entries || values.length < entries)
    throw malformed(`a sparse matrix must have its ${entries} entries`, [rows.length, values.length]);
  for (let i = 0; i < entries; i++)
    if (!(rows[i]! >= 0 && rows[i]! < shape[0]))
      throw malformed(`a sparse entry must lie in rows 0 to ${shape[0] - 1}`, rows[i]);
  return sparse;
}

/** A full array of numbers as float32, whatever it is stored as. Throws as `readValue`. */
export async function readSingles(elements: Elements, header: MatrixHeader): Promise<MatSingle> {
  const { name, className, shape, complex } = header;
  const { file } = elements;
  if (complex || !isNumberClass(className))
    throw unsupported(file, name, 'must be a full array of real numbers', complex ? 'complex' : className);
  const count = elementCount(shape, Float32Array.BYTES_PER_ELEMENT, file, name);
  const data = await readNumbers(elements, await elements.tag(), count, 'single');
  return { kind: 'numeric', shape, data: data as Float32Array, order: 'column' };
}

/** The value of a matrix whose header has just been read. Throws `MAT_UNSUPPORTED`, `FILE_MALFORMED`, `FILE_LENGTH`. */
export async function readValue(elements: Elements, header: MatrixHeader, depth = 0): Promise<MatValue> {
  const { name, className, shape, complex } = header;
  const { file } = elements;
  if (complex) throw unsupported(file, name, 'complex numbers are not read', className);
  if (className === 'sparse') return readSparse(elements, header);
  if (className === 'char') return readText(elements, shape);
  if (className === 'cell') {
    if (depth >= MAX_DEPTH) throw unsupported(file, name, `cells may be ${MAX_DEPTH} deep`, depth + 1);
    const count = elementCount(shape, OBJECT_BYTES, file, name);
    if (count * 8 > elements.remaining)
      throw elements.malformed(`${count} cells need ${count * 8} bytes at least`, elements.remaining);
    const items: MatValue[] = [];
    for (let i = 0; i < count; i++) {
      const tag = await elements.tag();
      if (tag.type !== MATRIX) throw elements.malformed('a cell must hold an array (14)', tag.type);
      const inside = elements.inside(tag);
      items.push(await readItem(inside, name, depth + 1));
      await inside.end();
    }
    return { kind: 'cell', items };
  }
  if (!isNumberClass(className)) throw unsupported(file, name, 'must be numbers, text or cells', className);
  const count = elementCount(shape, itemBytes(className), file, name);
  const data = await readNumbers(elements, await elements.tag(), count, className);
  return { kind: 'numeric', shape, data, order: 'column' };
}

/** MATLAB writes an empty array in a cell as an element without anything in it. */
async function readItem(inside: Elements, name: string, depth: number): Promise<MatValue> {
  if (inside.remaining === 0)
    return { kind: 'numeric', shape: [0, 0], data: new Float64Array(0), order: 'column' };
  const header = await inside.matrixHeader();
  return readValue(inside, { ...header, name }, depth);
}
