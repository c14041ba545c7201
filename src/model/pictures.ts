/** Pictures as the encoders want them: decoded and scaled pixels, or features made from them. */
import type { Images, Matrix } from '../data/dataset.ts';
import { imagesFromPaths } from '../data/images.ts';
import { extractorNamed } from '../encoders/extractors.ts';
import { UnseenError } from '../errors.ts';

/** Paths of picture files, read when they are needed. */
export const imageFilesAt = (paths: readonly string[]): Images => imagesFromPaths('', paths);

/** `[rows.length, side, side, 3]` uint8 RGB of the given rows. */
export async function readPixels(images: Images, rows: readonly number[], side: number): Promise<Uint8Array> {
  const size = side * side * 3;
  const out = new Uint8Array(rows.length * size);
  if (images.kind === 'pixels' && images.height === side && images.width === side) {
    rows.forEach((row, i) => {
      out.set(images.data.subarray(row * size, (row + 1) * size), i * size);
    });
    return out;
  }
  throw new UnseenError('INTERNAL', { reason: 'decode' });
}

/** `[rows.length, d]` features of the given rows, by the named function of `encoders/`. Throws `EXTRACTOR_UNKNOWN`. */
export async function readFeatures(images: Images, rows: readonly number[], name: string): Promise<Matrix> {
  const { side, dim, extract } = extractorNamed(name);
  return { data: extract(await readPixels(images, rows, side)), rows: rows.length, cols: dim };
}
