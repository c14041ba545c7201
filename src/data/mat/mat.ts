/** MATLAB's files: version 5 to 7 read here, version 7.3, which is HDF5, through `h5wasm`. */
import { UnseenError } from '../../errors.ts';
import { readExactly, withFile } from '../files.ts';
import { withHdf5 } from './hdf5.ts';
import type { MatFile } from './mat-file.ts';
import { openVersion5 } from './v5.ts';

const HEADER_BYTES = 128;
const HDF5_MAGIC = '\x89HDF\r\n\x1a\n';
/** HDF5 may begin after any room that is kept for others: MATLAB keeps 512 bytes. */
const HDF5_PLACES = [0, 512, 1024, 2048];

/**
 * Opens a `.mat` file, hands it over and closes it. Only what is asked for is read; every size that the file states is
 * held against the file's length (compressed: against the most that its bytes can inflate to) before it allocates.
 *
 * Throws `FILE_UNREADABLE`, `FILE_MALFORMED` (with the byte), `FILE_LENGTH`, `MAT_UNSUPPORTED` (complex numbers,
 * structures, objects, arrays above 2 GiB, version 4), `PACKAGE_MISSING` (version 7.3 without `h5wasm`).
 */
export async function withMat<T>(file: string, use: (mat: MatFile) => Promise<T>): Promise<T> {
  const opened = await withFile(file, async (handle, length) => {
    for (const at of HDF5_PLACES) {
      const magic = new Uint8Array(HDF5_MAGIC.length);
      if (at + magic.length > length) break;
      await readExactly(handle, magic, at, file);
      if (String.fromCharCode(...magic) === HDF5_MAGIC) return { length };
    }
    const header = new Uint8Array(Math.min(length, HEADER_BYTES));
    await readExactly(handle, header, 0, file);
    const mat = await openVersion5(handle, file, length, isLittleEndian(header, file));
    // What fails in the caller's work is not a failure of this file.
    return { outcome: (await Promise.allSettled([use(mat)]))[0] };
  });
  if (!opened.outcome) return withHdf5(file, opened.length, use);
  if (opened.outcome.status === 'rejected') throw opened.outcome.reason;
  return opened.outcome.value;
}

function isLittleEndian(header: Uint8Array, file: string): boolean {
  const mark = String.fromCharCode(...header.subarray(126, 128));
  const version = header.subarray(124, 126);
  if (mark === 'IM' && version[1] === 1) return true;
  if (mark === 'MI' && version[0] === 1) return false;
  // Version 4 has no header: its first number is small, so that one of these bytes is 0; text has none.
  if (header.length > 20 && header.subarray(0, 4).includes(0))
    throw new UnseenError('MAT_UNSUPPORTED', {
      file,
      name: 'format',
      reason: 'version 5 or newer is read',
      received: 'version 4, or no .mat file',
    });
  throw new UnseenError('FILE_MALFORMED', {
    file,
    where: 'mat, byte 124',
    reason: 'must state version 5, and its byte order as "IM" or "MI"',
    received: header.length < HEADER_BYTES ? `a file of ${header.length} bytes` : `${[...version]} ${mark}`,
  });
}
