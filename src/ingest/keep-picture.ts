/** Which bytes of a picture stay with its item: to be shown beside hits, and encoded anew by another model. */
import { MAX_PICTURE_BYTES, type Picture } from '../collection/index.ts';
import { openPicture, pictureFailure } from '../encoders/sharp-picture.ts';
import { type PictureFormat, pictureFormat } from '../encoders/sniff.ts';
import { UnseenError } from '../errors.ts';

/**
 * `small`: at most 320 px and 64 KiB, larger ones as WebP of 320 px; `original`: the file as it is, above
 * `MAX_PICTURE_BYTES` as WebP of 4096 px; `none`: nothing.
 */
export type Keep = 'small' | 'original' | 'none';
export const KEEPS: readonly Keep[] = ['small', 'original', 'none'];

/** Pixels of the longest side: three times a thumbnail of a phone, and more than any extractor looks at. */
const SMALL_SIDE = 320;
const SMALL_BYTES = 64 * 2 ** 10;
/** What is left of an original above the limit; no WebP of that size comes near it. */
const LARGE_SIDE = 4096;
/** A damaged or made-up file may take long: see `decodePicture`. */
const MAX_SECONDS = 30;

const TYPES: Readonly<Partial<Record<PictureFormat, Picture['type']>>> = {
  PNG: 'image/png',
  JPEG: 'image/jpeg',
  WebP: 'image/webp',
  GIF: 'image/gif',
  AVIF: 'image/avif',
};

/**
 * `name` is what errors call the picture. A picture that is kept as it is, is not decoded here.
 * @throws `PICTURE_FORMAT`, `PICTURE_NOT_TAKEN` (TIFF), `PICTURE_TOO_LARGE`, `PICTURE_UNREADABLE`
 */
export async function keepPicture(bytes: Uint8Array, name: string, keep: Keep): Promise<Picture | undefined> {
  const picture = openPicture(bytes, name);
  const format = pictureFormat(bytes)!;
  const type = TYPES[format];
  if (!type) throw new UnseenError('PICTURE_NOT_TAKEN', { file: name, received: format });
  if (keep === 'none') return undefined;
  try {
    const { width, height } = pngSize(bytes, format) ?? (await picture.metadata());
    const fits =
      keep === 'original'
        ? bytes.length <= MAX_PICTURE_BYTES
        : bytes.length <= SMALL_BYTES && Math.max(width, height) <= SMALL_SIDE;
    if (fits) return { type, bytes };
    const side = keep === 'original' ? LARGE_SIDE : SMALL_SIDE;
    const smaller = await openPicture(bytes, name)
      .autoOrient()
      .timeout({ seconds: MAX_SECONDS })
      .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
      .webp({ effort: 2 })
      .toBuffer();
    // A copy: memory of libvips cannot be handed to another thread from Node 22 on.
    return { type: 'image/webp', bytes: new Uint8Array(smaller) };
  } catch (cause) {
    throw pictureFailure(cause, name);
  }
}

/** At a fixed place in a PNG: to open it for this takes a twentieth of all the time that an emoji takes. */
function pngSize(bytes: Uint8Array, format: PictureFormat): { width: number; height: number } | undefined {
  if (format !== 'PNG' || bytes.length < 24) return undefined;
  const head = new DataView(bytes.buffer, bytes.byteOffset, 24);
  return { width: head.getUint32(16), height: head.getUint32(20) };
}
