/**
 * The members of a tar read in place: an index of positions first, then bytes by position.
 *
 * Only headers are read: a stream parser would read a 10 GB archive of photographs whole on every opening.
 * Understood: POSIX ustar, its pax extensions `path` and `size`, GNU long names. Everything in a header is held
 * against the file's length before it is used.
 */
import { UnseenError } from '../errors.ts';
import { readExactly, withFile } from './files.ts';

export interface TarMember {
  readonly name: string;
  /** Position and length of the content, bytes. */
  readonly offset: number;
  readonly size: number;
}

const BLOCK = 512;
/** Small members share one read; large ones are jumped over. */
const WINDOW = 1 << 16;
/** A path longer than this is no path of a file system that we know. */
const MAX_NAME_BYTES = 1 << 16;
const MAX_MEMBERS = 20_000_000;

const malformed = (file: string, at: number, reason: string, received: unknown): UnseenError =>
  new UnseenError('FILE_MALFORMED', { file, where: `tar, byte ${at}`, reason, received });

const text = (bytes: Uint8Array): string => {
  const end = bytes.indexOf(0);
  return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString('utf8');
};

/** Octal digits, or GNU's base 256 for sizes of 8 GiB and more; NaN when it is neither. */
function readNumber(field: Uint8Array): number {
  if (field[0]! & 0x80) {
    let value = field[0]! & 0x7f;
    for (const byte of field.subarray(1)) value = value * 256 + byte;
    return value;
  }
  const digits = text(field).trim();
  return /^[0-7]*$/.test(digits) ? Number.parseInt(digits || '0', 8) : Number.NaN;
}

function checksumFits(header: Uint8Array): boolean {
  let sum = 8 * 32; // the checksum's own field counts as spaces
  for (let i = 0; i < BLOCK; i++) if (i < 148 || i >= 156) sum += header[i]!;
  return sum === readNumber(header.subarray(148, 156));
}

/** pax records `"<length> <key>=<value>\n"`; only path and size are used. */
function readPax(bytes: Uint8Array, file: string, at: number): { path?: string; size?: number } {
  const found: { path?: string; size?: number } = {};
  for (let from = 0; from < bytes.length; ) {
    const space = bytes.indexOf(32, from);
    const length = Number(text(bytes.subarray(from, Math.max(from, space))));
    if (space < 0 || !Number.isInteger(length) || length <= space - from || from + length > bytes.length)
      throw malformed(file, at, 'a pax record must state its length', text(bytes.subarray(from, from + 20)));
    const record = Buffer.from(bytes.subarray(space + 1, from + length - 1)).toString('utf8');
    const equals = record.indexOf('=');
    const value = record.slice(equals + 1);
    if (record.slice(0, equals) === 'path') found.path = value;
    if (record.slice(0, equals) === 'size') found.size = Number(value);
    from += length;
  }
  return found;
}

/**
 * The regular files of a tar, in its order. Directories and links are passed over.
 *
 * Throws `FILE_UNREADABLE`, `FILE_MALFORMED` (checksum, number, name), `FILE_LENGTH` (a member reaches past the end).
 */
export async function indexTar(file: string): Promise<TarMember[]> {
  return withFile(file, async (handle, length) => {
    const members: TarMember[] = [];
    let window = new Uint8Array(0);
    let windowAt = 0;
    const bytesAt = async (position: number, count: number): Promise<Uint8Array> => {
      if (position + count > length)
        throw new UnseenError('FILE_LENGTH', {
          file,
          expected: `at least ${position + count}`,
          received: length,
        });
      if (position < windowAt || position + count > windowAt + window.length) {
        windowAt = position;
        window = new Uint8Array(Math.min(Math.max(WINDOW, count), length - position));
        await readExactly(handle, window, position, file);
      }
      return window.subarray(position - windowAt, position - windowAt + count);
    };
    let longName: string | undefined;
    let longSize: number | undefined;
    for (let at = 0; at < length; ) {
      const header = await bytesAt(at, BLOCK);
      if (header.every((byte) => byte === 0)) break; // the end is two empty blocks; what follows is padding
      if (!checksumFits(header))
        throw malformed(file, at, 'must be a header with a right checksum', text(header.subarray(0, 40)));
      const kind = String.fromCharCode(header[156]!);
      const isExtension = kind === 'x' || kind === 'g' || kind === 'L' || kind === 'K';
      const size = (isExtension ? undefined : longSize) ?? readNumber(header.subarray(124, 136));
      const offset = at + BLOCK;
      if (!Number.isSafeInteger(size) || size < 0)
        throw malformed(file, at, 'must state a size', String(size));
      if (offset + size > length)
        throw new UnseenError('FILE_LENGTH', {
          file,
          expected: `at least ${offset + size}`,
          received: length,
        });
      if (isExtension) {
        if (size > MAX_NAME_BYTES)
          throw malformed(file, at, `a name must be at most ${MAX_NAME_BYTES} bytes`, size);
        const content = await bytesAt(offset, size);
        if (kind === 'L') longName = text(content);
        if (kind === 'x') ({ path: longName, size: longSize } = readPax(content, file, at));
      } else {
        const prefix =
          text(header.subarray(257, 262)) === 'ustar' && header[262] === 0
            ? text(header.subarray(345, 500))
            : '';
        const short = text(header.subarray(0, 100));
        const name = longName ?? (prefix ? `${prefix}/${short}` : short);
        if ((kind === '0' || kind === '\0' || kind === '7') && !name.endsWith('/'))
          members.push({ name, offset, size });
        if (members.length > MAX_MEMBERS)
          throw malformed(file, at, `must have at most ${MAX_MEMBERS} members`, members.length);
        longName = undefined;
        longSize = undefined;
      }
      at = offset + Math.ceil(size / BLOCK) * BLOCK;
    }
    return members;
  });
}
