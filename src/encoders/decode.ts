/** Encoded pictures → pixels `[side, side, 3]`: one picture at a time, whatever it claims to be. */
import type { Sharp } from 'sharp';
import sharp from 'sharp';
import { UnseenError } from '../errors.ts';
import { describeRefused, pictureFormat } from './sniff.ts';

/** A decoded picture of 25 million pixels takes 75 MB; a few kilobytes of PNG can ask for a hundred times that. */
export const MAX_PIXELS = 25_000_000;
/** Encoded: far above any picture of at most `MAX_PIXELS`. */
export const MAX_FILE_BYTES = 64 * 2 ** 20;
/** As the manifest of a model. */
export const MAX_SIDE = 1024;
/** What takes longer is made to take long. */
const MAX_SECONDS = 30;

/**
 * How a picture that is not square becomes square: `cover` keeps its proportions and cuts off what juts out on both
 * sides of the longer edge; `fill` keeps all of it and squeezes it.
 */
export type Fit = 'cover' | 'fill';

/** How pixels are resampled; each averages over as many pixels as become one. */
export type Kernel = 'nearest' | 'linear' | 'cubic' | 'lanczos3';

/** Raw RGB pixels instead of a file. */
export interface RawPicture {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

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
  options: { readonly side: number; readonly fit?: Fit; readonly kernel?: Kernel },
): Promise<Uint8Array> {
  const { side, fit = 'cover', kernel = 'lanczos3' } = options;
  const input = picture instanceof Uint8Array ? encoded(picture, name) : raw(picture);
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
    if (cause instanceof UnseenError) throw cause;
    const reason = String((cause as Error)?.message ?? cause).trim();
    if (/pixel limit/i.test(reason)) {
      throw new UnseenError('PICTURE_TOO_LARGE', { file: name, limit: `${MAX_PIXELS} pixels` }, { cause });
    }
    throw new UnseenError('PICTURE_UNREADABLE', { file: name, reason }, { cause });
  }
}

function encoded(bytes: Uint8Array, name: string): Sharp {
  if (bytes.length > MAX_FILE_BYTES) {
    throw new UnseenError('PICTURE_TOO_LARGE', { file: name, limit: `${MAX_FILE_BYTES} bytes` });
  }
  if (!pictureFormat(bytes)) {
    throw new UnseenError('PICTURE_FORMAT', { file: name, received: describeRefused(bytes) });
  }
  return sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error', sequentialRead: true });
}

const raw = ({ data, width, height }: RawPicture): Sharp =>
  sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: MAX_PIXELS });
