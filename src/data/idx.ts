/** The idx files of MNIST and its kin: a big-endian header of type and shape, then unsigned bytes. */
import { UnseenError } from '../errors.ts';
import { allocate, readExactly, withFile } from './files.ts';

const UNSIGNED_BYTE = 0x08;
/** MNIST has 1 (labels) or 3 (images); 4 leaves room for colour. */
const MAX_DIMENSIONS = 4;

export interface IdxArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/**
 * Reads an uncompressed idx file of unsigned bytes.
 *
 * Throws `FILE_UNREADABLE`, `FILE_MALFORMED` (magic, type, dimensions), `FILE_LENGTH` (length is not what the shape
 * says; checked before anything is allocated).
 */
export async function readIdx(file: string): Promise<IdxArray> {
  return withFile(file, async (handle, length) => {
    const malformed = (where: string, reason: string, received: unknown) =>
      new UnseenError('FILE_MALFORMED', { file, where: `idx ${where}`, reason, received });
    if (length < 4) throw new UnseenError('FILE_LENGTH', { file, expected: 'at least 4', received: length });
    const magic = new Uint8Array(4);
    await readExactly(handle, magic, 0, file);
    const [zero1, zero2, type, dimensions] = magic;
    if (zero1 !== 0 || zero2 !== 0)
      throw malformed('magic', 'must begin with two zero bytes (is it still compressed?)', [...magic]);
    if (type !== UNSIGNED_BYTE) throw malformed('type', 'must be 8, unsigned bytes', type);
    if (!dimensions || dimensions > MAX_DIMENSIONS)
      throw malformed('dimensions', `must be 1 to ${MAX_DIMENSIONS}`, dimensions);
    const head = 4 + 4 * dimensions;
    if (length < head)
      throw new UnseenError('FILE_LENGTH', { file, expected: `at least ${head}`, received: length });
    const sizes = new Uint8Array(4 * dimensions);
    await readExactly(handle, sizes, 4, file);
    const view = new DataView(sizes.buffer);
    const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 * i));
    const items = shape.reduce((product, n) => product * n, 1);
    if (head + items !== length)
      throw new UnseenError('FILE_LENGTH', { file, expected: head + items, received: length });
    const data = allocate(items, file);
    await readExactly(handle, data, head, file);
    return { shape, data };
  });
}
