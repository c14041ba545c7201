import { expect, it } from 'vitest';
import { indexBytes, MAX_WIDTH, planSubstrings } from './plan.ts';

it('substrings are disjoint, inside the code, and their tables take at most 3.5 times the bytes of the codes', () => {
  for (const bits of [8, 16, 24, 32, 48, 64, 72, 96, 128, 200, 256, 512, 1024, 4096]) {
    for (const rows of [0, 1000, 16_384, 100_000, 1e6, 1e7, 1e8, 2e8]) {
      const substrings = planSubstrings(rows, bits);
      let end = 0;
      for (const { offset, width } of substrings) {
        expect(offset).toBeGreaterThanOrEqual(end);
        expect(width).toBeGreaterThanOrEqual(1);
        expect(width).toBeLessThanOrEqual(MAX_WIDTH);
        end = offset + width;
      }
      expect(end).toBeLessThanOrEqual(bits);
      if (substrings.length === 0) continue;
      expect(indexBytes(substrings, rows, bits)).toBeLessThanOrEqual(3.5 * 8 * Math.ceil(bits / 64) * rows);
    }
  }
});

it('64 bits are cut in three from 100,000 rows on, and take 28 bytes a code at most', () => {
  for (const rows of [1e5, 1e6, 1e7, 1e8]) {
    const substrings = planSubstrings(rows, 64);
    expect(substrings).toHaveLength(3);
    expect(indexBytes(substrings, rows, 64)).toBeLessThanOrEqual(28 * rows);
  }
  expect(planSubstrings(1e8, 64).map(({ width }) => width)).toEqual([22, 21, 21]);
});

it('a wrong number of substrings is refused', () => {
  for (const wanted of [0, 65, 1.5, Number.NaN]) {
    expect(() => planSubstrings(10, 64, wanted)).toThrow(/substrings/);
  }
  expect(planSubstrings(10, 64, 64)).toHaveLength(64);
});
