/** Hash centres: what the paper promises of them, by counting bits. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../random.ts';
import type { Matrix } from '../contract.ts';
import { hashCentres } from './centres.ts';

/** Hamming distances of all pairs of rows. */
function distances({ data, rows, cols }: Matrix): number[] {
  const found: number[] = [];
  for (let a = 0; a < rows; a++) {
    for (let b = 0; b < a; b++) {
      let differing = 0;
      for (let k = 0; k < cols; k++) if (data[a * cols + k] !== data[b * cols + k]) differing++;
      found.push(differing);
    }
  }
  return found;
}
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const centresOf = (classes: number, bits: number, seed = 1): Matrix =>
  hashCentres(classes, bits, new Random(seed, 'centres'));

describe('centres', () => {
  it.each([
    [1, 8],
    [8, 32],
    [40, 64],
    [128, 64],
    [7, 24],
    [160, 64],
    [717, 16],
  ])('of %d classes and %d bits are that many codes of ±1', (classes, bits) => {
    const { data, rows, cols } = centresOf(classes, bits);
    expect([rows, cols, data.length]).toEqual([classes, bits, classes * bits]);
    expect(data.every((value) => value === 1 || value === -1)).toBe(true);
  });

  it('are the same for the same seed, and others for another', () => {
    for (const [classes, bits] of [
      [10, 32],
      [10, 24],
    ] as const) {
      expect(centresOf(classes, bits, 1)).toEqual(centresOf(classes, bits, 1));
      expect(centresOf(classes, bits, 2)).not.toEqual(centresOf(classes, bits, 1));
    }
  });
});

describe('of a Hadamard matrix', () => {
  it.each([8, 16, 64])(
    'any two differ in exactly half of %d bits while there are no more classes than bits',
    (bits) => {
      for (const classes of [2, bits / 2, bits])
        expect(new Set(distances(centresOf(classes, bits)))).toEqual(new Set([bits / 2]));
    },
  );

  it.each([8, 16, 64])('beyond, up to 2 · %d classes, a row and its negative differ in all', (bits) => {
    const half = distances(centresOf(1.5 * bits, bits));
    expect(new Set(half)).toEqual(new Set([bits / 2, bits]));
    expect(half.filter((d) => d === bits).length).toBe(bits / 2);
    const all = distances(centresOf(2 * bits, bits));
    expect(all.filter((d) => d === bits).length).toBe(bits);
    expect(all.every((d) => d === bits || d === bits / 2)).toBe(true);
  });
});

describe('random centres', () => {
  // 160 classes: more than 2 · 64, 12: no power of two.
  it.each([
    [160, 64, 20],
    [160, 32, 7],
    [12, 24, 9],
    [160, 16, 2],
  ])(
    'of %d classes and %d bits are at least %d bits apart, on average half of all',
    (classes, bits, least) => {
      for (const seed of [1, 2, 3]) {
        const found = distances(centresOf(classes, bits, seed));
        expect(Math.min(...found)).toBeGreaterThanOrEqual(least);
        expect(mean(found)).toBeGreaterThanOrEqual(bits / 2);
      }
    },
  );

  it('use every bit either way, also those of a last word that is not full', () => {
    const { data, rows, cols } = centresOf(160, 40);
    for (let k = 0; k < cols; k++) {
      let up = 0;
      for (let c = 0; c < rows; c++) if (data[c * cols + k] === 1) up++;
      expect(up / rows).toBeGreaterThan(0.3);
      expect(up / rows).toBeLessThan(0.7);
    }
  });
});
