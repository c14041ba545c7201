import { describe, expect, it } from 'vitest';
import { Random } from '../../random.ts';
import { dequantize, quantize } from './quantize.ts';

const random = new Random(1, 'quantize');
const matrix = (rows: number, cols: number, size: (row: number) => number) => ({
  data: Float32Array.from({ length: rows * cols }, (_, i) => random.normal() * size(Math.floor(i / cols))),
  rows,
  cols,
});

describe('vectors in bytes', () => {
  it('are off by half a step at most: 1/253 of the largest value of their word', () => {
    const exact = matrix(500, 20, (row) => 10 ** ((row % 20) - 10));
    const { data } = dequantize(quantize(exact, 'x'));
    for (let row = 0; row < exact.rows; row++) {
      const values = exact.data.subarray(row * 20, row * 20 + 20);
      const largest = Math.max(...values.map(Math.abs));
      const furthest = Math.max(...values.map((value, j) => Math.abs(data[row * 20 + j]! - value)));
      expect(furthest).toBeLessThanOrEqual(largest / 253);
    }
  });

  it('are the same when they are put into bytes again', () => {
    const once = quantize(
      matrix(2000, 7, () => Math.exp(random.normal() * 10)),
      'x',
    );
    expect(quantize(dequantize(once), 'x')).toEqual(once);
  });

  it('keep zero vectors, and make one of what is too small for a scale', () => {
    const { values, scales } = quantize(
      { data: Float32Array.of(0, 0, 1e-40, 0, -3, 3), rows: 3, cols: 2 },
      'x',
    );
    expect([...values]).toEqual([0, 0, 0, 0, -127, 127]);
    expect([...scales.slice(0, 2)]).toEqual([0, 0]);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1e31])('%d is refused by its place', (value) => {
    expect(() => quantize({ data: Float32Array.of(1, 2, 3, value), rows: 2, cols: 2 }, 'mine')).toThrow(
      expect.objectContaining({
        code: 'VALUE_NOT_FINITE',
        values: expect.objectContaining({ file: 'mine', row: 1, column: 1 }),
      }),
    );
  });
});
