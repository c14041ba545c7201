import { describe, expect, it } from 'vitest';
import { decodeFloat16 } from '../../data/float16.ts';
import { Random } from '../../random.ts';
import { preparation } from './pixels.ts';

const random = new Random(1, 'pixels');
const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => random.below(256));
const normal = {
  scale: 1 / 255,
  mean: [0.485, 0.456, 0.406] as [number, number, number],
  std: [0.229, 0.224, 0.225] as [number, number, number],
};

describe('preparing pixels', () => {
  it.each([
    ['nchw', 'rgb', 6, 6],
    ['nchw', 'bgr', 4, 8],
    ['nhwc', 'rgb', 3, 8],
    ['nhwc', 'bgr', 5, 5],
  ] as const)('%s %s: %i pixels out of %i are what the formula says', (layout, channels, side, resize) => {
    const config = { side, resize, layout, channels, ...normal };
    const count = 3;
    const pixels = bytes(count * resize * resize * 3);
    const values = preparation(config, 'float32')(pixels);
    expect(values).toHaveLength(count * side * side * 3);
    const off = Math.floor((resize - side) / 2);
    for (let n = 0; n < count; n++)
      for (let y = 0; y < side; y++)
        for (let x = 0; x < side; x++)
          for (let c = 0; c < 3; c++) {
            const pixel = pixels[((n * resize + y + off) * resize + x + off) * 3 + c]!;
            const place = channels === 'rgb' ? c : 2 - c;
            const at =
              layout === 'nchw'
                ? ((n * 3 + place) * side + y) * side + x
                : ((n * side + y) * side + x) * 3 + place;
            expect(values[at]).toBeCloseTo((pixel / 255 - normal.mean[c]!) / normal.std[c]!, 5);
          }
  });

  it('gives half precision as the nearest halves, and bytes as they are', () => {
    const config = { side: 4, resize: 4, layout: 'nchw', channels: 'rgb' } as const;
    const pixels = bytes(48);
    const floats = preparation({ ...config, ...normal }, 'float32')(pixels);
    const halves = decodeFloat16(preparation({ ...config, ...normal }, 'float16')(pixels) as Uint16Array);
    floats.forEach((value, i) => {
      expect(Math.abs(halves[i]! - value)).toBeLessThan(Math.abs(value) / 2000);
    });
    const same = {
      scale: 1,
      mean: [0, 0, 0] as [number, number, number],
      std: [1, 1, 1] as [number, number, number],
    };
    const kept = preparation({ ...config, layout: 'nhwc', ...same }, 'uint8')(pixels);
    expect(kept).toEqual(pixels);
  });
});
