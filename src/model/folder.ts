/** A model's files on disk: written whole or not at all. Node; a browser loads `folder.web.ts` in its place. */
import { lstat, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readBounded, writeFolderAtomic } from '../data/files.ts';
import { UnseenError } from '../errors.ts';
import { type ModelContent, readModel, wrongLength } from './content.ts';
import { MANIFEST_FILE, MAX_MANIFEST_BYTES, MODEL_FORMAT, writeManifest } from './manifest.ts';

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

/** Reads a folder. Throws as `readModel`; `FILE_UNREADABLE`. */
export function readModelFolder(folder: string): Promise<ModelContent> {
  const locate = (name: string): string => path.join(folder, name);
  return readModel({ locate, read: (name, limit, exact) => readPlain(locate(name), limit, exact) });
}

/** A regular file (no link: a link could lead outside), its length checked before it is read. */
async function readPlain(file: string, limit: number, exact: boolean): Promise<Uint8Array> {
  const facts = await lstat(file).catch((cause: NodeJS.ErrnoException) => {
    throw new UnseenError('MODEL_FILE_MISSING', { file, reason: cause.code }, { cause });
  });
  if (!facts.isFile()) throw new UnseenError('MODEL_PATH_OUTSIDE', { file, received: file });
  if (exact && facts.size !== limit) throw wrongLength(file, facts.size, limit);
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
