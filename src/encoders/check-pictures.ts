/** Whether pictures can be decoded, before anything depends on them. */
import type { ImageFiles } from '../data/dataset.ts';
import type { PictureCheck } from '../data/import/importer.ts';
import { pictureBatches } from './pictures.ts';

/** Decoders scale a JPEG down while they read it: small pictures of large files cost a fraction, and every byte is read. */
const SIDE = 8;
const BATCH = 64;

export interface CheckOptions {
  readonly signal?: AbortSignal;
  /** Pictures looked at, and in all. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** The `check` of an import. It decodes whole pictures; `onBad` may throw to end it. Throws `ABORTED`. */
export function pictureCheck(options: CheckOptions = {}): PictureCheck {
  return async (images: ImageFiles, onBad) => {
    for await (const _ of pictureBatches(images, SIDE, { ...options, batch: BATCH, onBad })) {
      // Looked at is enough.
    }
  };
}
