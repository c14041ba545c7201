/** The idx files of MNIST and its kin, plain or in gzip: a big-endian header of type and shape, then unsigned bytes. */
import { UnseenError } from '../errors.ts';
import { allocate, withFile } from './files.ts';
import { fileSource, inflatedSource } from './mat/byte-source.ts';
import { MAX_INFLATION } from './mat/mat-file.ts';

const UNSIGNED_BYTE = 0x08;
/** MNIST has 1 (labels) or 3 (images); 4 leaves room for colour. */
const MAX_DIMENSIONS = 4;

export interface IdxArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/**
 * Reads an idx file of unsigned bytes; one whose name ends in `.gz` is inflated as it is read.
 *
 * Throws `FILE_UNREADABLE`, `FILE_MALFORMED` (magic, type, dimensions, gzip), `FILE_LENGTH` (length is not what the shape
 * says, in gzip: cannot be; checked before anything is allocated).
 */
export async function readIdx(file: string): Promise<IdxArray> {
  return withFile(file, async (handle, length) => {
    const malformed = (where: string, reason: string, received: unknown) =>
      new UnseenError('FILE_MALFORMED', { file, where: `idx ${where}`, reason, received });
    const packed = /\.gz$/i.test(file);
    const source = packed
      ? inflatedSource(handle, file, 0, length, 'gzip')
      : fileSource(handle, file, 0, length);
    try {
      const magic = new Uint8Array(4);
      await source.fill(magic);
      const [zero1, zero2, type, dimensions] = magic;
      if (zero1 !== 0 || zero2 !== 0)
        throw malformed('magic', 'must begin with two zero bytes (compressed: name it .gz)', [...magic]);
      if (type !== UNSIGNED_BYTE) throw malformed('type', 'must be 8, unsigned bytes', type);
      if (!dimensions || dimensions > MAX_DIMENSIONS)
        throw malformed('dimensions', `must be 1 to ${MAX_DIMENSIONS}`, dimensions);
      const sizes = new Uint8Array(4 * dimensions);
      await source.fill(sizes);
      const view = new DataView(sizes.buffer);
      const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 * i));
      const items = shape.reduce((product, n) => product * n, 1);
      const expected = 4 + sizes.length + items;
      if (packed ? expected > length * MAX_INFLATION : expected !== length)
        throw new UnseenError('FILE_LENGTH', { file, expected, received: length });
      const data = allocate(items, file);
      await source.fill(data);
      await source.end();
      return { shape, data };
    } finally {
      source.close();
    }
  });
}
