import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { ImageFiles } from '../data/dataset.ts';
import { UnseenError } from '../errors.ts';
import { pictureCheck } from './check-pictures.ts';
import { decodePicture } from './decode.ts';

const FORMATS = ['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff'] as const;

const whole = (format: (typeof FORMATS)[number]): Promise<Buffer> =>
  sharp({
    create: {
      width: 400,
      height: 300,
      channels: 3,
      background: '#357',
      noise: { type: 'gaussian', mean: 120, sigma: 40 },
    },
  })
    .toFormat(format)
    .toBuffer();

const files = (contents: readonly Uint8Array[]): ImageFiles => ({
  kind: 'files',
  count: contents.length,
  name: (row) => `picture ${row}`,
  read: async (row) => contents[row]!,
});

async function badOf(contents: readonly Uint8Array[]): Promise<number[]> {
  const bad: number[] = [];
  await pictureCheck()(files(contents), ({ row, error }) => {
    expect(error).toBeInstanceOf(UnseenError);
    bad.push(row);
  });
  return bad;
}

describe('the check of pictures', () => {
  it.each(FORMATS)('finds a %s that is cut short wherever decoding it whole fails', async (format) => {
    const bytes = await whole(format);
    const contents = [0, 10, bytes.length >> 2, bytes.length >> 1, bytes.length - 40, bytes.length].map(
      (end) => bytes.subarray(0, end),
    );
    const failing: number[] = [];
    for (const [row, content] of contents.entries())
      await decodePicture(content, 'it', { side: 256 }).catch(() => failing.push(row));
    expect(await badOf(contents)).toEqual(failing);
    expect(failing).toEqual(expect.arrayContaining([0, 1, 2, 3]));
    expect(failing).not.toContain(5);
  });

  it('ends at once when the caller throws, and on Ctrl-C', async () => {
    let read = 0;
    const good = await whole('jpeg');
    const images: ImageFiles = {
      ...files(Array.from({ length: 1000 }, () => good)),
      read: async (row) => {
        read++;
        return row === 3 ? good.subarray(0, 99) : good;
      },
    };
    const check = pictureCheck()(images, ({ error }) => {
      throw error;
    });
    await expect(check).rejects.toMatchObject({ code: 'PICTURE_UNREADABLE' });
    expect(read).toBeLessThan(100);
    const signal = AbortSignal.abort();
    await expect(pictureCheck({ signal })(images, () => undefined)).rejects.toMatchObject({
      code: 'ABORTED',
    });
  });
});
