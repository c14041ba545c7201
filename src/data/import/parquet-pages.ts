/**
 * What a column of a Parquet file says of itself, held against its bytes before `hyparquet` decodes it: the library believes
 * page headers and run lengths, and a run of 2³¹ values in 5 bytes would end the process. (Format: parquet.apache.org,
 * "Data Pages" and "Run Length Encoding / Bit-Packing Hybrid".)
 */
import type { ColumnMetaData, Compressors, PageHeader, SchemaElement, SchemaTree } from 'hyparquet';
import { UnseenError } from '../../errors.ts';

/** Of a page as it unpacks; writers make pages of 1 MiB, larger where one picture is. */
const MAX_PAGE_BYTES = 1 << 28;
/** Of a column in one row group: a list of 8-byte values in memory. */
export const MAX_VALUES = 1 << 26;
/** Each value of `DELTA_BYTE_ARRAY` may repeat the one before it and grow: what it unpacks to is bounded by nothing. */
const ENCODINGS: readonly string[] = [
  ...['PLAIN', 'PLAIN_DICTIONARY', 'RLE_DICTIONARY', 'RLE', 'DELTA_BINARY_PACKED'],
  ...['DELTA_LENGTH_BYTE_ARRAY', 'BYTE_STREAM_SPLIT'],
];

/** The parts of the library that take a page apart. */
export interface PageTools {
  readonly parquetHeader: (reader: { view: DataView; offset: number }) => PageHeader;
  readonly decompressPage: (
    bytes: Uint8Array,
    length: number,
    codec: ColumnMetaData['codec'],
    compressors: Compressors,
  ) => Uint8Array;
  readonly compressors: Compressors;
}

export interface Chunk {
  readonly meta: ColumnMetaData;
  /** From the root to the column. */
  readonly schema: readonly SchemaTree[];
  /** Of the row group. */
  readonly rows: number;
}

/** Levels in a page: where they end, and how many are the highest, which have a value. */
interface Levels {
  readonly end: number;
  readonly highest: number;
}

const levelOf = (elements: readonly SchemaElement[], counts: (element: SchemaElement) => boolean): number =>
  elements.filter(counts).length;

/** Bits of levels from 0 to the highest. */
const widthOf = (highest: number): number => 32 - Math.clz32(highest);

/** Throws `FILE_MALFORMED` and `FILE_LENGTH`; whatever the library throws is its caller's to name. */
export class PageCheck {
  readonly #tools: PageTools;
  readonly #file: string;

  constructor(tools: PageTools, file: string) {
    this.#tools = tools;
    this.#file = file;
  }

  /** Every page of a column in one row group; `bytes` are those that the footer states. */
  chunk(bytes: Uint8Array, { meta, schema, rows }: Chunk): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const elements = schema.slice(1).map(({ element }) => element);
    const repeated = levelOf(elements, (element) => element.repetition_type === 'REPEATED');
    const defined = levelOf(elements, (element) => element.repetition_type !== 'REQUIRED');
    const stated = Number(meta.num_values);
    if (!(stated >= 0 && stated <= MAX_VALUES) || (repeated === 0 && stated !== rows))
      throw this.#wrong(
        `a column must state ${repeated ? `at most ${MAX_VALUES}` : rows} values (write smaller row groups?)`,
        stated,
      );
    const reader = { view, offset: 0 };
    let values = 0;
    while (values < stated || reader.offset < bytes.length - 1) {
      const header = this.#tools.parquetHeader(reader);
      const { compressed_page_size: packed, uncompressed_page_size: size } = header;
      if (!(packed >= 0 && packed <= bytes.length - reader.offset))
        throw this.#wrong(
          `a page must end inside its column (${bytes.length - reader.offset} bytes)`,
          packed,
        );
      if (!(size >= 0 && size <= MAX_PAGE_BYTES))
        throw this.#wrong(`a page must take at most ${MAX_PAGE_BYTES} bytes`, size);
      const page = bytes.subarray(reader.offset, reader.offset + packed);
      reader.offset += packed;
      values += this.#page(page, header, meta, repeated, defined);
      if (values > stated) throw this.#wrong(`pages must have the ${stated} values of their column`, values);
    }
  }

  /** Returns how many values the page holds. */
  #page(
    packed: Uint8Array,
    header: PageHeader,
    meta: ColumnMetaData,
    repeated: number,
    defined: number,
  ): number {
    const { compressors, decompressPage } = this.#tools;
    const { codec } = meta;
    const { type, uncompressed_page_size: size } = header;
    const unpack = (bytes: Uint8Array, length: number) => decompressPage(bytes, length, codec, compressors);
    if (type === 'DICTIONARY_PAGE') {
      const count = header.dictionary_page_header?.num_values ?? 0;
      if (!(count >= 0 && count <= 8 * size)) throw this.#wrong(`a dictionary of ${size} bytes`, count);
      unpack(packed, size);
      return 0;
    }
    const first = header.data_page_header;
    const second = header.data_page_header_v2;
    const facts = type === 'DATA_PAGE' ? first : type === 'DATA_PAGE_V2' ? second : undefined;
    if (!facts) throw this.#wrong('a page must be of data or a dictionary', type);
    const { num_values: count, encoding } = facts;
    if (!(count >= 0 && count <= MAX_VALUES))
      throw this.#wrong(`a page may have ${MAX_VALUES} values`, count);
    if (!ENCODINGS.includes(encoding))
      throw this.#wrong(`an encoding must be of ${ENCODINGS.join(', ')}`, encoding);
    if (facts === second) {
      const levels = second.repetition_levels_byte_length;
      const start = levels + second.definition_levels_byte_length;
      if (!(levels >= 0 && start >= levels && start <= packed.length && start <= size))
        throw this.#wrong('levels must lie in their page', [levels, start]);
      if (repeated) this.#runs(packed.subarray(0, levels), 0, widthOf(repeated), count);
      if (defined) this.#runs(packed.subarray(levels, start), 0, widthOf(defined), count);
      const rest = packed.subarray(start);
      const page = second.is_compressed === false ? rest : unpack(rest, size - start);
      this.#values(page, 0, meta, encoding, count - second.num_nulls);
      return count;
    }
    const page = unpack(packed, size);
    let at = 0;
    let present = count;
    if (repeated) at = this.#prefixed(page, at, repeated, count).end;
    if (defined) ({ end: at, highest: present } = this.#prefixed(page, at, defined, count));
    this.#values(page, at, meta, encoding, present);
    return count;
  }

  #values(page: Uint8Array, at: number, meta: ColumnMetaData, encoding: string, count: number): void {
    if (!(count >= 0)) throw this.#wrong('a page must have values', count);
    const isDictionary = encoding.endsWith('_DICTIONARY');
    if (meta.type === 'BOOLEAN' ? isDictionary : encoding === 'RLE')
      throw this.#wrong(`${meta.type} values must have another encoding`, encoding);
    if (encoding === 'RLE') this.#prefixed(page, at, 1, count);
    else if (isDictionary) {
      const width = page[at];
      if (width === undefined || width > 32)
        throw this.#wrong('indexes must have 0 to 32 bits', width ?? 'none');
      if (width > 0) this.#runs(page, at + 1, width, count);
    } else if (count > 8 * page.length && encoding !== 'DELTA_BINARY_PACKED')
      throw this.#wrong(`${page.length} bytes cannot hold so many values`, count);
  }

  /** Runs of levels behind their length in 4 bytes. */
  #prefixed(page: Uint8Array, at: number, highest: number, count: number): Levels {
    const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
    const length = at + 4 <= page.length ? view.getUint32(at, true) : -1;
    const from = at + 4;
    if (!(length >= 0 && length <= page.length - from))
      throw this.#wrong('levels must lie in their page', length);
    const levels = page.subarray(from, from + length);
    return { end: from + length, highest: this.#runs(levels, 0, widthOf(highest), count, highest) };
  }

  /** Checks runs of `count` numbers of `width` bits, none longer than what is still missing; returns how many are `wanted`. */
  #runs(bytes: Uint8Array, from: number, width: number, count: number, wanted?: number): number {
    let at = from;
    let seen = 0;
    let found = 0;
    const numberAt = (bit: number): number => {
      let value = 0;
      for (let i = 0; i < width; i++) value += (((bytes[(bit + i) >> 3] ?? 0) >> ((bit + i) & 7)) & 1) << i;
      return value;
    };
    while (seen < count) {
      let header = 0;
      for (let scale = 1; ; scale *= 128) {
        const byte = bytes[at++];
        if (byte === undefined || scale > 2 ** 28)
          throw this.#wrong(`${count} values must lie in their page`, seen);
        header += (byte & 0x7f) * scale;
        if (byte < 0x80) break;
      }
      const packed = header % 2 === 1;
      const length = Math.floor(header / 2) * (packed ? 8 : 1);
      const most = packed ? Math.ceil((count - seen) / 8) * 8 : count - seen;
      if (length > most) throw this.#wrong(`a run must have at most ${most} values`, length);
      const numbers = Math.min(length, count - seen);
      if (wanted !== undefined && !packed && numberAt(8 * at) === wanted) found += numbers;
      if (wanted !== undefined && packed)
        for (let i = 0; i < numbers; i++) if (numberAt(8 * at + i * width) === wanted) found++;
      at += packed ? (length / 8) * width : Math.ceil(width / 8);
      seen += length;
    }
    return found;
  }

  #wrong(reason: string, received: unknown): UnseenError {
    return new UnseenError('FILE_MALFORMED', { file: this.#file, where: 'parquet', reason, received });
  }
}
