/** Paths of pictures as tables write them → files below one folder, each looked up once. */
import path from 'node:path';
import { throwIfAborted, UnseenError } from '../../errors.ts';
import type { ImageFiles } from '../dataset.ts';
import { isFolder, resolveInside } from '../files.ts';
import { imagesFromPaths } from '../images.ts';
import type { ImportOptions } from './importer.ts';

/** Looked up at a time. */
const AT_ONCE = 64;

/** `./a.jpg`, `b\a.jpg` and an absolute path inside the folder become one spelling; links and addresses do not. */
export function pathInside(folder: string, written: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(written))
    throw new UnseenError('FILE_UNREADABLE', { file: written, reason: 'nothing is fetched from addresses' });
  const inside = path.isAbsolute(written) ? path.relative(path.resolve(folder), written) : written;
  return path.posix.normalize(inside.replaceAll('\\', '/'));
}

export interface FoundPictures {
  /** Those that are there, in the order given. */
  readonly images: ImageFiles;
  /** Number in `images` by the path as written. */
  readonly numbers: ReadonlyMap<string, number>;
  /** Why a path is not among them: `FILE_UNREADABLE`, `PATH_OUTSIDE`. */
  readonly missing: ReadonlyMap<string, UnseenError>;
}

/** Looks every path up; throws `FILE_UNREADABLE` without the folder, `ABORTED`. */
export async function findPictures(
  folder: string,
  written: readonly string[],
  { signal, onProgress }: ImportOptions,
): Promise<FoundPictures> {
  if (written.length > 0 && !(await isFolder(folder)))
    throw new UnseenError('FILE_UNREADABLE', { file: folder, reason: 'it is no folder' });
  const names = new Map<string, number>();
  const numbers = new Map<string, number>();
  const missing = new Map<string, UnseenError>();
  const find = async (one: string): Promise<string | undefined> => {
    try {
      const name = pathInside(folder, one);
      if (await isFolder(await resolveInside(folder, name)))
        throw new UnseenError('FILE_UNREADABLE', { file: one, reason: 'it is a folder' });
      return name;
    } catch (error) {
      if (!(error instanceof UnseenError)) throw error;
      missing.set(one, error);
      return undefined;
    }
  };
  for (let from = 0; from < written.length; from += AT_ONCE) {
    throwIfAborted(signal, 'the search for pictures');
    const batch = written.slice(from, from + AT_ONCE);
    const found = await Promise.all(batch.map(find));
    found.forEach((name, i) => {
      if (name === undefined) return;
      if (!names.has(name)) names.set(name, names.size);
      numbers.set(batch[i]!, names.get(name)!);
    });
    onProgress?.('finding pictures', (from + batch.length) / written.length);
  }
  return { images: imagesFromPaths(folder, [...names.keys()]), numbers, missing };
}
