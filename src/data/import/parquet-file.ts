/** Parquet files by `hyparquet`, loaded when the first is opened; footer and pages are checked before they are believed. */
import type { FileHandle } from 'node:fs/promises';
import type { Compressors, FileMetaData, SchemaElement, SchemaTree } from 'hyparquet';
import { UnseenError } from '../../errors.ts';
import { allocate, readExactly, withFile } from '../files.ts';
import { PageCheck, type PageTools } from './parquet-pages.ts';

/** Of all row groups: what is made of a row is held in memory. */
const MAX_ROWS = 1 << 22;
const MAX_FOOTER_BYTES = 1 << 26;
const MAX_COLUMNS = 10_000;
const MAGIC = 'PAR1';
/** Length of the footer and the magic. */
const TAIL_BYTES = 8;

export interface ParquetColumn {
  readonly name: string;
  /** Whether the file calls its bytes text. */
  readonly isText: boolean;
}

export interface ParquetFile {
  readonly columns: readonly ParquetColumn[];
  /** Rows of each row group. */
  readonly groups: readonly number[];
  /** What writers noted beside the data, by key. */
  readonly notes: ReadonlyMap<string, string>;
  /** The rows of a row group; text arrives as bytes, whether or not it is text. */
  read(group: number, columns: readonly string[]): Promise<Record<string, unknown>[]>;
}

/** Slow to load, and needed by nobody else. */
async function loadLibrary() {
  const [library, { parquetHeader }, { decompressPage }, { compressors, decompressZstd }] = await Promise.all(
    [
      import('hyparquet'),
      import('hyparquet/src/column.js'),
      import('hyparquet/src/datapage.js'),
      import('hyparquet-compressors'),
    ],
  );
  const bounded: Compressors = {
    ...compressors,
    // Without a place to write to, a stream unpacks to whatever it likes.
    ZSTD: (input, length) => decompressZstd(input, new Uint8Array(length)),
  };
  const tools: PageTools = {
    parquetHeader,
    decompressPage: (bytes, length, codec, given) => decompressPage(bytes, length, codec, given),
    compressors: bounded,
  };
  return { library, tools };
}
type Loaded = Awaited<ReturnType<typeof loadLibrary>>;

class OpenFile implements ParquetFile {
  readonly columns: readonly ParquetColumn[];
  readonly groups: readonly number[];
  readonly notes: ReadonlyMap<string, string>;
  readonly #loaded: Loaded;
  readonly #handle: FileHandle;
  readonly #file: string;
  readonly #length: number;
  readonly #metadata: FileMetaData;
  readonly #tree: SchemaTree;

  constructor(loaded: Loaded, handle: FileHandle, file: string, length: number, metadata: FileMetaData) {
    this.#loaded = loaded;
    this.#handle = handle;
    this.#file = file;
    this.#length = length;
    this.#metadata = metadata;
    if (metadata.schema.length > MAX_COLUMNS)
      throw malformed(file, `may have ${MAX_COLUMNS} columns`, metadata.schema.length);
    this.#tree = loaded.library.parquetSchema(metadata);
    this.columns = this.#tree.children.map(({ element }) => ({
      name: element.name,
      isText: isText(element),
    }));
    this.groups = metadata.row_groups.map(({ num_rows: rows }) => Number(rows));
    const rows = this.groups.reduce((sum, count) => sum + count, 0);
    if (!(this.groups.every((count) => count >= 0) && rows <= MAX_ROWS))
      throw malformed(file, `may have ${MAX_ROWS} rows`, rows);
    if (rows !== Number(metadata.num_rows))
      throw malformed(file, `row groups must have the ${metadata.num_rows} rows that the file states`, rows);
    this.notes = new Map((metadata.key_value_metadata ?? []).map(({ key, value }) => [key, value ?? '']));
  }

  async read(group: number, columns: readonly string[]): Promise<Record<string, unknown>[]> {
    const rows = this.groups[group]!;
    if (rows === 0) return [];
    const { library, tools } = this.#loaded;
    const rowStart = this.groups.slice(0, group).reduce((sum, count) => sum + count, 0);
    return guarded(this.#file, async () => {
      for (const { meta_data: meta, file_path: elsewhere } of this.#metadata.row_groups[group]!.columns) {
        if (elsewhere) throw malformed(this.#file, 'must hold its columns itself', elsewhere);
        if (!meta) throw malformed(this.#file, 'must describe its columns', 'nothing');
        if (!columns.includes(meta.path_in_schema[0] ?? '')) continue;
        const schema = this.#path(meta.path_in_schema);
        const start = Number(meta.dictionary_page_offset || meta.data_page_offset);
        const bytes = await this.#slice(start, start + Number(meta.total_compressed_size));
        new PageCheck(tools, this.#file).chunk(new Uint8Array(bytes), { meta, schema, rows });
      }
      const read = await library.parquetReadObjects({
        file: { byteLength: this.#length, slice: (from, to) => this.#slice(from, to) },
        metadata: this.#metadata,
        columns: [...columns],
        rowStart,
        rowEnd: rowStart + rows,
        compressors: tools.compressors,
        utf8: false,
        parsers: { stringFromBytes: (bytes) => bytes },
      });
      if (read.length !== rows)
        throw malformed(this.#file, `a row group must have its ${rows} rows`, read.length);
      return read;
    });
  }

  #path(names: readonly string[]): SchemaTree[] {
    const path = [this.#tree];
    for (const name of names) {
      const child = path.at(-1)!.children.find(({ element }) => element.name === name);
      if (!child) throw malformed(this.#file, 'must name its columns alike in all places', names);
      path.push(child);
    }
    return path;
  }

  async #slice(from: number, to = this.#length): Promise<ArrayBuffer> {
    if (!(Number.isSafeInteger(from) && from >= 0 && from <= to && to <= this.#length))
      throw malformed(this.#file, `must hold its bytes itself (${this.#length})`, [from, to]);
    const bytes = allocate(to - from, this.#file);
    await readExactly(this.#handle, bytes, from, this.#file);
    return bytes.buffer;
  }
}

const isText = ({ converted_type: converted, logical_type: logical }: SchemaElement): boolean =>
  converted === 'UTF8' || logical?.type === 'STRING';

const malformed = (file: string, reason: string, received: unknown, cause?: unknown): UnseenError =>
  new UnseenError('FILE_MALFORMED', { file, where: 'parquet', reason, received }, { cause });

/** What the library throws is a fault of the file. */
async function guarded<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof UnseenError) throw cause;
    throw malformed(file, 'must be a whole file', (cause as Error)?.message ?? String(cause), cause);
  }
}

/**
 * Opens a file, hands it over, and closes it.
 *
 * Throws `FILE_UNREADABLE`, `FILE_LENGTH`, `FILE_MALFORMED` (no Parquet, damaged, more rows or values than are read, columns
 * in other files, encryption).
 */
export async function withParquet<T>(file: string, use: (parquet: ParquetFile) => Promise<T>): Promise<T> {
  const loaded = await loadLibrary();
  return withFile(file, async (handle, length) => {
    const tail = new Uint8Array(Math.min(length, TAIL_BYTES));
    await readExactly(handle, tail, length - tail.length, file);
    const magic = String.fromCharCode(...tail.subarray(-4));
    if (tail.length < TAIL_BYTES || magic !== MAGIC) throw malformed(file, `must end with ${MAGIC}`, magic);
    const footer = new DataView(tail.buffer).getUint32(0, true) + TAIL_BYTES;
    if (footer > Math.min(length, MAX_FOOTER_BYTES))
      throw malformed(file, `a footer must have at most ${Math.min(length, MAX_FOOTER_BYTES)} bytes`, footer);
    const bytes = allocate(footer, file);
    await readExactly(handle, bytes, length - footer, file);
    const opened = await guarded(file, async () => {
      const metadata = loaded.library.parquetMetadata(bytes, { geoparquet: false });
      return new OpenFile(loaded, handle, file, length, metadata);
    });
    return use(opened);
  });
}
