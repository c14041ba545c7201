/** Pictures from outside: their head is read before anything decodes them, so that a bomb costs a few milliseconds. */
import sharp from 'sharp';
import { describeRefused, type PictureFormat, pictureFormat } from '../encoders/sniff.ts';
import { UnseenError } from '../errors.ts';
import type { Limits } from './limits.ts';

/** What browsers show; nothing that can name other files, like SVG. */
const TAKEN: ReadonlySet<PictureFormat | undefined> = new Set([
  'JPEG',
  'PNG',
  'WebP',
  'GIF',
  'AVIF',
] as const);

/** `name` is what errors call the picture. @throws `PICTURE_FORMAT`, `PICTURE_TOO_LARGE`, `PICTURE_UNREADABLE` */
export async function checkPicture(
  bytes: Uint8Array,
  name: string,
  { pictureBytes, picturePixels }: Pick<Limits, 'pictureBytes' | 'picturePixels'>,
): Promise<void> {
  if (bytes.length > pictureBytes)
    throw new UnseenError('PICTURE_TOO_LARGE', { file: name, limit: `${pictureBytes} bytes` });
  if (!TAKEN.has(pictureFormat(bytes)))
    throw new UnseenError('PICTURE_FORMAT', { file: name, received: describeRefused(bytes) });
  const { width, height } = await sharp(bytes, { limitInputPixels: false, failOn: 'error' })
    .metadata()
    .catch((cause) => {
      const reason = String(cause?.message ?? cause).trim();
      throw new UnseenError('PICTURE_UNREADABLE', { file: name, reason }, { cause });
    });
  if (width * height > picturePixels)
    throw new UnseenError('PICTURE_TOO_LARGE', { file: name, limit: `${picturePixels} pixels` });
}
