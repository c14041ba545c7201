/**
 * Bytes one after the other: of the file, or of a compressed element in it. What is compressed is inflated as it is
 * asked for, so that a small file which claims to hold much costs nothing before the claim was looked at.
 */
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createInflate } from 'node:zlib';
import { UnseenError } from '../../errors.ts';
import { readExactly } from '../files.ts';

const CHUNK = 1 << 16;

export interface ByteSource {
  /** Fills the target, or throws `FILE_LENGTH` or `FILE_MALFORMED`. */
  fill(target: Uint8Array): Promise<void>;
  skip(bytes: number): Promise<void>;
  /** Makes sure that nothing follows; of a compressed stream this proves its checksum. */
  end(): Promise<void>;
  /** Where the next byte is, for errors: `byte 136` or `byte 136, inflated byte 56`. */
  where(): string;
  close(): void;
}

/** Bytes `[from, to)` of the file. */
export function fileSource(handle: FileHandle, file: string, from: number, to: number): ByteSource {
  let at = from;
  const advance = (bytes: number): void => {
    if (at + bytes > to)
      throw new UnseenError('FILE_LENGTH', { file, expected: `at least ${at + bytes}`, received: to });
    at += bytes;
  };
  return {
    async fill(target) {
      const start = at;
      advance(target.length);
      await readExactly(handle, target, start, file);
    },
    async skip(bytes) {
      advance(bytes);
    },
    end: async () => {
      if (at < to) throw new UnseenError('FILE_LENGTH', { file, expected: at, received: to });
    },
    where: () => `byte ${at}`,
    close: () => undefined,
  };
}

/** What errors call a compressed stream of each kind, and what reads it. */
const STREAMS = {
  zlib: { format: 'mat', create: createInflate },
  gzip: { format: 'gzip', create: createGunzip },
} as const;

/** What the zlib or gzip stream in bytes `[from, to)` of the file holds. */
export function inflatedSource(
  handle: FileHandle,
  file: string,
  from: number,
  to: number,
  kind: keyof typeof STREAMS = 'zlib',
): ByteSource {
  async function* compressed(): AsyncGenerator<Uint8Array> {
    for (let at = from; at < to; at += CHUNK) {
      const chunk = new Uint8Array(Math.min(CHUNK, to - at));
      await readExactly(handle, chunk, at, file);
      yield chunk;
    }
  }
  const { format, create } = STREAMS[kind];
  const inflate = create({ chunkSize: CHUNK });
  // Failures arrive through the iteration below; here they would be reported a second time.
  pipeline(Readable.from(compressed()), inflate).catch(() => undefined);
  const chunks: AsyncIterator<Uint8Array> = inflate[Symbol.asyncIterator]();
  let rest = new Uint8Array(0);
  let at = 0;
  const where = (): string => `byte ${from}, inflated byte ${at}`;
  const malformed = (reason: string, received: unknown, cause?: unknown): UnseenError =>
    new UnseenError('FILE_MALFORMED', { file, where: `${format}, ${where()}`, reason, received }, { cause });
  /** At most `most` bytes of what has been inflated; none at the end. */
  const take = async (most: number): Promise<Uint8Array> => {
    if (rest.length === 0) {
      const next = await chunks.next().catch((cause: unknown) => {
        if (cause instanceof UnseenError) throw cause;
        throw malformed(`must be a whole ${kind} stream`, (cause as Error).message, cause);
      });
      if (next.done) return rest;
      rest = new Uint8Array(next.value);
    }
    const taken = rest.subarray(0, most);
    rest = rest.subarray(taken.length);
    at += taken.length;
    return taken;
  };
  const each = async (bytes: number, use: (part: Uint8Array, offset: number) => void): Promise<void> => {
    for (let done = 0; done < bytes; ) {
      const part = await take(bytes - done);
      if (part.length === 0) throw malformed(`${bytes - done} bytes more are needed`, 'the end');
      use(part, done);
      done += part.length;
    }
  };
  return {
    fill: (target) => each(target.length, (part, offset) => target.set(part, offset)),
    skip: (bytes) => each(bytes, () => undefined),
    end: async () => {
      const more = await take(1);
      if (more.length > 0) throw malformed('must end with the array that it holds', 'more bytes');
    },
    where,
    close: () => {
      inflate.destroy();
    },
  };
}
