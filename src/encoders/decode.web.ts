/**
 * Encoded pictures → pixels `[side, side, 3]` by the browser's own decoders; the browser's twin of `decode.ts`. What is
 * refused and how pictures are resized is the same; decoded pixels of JPEG, WebP and AVIF may differ by a level or two.
 */
import { UnseenError } from '../errors.ts';
import { MAX_FILE_BYTES, MAX_PIXELS, type RawPicture, type SquareForm } from './limits.ts';
import { resample } from './resample.ts';
import { describeRefused, pictureFormat } from './sniff.ts';

/** One is decoded while another is resized; each may hold 25 million pixels three times over. */
export const AT_ONCE = 2;

/** A picture behind a URL (`blob:` ones, too), still encoded. @throws `FILE_UNREADABLE`, `FILE_LENGTH` (over 64 MiB) */
export async function readPicture(url: string): Promise<Uint8Array> {
  const unreadable = (reason: string, cause?: unknown): UnseenError =>
    new UnseenError('FILE_UNREADABLE', { file: url, reason }, { cause });
  try {
    const response = await fetch(url);
    if (!response.ok) throw unreadable(`HTTP ${response.status}`);
    const blob = await response.blob();
    if (blob.size > MAX_FILE_BYTES) {
      const expected = `at most ${MAX_FILE_BYTES}`;
      throw new UnseenError('FILE_LENGTH', { file: url, expected, received: blob.size });
    }
    return new Uint8Array(await blob.arrayBuffer());
  } catch (cause) {
    throw cause instanceof UnseenError ? cause : unreadable(String(cause), cause);
  }
}

/** As in Node: see `decode.ts`. */
export async function decodePicture(
  picture: Uint8Array | RawPicture,
  name: string,
  form: SquareForm,
): Promise<Uint8Array> {
  const raw = picture instanceof Uint8Array ? await pixelsOf(picture, name) : picture;
  return resample(raw, form);
}

async function pixelsOf(bytes: Uint8Array, name: string): Promise<RawPicture> {
  const tooLarge = (limit: string): UnseenError =>
    new UnseenError('PICTURE_TOO_LARGE', { file: name, limit });
  if (bytes.length > MAX_FILE_BYTES) throw tooLarge(`${MAX_FILE_BYTES} bytes`);
  if (!pictureFormat(bytes)) {
    throw new UnseenError('PICTURE_FORMAT', { file: name, received: describeRefused(bytes) });
  }
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(new Blob([bytes as Uint8Array<ArrayBuffer>]));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UnseenError('PICTURE_UNREADABLE', { file: name, reason }, { cause });
  }
  try {
    if (bitmap.width * bitmap.height > MAX_PIXELS) throw tooLarge(`${MAX_PIXELS} pixels`);
    return flattened(bitmap);
  } finally {
    bitmap.close();
  }
}

/** RGB on white. */
function flattened(bitmap: ImageBitmap): RawPicture {
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0);
  const rgba = context.getImageData(0, 0, width, height).data;
  const data = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < data.length; from += 4, to += 3) {
    data[to] = rgba[from]!;
    data[to + 1] = rgba[from + 1]!;
    data[to + 2] = rgba[from + 2]!;
  }
  return { data, width, height };
}
