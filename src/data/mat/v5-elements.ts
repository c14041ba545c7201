/**
 * Elements of a version 5 file: a tag of type and length, then data up to a multiple of 8 bytes (MathWorks, "MAT-File
 * Format", chapter 1). A length is believed only as far as the element around it reaches.
 */
import { UnseenError } from '../../errors.ts';
import type { ByteSource } from './byte-source.ts';

/** The field's names of element types, by their numbers. */
export const MATRIX = 14;
export const COMPRESSED = 15;
export const UTF8 = 16;
export const UTF32 = 18;

export const CLASS_NAMES: Readonly<Record<number, string>> = {
  1: 'cell',
  2: 'struct',
  3: 'object',
  4: 'char',
  5: 'sparse',
  6: 'double',
  7: 'single',
  8: 'int8',
  9: 'uint8',
  10: 'int16',
  11: 'uint16',
  12: 'int32',
  13: 'uint32',
  14: 'int64',
  15: 'uint64',
  16: 'function_handle',
  17: 'opaque',
};

/** NumPy itself stops at 64, MATLAB writes as many as one asks for. */
const MAX_DIMENSIONS = 32;
/** MATLAB's names have at most 63 characters; other writers are less strict. */
const MAX_NAME_BYTES = 4096;
const LOGICAL = 0x0200;
const COMPLEX = 0x0800;

export interface Tag {
  readonly type: number;
  readonly bytes: number;
  /** The data, where the tag itself holds it. */
  readonly inside?: Uint8Array;
}

export interface MatrixHeader {
  readonly name: string;
  readonly className: string;
  readonly shape: readonly number[];
  readonly logical: boolean;
  readonly complex: boolean;
}

/** The elements inside one element of `remaining` bytes. */
export class Elements {
  readonly source: ByteSource;
  readonly file: string;
  readonly littleEndian: boolean;
  #remaining: number;

  constructor(source: ByteSource, file: string, littleEndian: boolean, remaining: number) {
    this.source = source;
    this.file = file;
    this.littleEndian = littleEndian;
    this.#remaining = remaining;
  }

  get remaining(): number {
    return this.#remaining;
  }

  malformed(reason: string, received: unknown): UnseenError {
    const where = `mat, ${this.source.where()}`;
    return new UnseenError('FILE_MALFORMED', { file: this.file, where, reason, received });
  }

  async tag(): Promise<Tag> {
    const bytes = await this.#take(8);
    const view = new DataView(bytes.buffer);
    const first = view.getUint32(0, this.littleEndian);
    const small = first >>> 16;
    if (small > 4) throw this.malformed('a small element must have at most 4 bytes', small);
    if (small > 0) return { type: first & 0xffff, bytes: small, inside: bytes.subarray(4, 4 + small) };
    const length = view.getUint32(4, this.littleEndian);
    if (length > this.#remaining)
      throw this.malformed(`an element must end inside the one around it (${this.#remaining} bytes)`, length);
    return { type: first, bytes: length };
  }

  /** The data of an element, given out in parts of at most `most` bytes; `most` is a multiple of 8. */
  async data(tag: Tag, most: number, use: (part: Uint8Array<ArrayBuffer>) => void): Promise<void> {
    if (tag.inside) {
      use(tag.inside.slice());
      return;
    }
    for (let done = 0; done < tag.bytes; done += most)
      use(await this.#take(Math.min(most, tag.bytes - done)));
    await this.#skip(Math.min(this.#remaining, (8 - (tag.bytes % 8)) % 8));
  }

  /** The whole data of an element that may have at most `limit` bytes. */
  async all(tag: Tag, limit: number, what: string): Promise<Uint8Array> {
    if (tag.bytes > limit) throw this.malformed(`${what} must have at most ${limit} bytes`, tag.bytes);
    let whole = new Uint8Array(0);
    await this.data(tag, Math.ceil(Math.max(8, limit) / 8) * 8, (part) => {
      whole = part;
    });
    return whole;
  }

  /** The elements inside this one; read on here only after `end` of those. */
  inside(tag: Tag): Elements {
    this.#remaining -= tag.bytes;
    return new Elements(this.source, this.file, this.littleEndian, tag.bytes);
  }

  /** Passes over what was not read. */
  async end(): Promise<void> {
    await this.#skip(this.#remaining);
  }

  /** Flags, dimensions and name, which every matrix begins with; of a class without them only the name. */
  async matrixHeader(): Promise<MatrixHeader> {
    const flags = this.#numbers(await this.all(await this.tag(), 8, 'array flags'));
    if (flags.length !== 2) throw this.malformed('array flags must have 8 bytes', flags.length * 4);
    const number = flags[0]! & 0xff;
    const className = CLASS_NAMES[number];
    if (!className) throw this.malformed('an array must be of a class from 1 to 17', number);
    const shape =
      className === 'opaque' // has no dimensions
        ? []
        : this.#numbers(await this.all(await this.tag(), 4 * MAX_DIMENSIONS, 'dimensions'));
    if (className !== 'opaque' && (shape.length < 2 || shape.some((n) => n >= 2 ** 31)))
      throw this.malformed('dimensions must be 2 or more numbers from 0', shape);
    const name = await this.all(await this.tag(), MAX_NAME_BYTES, 'a name');
    return {
      name: Buffer.from(name).toString('utf8'),
      className,
      shape,
      logical: (flags[0]! & LOGICAL) !== 0,
      complex: (flags[0]! & COMPLEX) !== 0,
    };
  }

  #numbers(bytes: Uint8Array): number[] {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Array.from({ length: bytes.length >> 2 }, (_, i) => view.getUint32(4 * i, this.littleEndian));
  }

  async #take(bytes: number): Promise<Uint8Array<ArrayBuffer>> {
    if (bytes > this.#remaining)
      throw this.malformed(`${bytes} bytes are needed, the element has ${this.#remaining} left`, 'its end');
    const taken = new Uint8Array(bytes);
    await this.source.fill(taken);
    this.#remaining -= bytes;
    return taken;
  }

  async #skip(bytes: number): Promise<void> {
    await this.source.skip(bytes);
    this.#remaining -= bytes;
  }
}
