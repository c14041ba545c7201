/**
 * An index to a file or bytes, and back: the same answers, without building it again. What reads and writes is loaded when
 * it is first needed, so that a page which only searches does not carry it.
 */
import { checkThreads, type LinearIndex } from '../linear-index.ts';
import type { MultiIndexHash } from '../multi-index-hash.ts';
import type { EngineName } from '../types.ts';
import type { WrittenIndex } from './index-sections.ts';
import type { ProgressOptions } from './reader.ts';

const sections = () => import('./index-sections.ts');

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
  await written(index, async (parts) => (await sections()).toFile(parts, file, options));
}

/** The bytes of the file that `saveIndex` writes. @throws `INDEX_TOO_LARGE`, `INDEX_CLOSED`, `ABORTED` */
export async function indexToBytes(
  index: SavedIndex,
  options: SaveIndexOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  return written(index, async (parts) => (await sections()).toBytes(parts, options));
}

/**
 * Opens what `saveIndex` wrote; in a browser, fetches it. Nothing in the file is believed before it was checked.
 * @throws `FILE_UNREADABLE`, `FILE_LENGTH`, `INDEX_FILE_INVALID`, `INDEX_FILE_VERSION`, `INDEX_FILE_DAMAGED`,
 *   `INDEX_ID_DUPLICATE`, `INDEX_TOO_LARGE`, `ARGUMENT_INVALID`, `ABORTED`
 */
export async function openIndex(file: string | URL, options: OpenIndexOptions = {}): Promise<SavedIndex> {
  checkThreads(options.threads ?? 1);
  return (await sections()).fromFile(file, options);
}

/** The same from bytes or a blob. @throws as `openIndex` */
export async function indexFromBytes(
  bytes: Uint8Array | Blob,
  options: OpenIndexOptions = {},
): Promise<SavedIndex> {
  checkThreads(options.threads ?? 1);
  return (await sections()).fromBytes(bytes, options);
}

/** The index takes its turn now, whatever is loaded meanwhile. */
function written<T>(index: SavedIndex, use: (parts: WrittenIndex) => Promise<T>): Promise<T> {
  const { kind } = index;
  const substrings = index.kind === 'mih' ? index.substrings : undefined;
  return index.parts((parts) => use({ ...parts, kind, substrings }));
}
