/** Pictures that lie in a `.mat` file as one array of pixels, cut out a few at a time: the array may be larger than memory. */
import { UnseenError } from '../../errors.ts';
import type { ImageFiles } from '../dataset.ts';
import { stridesOf } from '../mat/arrays.ts';
import { type MatBlocks, type MatFile, type MatNumeric, unsupported } from '../mat/mat-file.ts';

/** What a piece of the array may take; at 224 × 224 pixels 430 pictures. */
const PIECE_BYTES = 1 << 26;
/** Pictures are read in order, by a few readers at once: the piece at hand and the one before it. */
const PIECES_KEPT = 2;

/** Which dimension of the array is which. */
interface Layout {
  readonly item: number;
  readonly height: number;
  readonly width: number;
  readonly channel: number;
}

/** MATLAB writes `[h, w, 3, n]`, which plain HDF5 shows as `[n, 3, w, h]`; NumPy `[n, 3, h, w]` or `[n, h, w, 3]`. */
function layoutOf(shape: readonly number[], items: number): Layout | undefined {
  const [a, b, c, d] = shape;
  if (shape.length !== 4) return undefined;
  if (c === 3 && d === items) return { height: 0, width: 1, channel: 2, item: 3 };
  if (a === items && b === 3) return { item: 0, channel: 1, height: 2, width: 3 };
  if (a === items && d === 3) return { item: 0, height: 1, width: 2, channel: 3 };
  return undefined;
}

/** Pixels `[h, w, 3]` of one picture of a piece. */
function pixelsOf({ data, shape, order }: MatNumeric, place: number, layout: Layout): Uint8Array {
  const bytes = data as Uint8Array;
  const strides = stridesOf({ shape, order });
  const [height, width] = [shape[layout.height]!, shape[layout.width]!];
  const [down, across, deep] = [strides[layout.height]!, strides[layout.width]!, strides[layout.channel]!];
  const start = place * strides[layout.item]!;
  const pixels = new Uint8Array(height * width * 3);
  let at = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let channel = 0; channel < 3; channel++)
        pixels[at++] = bytes[start + y * down + x * across + channel * deep]!;
  return pixels;
}

/**
 * The pictures of the array `name`, `items` of them, as PNG files of `side × side` pixels, cut to a square. They can be
 * read as long as the file is open.
 *
 * Throws `MAT_UNSUPPORTED` (not uint8), `PAIRS_MISALIGNED` (other pictures than rows), `FILE_MALFORMED` (shape).
 */
export async function picturesInMat(
  mat: MatFile,
  name: string,
  items: number,
  side: number,
): Promise<ImageFiles> {
  const { shape, className } = mat.variables.get(name)!;
  if (className !== 'uint8') throw unsupported(mat.file, name, 'pictures must be uint8', className);
  const layout = layoutOf(shape, items);
  if (!layout) {
    const [a, b, c, d] = shape;
    const there = c === 3 ? d : b === 3 || d === 3 ? a : undefined;
    if (shape.length === 4 && there !== undefined) {
      const right = { right: 'the labels', rightRows: items };
      throw new UnseenError('PAIRS_MISALIGNED', { file: mat.file, left: name, leftRows: there, ...right });
    }
    const reason = `must be [h, w, 3, ${items}], [${items}, 3, h, w] or [${items}, h, w, 3]`;
    throw new UnseenError('FILE_MALFORMED', { file: mat.file, where: name, reason, received: shape });
  }
  const { default: sharp } = await import('sharp');
  const read = pieces(await mat.blocks(name, layout.item), items);
  const [height, width] = [shape[layout.height]!, shape[layout.width]!];
  const digits = String(items - 1).length;
  return {
    kind: 'files',
    count: items,
    name: (row) => `${String(row).padStart(digits, '0')}.png`,
    read: async (row) => {
      const { piece, place } = await read(row);
      return sharp(pixelsOf(piece, place, layout), { raw: { width, height, channels: 3 } })
        .resize({ width: side, height: side, fit: 'cover' })
        .png()
        .toBuffer();
    },
  };
}

/** Reads along the items in pieces that suit the file, and keeps the last few. */
function pieces({ shape, step, read }: MatBlocks, items: number) {
  const itemBytes = shape.reduce((product, n) => product * n, 1) / items;
  const fitting = Math.max(1, Math.floor(PIECE_BYTES / itemBytes / step)) * step;
  const length = Math.min(items, Math.max(step, fitting));
  const kept = new Map<number, Promise<MatNumeric>>();
  return async (row: number): Promise<{ piece: MatNumeric; place: number }> => {
    const number = Math.floor(row / length);
    let piece = kept.get(number);
    if (!piece) {
      piece = read(number * length, Math.min(items, (number + 1) * length));
      kept.set(number, piece);
      for (const oldest of kept.keys()) {
        if (kept.size <= PIECES_KEPT) break;
        kept.delete(oldest);
      }
    }
    return { piece: await piece, place: row % length };
  };
}
