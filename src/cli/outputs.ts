/** Outputs are checked before the work, which may take minutes, and again by whoever writes them. */
import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { UnseenError } from '../errors.ts';

/**
 * Refuses a place that cannot become the output: one that exists (unless `force`), or whose parent folder does not.
 * @throws `OUTPUT_EXISTS`, `FILE_UNREADABLE`
 */
export async function checkOutput(file: string, force: boolean | undefined): Promise<void> {
  const parent = path.dirname(path.resolve(file));
  const facts = await lstat(parent).catch((cause: NodeJS.ErrnoException) => {
    throw new UnseenError('FILE_UNREADABLE', { file: parent, reason: cause.code }, { cause });
  });
  if (facts.isFile())
    throw new UnseenError('FILE_UNREADABLE', { file: parent, reason: 'it is not a folder' });
  if (force) return;
  const there = await lstat(file).then(
    () => true,
    () => false,
  );
  if (there) throw new UnseenError('OUTPUT_EXISTS', { file });
}

/**
 * Also for a folder: with `force` only one that holds `marker` (or nothing) is replaced, because replacing deletes.
 * @throws as `checkOutput`, and `OUTPUT_FOREIGN`
 */
export async function checkOutputFolder(
  folder: string,
  force: boolean | undefined,
  marker: string,
): Promise<void> {
  await checkOutput(folder, force);
  const names: string[] = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return [];
    throw new UnseenError('FILE_UNREADABLE', { file: folder, reason: cause.code }, { cause });
  });
  if (names.length > 0 && !names.includes(marker))
    throw new UnseenError('OUTPUT_FOREIGN', { folder, marker });
}
