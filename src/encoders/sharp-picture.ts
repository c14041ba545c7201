/** Pictures from outside as sharp opens them: which bytes may reach a decoder, how much they may ask for, and its failures. */
import type { Sharp } from 'sharp';
import sharp from 'sharp';
import { UnseenError } from '../errors.ts';
import { MAX_FILE_BYTES, MAX_PIXELS } from './limits.ts';
import { describeRefused, pictureFormat } from './sniff.ts';

/** `name` is what errors call the picture. @throws `PICTURE_FORMAT`, `PICTURE_TOO_LARGE` (over 64 MiB) */
export function openPicture(bytes: Uint8Array, name: string): Sharp {
  if (bytes.length > MAX_FILE_BYTES) {
    throw new UnseenError('PICTURE_TOO_LARGE', { file: name, limit: `${MAX_FILE_BYTES} bytes` });
  }
  if (!pictureFormat(bytes)) {
    throw new UnseenError('PICTURE_FORMAT', { file: name, received: describeRefused(bytes) });
  }
  return sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error', sequentialRead: true });
}

/** What sharp threw, as `PICTURE_TOO_LARGE` (over 25 million pixels) or `PICTURE_UNREADABLE`; a typed error passes as it is. */
export function pictureFailure(cause: unknown, name: string): UnseenError {
  if (cause instanceof UnseenError) return cause;
  const reason = String((cause as Error)?.message ?? cause).trim();
  if (/pixel limit/i.test(reason)) {
    return new UnseenError('PICTURE_TOO_LARGE', { file: name, limit: `${MAX_PIXELS} pixels` }, { cause });
  }
  return new UnseenError('PICTURE_UNREADABLE', { file: name, reason }, { cause });
}
