/**
 * The header of NumPy's `.npy` files (versions 1 to 3; NEP 1): a magic, a length, a Python dictionary literal.
 * Nothing in it is trusted: the grammar below is the only thing that is understood, and no number in it allocates.
 */
import { UnseenError } from '../errors.ts';

/** Item types that are read; `f2` is decoded to float32, everything else keeps its type. */
const ITEM_BYTES = {
  f2: 2,
  f4: 4,
  f8: 8,
  b1: 1,
  i1: 1,
  u1: 1,
  i2: 2,
  u2: 2,
  i4: 4,
  u4: 4,
  i8: 8,
  u8: 8,
} as const;
export type NpyType = keyof typeof ITEM_BYTES;

export interface NpyHeader {
  readonly type: NpyType;
  readonly bigEndian: boolean;
  readonly shape: readonly number[];
  readonly itemBytes: number;
  /** Where the array begins, bytes from the start of the file. */
  readonly dataOffset: number;
  /** What the shape and the item type ask for; a safe integer. */
  readonly dataBytes: number;
}

/** Bytes that hold every preamble: magic 6, version 2, length 4. */
export const PREAMBLE_BYTES = 12;
/** NumPy itself refuses headers above 10,000 bytes; version 1 cannot say more than 65,535. */
const MAX_HEADER_BYTES = 65535;
/** NumPy's own limit is 64 since version 2. */
const MAX_DIMENSIONS = 64;
const MAGIC = '\x93NUMPY';

const malformed = (file: string, where: string, reason: string, received: unknown): UnseenError =>
  new UnseenError('FILE_MALFORMED', { file, where: `.npy ${where}`, reason, received });

/** Where the header's text lies; `bytes` are the first `PREAMBLE_BYTES` (or fewer) of the file. */
export function parsePreamble(bytes: Uint8Array, file: string): { from: number; to: number; utf8: boolean } {
  const magic = String.fromCharCode(...bytes.subarray(0, 6));
  if (magic !== MAGIC) throw malformed(file, 'magic', 'must be \\x93NUMPY', magic);
  const major = bytes[6];
  if (major !== 1 && major !== 2 && major !== 3)
    throw malformed(file, 'version', 'must be 1, 2 or 3', major ?? 'nothing');
  const from = major === 1 ? 10 : 12;
  if (bytes.length < from)
    throw new UnseenError('FILE_LENGTH', { file, expected: `at least ${from}`, received: bytes.length });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > MAX_HEADER_BYTES)
    throw malformed(file, 'header', `must be at most ${MAX_HEADER_BYTES} bytes`, length);
  return { from, to: from + length, utf8: major === 3 };
}

export interface NpyTextHeader {
  /** `U`: code points of 4 bytes each; `S`: bytes of UTF-8. Both padded with zeros. */
  readonly kind: 'U' | 'S';
  readonly bigEndian: boolean;
  readonly shape: readonly number[];
  readonly itemBytes: number;
  readonly dataOffset: number;
  readonly dataBytes: number;
}

/** As `parseHeader`, for an array of text. */
export function parseTextHeader(
  text: string,
  dataOffset: number,
  fileBytes: number,
  file: string,
): NpyTextHeader {
  const fields = readDictionary(text, file);
  const match = /^([<>|=])([US])(\d{1,9})$/.exec(fields.descr);
  if (!match)
    throw new UnseenError('NPY_UNSUPPORTED', {
      file,
      reason: 'must be text of a fixed length, <U or |S (object arrays are refused)',
      received: fields.descr,
    });
  const kind = match[2] as 'U' | 'S';
  const itemBytes = Number(match[3]) * (kind === 'U' ? 4 : 1);
  const dataBytes = checkedBytes(fields.shape, itemBytes, dataOffset, fileBytes, file);
  return { kind, bigEndian: match[1] === '>', shape: fields.shape, itemBytes, dataOffset, dataBytes };
}

/** What shape × item ask for; `FILE_LENGTH` where the file is not exactly as long. */
function checkedBytes(
  shape: readonly number[],
  itemBytes: number,
  dataOffset: number,
  fileBytes: number,
  file: string,
): number {
  const dataBytes = shape.reduce((product, n) => product * n, itemBytes);
  const expected = dataOffset + dataBytes;
  if (!Number.isSafeInteger(expected) || expected !== fileBytes)
    throw new UnseenError('FILE_LENGTH', { file, expected, received: fileBytes });
  return dataBytes;
}

/** Reads the dictionary and checks shape × item against the file's length; throws `FILE_LENGTH` when they differ. */
export function parseHeader(text: string, dataOffset: number, fileBytes: number, file: string): NpyHeader {
  const fields = readDictionary(text, file);
  const match = /^([<>|=])([a-z]\d+)$/.exec(fields.descr);
  const type = match?.[2] as NpyType | undefined;
  if (!match || !type || !Object.hasOwn(ITEM_BYTES, type)) {
    throw new UnseenError('NPY_UNSUPPORTED', {
      file,
      reason: `item type must be one of ${Object.keys(ITEM_BYTES).join(', ')} (object arrays are refused)`,
      received: fields.descr,
    });
  }
  const itemBytes = ITEM_BYTES[type];
  // With at most one dimension above 1 the two orders are the same bytes.
  if (fields.fortran && fields.shape.filter((n) => n > 1).length > 1)
    throw new UnseenError('NPY_UNSUPPORTED', {
      file,
      reason: 'must be in C order',
      received: 'fortran_order: True',
    });
  const dataBytes = checkedBytes(fields.shape, itemBytes, dataOffset, fileBytes, file);
  return { type, bigEndian: match[1] === '>', shape: fields.shape, itemBytes, dataOffset, dataBytes };
}

/** `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`, keys in any order, each once, and nothing else. */
function readDictionary(text: string, file: string): { descr: string; fortran: boolean; shape: number[] } {
  let rest = text;
  const take = (pattern: RegExp, what: string): RegExpExecArray => {
    const match = pattern.exec(rest);
    if (!match) throw malformed(file, 'header', `${what} expected`, rest.slice(0, 60));
    rest = rest.slice(match[0].length);
    return match;
  };
  let descr: string | undefined;
  let fortran: boolean | undefined;
  let shape: number[] | undefined;
  take(/^\s*\{\s*/, '"{"');
  for (;;) {
    if (/^\}\s*$/.test(rest)) break;
    const key = take(
      /^(['"])(descr|fortran_order|shape)\1\s*:\s*/,
      'the key descr, fortran_order or shape',
    )[2]!;
    if (key === 'descr' && descr === undefined) {
      if (rest.startsWith('['))
        throw new UnseenError('NPY_UNSUPPORTED', {
          file,
          reason: 'structured arrays are not read',
          received: rest.slice(0, 60),
        });
      descr = take(/^(['"])([^'"\\]{1,16})\1/, 'a short type string')[2]!;
    } else if (key === 'fortran_order' && fortran === undefined) {
      fortran = take(/^(True|False)/, 'True or False')[1] === 'True';
    } else if (key === 'shape' && shape === undefined) {
      const inside = take(/^\(([\d\sL,]*)\)/, 'a tuple of integers')[1]!;
      shape = readShape(inside, file);
    } else throw malformed(file, 'header', 'every key stands once', key);
    take(/^\s*(?:,\s*|(?=\}))/, '"," or "}"');
  }
  if (descr === undefined || fortran === undefined || shape === undefined)
    throw malformed(file, 'header', 'needs descr, fortran_order and shape', text.slice(0, 60));
  return { descr, fortran, shape };
}

function readShape(inside: string, file: string): number[] {
  const items = inside.trim() === '' ? [] : inside.replace(/,\s*$/, '').split(',');
  if (items.length > MAX_DIMENSIONS)
    throw malformed(file, 'shape', `must have at most ${MAX_DIMENSIONS} dimensions`, items.length);
  return items.map((item) => {
    const size = /^\s*(\d{1,16})L?\s*$/.exec(item); // Python 2 wrote 12L
    const n = size ? Number(size[1]) : Number.NaN;
    if (!Number.isSafeInteger(n))
      throw malformed(file, 'shape', 'must hold safe integers', item.slice(0, 40));
    return n;
  });
}
