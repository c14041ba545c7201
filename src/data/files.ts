/** The few things that every reader and writer of files needs: typed failures, positioned reads, atomic writes, safe paths. */
import { randomBytes } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { access, constants, lstat, mkdir, open, realpath, rename, rm, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { UnseenError } from '../errors.ts';

/** Opening a pipe that nobody writes to would wait for ever; so it returns, and is refused as no regular file. */
const READ_ONLY = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
/** One read call; Node refuses 2 GiB and more. */
const READ_CHUNK = 1 << 26;

const failure =
  (code: 'FILE_UNREADABLE' | 'FILE_UNWRITABLE') =>
  (file: string, cause: unknown): UnseenError =>
    cause instanceof UnseenError
      ? cause
      : new UnseenError(
          code,
          { file, reason: (cause as NodeJS.ErrnoException)?.code ?? String(cause) },
          { cause },
        );

/** The typed form of a failure of the system; a typed error passes as it is. */
export const unreadable = failure('FILE_UNREADABLE');
export const unwritable = failure('FILE_UNWRITABLE');

/** Opens a file, hands it over, and closes it whatever happens; every failure of the system becomes `FILE_UNREADABLE`. */
export async function withFile<T>(
  file: string,
  use: (handle: FileHandle, length: number) => Promise<T>,
): Promise<T> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, READ_ONLY);
    const facts = await handle.stat();
    if (!facts.isFile())
      throw new UnseenError('FILE_UNREADABLE', { file, reason: 'it is not a regular file' });
    return await use(handle, facts.size);
  } catch (cause) {
    throw unreadable(file, cause);
  } finally {
    await handle?.close();
  }
}

/** Reads exactly `target.length` bytes at `position`, or throws `FILE_LENGTH`. */
export async function readExactly(
  handle: FileHandle,
  target: Uint8Array,
  position: number,
  file: string,
): Promise<void> {
  let done = 0;
  while (done < target.length) {
    const length = Math.min(READ_CHUNK, target.length - done);
    const { bytesRead } = await handle.read(target, done, length, position + done);
    if (bytesRead === 0) {
      throw new UnseenError('FILE_LENGTH', {
        file,
        expected: position + target.length,
        received: position + done,
      });
    }
    done += bytesRead;
  }
}

/** Allocates, or says which file asked for more than this machine has. */
export function allocate(bytes: number, file: string): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(bytes);
  } catch (cause) {
    throw new UnseenError(
      'FILE_UNREADABLE',
      { file, reason: `${bytes} bytes do not fit in memory` },
      { cause },
    );
  }
}

/** A whole text or binary file of at most `limit` bytes. */
export async function readBounded(file: string, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  return withFile(file, async (handle, length) => {
    if (length > limit)
      throw new UnseenError('FILE_LENGTH', { file, expected: `at most ${limit}`, received: length });
    const bytes = allocate(length, file);
    await readExactly(handle, bytes, 0, file);
    return bytes;
  });
}

/**
 * A whole file, read in this thread, or undefined if it has more than `most` bytes. For many small ones: to hand four calls to the
 * threads of the system takes several times as long as the calls.
 */
export function readSmallSync(file: string, most: number): Uint8Array<ArrayBuffer> | undefined {
  let handle: number | undefined;
  try {
    handle = openSync(file, READ_ONLY);
    const facts = fstatSync(handle);
    if (!facts.isFile())
      throw new UnseenError('FILE_UNREADABLE', { file, reason: 'it is not a regular file' });
    if (facts.size > most) return undefined;
    const bytes = new Uint8Array(facts.size);
    for (let done = 0; done < bytes.length; ) {
      const read = readSync(handle, bytes, done, bytes.length - done, done);
      if (read === 0) throw new UnseenError('FILE_LENGTH', { file, expected: bytes.length, received: done });
      done += read;
    }
    return bytes;
  } catch (cause) {
    throw unreadable(file, cause);
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

/** The lines of a text file of any length, one after the other; a line above `limit` characters is refused. */
export async function forEachLine(file: string, limit: number, use: (line: string) => void): Promise<void> {
  await withFile(file, async (handle, length) => {
    const decoder = new TextDecoder();
    const chunk = new Uint8Array(1 << 16);
    let rest = '';
    for (let at = 0; at < length; ) {
      const part = chunk.subarray(0, Math.min(chunk.length, length - at));
      await readExactly(handle, part, at, file);
      at += part.length;
      const lines = (rest + decoder.decode(part, { stream: at < length })).split('\n');
      rest = lines.pop()!;
      for (const line of lines) use(line);
      if (rest.length > limit) {
        throw new UnseenError('FILE_MALFORMED', {
          file,
          where: `byte ${at}`,
          reason: `a line must have at most ${limit} characters`,
          received: rest.slice(0, 40),
        });
      }
    }
    if (rest !== '') use(rest);
  });
}

/** A look at how a text begins: at most `count` lines, and none that is cut off after 1 MiB. */
export const firstLines = (file: string, count: number): Promise<string[]> =>
  withFile(file, async (handle, length) => {
    const bytes = new Uint8Array(Math.min(length, 1 << 20));
    await readExactly(handle, bytes, 0, file);
    const lines = new TextDecoder().decode(bytes).split('\n');
    if (bytes.length < length) lines.pop();
    return lines.slice(0, count).map((line) => line.replace(/\r$/, ''));
  });

/** Strict UTF-8, or `FILE_MALFORMED`. */
export function decodeUtf8(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new UnseenError(
      'FILE_MALFORMED',
      { file, where: 'text', reason: 'must be UTF-8', received: 'other bytes' },
      { cause },
    );
  }
}

/** A JSON file of at most `limit` bytes; what it holds is for a schema to judge. */
export async function readJson(file: string, limit: number): Promise<unknown> {
  const text = decodeUtf8(await readBounded(file, limit), file);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UnseenError(
      'FILE_MALFORMED',
      {
        file,
        where: 'text',
        reason: `must be JSON (${(cause as Error).message})`,
        received: text.slice(0, 40),
      },
      { cause },
    );
  }
}

const temporaryName = (file: string): string =>
  path.join(path.dirname(file), `.${path.basename(file)}.${randomBytes(6).toString('hex')}.tmp`);

/** Writes the parts one after the other to a temporary neighbour, flushes it, and renames: a reader sees old or new. */
export async function writeFileAtomic(
  file: string,
  parts: Iterable<Uint8Array | string> | AsyncIterable<Uint8Array | string>,
): Promise<void> {
  const temporary = temporaryName(file);
  try {
    const handle = await open(temporary, 'wx');
    try {
      for await (const part of parts) await handle.writeFile(part);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw unwritable(file, cause);
  }
}

/**
 * Fills a new folder through a temporary neighbour: it appears whole or not at all.
 * An existing `folder` is refused with `OUTPUT_EXISTS`, with `force` replaced.
 */
export async function writeFolderAtomic(
  folder: string,
  options: { readonly force?: boolean },
  fill: (temporary: string) => Promise<void>,
): Promise<void> {
  const exists = await lstat(folder).then(
    () => true,
    () => false,
  );
  if (exists && !options.force) throw new UnseenError('OUTPUT_EXISTS', { file: folder });
  const target = path.resolve(folder);
  const temporary = temporaryName(target);
  let made: string | undefined;
  try {
    made = await mkdir(temporary, { recursive: true });
    await fill(temporary);
    if (exists) {
      const old = temporaryName(target);
      await rename(target, old);
      await rename(temporary, target).catch(async (cause: unknown) => {
        await rename(old, target);
        throw cause;
      });
      await rm(old, { recursive: true, force: true });
    } else await rename(temporary, target);
  } catch (cause) {
    await rm(temporary, { recursive: true, force: true });
    await removeEmpty(path.dirname(temporary), made);
    throw unwritable(folder, cause);
  }
}

/** Takes back the folders that were made on the way: from `folder` up to `first`, as far as nobody else uses them. */
async function removeEmpty(folder: string, first: string | undefined): Promise<void> {
  if (first === undefined || !folder.startsWith(first)) return;
  const removed = await rmdir(folder).then(
    () => true,
    () => false,
  );
  if (removed) await removeEmpty(path.dirname(folder), first);
}

/** The real path of `relative` inside `folder`; `PATH_OUTSIDE` for absolute paths, `..`, and links that lead out. */
export async function resolveInside(folder: string, relative: string): Promise<string> {
  const refuse = (reason: string) => new UnseenError('PATH_OUTSIDE', { folder, received: relative, reason });
  if (relative === '' || relative.includes('\0')) throw refuse('is no path');
  if (path.posix.isAbsolute(relative) || path.win32.isAbsolute(relative)) throw refuse('is absolute');
  if (relative.split(/[/\\]/).includes('..')) throw refuse('leaves the folder');
  const joined = path.join(folder, relative);
  try {
    const [root, target] = await Promise.all([realpath(folder), realpath(joined)]);
    if (target !== root && !target.startsWith(root + path.sep))
      throw refuse('is a link that leaves the folder');
    return target;
  } catch (cause) {
    throw unreadable(joined, cause);
  }
}

/** Whether there is anything at the path that may be looked at. */
export const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

/** Whether the path is a folder; `FILE_UNREADABLE` when there is nothing. */
export async function isFolder(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isDirectory();
  } catch (cause) {
    throw unreadable(file, cause);
  }
}
