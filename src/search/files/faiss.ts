/**
 * FAISS' binary flat indexes, to codes and back (`faiss-flat.ts` says how they lie). What reads and writes is loaded when it
 * is first needed, so that a page which only searches does not carry it.
 */
import type { Codes } from '../../codes/index.ts';

const flat = () => import('./faiss-flat.ts');

export interface FaissFlat {
  readonly codes: Codes;
  /** Of an IndexBinaryIDMap, one a code; FAISS lets an id come twice. */
  readonly ids?: BigInt64Array;
}

export interface FaissWriteOptions {
  /** One id a code: numbers must be whole, all within i64. Written as an IndexBinaryIDMap. */
  readonly ids?: ArrayLike<number | bigint>;
}

/**
 * Reads an IndexBinaryFlat, or an IndexBinaryIDMap of one with its ids.
 * @param from a file (in a browser a URL), bytes, or a blob
 * @throws `FAISS_FILE_INVALID`, `FILE_UNREADABLE`, `FILE_LENGTH`, `INDEX_TOO_LARGE`
 */
export async function readFaissFlat(from: string | URL | Uint8Array | Blob): Promise<FaissFlat> {
  return (await flat()).readFlat(from);
}

/**
 * Writes what FAISS writes, byte for byte; the file appears as a whole. Node only; see `faissFlatToBytes`.
 * @throws `FILE_UNWRITABLE`, `ARGUMENT_INVALID` (ids); in a browser `BROWSER_UNSUPPORTED`
 */
export async function writeFaissFlat(
  codes: Codes,
  file: string | URL,
  options: FaissWriteOptions = {},
): Promise<void> {
  await (await flat()).writeFlat(codes, file, options);
}

/** The bytes of such a file. @throws `ARGUMENT_INVALID` (ids), `INDEX_TOO_LARGE` */
export async function faissFlatToBytes(
  codes: Codes,
  options: FaissWriteOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  return (await flat()).flatToBytes(codes, options);
}
