/**
 * Encoded pictures → pixels `[side, side, 3]`: one picture at a time, whatever it claims to be. By sharp, in Node;
 * a browser loads `decode.web.ts` in its place.
 */
import { availableParallelism } from 'node:os';
import type { Sharp } from 'sharp';
import sharp from 'sharp';
import { readBounded } from '../data/files.ts';
import { UnseenError } from '../errors.ts';
import { MAX_FILE_BYTES, MAX_PIXELS, type RawPicture, type SquareForm } from './limits.ts';
import { openPicture, pictureFailure } from './sharp-picture.ts';

/** Pictures that are worth decoding at once; each holds its decoded pixels: at most 8 × 75 MB. */
export const AT_ONCE = Math.min(8, availableParallelism());
/** What takes longer is made to take long. */
const MAX_SECONDS = 30;

/** A picture file, still encoded. @throws `FILE_UNREADABLE`, `FILE_LENGTH` (over 64 MiB) */
export const readPicture = (path: string): Promise<Uint8Array> => readBounded(path, MAX_FILE_BYTES);

/**
 * Decodes to `side × side × 3` bytes RGB: turned as EXIF says, transparent parts on white, grey and CMYK as sRGB, the
 * first frame of an animation, resized by `kernel` (default Lanczos 3). `name` is what errors call the picture.
 *
 * @throws `PICTURE_FORMAT` (not JPEG, PNG, WebP, GIF, AVIF or TIFF by its bytes), `PICTURE_TOO_LARGE` (more than
 *   25 million pixels or 64 MiB), `PICTURE_UNREADABLE` (damaged, cut short, or more than 30 s of work)
 */
export async function decodePicture(
  picture: Uint8Array | RawPicture,
  name: string,
  options: SquareForm,
): Promise<Uint8Array> {
  const { side, fit = 'cover', kernel = 'lanczos3' } = options;
  const input = picture instanceof Uint8Array ? openPicture(picture, name) : raw(picture);
  try {
    const { data, info } = await input
      .autoOrient()
      .timeout({ seconds: MAX_SECONDS })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .resize({ width: side, height: side, fit, kernel })
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    if (info.width !== side || info.height !== side || info.channels !== 3) {
      const reason = `decoded to ${info.width} × ${info.height} × ${info.channels}`;
      throw new UnseenError('PICTURE_UNREADABLE', { file: name, reason });
    }
    return data;
  } catch (cause) {
    throw pictureFailure(cause, name);
  }
}

const raw = ({ data, width, height }: RawPicture): Sharp =>
  sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: MAX_PIXELS });
