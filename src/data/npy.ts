/** NumPy `.npy` arrays: read whole or by rows, written atomically. The header's rules are in `npy-header.ts`. */
import { endianness } from 'node:os';
import { UnseenError } from '../errors.ts';
import { allocate, readExactly, withFile, writeFileAtomic } from './files.ts';
import { decodeFloat16 } from './float16.ts';
import type { NpyHeader, NpyType } from './npy-header.ts';
import { PREAMBLE_BYTES, parseHeader, parsePreamble, parseTextHeader } from './npy-header.ts';

export type NpyData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

export interface NpyArray {
  /** The type in the file: `f2` arrives as float32, `b1` as uint8. */
  readonly type: NpyType;
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: NpyData;
}

const MACHINE_IS_BIG_ENDIAN = endianness() === 'BE';

const VIEWS: Record<Exclude<NpyType, 'f2'>, (buffer: ArrayBuffer) => NpyData> = {
  f4: (buffer) => new Float32Array(buffer),
  f8: (buffer) => new Float64Array(buffer),
  b1: (buffer) => new Uint8Array(buffer),
  i1: (buffer) => new Int8Array(buffer),
  u1: (buffer) => new Uint8Array(buffer),
  i2: (buffer) => new Int16Array(buffer),
  u2: (buffer) => new Uint16Array(buffer),
  i4: (buffer) => new Int32Array(buffer),
  u4: (buffer) => new Uint32Array(buffer),
  i8: (buffer) => new BigInt64Array(buffer),
  u8: (buffer) => new BigUint64Array(buffer),
};

function decode(raw: Uint8Array<ArrayBuffer>, header: NpyHeader): NpyData {
  if (header.itemBytes > 1 && header.bigEndian !== MACHINE_IS_BIG_ENDIAN) {
    for (let i = 0; i < raw.length; i += header.itemBytes) raw.subarray(i, i + header.itemBytes).reverse();
  }
  return header.type === 'f2' ? decodeFloat16(new Uint16Array(raw.buffer)) : VIEWS[header.type](raw.buffer);
}

/** Bytes one after the other; a source that ends early throws. */
export interface NpySource {
  fill(target: Uint8Array): Promise<void>;
}

async function headerOf<T>(
  source: NpySource,
  length: number,
  file: string,
  parse: (text: string, dataOffset: number, fileBytes: number, file: string) => T,
): Promise<T> {
  const preamble = new Uint8Array(Math.min(length, PREAMBLE_BYTES));
  await source.fill(preamble);
  const { from, to, utf8 } = parsePreamble(preamble, file);
  if (to > length)
    throw new UnseenError('FILE_LENGTH', { file, expected: `at least ${to}`, received: length });
  // A header that ends inside the preamble is too short for any parser, so that nothing is read from a wrong place.
  const head = new Uint8Array(Math.max(to, preamble.length));
  head.set(preamble);
  await source.fill(head.subarray(preamble.length));
  const text = new TextDecoder(utf8 ? 'utf-8' : 'latin1').decode(head.subarray(from, to));
  return parse(text, to, length, file);
}

const beginning = (handle: Parameters<typeof readExactly>[0], file: string): NpySource => {
  let at = 0;
  return {
    async fill(target) {
      await readExactly(handle, target, at, file);
      at += target.length;
    },
  };
};

/** An array out of `length` bytes that come one after the other, as a file in an archive. Throws as `readNpy`. */
export async function readNpyFrom(source: NpySource, length: number, file: string): Promise<NpyArray> {
  const header = await headerOf(source, length, file, parseHeader);
  const raw = allocate(header.dataBytes, file);
  await source.fill(raw);
  return { type: header.type, shape: header.shape, data: decode(raw, header) };
}

/** A list of texts (NumPy's `<U…` and `|S…`), `[n]`. Throws as `readNpy`; `FILE_MALFORMED` for what is not Unicode. */
export async function readNpyTexts(source: NpySource, length: number, file: string): Promise<string[]> {
  const header = await headerOf(source, length, file, parseTextHeader);
  const malformed = (where: string, reason: string, received: unknown): UnseenError =>
    new UnseenError('FILE_MALFORMED', { file, where: `.npy ${where}`, reason, received });
  const { shape, kind, itemBytes, bigEndian } = header;
  if (shape.length !== 1) throw malformed('shape', 'texts must be [n]', shape);
  if (itemBytes === 0) throw malformed('item type', 'texts must have a character', 0);
  const raw = allocate(header.dataBytes, file);
  await source.fill(raw);
  const view = new DataView(raw.buffer);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  return Array.from({ length: shape[0]! }, (_, i) => {
    const from = i * itemBytes;
    try {
      if (kind === 'S') return decoder.decode(raw.subarray(from, from + itemBytes)).replace(/\0+$/, '');
      const points = Array.from({ length: itemBytes / 4 }, (_, j) =>
        view.getUint32(from + 4 * j, !bigEndian),
      );
      return points
        .map((point) => String.fromCodePoint(point))
        .join('')
        .replace(/\0+$/, '');
    } catch {
      throw malformed(`text ${i}`, 'must be Unicode', 'other bytes');
    }
  });
}

/** Type and shape of a file, without its array. Throws as `readNpy`. */
export async function readNpyHeader(file: string): Promise<NpyHeader> {
  return withFile(file, (handle, length) => headerOf(beginning(handle, file), length, file, parseHeader));
}

/**
 * Reads an array, or only its first-axis rows `[from, to)`.
 *
 * Throws `FILE_UNREADABLE`, `FILE_MALFORMED` (magic, header), `FILE_LENGTH` (the file is not exactly as long as its
 * shape says; checked before anything is allocated), `NPY_UNSUPPORTED` (objects, structures, Fortran order),
 * `ARGUMENT_INVALID` (rows outside the array).
 */
export async function readNpy(
  file: string,
  options: { readonly rows?: readonly [from: number, to: number] } = {},
): Promise<NpyArray> {
  return withFile(file, async (handle, length) => {
    const header = await headerOf(beginning(handle, file), length, file, parseHeader);
    const total = header.shape[0] ?? 1;
    const [from, to] = options.rows ?? [0, total];
    if (!(Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from <= to && to <= total)) {
      throw new UnseenError('ARGUMENT_INVALID', {
        name: 'rows',
        reason: `must be a range inside [0, ${total})`,
        received: [from, to],
      });
    }
    const rowBytes = total === 0 ? 0 : header.dataBytes / total;
    const raw = allocate((to - from) * rowBytes, file);
    await readExactly(handle, raw, header.dataOffset + from * rowBytes, file);
    const shape = header.shape.length === 0 ? [] : [to - from, ...header.shape.slice(1)];
    return { type: header.type, shape, data: decode(raw, header) };
  });
}

const TYPE_OF: ReadonlyMap<unknown, Exclude<NpyType, 'f2' | 'b1'>> = new Map<
  unknown,
  Exclude<NpyType, 'f2' | 'b1'>
>([
  [Float32Array, 'f4'],
  [Float64Array, 'f8'],
  [Int8Array, 'i1'],
  [Uint8Array, 'u1'],
  [Int16Array, 'i2'],
  [Uint16Array, 'u2'],
  [Int32Array, 'i4'],
  [Uint32Array, 'u4'],
  [BigInt64Array, 'i8'],
  [BigUint64Array, 'u8'],
]);

/** Writes a version 1 file in C order, byte for byte as `numpy.save` would; atomic. `shape` must hold `data.length` items. */
export async function writeNpy(file: string, data: NpyData, shape: readonly number[]): Promise<void> {
  const items = shape.reduce((product, n) => product * n, 1);
  if (items !== data.length || shape.some((n) => !Number.isSafeInteger(n) || n < 0)) {
    throw new UnseenError('ARGUMENT_INVALID', {
      name: 'shape',
      reason: `must hold ${data.length} items`,
      received: shape,
    });
  }
  const plain = data instanceof Uint8Array ? Uint8Array : data.constructor; // a Buffer is a Uint8Array
  const type = TYPE_OF.get(plain)!;
  const order = data.BYTES_PER_ELEMENT === 1 ? '|' : MACHINE_IS_BIG_ENDIAN ? '>' : '<';
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '${order}${type}', 'fortran_order': False, 'shape': ${tuple}, }`;
  // Padding ends the header on a multiple of 64 bytes, so that the array can be mapped aligned.
  const padded = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const head = Buffer.concat([
    Buffer.from('\x93NUMPY\x01\x00', 'latin1'),
    Buffer.from([padded.length & 255, padded.length >> 8]),
    Buffer.from(padded, 'latin1'),
  ]);
  await writeFileAtomic(file, [head, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]);
}
