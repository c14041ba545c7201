/** Records of the binary versions of CIFAR (cs.toronto.edu/~kriz/cifar.html): label bytes, then 3 planes of 32 × 32 bytes. */

import path from 'node:path';
import { UnseenError } from '../../errors.ts';
import type { ImagePixels } from '../dataset.ts';
import { allocate, exists, readExactly, withFile } from '../files.ts';

const SIDE = 32;
const PLANE = SIDE * SIDE;
const PIXELS = 3 * PLANE;

/** The label bytes of a record, and the one among them that is the class. */
export interface RecordLabels {
  readonly bytes: number;
  readonly at: number;
  readonly classes: number;
}

export interface Batch {
  readonly labels: readonly number[];
  /** RGB, `[n, 32, 32, 3]`. */
  readonly pixels: Uint8Array;
}

/** Throws `FILE_LENGTH` for half a record, `LABEL_OUT_OF_RANGE`. */
export async function readBatch(file: string, { bytes, at, classes }: RecordLabels): Promise<Batch> {
  const record = bytes + PIXELS;
  return withFile(file, async (handle, length) => {
    const records = length / record;
    if (!Number.isInteger(records) || records === 0)
      throw new UnseenError('FILE_LENGTH', { file, expected: `a multiple of ${record}`, received: length });
    const raw = allocate(length, file);
    await readExactly(handle, raw, 0, file);
    const labels = Array.from({ length: records }, (_, row) => raw[row * record + at]!);
    const row = labels.findIndex((label) => label >= classes); // 255 is no "unlabelled" here
    if (row >= 0)
      throw new UnseenError('LABEL_OUT_OF_RANGE', { file, row, value: String(labels[row]), classes });
    const pixels = allocate(records * PIXELS, file);
    for (let row = 0; row < records; row++) {
      const planes = row * record + bytes;
      const out = row * PIXELS;
      for (let i = 0; i < PLANE; i++) {
        pixels[out + 3 * i] = raw[planes + i]!;
        pixels[out + 3 * i + 1] = raw[planes + PLANE + i]!;
        pixels[out + 3 * i + 2] = raw[planes + 2 * PLANE + i]!;
      }
    }
    return { labels, pixels };
  });
}

/** The pictures of batches, one after the other. */
export function picturesOf(batches: readonly Batch[], file: string): ImagePixels {
  const count = batches.reduce((sum, { labels }) => sum + labels.length, 0);
  const data = allocate(count * PIXELS, file);
  let at = 0;
  for (const { pixels } of batches) {
    data.set(pixels, at);
    at += pixels.length;
  }
  return { kind: 'pixels', count, height: SIDE, width: SIDE, data };
}

/** The folder itself, or the one inside it that the archive unpacks to. */
export async function unpacked(source: string, name: string): Promise<string> {
  const inside = path.join(source, name);
  return (await exists(inside)) ? inside : source;
}
