/** An index to a file or bytes, and back: the same answers, without building it again. */
import { checkThreads, LinearIndex } from '../linear-index.ts';
import { MAX_SUBSTRINGS } from '../mih/plan.ts';
import { MihStore } from '../mih/store.ts';
import { MultiIndexHash } from '../multi-index-hash.ts';
import { CodeStore, chooseEngine, type RowStore } from '../store.ts';
import type { EngineName } from '../types.ts';
import { appendCodes, codeSections } from './codes.ts';
import { createFile, openFile } from './disk.ts';
import { mihSections, readMih, readMihCodes } from './mih.ts';
import { readRows, saveRows } from './parts.ts';
import { IndexReader, type ProgressOptions } from './reader.ts';
import {
  allocateBytes,
  type ByteSink,
  type ByteSource,
  blobSource,
  bytesSink,
  bytesSource,
} from './source.ts';
import type { IndexHead } from './table-text.ts';
import { writeIndex } from './writer.ts';

export type SaveIndexOptions = ProgressOptions;

export interface OpenIndexOptions extends ProgressOptions {
  /** Default: `wasm` where it runs, else `typescript`. The file and the answers are the same. */
  readonly engine?: EngineName;
  /** Threads that a search may use, ≥ 1. Default: 1. */
  readonly threads?: number;
}

/** The indexes that can be saved. */
export type SavedIndex = LinearIndex | MultiIndexHash;

/**
 * Writes an index to one file, deleted rows and ids included. Earlier calls are done first, later ones wait. The file
 * appears as a whole: a crash, a full disk or a stop leaves what was there before. Node only; see `indexToBytes`.
 * @throws `FILE_UNWRITABLE`, `INDEX_CLOSED`, `ABORTED`; in a browser `BROWSER_UNSUPPORTED`
 */
export async function saveIndex(
  index: SavedIndex,
  file: string | URL,
  options: SaveIndexOptions = {},
): Promise<void> {
  await write(index, () => createFile(file), options);
}

/** The bytes of the file that `saveIndex` writes. @throws `INDEX_TOO_LARGE`, `INDEX_CLOSED`, `ABORTED` */
export async function indexToBytes(
  index: SavedIndex,
  options: SaveIndexOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  let bytes = allocateBytes(0);
  const open = async (length: number): Promise<ByteSink> => {
    bytes = allocateBytes(length);
    return bytesSink(bytes);
  };
  await write(index, open, options);
  return bytes;
}

/**
 * Opens what `saveIndex` wrote; in a browser, fetches it. Nothing in the file is believed before it was checked.
 * @throws `FILE_UNREADABLE`, `FILE_LENGTH`, `INDEX_FILE_INVALID`, `INDEX_FILE_VERSION`, `INDEX_FILE_DAMAGED`,
 *   `INDEX_ID_DUPLICATE`, `INDEX_TOO_LARGE`, `ARGUMENT_INVALID`, `ABORTED`
 */
export async function openIndex(file: string | URL, options: OpenIndexOptions = {}): Promise<SavedIndex> {
  checkThreads(options.threads ?? 1);
  return read(await openFile(file), options);
}

/** The same from bytes or a blob. @throws as `openIndex` */
export async function indexFromBytes(
  bytes: Uint8Array | Blob,
  options: OpenIndexOptions = {},
): Promise<SavedIndex> {
  checkThreads(options.threads ?? 1);
  return read(bytes instanceof Blob ? blobSource(bytes) : bytesSource(bytes), options);
}

async function write(
  index: SavedIndex,
  open: (length: number) => Promise<ByteSink>,
  options: ProgressOptions,
): Promise<void> {
  await index.parts(async ({ bits, store, ids, live }) => {
    const saved = saveRows({ ids, live });
    const facts = index.kind === 'mih' ? { ...saved.facts, substrings: index.substrings ?? 0 } : saved.facts;
    const head: IndexHead = { kind: index.kind, bits, rows: live.rows, facts };
    const codes = store instanceof MihStore ? mihSections(store) : codeSections(store, bits);
    await writeIndex(open, head, [...codes, ...saved.sections], options);
  });
}

async function read(source: ByteSource, options: OpenIndexOptions): Promise<SavedIndex> {
  try {
    const reader = await IndexReader.open(source, options);
    const { bits, kind } = reader.head;
    const rows = await readRows(reader);
    const engine = chooseEngine(options.engine);
    const threads = options.threads ?? 1;
    if (kind === 'linear') {
      const store = new CodeStore(bits, { engine, threads });
      await appendCodes(reader, store);
      reader.finish();
      return LinearIndex.of({ bits, store, ...rows });
    }
    const substrings = reader.fact('substrings', 0, Math.min(bits, MAX_SUBSTRINGS)) || undefined;
    const store = await readMihStore(reader, engine, threads, substrings);
    reader.finish();
    return MultiIndexHash.of({ bits, store, ...rows }, substrings);
  } finally {
    await source.close();
  }
}

/** The TypeScript engine has no tables: it reads and writes codes alone, and tables are made where they are missing. */
async function readMihStore(
  reader: IndexReader,
  engine: EngineName,
  threads: number,
  substrings: number | undefined,
): Promise<RowStore> {
  const { bits, rows } = reader.head;
  const options = { threads, ...(substrings !== undefined && { substrings }) };
  if (engine === 'wasm' && !reader.has('codes')) return readMih(reader, options);
  const store =
    engine === 'wasm' ? new MihStore(bits, { ...options, expected: rows }) : new CodeStore(bits, { engine });
  await (reader.has('codes') ? appendCodes(reader, store) : readMihCodes(reader, store));
  return store;
}
