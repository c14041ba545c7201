/** What a model is made of, verified before it is believed, wherever it comes from. */
import { sha256 } from '../data/sha256.ts';
import { UnseenError } from '../errors.ts';
import { MANIFEST_FILE, MAX_MANIFEST_BYTES, type ModelManifest, readManifest } from './manifest.ts';

/** The manifest, and the content of every file that it names. */
export interface ModelContent {
  readonly manifest: ModelManifest;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** Where the files of a model lie. */
export interface ModelPlace {
  /** What errors call the file of that name. */
  locate(name: string): string;
  /**
   * Its bytes, at most `limit`. With `exact` the file has exactly `limit` bytes.
   * @throws `MODEL_FILE_MISSING`; `MODEL_HASH_MISMATCH` where the length is another; `FILE_LENGTH` above a limit
   */
  read(name: string, limit: number, exact: boolean): Promise<Uint8Array>;
}

/**
 * Reads a model and compares every file's length and SHA-256 with the manifest.
 * @throws `MODEL_FILE_MISSING`, `MODEL_MANIFEST_INVALID`, `MODEL_FORMAT_UNKNOWN`, `MODEL_PATH_OUTSIDE`,
 *   `MODEL_HASH_MISMATCH`, `CRYPTO_UNAVAILABLE`
 */
export async function readModel(place: ModelPlace): Promise<ModelContent> {
  const bytes = await place.read(MANIFEST_FILE, MAX_MANIFEST_BYTES, false);
  const manifest = await readManifest(bytes, place.locate(MANIFEST_FILE));
  const files = new Map<string, Uint8Array>();
  for (const [name, facts] of Object.entries(manifest.files)) {
    const content = await place.read(name, facts.bytes, true);
    const hash = await sha256(content);
    if (hash !== facts.sha256) throw mismatch(place.locate(name), 'its SHA-256', hash, facts.sha256);
    files.set(name, content);
  }
  return { manifest, files };
}

/** `MODEL_HASH_MISMATCH` for a file whose length is not the manifest's. */
export const wrongLength = (file: string, received: number | string, expected: number): UnseenError =>
  mismatch(file, 'its length in bytes', received, expected);

const mismatch = (file: string, what: string, received: unknown, expected: unknown): UnseenError =>
  new UnseenError('MODEL_HASH_MISMATCH', { file, what, received, expected });
