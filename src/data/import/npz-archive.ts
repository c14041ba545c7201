/**
 * NumPy's `.npz`: a zip archive of `.npy` arrays, stored (`np.savez`) or deflated (`np.savez_compressed`). The sizes that the
 * archive states are held against what its bytes can be before anything is allocated.
 */
import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import type { Entry, ZipFile } from 'yauzl';
import { UnseenError } from '../../errors.ts';
import { withFile } from '../files.ts';
import { MAX_ARRAY_BYTES, MAX_INFLATION } from '../mat/mat-file.ts';
import { type NpyArray, readNpyFrom, readNpyTexts } from '../npy.ts';

const STORED = 0;
const DEFLATED = 8;
/** A data set has a dozen arrays. */
const MAX_ENTRIES = 10_000;

/** An archive's arrays by name, without `.npy`. */
export interface Npz {
  readonly names: readonly string[];
  /** Throws as `readNpy`, and `FILE_MALFORMED` for an array that is not there or whose checksum is wrong. */
  read(name: string): Promise<NpyArray>;
  readTexts(name: string): Promise<string[]>;
}

const malformed = (file: string, where: string, reason: string, received: unknown, cause?: unknown) =>
  new UnseenError('FILE_MALFORMED', { file, where, reason, received }, { cause });

const damaged = (file: string, cause: unknown): UnseenError =>
  cause instanceof UnseenError
    ? cause
    : malformed(file, 'zip', 'must be a whole archive', (cause as Error).message, cause);

function checkEntry(entry: Entry, file: string, length: number): void {
  const { fileName: where, compressionMethod, compressedSize, uncompressedSize } = entry;
  if (entry.isEncrypted()) throw malformed(file, where, 'must not be encrypted', 'an encrypted array');
  if (compressionMethod !== STORED && compressionMethod !== DEFLATED)
    throw malformed(file, where, 'must be stored (0) or deflated (8)', compressionMethod);
  const most = Math.min(compressedSize, length) * (compressionMethod === STORED ? 1 : MAX_INFLATION);
  if (uncompressedSize > Math.min(most, MAX_ARRAY_BYTES))
    throw new UnseenError('FILE_LENGTH', {
      file: `${file}: ${where}`,
      expected: `at most ${Math.min(most, MAX_ARRAY_BYTES)}`,
      received: uncompressedSize,
    });
}

/** The bytes of a stream as they are asked for, with their checksum. */
function reader(stream: Readable, where: string) {
  const chunks: AsyncIterator<Buffer> = stream[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array(0);
  let sum = 0;
  const next = async (): Promise<boolean> => {
    const { done, value } = await chunks.next();
    if (done) return false;
    sum = crc32(value, sum);
    rest = value;
    return true;
  };
  return {
    async fill(target: Uint8Array): Promise<void> {
      for (let done = 0; done < target.length; ) {
        if (rest.length === 0 && !(await next()))
          throw malformed(where, 'zip', `${target.length - done} bytes more are needed`, 'the end');
        const part = rest.subarray(0, target.length - done);
        target.set(part, done);
        rest = rest.subarray(part.length);
        done += part.length;
      }
    },
    /** Reads what is left, and returns the checksum of all. */
    async end(): Promise<number> {
      while (await next());
      return sum;
    },
  };
}

function npzOf(zip: ZipFile, entries: ReadonlyMap<string, Entry>, file: string): Npz {
  const using = async <T>(
    name: string,
    use: (source: ReturnType<typeof reader>, length: number, where: string) => Promise<T>,
  ): Promise<T> => {
    const entry = entries.get(name);
    if (!entry) throw malformed(file, name, 'must be in the archive', [...entries.keys()]);
    const where = `${file}: ${name}`;
    try {
      const stream = await zip.openReadStreamPromise(entry);
      try {
        const source = reader(stream, where);
        const value = await use(source, entry.uncompressedSize, where);
        const sum = await source.end();
        if (sum !== entry.crc32) throw malformed(where, 'checksum', `must be ${entry.crc32}`, sum);
        return value;
      } finally {
        stream.destroy();
      }
    } catch (cause) {
      throw damaged(where, cause);
    }
  };
  return {
    names: [...entries.keys()],
    read: (name) => using(name, readNpyFrom),
    readTexts: (name) => using(name, readNpyTexts),
  };
}

/**
 * Opens an archive, hands its arrays over, and closes it. Entries that are no `.npy` are passed over.
 *
 * Throws `FILE_UNREADABLE`, `FILE_MALFORMED` (no whole archive, two arrays of one name, encryption, other compressions),
 * `FILE_LENGTH` (a size that the bytes cannot have).
 */
export async function withNpz<T>(file: string, use: (npz: Npz) => Promise<T>): Promise<T> {
  const { fromFdPromise } = await import('yauzl');
  return withFile(file, async (handle, length) => {
    const entries = new Map<string, Entry>();
    let zip: ZipFile;
    try {
      zip = await fromFdPromise(handle.fd, { autoClose: false, lazyEntries: true, strictFileNames: true });
      if (zip.entryCount > MAX_ENTRIES)
        throw malformed(file, 'zip', `may hold ${MAX_ENTRIES} arrays`, zip.entryCount);
      for await (const entry of zip.eachEntry()) {
        const name = /^(.+)\.npy$/.exec(entry.fileName)?.[1];
        if (name === undefined) continue;
        if (entries.has(name)) throw malformed(file, entry.fileName, 'must be in the archive once', 'again');
        checkEntry(entry, file, length);
        entries.set(name, entry);
      }
    } catch (cause) {
      throw damaged(file, cause);
    }
    return use(npzOf(zip, entries, file));
  });
}
