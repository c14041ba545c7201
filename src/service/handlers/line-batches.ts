/** Bytes as they come → batches of lines: as many as have arrived, within limits. Empty lines count and are passed over. */
import { UnseenError } from '../../errors.ts';
import type { Limits } from '../limits.ts';

const NEWLINE = 0x0a;

/** A line with its number, from 1. */
export interface Line {
  readonly line: number;
  readonly text: string;
}

export interface Batch {
  readonly lines: readonly Line[];
  /** `BODY_TOO_LARGE`: this line is too long, or one too many; nothing is read behind it. */
  readonly refused?: { readonly line: number; readonly error: UnseenError };
}

type LineLimits = Pick<Limits, 'lineBytes' | 'lines' | 'batch'>;

/** `heard` is called with every piece that arrives. */
export async function* lineBatches(
  source: AsyncIterable<Uint8Array>,
  limits: LineLimits,
  heard: () => void,
): AsyncGenerator<Batch, void, undefined> {
  const cutter = new LineCutter(limits);
  for await (const chunk of source) {
    heard();
    for (let from = 0; from < chunk.length; ) {
      const newline = chunk.indexOf(NEWLINE, from);
      const to = newline < 0 ? chunk.length : newline;
      const error = cutter.take(chunk.subarray(from, to));
      if (error) {
        yield { lines: cutter.lines(), refused: { line: cutter.line, error } };
        return;
      }
      if (newline >= 0) cutter.end();
      if (cutter.count === limits.batch) yield { lines: cutter.lines() };
      from = to + 1;
    }
    if (cutter.count > 0) yield { lines: cutter.lines() };
  }
  cutter.end(); // the last line may have no newline
  if (cutter.count > 0) yield { lines: cutter.lines() };
}

class LineCutter {
  readonly #limits: LineLimits;
  readonly #decoder = new TextDecoder();
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  #lines: Line[] = [];
  /** Number of the line that is being read. */
  line = 1;

  constructor(limits: LineLimits) {
    this.#limits = limits;
  }

  get count(): number {
    return this.#lines.length;
  }

  /** A piece of the line. */
  take(piece: Uint8Array): UnseenError | undefined {
    const { lineBytes, lines } = this.#limits;
    if (this.line > lines && piece.length > 0)
      return new UnseenError('BODY_TOO_LARGE', { limit: `${lines} lines` });
    this.#bytes += piece.length;
    if (this.#bytes > lineBytes)
      return new UnseenError('BODY_TOO_LARGE', { limit: `${lineBytes} bytes a line` });
    this.#pieces.push(piece);
    return undefined;
  }

  /** The line is whole. */
  end(): void {
    const text = this.#decoder.decode(Buffer.concat(this.#pieces)).trim();
    if (text !== '') this.#lines.push({ line: this.line, text });
    this.line++;
    this.#pieces = [];
    this.#bytes = 0;
  }

  lines(): Line[] {
    const lines = this.#lines;
    this.#lines = [];
    return lines;
  }
}
