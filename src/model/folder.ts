/** A model's files on disk: written whole or not at all, verified before they are believed. Node only. */
import { lstat, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { decodeUtf8, readBounded, writeFolderAtomic } from '../data/files.ts';
import { UnseenError } from '../errors.ts';
import { sha256 } from './hash.ts';
import {
  MANIFEST_FILE,
  MAX_MANIFEST_BYTES,
  MODEL_FORMAT,
  type ModelManifest,
  readManifest,
  writeManifest,
} from './manifest.ts';

/** What a model is made of: the manifest, and the content of every file that it names. */
export interface ModelContent {
  readonly manifest: ModelManifest;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/**
 * Writes the folder through a temporary neighbour: it appears whole or not at all.
 * @throws `MODEL_EXISTS`, `MODEL_FOLDER_OCCUPIED` (also with `overwrite`: only a model is ever replaced), `FILE_UNWRITABLE`
 */
export async function writeModelFolder(
  folder: string,
  { manifest, files }: ModelContent,
  overwrite: boolean,
): Promise<void> {
  const state = await stateOf(folder);
  if (state === 'occupied') throw new UnseenError('MODEL_FOLDER_OCCUPIED', { folder });
  if (state === 'model' && !overwrite) throw new UnseenError('MODEL_EXISTS', { folder });
  await writeFolderAtomic(folder, { force: true }, async (temporary) => {
    for (const [name, content] of files)
      await writeFile(path.join(temporary, name), content, { flush: true });
    await writeFile(path.join(temporary, MANIFEST_FILE), writeManifest(manifest), { flush: true });
  });
}

/**
 * Reads a folder and compares every file's length and SHA-256 with the manifest.
 * @throws `MODEL_FILE_MISSING`, `MODEL_MANIFEST_INVALID`, `MODEL_FORMAT_UNKNOWN`, `MODEL_PATH_OUTSIDE`, `MODEL_HASH_MISMATCH`
 */
export async function readModelFolder(folder: string): Promise<ModelContent> {
  const manifestPath = path.join(folder, MANIFEST_FILE);
  const text = decodeUtf8(await readPlain(manifestPath, MAX_MANIFEST_BYTES), manifestPath);
  const manifest = await readManifest(text, manifestPath);
  const files = new Map<string, Uint8Array>();
  for (const [name, facts] of Object.entries(manifest.files)) {
    const file = path.join(folder, name);
    const content = await readPlain(file, facts.bytes, facts.bytes);
    const hash = await sha256(content);
    if (hash !== facts.sha256) {
      throw new UnseenError('MODEL_HASH_MISMATCH', {
        file,
        what: 'its SHA-256',
        received: hash,
        expected: facts.sha256,
      });
    }
    files.set(name, content);
  }
  return { manifest, files };
}

/** A regular file (no link: a link could lead outside), its length checked before it is read. */
async function readPlain(file: string, limit: number, exact?: number): Promise<Uint8Array> {
  const facts = await lstat(file).catch((cause: NodeJS.ErrnoException) => {
    throw new UnseenError('MODEL_FILE_MISSING', { file, reason: cause.code }, { cause });
  });
  if (!facts.isFile()) throw new UnseenError('MODEL_PATH_OUTSIDE', { file, received: file });
  if (exact !== undefined && facts.size !== exact) {
    throw new UnseenError('MODEL_HASH_MISMATCH', {
      file,
      what: 'its length in bytes',
      received: facts.size,
      expected: exact,
    });
  }
  return readBounded(file, limit);
}

/**
 * What stands where a model is to be written. A model is a folder with a manifest of any version of ours and nothing that
 * the manifest does not name: replacing it deletes the folder, and somebody's notes beside the model are not ours.
 */
async function stateOf(folder: string): Promise<'free' | 'model' | 'occupied'> {
  const facts = await lstat(folder).catch(() => undefined);
  if (facts === undefined) return 'free';
  if (!facts.isDirectory()) return 'occupied';
  const names = await readdir(folder);
  if (names.length === 0) return 'free';
  try {
    const text = await readBounded(path.join(folder, MANIFEST_FILE), MAX_MANIFEST_BYTES);
    const { format, files } = JSON.parse(new TextDecoder().decode(text));
    const ours = typeof format === 'string' && format.startsWith(MODEL_FORMAT.replace(/\d+$/, ''));
    const known = names.every((name) => name === MANIFEST_FILE || Object.hasOwn(files, name));
    return ours && known ? 'model' : 'occupied';
  } catch {
    return 'occupied';
  }
}
