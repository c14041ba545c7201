/** What `index-file.ts` does, once it is needed: the parts of an index as sections, and an index from them. */
import type { IndexParts } from '../base-index.ts';
import { LinearIndex } from '../linear-index.ts';
import { MAX_SUBSTRINGS } from '../mih/plan.ts';
import { MihStore } from '../mih/store.ts';
import { MultiIndexHash } from '../multi-index-hash.ts';
import { CodeStore, chooseEngine, type RowStore } from '../store.ts';
import type { EngineName, IndexKind } from '../types.ts';
import { appendCodes, codeSections } from './codes.ts';
import { createFile, openFile } from './disk.ts';
import type { OpenIndexOptions, SavedIndex } from './index-file.ts';
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

/** What is written of an index. */
export interface WrittenIndex extends IndexParts {
  readonly kind: IndexKind;
  /** As the caller of a multi-index asked; undefined: chosen. */
  readonly substrings: number | undefined;
}

export const toFile = (index: WrittenIndex, file: string | URL, options: ProgressOptions): Promise<void> =>
  write(index, () => createFile(file), options);

export async function toBytes(
  index: WrittenIndex,
  options: ProgressOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  let bytes = allocateBytes(0);
  const open = async (length: number): Promise<ByteSink> => {
    bytes = allocateBytes(length);
    return bytesSink(bytes);
  };
  await write(index, open, options);
  return bytes;
}

export const fromFile = async (file: string | URL, options: OpenIndexOptions): Promise<SavedIndex> =>
  read(await openFile(file), options);

export const fromBytes = (bytes: Uint8Array | Blob, options: OpenIndexOptions): Promise<SavedIndex> =>
  read(bytes instanceof Blob ? blobSource(bytes) : bytesSource(bytes), options);

async function write(
  { kind, substrings, bits, store, ids, live }: WrittenIndex,
  open: (length: number) => Promise<ByteSink>,
  options: ProgressOptions,
): Promise<void> {
  const saved = saveRows({ ids, live });
  const facts = kind === 'mih' ? { ...saved.facts, substrings: substrings ?? 0 } : saved.facts;
  const head: IndexHead = { kind, bits, rows: live.rows, facts };
  const codes = store instanceof MihStore ? mihSections(store) : codeSections(store, bits);
  await writeIndex(open, head, [...codes, ...saved.sections], options);
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
