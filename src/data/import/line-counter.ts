/** On which line a byte of a stream lies; lines end with LF, CRLF or CR. */

const LINE_FEED = 10;
const RETURN = 13;

/** Line ends in bytes; `before` is the byte in front of them. */
export function countEnds(bytes: Uint8Array, before = 0): number {
  let ends = 0;
  let last = before;
  for (const byte of bytes) {
    if (byte === RETURN || (byte === LINE_FEED && last !== RETURN)) ends++;
    last = byte;
  }
  return ends;
}

export class LineCounter {
  /** Not yet counted. */
  readonly #pieces: Uint8Array[] = [];
  #at = 0;
  #ends = 0;
  #last = 0;

  /** Passes bytes through, and keeps them until they are counted. */
  async *watch(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of source) {
      this.#pieces.push(piece);
      yield piece;
    }
  }

  /** The line, from 1, of the last of the first `bytes` bytes; a line's end lies on that line. `bytes` never falls. */
  lineAt(bytes: number): number {
    while (this.#at < bytes && this.#pieces.length > 0) {
      const piece = this.#pieces.shift()!;
      const part = piece.subarray(0, bytes - this.#at);
      if (part.length < piece.length) this.#pieces.unshift(piece.subarray(part.length));
      this.#ends += countEnds(part, this.#last);
      this.#last = part.at(-1) ?? this.#last;
      this.#at += part.length;
    }
    const ended = this.#last === LINE_FEED || this.#last === RETURN;
    return ended ? this.#ends : this.#ends + 1;
  }
}
