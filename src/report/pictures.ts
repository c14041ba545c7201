/** Pictures of a dataset as small PNG files for reports, whether the dataset holds files or pixels. */
import sharp from 'sharp';
import type { Images } from '../data/dataset.ts';

/** 25 megapixels: what encoders accept, and a bound on what a decompression bomb can cost. */
const MAX_PIXELS = 25_000_000;

/** One row's picture, fitted into a white square of `side` pixels; PNG bytes. */
export async function thumbnail(images: Images, row: number, side: number): Promise<Buffer> {
  const source =
    images.kind === 'files'
      ? sharp(await images.read(row), { limitInputPixels: MAX_PIXELS, failOn: 'error' }).rotate()
      : sharp(pixelsOf(images, row), {
          raw: { width: images.width, height: images.height, channels: 3 },
        });
  return source
    .resize(side, side, { fit: 'contain', background: '#fff', kernel: 'lanczos3' })
    .flatten({ background: '#fff' })
    .png()
    .toBuffer();
}

function pixelsOf(images: Extract<Images, { kind: 'pixels' }>, row: number): Uint8Array {
  const size = images.height * images.width * 3;
  return images.data.subarray(row * size, (row + 1) * size);
}

export const dataUri = (png: Uint8Array): string =>
  `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
