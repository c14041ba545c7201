/** Pictures of a folder, of a tar, or named one by one: their path is their id, its first folder their class. */
import { opendir } from 'node:fs/promises';
import path from 'node:path';
import { isFolder, readSmallSync, unreadable } from '../../data/files.ts';
import { imagesFromTar } from '../../data/index.ts';
import { readPicture } from '../../encoders/decode.ts';
import { throwIfAborted, UnseenError } from '../../errors.ts';
import type { ItemSource, SourceItem } from '../item.ts';
import { classOfPath, isPictureName } from './picture-names.ts';

/** Read where the loop runs, in microseconds; a larger one may take long enough for others to wait. */
const SMALL_BYTES = 64 * 2 ** 10;
/** Pictures after which whatever else waits (signals, threads that are done) has its turn. */
const TURN = 16;

/** Folders inside folders. */
const MAX_DEPTH = 32;

/** `2.png` before `10.png`, and the same order on every machine. */
const collator = new Intl.Collator('en', { numeric: true });
const byName = (a: string, b: string): number => collator.compare(a, b) || (a < b ? -1 : 1);

/** @throws `FILE_UNREADABLE`, `FILE_MALFORMED` (too deep), `ABORTED` */
export async function folderSource(folder: string, signal?: AbortSignal): Promise<ItemSource> {
  const names = await picturesBelow(folder, signal);
  return sourceOf(
    names,
    (name) => path.join(folder, name),
    (i) => readFile(path.join(folder, names[i]!)),
  );
}

/** @throws as `imagesFromTar` */
export async function tarSource(file: string): Promise<ItemSource> {
  const images = await imagesFromTar(file);
  const rows: number[] = [];
  for (let row = 0; row < images.count; row++) {
    const name = images.name(row);
    const hidden = plain(name)
      .split('/')
      .some((part) => part.startsWith('.'));
    if (isPictureName(name) && !hidden) rows.push(row);
  }
  const names = rows.map((row) => plain(images.name(row)));
  return sourceOf(
    names,
    (name) => `${file}: ${name}`,
    (i) => images.read(rows[i]!),
  );
}

/** Files by their paths, which are their ids. */
export const filesSource = (files: readonly string[]): ItemSource =>
  sourceOf(
    files.map(posix),
    (_, i) => files[i]!,
    (i) => readFile(files[i]!),
    path.posix.basename,
  );

const readFile = async (file: string): Promise<Uint8Array> =>
  readSmallSync(file, SMALL_BYTES) ?? readPicture(file);

const posix = (file: string): string => path.normalize(file).split(path.sep).join('/');

/** `./a/b.png` is `a/b.png`. Nothing is written to these paths: a name is an id only. */
const plain = (name: string): string => name.replace(/^(\.?\/)+/, '');

function sourceOf(
  names: readonly string[],
  where: (name: string, i: number) => string,
  read: (i: number) => Promise<Uint8Array>,
  within: (name: string) => string = (name) => name,
): ItemSource {
  return {
    total: names.length,
    async *[Symbol.asyncIterator](): AsyncGenerator<SourceItem> {
      for (const [i, id] of names.entries()) {
        if (i % TURN === 0) await new Promise((resume) => setImmediate(resume));
        const about = { id, where: where(id, i) };
        const label = classOfPath(within(id));
        try {
          const picture = await read(i);
          yield { ...about, picture, payload: { source: id, ...(label !== undefined && { class: label }) } };
        } catch (error) {
          if (!(error instanceof UnseenError)) throw error;
          yield { ...about, status: 'failed', error };
        }
      }
    },
  };
}

/** Paths with `/`, in the order in which a file manager shows them; hidden files and links are passed over. */
async function picturesBelow(folder: string, signal: AbortSignal | undefined): Promise<string[]> {
  if (!(await isFolder(folder)))
    throw new UnseenError('FILE_UNREADABLE', { file: folder, reason: 'it is no folder' });
  const found: string[] = [];
  const walk = async (inside: string, depth: number): Promise<void> => {
    throwIfAborted(signal, `the listing of ${folder}`);
    if (depth > MAX_DEPTH) {
      const reason = `folders may be ${MAX_DEPTH} deep`;
      throw new UnseenError('FILE_MALFORMED', { file: folder, where: inside, reason, received: depth });
    }
    const folders: string[] = [];
    const files: string[] = [];
    for await (const entry of await opendir(path.join(folder, inside))) {
      if (entry.name.startsWith('.')) continue;
      if (entry.isDirectory()) folders.push(entry.name);
      else if (entry.isFile() && isPictureName(entry.name)) files.push(entry.name);
    }
    const nameOf = (name: string): string => (inside ? `${inside}/${name}` : name);
    for (const name of files.sort(byName)) found.push(nameOf(name));
    for (const name of folders.sort(byName)) await walk(nameOf(name), depth + 1);
  };
  try {
    await walk('', 0);
  } catch (cause) {
    throw unreadable(folder, cause);
  }
  return found;
}
