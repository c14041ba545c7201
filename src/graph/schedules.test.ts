import { describe, expect, it } from 'vitest';
import { Random } from '../random.ts';
import {
  constantRate,
  cosine,
  exponentialDecay,
  glorotUniform,
  heNormal,
  orthogonal,
  stepDecay,
} from './index.ts';

describe('learning-rate schedules', () => {
  it('cosine warms up in a straight line, peaks, and ends where it is told', () => {
    const rate = cosine(1, 110, { warmUp: 10, end: 0.1 });
    expect([rate(0), rate(4), rate(9), rate(10)]).toEqual([0.1, 0.5, 1, 1]);
    expect(rate(60)).toBeCloseTo(0.55);
    expect(rate(110)).toBeCloseTo(0.1);
    expect(rate(500)).toBeCloseTo(0.1);
    expect(() => cosine(1, 5, { warmUp: 5 })).toThrow(/warmUp/);
  });

  it('decays in steps, or smoothly', () => {
    expect([0, 9, 10, 25].map(stepDecay(0.8, 0.5, 10))).toEqual([0.8, 0.8, 0.4, 0.2]);
    expect(exponentialDecay(2, 0.5, 10)(20)).toBeCloseTo(0.5);
    expect(constantRate(3)(7)).toBe(3);
  });
});

describe('initialisers', () => {
  const deviation = (values: Float32Array) =>
    Math.sqrt(values.reduce((total, v) => total + v * v, 0) / values.length);

  it('scale with the number of inputs and outputs', () => {
    expect(deviation(heNormal()([200, 100], new Random(1)))).toBeCloseTo(Math.sqrt(2 / 200), 2);
    expect(deviation(heNormal()([64, 20, 3, 3], new Random(1)))).toBeCloseTo(Math.sqrt(2 / 180), 2);
    const limit = Math.sqrt(6 / 300);
    const uniform = glorotUniform()([200, 100], new Random(1));
    expect(Math.max(...uniform)).toBeLessThanOrEqual(limit);
    expect(Math.max(...uniform)).toBeGreaterThan(0.99 * limit);
  });

  it.each([
    [6, 10],
    [10, 6],
  ])('orthogonal [%i, %i] has orthonormal rows or columns', (rows, columns) => {
    const w = orthogonal()([rows, columns], new Random(2));
    const few = Math.min(rows, columns);
    for (let i = 0; i < few; i++) {
      for (let j = 0; j < few; j++) {
        let total = 0;
        for (let k = 0; k < 10; k++)
          total += rows < columns ? w[i * 10 + k]! * w[j * 10 + k]! : w[k * 6 + i]! * w[k * 6 + j]!;
        expect(total).toBeCloseTo(i === j ? 1 : 0, 5);
      }
    }
  });
});
