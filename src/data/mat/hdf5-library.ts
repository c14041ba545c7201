/**
 * The HDF5 library, `h5wasm`, held on a short lead. A file may ask the library to read other files (external links and
 * storage, virtual datasets, filter plug-ins), and the library prints its errors on stderr and goes on: here it may open
 * one file only, and what it prints is thrown.
 */
import type * as h5 from 'h5wasm/node';
import { UnseenError } from '../../errors.ts';

const PACKAGE = 'h5wasm';
const VERSION = '0.10.3';
const STDERR = 2;
const NO_ENTRY = 44; // ENOENT of the library's own numbers

export type Hdf5 = typeof h5;
export type { Dataset, Entity, Group } from 'h5wasm/node';

/** What is replaced while the library works; the package's types leave these out. */
interface FileSystem {
  open(path: string, ...rest: unknown[]): unknown;
  write(
    stream: { readonly fd?: number },
    buffer: Int8Array,
    offset: number,
    length: number,
    ...rest: unknown[]
  ): number;
  readonly ErrnoError: new (code: number) => Error;
}

let loaded: Promise<Hdf5> | undefined;

/** Throws `PACKAGE_MISSING`. */
export function loadHdf5(): Promise<Hdf5> {
  loaded ??= import('h5wasm/node').then(
    async (library) => {
      await library.ready;
      return library;
    },
    (cause: unknown) => {
      loaded = undefined;
      const what = 'A .mat file of version 7.3';
      throw new UnseenError('PACKAGE_MISSING', { what, packages: `${PACKAGE}@${VERSION}` }, { cause });
    },
  );
  return loaded;
}

/**
 * Runs something in the library that may open `file` alone. Throws `FILE_MALFORMED` when the library complains; the work
 * must be synchronous, because the lead is tied around the library as a whole.
 */
export function onLead<T>(library: Hdf5, file: string, during: string, work: () => T): T {
  const system = library.FS as unknown as FileSystem;
  const { open, write } = system;
  let said = '';
  system.open = (path, ...rest) => {
    if (path !== file) throw new system.ErrnoError(NO_ENTRY);
    return open(path, ...rest);
  };
  system.write = (stream, buffer, offset, length, ...rest) => {
    if (stream.fd !== STDERR) return write(stream, buffer, offset, length, ...rest);
    said += Buffer.from(buffer.buffer, buffer.byteOffset + offset, length).toString('utf8');
    return length;
  };
  const complaint = (reason: string, cause?: unknown): UnseenError =>
    new UnseenError(
      'FILE_MALFORMED',
      { file, where: `HDF5, ${during}`, reason: 'the library cannot read it', received: reason },
      { cause },
    );
  try {
    const result = work();
    if (said !== '') throw complaint(lastReason(said));
    return result;
  } catch (cause) {
    if (cause instanceof UnseenError) throw cause;
    throw complaint(said === '' ? String((cause as Error)?.message ?? cause) : lastReason(said), cause);
  } finally {
    system.open = open;
    system.write = write;
  }
}

/** The innermost line of the library's report: `#006: … line 388 in H5F__super_read(): file signature not found`. */
function lastReason(report: string): string {
  const lines = [...report.matchAll(/^ *#\d+: .*?\(\): (.*)$/gm)];
  return lines.at(-1)?.[1] ?? report.slice(0, 200);
}
