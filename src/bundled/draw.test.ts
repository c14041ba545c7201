import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/temporary-folder.ts';
import type { Drawings } from './draw.ts';
import { draw } from './draw.ts';

const svg = (body: string, side = 64) =>
  Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}">${body}</svg>`);
const square = (fill: string) => svg(`<rect x="16" y="16" width="32" height="32" fill="${fill}"/>`);

const set = (pictures: readonly Uint8Array[], more: Partial<Drawings> = {}): Drawings => ({
  name: 'squares',
  count: pictures.length,
  channels: 3,
  extractor: 'gradients-colour/1',
  versions: { squares: '1.0.0' },
  density: 72,
  svg: async (row) => pictures[row]!,
  unusable: (row, reason) => new Error(`picture ${row}: ${reason}`),
  ...more,
});

/** Of the pixel in the middle of the first picture, and of its corner. */
const colours = (data: Uint8Array) => {
  const middle = (32 * 64 + 32) * 3;
  return [[...data.subarray(middle, middle + 3)], [...data.subarray(0, 3)]];
};

describe('drawing a bundled set', () => {
  it('gives colours on white, and features row by row', async () => {
    const { images, features } = await draw(set([square('#ff8000'), square('#0000ff')]), { cacheDir: false });
    expect(colours(images.data)).toEqual([
      [255, 128, 0],
      [255, 255, 255],
    ]);
    expect([images.count, images.height, features.rows, features.cols]).toEqual([2, 64, 2, 1132]);
    expect(features.data.subarray(0, 1132)).not.toEqual(features.data.subarray(1132));
  });

  it('in grey has three equal channels', async () => {
    const drawn = await draw(set([square('#ff8000')], { channels: 1 }), { cacheDir: false });
    const [[red, green, blue], paper] = colours(drawn.images.data);
    expect([green, blue]).toEqual([red, red]);
    expect(red).toBeGreaterThan(100);
    expect(red).toBeLessThan(200);
    expect(paper).toEqual([255, 255, 255]);
  });

  it('says which drawing cannot be used, and why', async () => {
    const broken = set([square('red'), Buffer.from('<svg><g></svg>')]);
    await expect(draw(broken, { cacheDir: false })).rejects.toThrow(/picture 1: .*svg/i);
    const small = set([svg('<rect width="9" height="9"/>', 32)]);
    await expect(draw(small, { cacheDir: false })).rejects.toThrow('picture 0: drawn as 32 × 32 × 3');
  });

  it('is done once, and again for another version', async () => {
    const cacheDir = await temporaryFolder();
    let calls = 0;
    const options = { cacheDir, onProgress: () => calls++ };
    const first = await draw(set([square('red')]), options);
    const second = await draw(set([square('red')]), options);
    expect(calls).toBe(1);
    expect(second).toEqual(first);
    await draw(set([square('red')], { versions: { squares: '1.0.1' } }), options);
    expect(calls).toBe(2);
    expect((await readdir(cacheDir)).length).toBe(2);
  });
});
