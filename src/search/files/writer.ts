/** Writes an index file: the sections first, then the head that knows their checksums. */
import { throwIfAborted, UnseenError } from '../../errors.ts';
import { BUFFER_BYTES, type Buffers, makeBuffers } from './buffers.ts';
import { Checksum } from './checksum.ts';
import type { ProgressOptions } from './reader.ts';
import type { ByteSink } from './source.ts';
import { ALIGN, aligned, layOut, writeHead } from './table.ts';
import type { IndexHead, SectionEntry } from './table-text.ts';

/** A part of an index; what it means is the index's affair. Numbers in it are little-endian. */
export interface Section {
  /** Lower-case letters, digits, dots and dashes, beginning with a letter, at most 64. */
  readonly name: string;
  /** Length of all chunks together. */
  readonly bytes: number;
  /** The bytes, in pieces of any size; a piece is copied before the next is asked for. */
  chunks(): Iterable<Uint8Array>;
}

/**
 * Writes to the sink that `open` makes for a file of that length; it is abandoned if anything fails.
 * @throws `FILE_UNWRITABLE`, `INDEX_TOO_LARGE`, `ABORTED`, and what the chunks throw
 */
export async function writeIndex(
  open: (length: number) => Promise<ByteSink>,
  head: IndexHead,
  sections: readonly Section[],
  { signal, onProgress }: ProgressOptions = {},
): Promise<void> {
  stopIfAborted(signal);
  const { sections: places, length } = layOut(head, sections);
  const sink = await open(length);
  const pieces = new PieceWriter(sink, Math.max(ALIGN, ...sections.map(({ bytes }) => bytes)), (done) => {
    stopIfAborted(signal);
    onProgress?.({ done, total: length });
  });
  try {
    const written: SectionEntry[] = [];
    for (const [i, section] of sections.entries()) {
      written.push({ ...places[i]!, checksum: await pieces.section(section, places[i]!.offset) });
    }
    await pieces.finish();
    await sink.write(0, writeHead({ head, sections: written }, length));
    stopIfAborted(signal);
  } catch (cause) {
    await pieces.finish().catch(() => {}); // nothing more is on its way
    await sink.abandon();
    throw cause;
  }
  await sink.finish();
  onProgress?.({ done: length, total: length });
}

const stopIfAborted = (signal: AbortSignal | undefined): void =>
  throwIfAborted(signal, 'saving an index', 'What was there before is as it was.');

/** Gathers chunks in one of two buffers while the other is on its way. */
class PieceWriter {
  readonly #sink: ByteSink;
  readonly #report: (done: number) => void;
  readonly #buffers: Buffers;
  #turn: 0 | 1 = 0;
  #filled = 0;
  #pending: Promise<void> = Promise.resolve();

  /** @param largest length of the longest section */
  constructor(sink: ByteSink, largest: number, report: (done: number) => void) {
    this.#buffers = makeBuffers(undefined, Math.min(BUFFER_BYTES, aligned(largest)));
    this.#sink = sink;
    this.#report = report;
  }

  /** Returns the checksum. */
  async section({ name, bytes, chunks }: Section, offset: number): Promise<number> {
    const checksum = new Checksum(this.#buffers.stripes);
    let at = offset; // of the buffer's first byte
    let total = 0;
    for (const chunk of chunks()) {
      total += chunk.length;
      for (let taken = 0; taken < chunk.length; ) {
        const buffer = this.#buffers.pair[this.#turn];
        const part = chunk.subarray(taken, taken + buffer.length - this.#filled);
        buffer.set(part, this.#filled);
        this.#filled += part.length;
        taken += part.length;
        if (this.#filled === buffer.length) at = await this.#flush(at, checksum);
      }
    }
    if (total !== bytes) {
      throw new UnseenError('INTERNAL', { reason: `section ${name} of ${bytes} bytes has ${total}` });
    }
    await this.#flush(at, checksum, aligned(offset + bytes) - (offset + bytes));
    return checksum.digest();
  }

  /** Whatever is on its way has arrived. */
  finish(): Promise<void> {
    return this.#pending;
  }

  /** Sends the buffer off, with zeros behind; returns the offset behind it. */
  async #flush(at: number, checksum: Checksum, zeros = 0): Promise<number> {
    const buffer = this.#buffers.pair[this.#turn];
    checksum.update(buffer.subarray(0, this.#filled));
    await this.#pending;
    // A full buffer leaves at a multiple of 64 of the section: zeros always find room.
    const end = this.#filled + zeros;
    buffer.fill(0, this.#filled, end);
    this.#filled = 0;
    if (end === 0) return at;
    this.#pending = this.#sink.write(at, buffer.subarray(0, end));
    this.#pending.catch(() => {}); // the next flush hears of it
    this.#turn = this.#turn === 0 ? 1 : 0;
    this.#report(at + end);
    return at + end;
  }
}
