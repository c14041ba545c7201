/** The lines of a text file as bytes, one after the other, none longer than a limit. */
import type { FileHandle } from 'node:fs/promises';
import { throwIfAborted } from '../../errors.ts';
import { readExactly } from '../files.ts';
import { checkStart, START_BYTES } from './encoding.ts';
import type { ImportOptions } from './importer.ts';

const CHUNK = 1 << 16;
const LINE_FEED = 10;
const RETURN = 13;
/** Of UTF-8; spreadsheets write it. */
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

export interface Line {
  /** From 1. */
  readonly number: number;
  /** Without its ending; the beginning of a line that is too long. */
  readonly bytes: Uint8Array;
  /** Whether the line is longer than the limit. */
  readonly tooLong: boolean;
}

const hasMark = (piece: Uint8Array): boolean => BYTE_ORDER_MARK.every((byte, i) => piece[i] === byte);

/**
 * A file's bytes in pieces, with progress and Ctrl-C, without UTF-8's byte-order mark. Throws `TEXT_ENCODING` for a file of
 * two-byte characters, of which no line can be read.
 */
export async function* pieces(
  handle: FileHandle,
  file: string,
  length: number,
  { signal, onProgress }: Pick<ImportOptions, 'signal' | 'onProgress'>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < length; at += CHUNK) {
    throwIfAborted(signal, `the reading of ${file}`);
    const piece = new Uint8Array(Math.min(CHUNK, length - at));
    await readExactly(handle, piece, at, file);
    if (at === 0) checkStart(piece.subarray(0, START_BYTES), file);
    onProgress?.(`reading ${file}`, at / length);
    yield at === 0 && hasMark(piece) ? piece.subarray(BYTE_ORDER_MARK.length) : piece;
  }
}

/** Lines end with LF or CRLF. */
export async function* linesOf(parts: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Line> {
  let number = 0;
  let held: Uint8Array[] = [];
  let size = 0;
  const line = (): Line => {
    const bytes = Buffer.concat(held);
    const end = bytes.at(-1) === RETURN ? bytes.length - 1 : bytes.length;
    const made = { number: ++number, bytes: bytes.subarray(0, end), tooLong: size > limit };
    held = [];
    size = 0;
    return made;
  };
  const hold = (bytes: Uint8Array): void => {
    if (size <= limit) held.push(bytes); // of a line that is too long only the beginning is kept
    size += bytes.length;
  };
  for await (const part of parts) {
    let from = 0;
    for (let end = part.indexOf(LINE_FEED); end >= 0; end = part.indexOf(LINE_FEED, from)) {
      hold(part.subarray(from, end));
      yield line();
      from = end + 1;
    }
    hold(part.subarray(from));
  }
  if (size > 0) yield line();
}
