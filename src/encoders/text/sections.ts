/**
 * The frame of text files made here: 8 bytes of magic, the header's length (uint32), a JSON header, then sections one
 * behind the other, little-endian. Whoever reads one trusts nothing: a model folder may come from anywhere.
 */
import type { z } from 'zod';
import { UnseenError } from '../../errors.ts';

const MAGIC = 'UNSEENTX';
const PREAMBLE = 12;
/** A header is a few hundred bytes. */
const MAX_HEADER = 4096;
const LARGEST_FLOAT = 3.4028234663852886e38;
const CLOSED = 'the file holds more than its header says';

export const invalid = (file: string, reason: string, cause?: unknown): UnseenError =>
  new UnseenError('TEXT_ENCODER_INVALID', { file, reason }, { cause });

/** Sections of a file, taken in order; each is checked against what is left before anything is made of it. */
export class SectionReader<Header> {
  readonly header: Header;
  readonly #bytes: Uint8Array;
  readonly #file: string;
  #at: number;

  /** @throws `TEXT_ENCODER_INVALID` */
  constructor(bytes: Uint8Array, schema: z.ZodType<Header>, file: string) {
    this.#bytes = bytes;
    this.#file = file;
    const magic = String.fromCharCode(...bytes.subarray(0, 8));
    if (bytes.length < PREAMBLE || magic !== MAGIC) throw invalid(file, `does not begin with ${MAGIC}`);
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(8, true);
    if (length > MAX_HEADER) throw invalid(file, `its header would have ${length} bytes`);
    this.#at = PREAMBLE;
    const parsed = schema.safeParse(this.json('header', length));
    if (!parsed.success) {
      const { path, message } = parsed.error.issues[0]!;
      throw invalid(file, `header: ${[...path, message].join(': ')}`);
    }
    this.header = parsed.data;
  }

  take(what: string, length: number): Uint8Array {
    const left = this.#bytes.length - this.#at;
    if (length > left) throw invalid(this.#file, `${what}: ${length} bytes expected, ${left} are left`);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  json(what: string, length: number): unknown {
    try {
      return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(this.take(what, length)));
    } catch (cause) {
      throw cause instanceof UnseenError ? cause : invalid(this.#file, `${what}: is no JSON in UTF-8`, cause);
    }
  }

  /** A JSON list of `count` strings, no two alike. */
  strings(what: string, length: number, count: number): string[] {
    const list = this.json(what, length);
    if (!Array.isArray(list) || list.length !== count || !list.every((item) => typeof item === 'string'))
      throw invalid(this.#file, `${what}: must be a list of ${count} strings`);
    if (new Set(list).size !== count) throw invalid(this.#file, `${what}: the same string twice`);
    return list;
  }

  /** `count` float32 numbers, each finite and in the range. */
  floats(what: string, count: number, { least = -LARGEST_FLOAT, most = LARGEST_FLOAT } = {}): Float32Array {
    const bytes = this.take(what, count * 4);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const numbers = Float32Array.from({ length: count }, (_, i) => view.getFloat32(i * 4, true));
    const bad = numbers.findIndex((x) => !(x >= least && x <= most));
    if (bad >= 0) throw invalid(this.#file, `${what}: number ${bad} is ${numbers[bad]}`);
    return numbers;
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw invalid(this.#file, CLOSED);
  }
}

const utf8 = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

export const stringSection = utf8;

export function floatSection(numbers: Float32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(numbers.length * 4));
  numbers.forEach((x, i) => {
    view.setFloat32(i * 4, x, true);
  });
  return new Uint8Array(view.buffer);
}

export function writeSections(header: object, sections: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const text = utf8(header);
  const total = sections.reduce((sum, section) => sum + section.length, PREAMBLE + text.length);
  const bytes = new Uint8Array(total);
  bytes.set(new TextEncoder().encode(MAGIC));
  new DataView(bytes.buffer).setUint32(8, text.length, true);
  let at = PREAMBLE;
  for (const part of [text, ...sections]) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
