/** Pictures of a dataset as small PNG files for reports, whether the dataset holds files or pixels. */
import sharp, { type Sharp } from 'sharp';
import type { ImageFiles, ImagePixels, Images } from '../data/dataset.ts';
import { MAX_PIXELS } from '../encoders/limits.ts';
import { describeRefused, pictureFormat } from '../encoders/sniff.ts';
import { UnseenError } from '../errors.ts';

/** Of 1 … 100: no damage is seen at the size of a thumbnail. */
const WEBP_QUALITY = 72;

/**
 * One row's picture, fitted into a white square of `side` pixels; bytes of a PNG, or of a WebP that is a few times smaller.
 * @throws `FILE_UNREADABLE`, `PICTURE_FORMAT`, `PICTURE_UNREADABLE`
 */
export async function thumbnail(
  images: Images,
  row: number,
  side: number,
  format: 'png' | 'webp' = 'png',
): Promise<Buffer> {
  const input = images.kind === 'files' ? await fileOf(images, row) : pixelsOf(images, row);
  try {
    return await input
      .resize(side, side, { fit: 'contain', background: '#fff', kernel: 'lanczos3' })
      .flatten({ background: '#fff' })
      .toFormat(format, format === 'webp' ? { quality: WEBP_QUALITY } : {})
      .toBuffer();
  } catch (cause) {
    const file = images.kind === 'files' ? images.name(row) : `row ${row}`;
    throw new UnseenError('PICTURE_UNREADABLE', { file, reason: (cause as Error).message }, { cause });
  }
}

async function fileOf(images: ImageFiles, row: number): Promise<Sharp> {
  const bytes = await images.read(row);
  if (!pictureFormat(bytes))
    throw new UnseenError('PICTURE_FORMAT', { file: images.name(row), received: describeRefused(bytes) });
  return sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error' }).rotate();
}

function pixelsOf({ data, width, height }: ImagePixels, row: number): Sharp {
  const size = height * width * 3;
  return sharp(data.subarray(row * size, (row + 1) * size), { raw: { width, height, channels: 3 } });
}

export const dataUri = (png: Uint8Array): string =>
  `data:image/png;base64,${Buffer.from(png).toString('base64')}`;

export const webpUri = (webp: Uint8Array): string =>
  `data:image/webp;base64,${Buffer.from(webp).toString('base64')}`;
