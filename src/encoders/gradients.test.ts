import { describe, expect, it } from 'vitest';
import { Random } from '../random.ts';
import { extractorNamed, extractors } from './extractors.ts';
import { GRADIENT_DIM, gradients } from './gradients.ts';

const SIDE = 64;

/** A picture from a function of the pixel to grey 0 … 255. */
const drawing = (grey: (x: number, y: number) => number): Uint8Array =>
  Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return grey(pixel % SIDE, Math.floor(pixel / SIDE));
  });

const square = (left: number, top: number, ink = 0, paper = 255) =>
  drawing((x, y) => (x >= left && x < left + 24 && y >= top && y < top + 24 ? ink : paper));
const ring = (cx: number, cy: number) =>
  drawing((x, y) => (Math.abs(Math.hypot(x - cx, y - cy) - 14) < 3 ? 0 : 255));

const noise = (seed: number): Uint8Array => {
  const random = new Random(seed);
  return Uint8Array.from({ length: SIDE * SIDE * 3 }, () => random.below(256));
};

const edges = (features: Float32Array) => features.subarray(0, 768);

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (p: Float32Array, q: Float32Array) => p.reduce((sum, x, i) => sum + x * q[i]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

/** The definition, cell by cell over all pixels, with triangular weights in place and angle. */
function naive(pixels: Uint8Array): number[] {
  const clamp = (i: number) => Math.min(Math.max(i, 0), SIDE - 1);
  const luma = (x: number, y: number) => {
    const p = (clamp(y) * SIDE + clamp(x)) * 3;
    return (0.299 * pixels[p]! + 0.587 * pixels[p + 1]! + 0.114 * pixels[p + 2]!) / 255;
  };
  const triangle = (distance: number) => Math.max(0, 1 - Math.abs(distance));
  const cells: number[] = [];
  const inks: number[] = [];
  for (let row = 0; row < 8; row++) {
    for (let column = 0; column < 8; column++) {
      const sums = new Array<number>(12).fill(0);
      let ink = 0;
      for (let y = 0; y < SIDE; y++) {
        for (let x = 0; x < SIDE; x++) {
          if (Math.floor(x / 8) === column && Math.floor(y / 8) === row) ink += (1 - luma(x, y)) / 64;
          const place = triangle((x - (column * 8 + 3.5)) / 8) * triangle((y - (row * 8 + 3.5)) / 8);
          if (place === 0) continue;
          const gx = luma(x + 1, y) - luma(x - 1, y);
          const gy = luma(x, y + 1) - luma(x, y - 1);
          const angle = ((((Math.atan2(gy, gx) / Math.PI) * 12) % 12) + 12) % 12;
          for (let bin = 0; bin < 12; bin++) {
            const off = Math.abs(angle - bin);
            sums[bin]! += place * Math.hypot(gx, gy) * triangle(Math.min(off, 12 - off));
          }
        }
      }
      const total = sums.reduce((a, b) => a + b, 1);
      cells.push(...sums.map((sum) => Math.sqrt(sum / total)));
      inks.push(0.5 * Math.sqrt(Math.max(ink, 0)));
    }
  }
  return [...cells, ...inks];
}

describe('gradients/1', () => {
  it('is what its definition says', () => {
    for (const pixels of [noise(1), ring(30, 33), square(5, 20)]) {
      const fast = gradients(pixels);
      naive(pixels).forEach((value, i) => {
        expect(fast[i]).toBeCloseTo(value, 4);
      });
    }
  });

  it('gives the same values every time, one picture at a time or many', () => {
    const [a, b] = [noise(2), ring(31, 30)];
    const both = gradients(Uint8Array.from([...a, ...b]));
    expect(both).toEqual(gradients(Uint8Array.from([...a, ...b])));
    expect(both.subarray(0, GRADIENT_DIM)).toEqual(gradients(a));
    expect(both.subarray(GRADIENT_DIM)).toEqual(gradients(b));
  });

  it('stays in its range: cells 0 … 1, ink 0 … 0.5', () => {
    const features = gradients(noise(3));
    for (const value of edges(features)) expect(value >= 0 && value <= 1).toBe(true);
    for (const value of features.subarray(768)) expect(value >= 0 && value <= 0.5).toBe(true);
  });

  it('a picture of one colour has no gradients; white has no ink and black all of it', () => {
    expect(gradients(drawing(() => 255)).every((value) => value < 1e-6)).toBe(true);
    const black = gradients(drawing(() => 0));
    expect(edges(black).every((value) => value === 0)).toBe(true);
    expect(black.subarray(768).every((value) => value === 0.5)).toBe(true);
  });

  it('brightness does not change the edges, and neither does white on black', () => {
    const plain = edges(gradients(square(20, 18, 40, 140)));
    const brighter = edges(gradients(square(20, 18, 140, 240)));
    const negative = edges(gradients(square(20, 18, 140, 40)));
    for (let i = 0; i < plain.length; i++) {
      expect(brighter[i]).toBeCloseTo(plain[i]!, 5);
      expect(negative[i]).toBeCloseTo(plain[i]!, 5);
    }
  });

  it('half the contrast changes the edges little', () => {
    const strong = edges(gradients(square(20, 18, 0, 255)));
    expect(cosine(strong, edges(gradients(square(20, 18, 64, 192))))).toBeGreaterThan(0.99);
  });

  it('a step of one pixel changes little, another shape much', () => {
    const here = gradients(square(20, 18));
    const moved = cosine(here, gradients(square(21, 18)));
    const other = cosine(here, gradients(ring(32, 30)));
    expect(moved).toBeGreaterThan(0.9);
    expect(other).toBeLessThan(moved - 0.2);
  });
});

describe('extractors', () => {
  it('each gives as many finite values as it says', () => {
    for (const [name, { side, dim, extract }] of Object.entries(extractors)) {
      expect(extractorNamed(name).dim).toBe(dim);
      const features = extract(new Uint8Array(2 * side * side * 3).fill(9));
      expect(features.length).toBe(2 * dim);
      expect(features.every(Number.isFinite)).toBe(true);
    }
  });

  it('an unknown name is an error that lists the known ones', () => {
    expect(() => extractorNamed('__proto__')).toThrow('no feature extractor is called "__proto__"');
  });
});
