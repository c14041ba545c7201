/**
 * word2vec's binary form: a line `words values`, then of each word its UTF-8, a space, the values as little-endian float32,
 * and mostly a line feed.
 */
import type { FileHandle } from 'node:fs/promises';
import { UnseenError } from '../errors.ts';
import { readExactly, withFile } from './files.ts';

/** Of the first line. */
const MAX_HEADING = 64;
/** Longer than any word; a table of vectors of other people has one of 2 kB. */
const MAX_WORD_BYTES = 1 << 16;
const MAX_VALUES = 1 << 16;
const CHUNK = 1 << 22;
const SPACE = 0x20;
const LINE_FEED = 0x0a;

const malformed = (file: string, where: string, reason: string, received: unknown): UnseenError =>
  new UnseenError('FILE_MALFORMED', { file, where, reason, received });

/** A window on the file that moves on. */
class Window {
  readonly #bytes = new Uint8Array(CHUNK);
  #from = 0;
  #to = 0;
  #position: number;
  readonly #handle: FileHandle;
  readonly #length: number;
  readonly #file: string;

  constructor(handle: FileHandle, length: number, file: string, position: number) {
    this.#handle = handle;
    this.#length = length;
    this.#file = file;
    this.#position = position;
  }

  /** The next `count` bytes, or as many as there are; they stay until the next call. */
  async peek(count: number): Promise<Uint8Array> {
    if (this.#to - this.#from < count) {
      this.#bytes.copyWithin(0, this.#from, this.#to);
      this.#to -= this.#from;
      this.#from = 0;
      const more = Math.min(CHUNK - this.#to, this.#length - this.#position);
      await readExactly(
        this.#handle,
        this.#bytes.subarray(this.#to, this.#to + more),
        this.#position,
        this.#file,
      );
      this.#position += more;
      this.#to += more;
    }
    return this.#bytes.subarray(this.#from, Math.min(this.#to, this.#from + count));
  }

  pass(count: number): void {
    this.#from += count;
  }
}

async function readHeading(handle: FileHandle, length: number, file: string) {
  const bytes = new Uint8Array(Math.min(MAX_HEADING, length));
  await readExactly(handle, bytes, 0, file);
  const end = bytes.indexOf(LINE_FEED);
  const match = /^(\d+) (\d+)\r?$/.exec(String.fromCharCode(...bytes.subarray(0, Math.max(end, 0))));
  const [count, values] = [Number(match?.[1]), Number(match?.[2])];
  // fastText's models end in .bin, too.
  if (!match || !(count >= 1) || !(values >= 1 && values <= MAX_VALUES))
    throw malformed(file, 'line 1', 'must be the numbers of words and of values, as word2vec writes', 'no');
  // A word has a letter and a space at least.
  const least = end + 1 + count * (4 * values + 2);
  if (length < least)
    throw new UnseenError('FILE_LENGTH', { file, expected: `at least ${least}`, received: length });
  return { count, values, start: end + 1 };
}

/**
 * Calls `use` with every word and, when it asks for it, its vector; ends when `use` returns false.
 *
 * @throws `FILE_UNREADABLE`, `FILE_MALFORMED`, `FILE_LENGTH`
 */
export function forEachBinaryWord(
  file: string,
  use: (word: string, vector: () => Float32Array) => boolean,
): Promise<void> {
  return withFile(file, async (handle, length) => {
    const { count, values, start } = await readHeading(handle, length, file);
    const window = new Window(handle, length, file, start);
    const decoder = new TextDecoder(); // some words of published tables are cut in the middle of a character
    for (let i = 0; i < count; i++) {
      const head = await window.peek(MAX_WORD_BYTES);
      const from = head[0] === LINE_FEED ? 1 : 0;
      const end = head.indexOf(SPACE, from);
      if (end <= from)
        throw malformed(file, `word ${i}`, 'must be followed by a space', `${head.length} bytes without one`);
      const word = decoder.decode(head.subarray(from, end));
      window.pass(end + 1);
      const bytes = await window.peek(4 * values);
      if (bytes.length < 4 * values)
        throw new UnseenError('FILE_LENGTH', { file, expected: `${count} words`, received: i });
      const vector = () => {
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
        return Float32Array.from({ length: values }, (_, j) => view.getFloat32(4 * j, true));
      };
      if (!use(word, vector)) return;
      window.pass(4 * values);
    }
  });
}
