/** Files on disk. Node; a browser loads `disk.web.ts` in its place. */
import { randomBytes } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { constants, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { UnseenError } from '../../errors.ts';
import type { ByteSink, ByteSource } from './source.ts';

/** Opening a pipe that nobody writes to would wait for ever; so it returns, and is refused as no regular file. */
const READ_ONLY = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

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
const unreadable = failure('FILE_UNREADABLE');
const unwritable = failure('FILE_UNWRITABLE');

const pathOf = (file: string | URL): string => {
  if (typeof file === 'string') return file;
  try {
    return fileURLToPath(file);
  } catch (cause) {
    throw unreadable(file.href, cause);
  }
};

/** @throws `FILE_UNREADABLE`, also if it is no regular file. */
export async function openFile(location: string | URL): Promise<ByteSource> {
  const file = pathOf(location);
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, READ_ONLY);
    const facts = await handle.stat();
    if (!facts.isFile()) throw unreadable(file, 'it is not a regular file');
    return sourceOf(handle, file, facts.size);
  } catch (cause) {
    await handle?.close();
    throw unreadable(file, cause);
  }
}

function sourceOf(handle: FileHandle, name: string, length: number): ByteSource {
  return {
    name,
    length,
    read: async (offset, target) => {
      for (let done = 0; done < target.length; ) {
        const { bytesRead } = await handle
          .read(target, done, target.length - done, offset + done)
          .catch((cause) => {
            throw unreadable(name, cause);
          });
        // It was longer when it was opened: somebody cuts it while it is read.
        if (bytesRead === 0)
          throw new UnseenError('FILE_LENGTH', { file: name, expected: length, received: offset + done });
        done += bytesRead;
      }
    },
    close: () => handle.close(),
  };
}

/**
 * Writes to a temporary neighbour. `finish` flushes it to the disk and gives it the name: whoever opens the file at any
 * time, also after a crash, finds the old one or the new one.
 * @throws `FILE_UNWRITABLE`
 */
export async function createFile(location: string | URL): Promise<ByteSink> {
  const file = pathOf(location);
  const folder = path.dirname(path.resolve(file));
  const temporary = path.join(folder, `.${path.basename(file)}.${randomBytes(6).toString('hex')}.tmp`);
  const handle = await open(temporary, 'wx').catch((cause) => {
    throw unwritable(file, cause);
  });
  const abandon = async (): Promise<void> => {
    await handle.close().catch(() => {});
    await rm(temporary, { force: true });
  };
  return {
    name: file,
    abandon,
    write: async (offset, piece) => {
      try {
        for (let done = 0; done < piece.length; ) {
          done += (await handle.write(piece, done, piece.length - done, offset + done)).bytesWritten;
        }
      } catch (cause) {
        throw unwritable(file, cause);
      }
    },
    finish: async () => {
      try {
        await handle.sync();
        await handle.close();
        await rename(temporary, file);
      } catch (cause) {
        await abandon();
        throw unwritable(file, cause);
      }
      await flushFolder(folder);
    },
  };
}

/** The new name itself; where folders cannot be flushed (Windows) the system has its own order. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
