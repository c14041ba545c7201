import { describe, expect, it } from 'vitest';
import { Random } from '../random.ts';
import { decodePicture } from './decode.ts';
import type { Fit, Kernel, RawPicture } from './limits.ts';
import { resample } from './resample.ts';

const SIDE = 32;
const KERNELS: readonly Kernel[] = ['linear', 'cubic', 'lanczos3'];
const FITS: readonly Fit[] = ['cover', 'fill'];

/** Noise, whose every pixel shows where it was sampled. */
function noise(width: number, height: number): RawPicture {
  const random = new Random(width, `noise ${height}`);
  const data = Uint8Array.from({ length: width * height * 3 }, () => random.below(256));
  return { data, width, height };
}

/** Largest and mean difference to what sharp makes, in levels of 0 … 255. */
async function difference(picture: RawPicture, fit: Fit, kernel: Kernel): Promise<[number, number]> {
  const form = { side: SIDE, fit, kernel };
  const [ours, theirs] = [resample(picture, form), await decodePicture(picture, 'noise', form)];
  expect(ours.length).toBe(theirs.length);
  const apart = ours.map((level, i) => Math.abs(level - theirs[i]!));
  return [apart.reduce((a, b) => Math.max(a, b), 0), apart.reduce((a, b) => a + b, 0) / apart.length];
}

describe('resampling', () => {
  const sizes: readonly (readonly [number, number])[] = [
    [33, 40],
    [63, 65],
    [64, 100],
    [127, 96],
    [128, 128],
    [131, 150],
    [258, 160],
    [500, 333],
    [1000, 777],
  ];
  it.each(sizes)('shrinks %d × %d as sharp does, to three levels at most', async (width, height) => {
    for (const kernel of KERNELS) {
      for (const fit of FITS) {
        const [largest, mean] = await difference(noise(width, height), fit, kernel);
        expect(largest, `${kernel} ${fit}`).toBeLessThanOrEqual(3);
        expect(mean, `${kernel} ${fit}`).toBeLessThan(1);
      }
    }
  });

  // Where only one edge grows, libvips moves the other by half a pixel; we do not.
  it.each([
    [31, 31],
    [16, 16],
    [20, 15],
    [7, 29],
  ])('enlarges %d × %d as sharp does, but for a few pixels at corners', async (width, height) => {
    for (const kernel of KERNELS) {
      for (const fit of FITS) {
        const [, mean] = await difference(noise(width, height), fit, kernel);
        expect(mean, `${kernel} ${fit}`).toBeLessThan(0.6);
      }
    }
  });

  it('takes the nearest pixels that sharp takes, up to a factor of four', async () => {
    for (const [width, height] of [
      [64, 64],
      [100, 80],
      [127, 33],
      [16, 20],
    ] as const)
      for (const fit of FITS) expect(await difference(noise(width, height), fit, 'nearest')).toEqual([0, 0]);
  });

  it('leaves pictures of the right size and pictures of one colour as they are', () => {
    const picture = noise(SIDE, SIDE);
    const grey: RawPicture = { data: new Uint8Array(301 * 77 * 3).fill(77), width: 301, height: 77 };
    for (const kernel of ['nearest', ...KERNELS] as const) {
      expect(resample(picture, { side: SIDE, kernel })).toEqual(picture.data);
      for (const fit of FITS)
        expect(new Set(resample(grey, { side: SIDE, fit, kernel }))).toEqual(new Set([77]));
    }
  });
});
