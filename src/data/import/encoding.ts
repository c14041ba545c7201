/** Strict UTF-8, and a guess at what a text is that is not: the message can then say what to do. */
import { UnseenError } from '../../errors.ts';

/** Enough to see a byte-order mark and the zeros of two-byte encodings. */
export const START_BYTES = 4096;

interface Guess {
  readonly looks: string;
  /** The name that `iconv` knows. */
  readonly charset: string;
}

/** Only for text that is not UTF-8, or has zero bytes. */
function guess(bytes: Uint8Array): Guess {
  const mark = (...expected: number[]): boolean => expected.every((byte, i) => bytes[i] === byte);
  if (mark(0xff, 0xfe, 0, 0)) return { looks: 'UTF-32 (its byte-order mark says so)', charset: 'UTF-32' };
  if (mark(0xff, 0xfe) || mark(0xfe, 0xff))
    return { looks: 'UTF-16 (its byte-order mark says so)', charset: 'UTF-16' };
  const zeros = [0, 0];
  bytes.forEach((byte, i) => {
    if (byte === 0) zeros[i % 2]!++;
  });
  const [even, odd] = zeros as [number, number];
  if (odd > bytes.length / 8) return { looks: 'UTF-16 without a byte-order mark', charset: 'UTF-16LE' };
  if (even > bytes.length / 8) return { looks: 'UTF-16 without a byte-order mark', charset: 'UTF-16BE' };
  if (even + odd > 0) return { looks: 'no text (it has zero bytes)', charset: 'UNKNOWN' };
  const at = bytes.findIndex((byte) => byte >= 0x80);
  const place = `byte 0x${bytes[at]?.toString(16)} after ${at}`;
  // In Latin-1 these are control characters, which nobody writes; Windows put letters and quotes there.
  const windows = bytes.some((byte) => byte >= 0x80 && byte < 0xa0);
  return windows
    ? { looks: `Windows-1252 (${place})`, charset: 'WINDOWS-1252' }
    : { looks: `Latin-1 (${place})`, charset: 'LATIN1' };
}

const wrong = (bytes: Uint8Array, file: string, cause?: unknown): UnseenError =>
  new UnseenError('TEXT_ENCODING', { file, ...guess(bytes) }, { cause });

/** Refuses a file by its first `START_BYTES` where no row of it can be read: two- and four-byte encodings. */
export function checkStart(bytes: Uint8Array, file: string): void {
  const marked = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (marked || bytes.includes(0)) throw wrong(bytes, file);
}

/** Throws `TEXT_ENCODING`; `what` is what the message calls the text. A byte-order mark at the start is passed over. */
export function decodeText(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw wrong(bytes, what, cause);
  }
}
