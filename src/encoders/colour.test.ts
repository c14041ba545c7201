import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Random } from '../random.ts';
import { GRADIENT_COLOUR_DIM, gradientsColour } from './colour.ts';
import { GRADIENT_DIM, gradients } from './gradients.ts';

const SIDE = 64;
type Rgb = readonly [number, number, number];

const WHITE: Rgb = [255, 255, 255];
const RED: Rgb = [220, 30, 40];
const GREEN: Rgb = [60, 160, 70];

const painting = (colour: (x: number, y: number) => Rgb): Uint8Array =>
  Uint8Array.from(
    Array.from({ length: SIDE * SIDE }, (_, p) => colour(p % SIDE, Math.floor(p / SIDE))).flat(),
  );

const disc = (colour: Rgb, cx = 32, cy = 32, radius = 20) =>
  painting((x, y) => (Math.hypot(x - cx, y - cy) < radius ? colour : WHITE));

const noise = (seed: number): Uint8Array => {
  const random = new Random(seed);
  return Uint8Array.from({ length: SIDE * SIDE * 3 }, () => random.below(256));
};

const colours = (pixels: Uint8Array) => gradientsColour(pixels).subarray(GRADIENT_DIM);

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (p: Float32Array, q: Float32Array) => p.reduce((sum, x, i) => sum + x * q[i]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

/** The definition, bin by bin over all pixels, with triangular weights in place and in each coordinate of colour. */
function naive(pixels: Uint8Array): number[] {
  const triangle = (distance: number) => Math.max(0, 1 - Math.abs(distance));
  const clamp = (x: number) => Math.min(Math.max(x, -0.6), 0.6);
  const bin = (x: number) => ((clamp(x) + 0.6) / 1.2) * 4;
  const points = Array.from({ length: SIDE * SIDE }, (_, p) => {
    const [r, g, b] = [...pixels.subarray(3 * p, 3 * p + 3)].map((x) => x / 255) as [number, number, number];
    return {
      x: (p % SIDE) / 32 - 0.5 + 1 / 64,
      y: Math.floor(p / SIDE) / 32 - 0.5 + 1 / 64,
      ink: 1 - Math.min(r, g, b),
      redGreen: bin(r - g),
      yellowBlue: bin((r + g) / 2 - b),
      light: ((r + g + b) / 3) * 2,
    };
  });
  const values: number[] = [];
  for (let row = 0; row < 2; row++) {
    for (let column = 0; column < 2; column++) {
      const sums: number[] = [];
      for (let a = 0; a < 5; a++)
        for (let b = 0; b < 5; b++)
          for (let c = 0; c < 3; c++)
            sums.push(
              points.reduce(
                (sum, point) =>
                  sum +
                  point.ink *
                    triangle(point.y - row) *
                    triangle(point.x - column) *
                    triangle(point.redGreen - a) *
                    triangle(point.yellowBlue - b) *
                    triangle(point.light - c),
                0,
              ),
            );
      const total = sums.reduce((x, y) => x + y, 0.05 * 32 * 32);
      values.push(...sums.map((sum) => 1.6 * Math.sqrt(sum / total)));
    }
  }
  return values;
}

describe('gradients-colour/1', () => {
  it('is gradients/1, and beside it what its definition says', () => {
    for (const pixels of [noise(1), disc(RED, 20, 40), disc(GREEN)]) {
      const features = gradientsColour(pixels);
      expect(features.length).toBe(GRADIENT_COLOUR_DIM);
      expect(features.subarray(0, GRADIENT_DIM)).toEqual(gradients(pixels));
      naive(pixels).forEach((value, i) => {
        expect(features[GRADIENT_DIM + i]).toBeCloseTo(value, 4);
      });
    }
  });

  it('has the bytes that it had when its number was given', () => {
    const features = gradientsColour(Uint8Array.from([...noise(2), ...disc(RED, 25, 30)]));
    const hash = createHash('sha256').update(new Uint8Array(features.buffer)).digest('hex');
    expect(hash.slice(0, 16)).toBe('81198345fe2b9bf4');
  });

  it('gives the same values one picture at a time or many', () => {
    const [a, b] = [noise(3), disc(GREEN)];
    const both = gradientsColour(Uint8Array.from([...a, ...b]));
    expect(both.subarray(0, GRADIENT_COLOUR_DIM)).toEqual(gradientsColour(a));
    expect(both.subarray(GRADIENT_COLOUR_DIM)).toEqual(gradientsColour(b));
  });

  it('white counts for nothing, and every value stays in its range', () => {
    expect(colours(painting(() => WHITE)).every((value) => value === 0)).toBe(true);
    for (const rgb of [
      [0, 0, 0],
      [255, 0, 0],
      [0, 255, 0],
      [0, 0, 255],
      [255, 255, 0],
    ] as const)
      for (const value of colours(painting(() => rgb))) expect(value >= 0 && value <= 1.6).toBe(true);
  });

  it('tells colours of one lightness apart, where gradients see one shape', () => {
    const blue: Rgb = [40, 100, 150]; // of red's luma, 88
    const [red, other] = [disc(RED), disc(blue)];
    expect(cosine(gradients(red), gradients(other))).toBeGreaterThan(0.9999);
    expect(cosine(colours(red), colours(other))).toBeLessThan(0.2);
  });

  it('a shade or a pixel more changes little, another place more', () => {
    const here = colours(disc(RED, 18, 18, 12));
    expect(cosine(here, colours(disc([214, 36, 48], 18, 18, 12)))).toBeGreaterThan(0.95);
    expect(cosine(here, colours(disc(RED, 19, 18, 12)))).toBeGreaterThan(0.98);
    expect(cosine(here, colours(disc(RED, 46, 46, 12)))).toBeLessThan(0.9);
  });
});
