/** Reads an index file: the head is checked whole before anything is believed, each section as it comes. */
import { throwIfAborted } from '../../errors.ts';
import { BUFFER_BYTES, makeBuffers } from './buffers.ts';
import { Checksum } from './checksum.ts';
import type { ByteSource } from './source.ts';
import { aligned, checkZeros, damaged, PREAMBLE_BYTES, readPreamble, readTable } from './table.ts';
import { type IndexHead, type Refuse, refuser, type SectionEntry } from './table-text.ts';

export interface ProgressOptions {
  /** Stops with `ABORTED`; looked at every 4 MiB. */
  readonly signal?: AbortSignal;
  /** Told every 4 MiB how many bytes are done. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

export class IndexReader {
  readonly head: IndexHead;
  /** Makes an `INDEX_FILE_INVALID` of this file. */
  readonly refuse: Refuse;
  readonly #source: ByteSource;
  readonly #sections: Map<string, SectionEntry>;
  readonly #options: ProgressOptions;
  readonly #buffers: ReturnType<typeof makeBuffers>;
  #done: number;

  private constructor(
    source: ByteSource,
    head: IndexHead,
    sections: readonly SectionEntry[],
    options: ProgressOptions,
  ) {
    this.head = head;
    this.refuse = refuser(source.name);
    this.#source = source;
    this.#sections = new Map(sections.map((section) => [section.name, section]));
    this.#options = options;
    this.#done = sections[0]?.offset ?? source.length;
    const largest = Math.max(16, ...sections.map(({ bytes }) => aligned(bytes)));
    this.#buffers = makeBuffers(undefined, Math.min(BUFFER_BYTES, largest));
  }

  /** @throws `INDEX_FILE_INVALID`, `INDEX_FILE_VERSION`, `INDEX_FILE_DAMAGED`, `FILE_LENGTH`, `FILE_UNREADABLE` */
  static async open(source: ByteSource, options: ProgressOptions = {}): Promise<IndexReader> {
    const preamble = new Uint8Array(Math.min(PREAMBLE_BYTES, source.length));
    await source.read(0, preamble);
    const bytes = new Uint8Array(readPreamble(preamble, source.length, source.name));
    await source.read(0, bytes);
    const { head, sections } = readTable(bytes, source.length, source.name);
    return new IndexReader(source, head, sections, options);
  }

  has(name: string): boolean {
    return this.#sections.has(name);
  }

  /**
   * Length of a section that must be there, in bytes; with `expected` it must be that.
   * @throws `INDEX_FILE_INVALID`
   */
  bytes(name: string, expected?: number): number {
    const section = this.#sections.get(name);
    if (!section) throw this.refuse('sections', `must include ${name}`, [...this.#sections.keys()]);
    if (expected !== undefined && section.bytes !== expected)
      throw this.refuse(`section ${name}`, `must have ${expected} bytes`, section.bytes);
    return section.bytes;
  }

  /** A fact that must be there. @throws `INDEX_FILE_INVALID` */
  fact(name: string, least = 0, most = Number.MAX_SAFE_INTEGER): number {
    const { facts } = this.head;
    const value = Object.hasOwn(facts, name) ? facts[name]! : undefined;
    if (value === undefined || value < least || value > most)
      throw this.refuse(name, `must be from ${least} to ${most}`, value ?? 'nothing');
    return value;
  }

  /**
   * A section's bytes in pieces that are multiples of `unit` (at most 64 KiB); a piece is gone when the next is asked
   * for. A wrong checksum is known with the last piece: what was made of the others is to be dropped then. Once a
   * section, and one section after the other.
   * @throws `INDEX_FILE_DAMAGED`, `INDEX_FILE_INVALID`, `FILE_LENGTH`, `FILE_UNREADABLE`, `ABORTED`
   */
  async *chunks(name: string, unit = 1): AsyncGenerator<Uint8Array, void, undefined> {
    if (this.bytes(name) % unit !== 0)
      throw this.refuse(`section ${name}`, `must be a multiple of ${unit} bytes`, this.bytes(name));
    const section = this.#sections.get(name)!;
    this.#sections.delete(name);
    const end = aligned(section.bytes);
    const { pair, stripes } = this.#buffers;
    const room = pair[0].length;
    const step = room >= end ? room : Math.floor(room / (16 * unit)) * 16 * unit;
    const checksum = new Checksum(stripes);
    let turn: 0 | 1 = 0;
    const begin = (at: number): Promise<Uint8Array> | undefined => {
      if (at >= end) return undefined;
      const piece = pair[turn].subarray(0, Math.min(step, end - at));
      turn = turn === 0 ? 1 : 0;
      const coming = this.#source.read(section.offset + at, piece).then(() => piece);
      coming.catch(() => {}); // whoever waits for it hears of it; nobody may
      return coming;
    };
    let coming = begin(0);
    try {
      for (let at = 0; coming; at += step) {
        throwIfAborted(this.#options.signal, 'opening an index', 'The file is as it was.');
        const padded = await coming;
        coming = begin(at + step);
        const piece = padded.subarray(0, Math.max(0, section.bytes - at));
        checksum.update(piece);
        checkZeros(padded.subarray(piece.length), `section ${name}`, this.refuse);
        if (!coming) this.#compare(section, checksum);
        this.#done += padded.length;
        this.#options.onProgress?.({ done: this.#done, total: this.#source.length });
        if (piece.length > 0) yield piece;
      }
      if (end === 0) this.#compare(section, checksum);
    } finally {
      await coming?.catch(() => {}); // it writes into a buffer
    }
  }

  /** Fills `target`, which must be as long as the section. @throws as `chunks` */
  async into(name: string, target: Uint8Array): Promise<void> {
    this.bytes(name, target.length);
    let at = 0;
    for await (const piece of this.chunks(name)) {
      target.set(piece, at);
      at += piece.length;
    }
  }

  /** Reads a section for its checksum only. @throws as `chunks` */
  async skip(name: string): Promise<void> {
    for await (const _ of this.chunks(name));
  }

  /** All was read that the file holds. @throws `INDEX_FILE_INVALID` */
  finish(): void {
    const [name] = this.#sections.keys();
    if (name !== undefined) throw this.refuse(`section ${name}`, 'is none of this kind of index', 'it');
  }

  #compare({ name, checksum: expected }: SectionEntry, checksum: Checksum): void {
    const computed = checksum.digest();
    if (computed !== expected) throw damaged(this.#source.name, `section ${name}`, expected, computed);
  }
}
