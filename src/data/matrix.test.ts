import { describe, expect, it } from 'vitest';
import { UnseenError } from '../errors.ts';
import { takeRows, unitRows } from './matrix.ts';

const matrix = { rows: 3, cols: 2, data: Float32Array.of(1, 2, 3, 4, 5, 6) };

describe('matrices', () => {
  it('rows are gathered in the order asked, as copies', () => {
    const taken = takeRows(matrix, [2, 0, 2]);
    expect(taken).toEqual({ rows: 3, cols: 2, data: Float32Array.of(5, 6, 1, 2, 5, 6) });
    taken.data[0] = 9;
    expect(matrix.data[4]).toBe(5);
    expect(takeRows(matrix, []).rows).toBe(0);
  });

  it('a row that does not exist is a typed error, never zeros', () => {
    for (const row of [3, -1, 0.5, Number.NaN]) expect(() => takeRows(matrix, [row])).toThrow(UnseenError);
  });

  it('unit rows stay exact for very small and very large values', () => {
    const { data } = unitRows(
      { rows: 2, cols: 2, data: Float32Array.of(3e-38, 4e-38, 3e37, 4e37) },
      ['a', 'b'],
      'memory',
    );
    for (const [i, expected] of [0.6, 0.8, 0.6, 0.8].entries()) expect(data[i]).toBeCloseTo(expected, 6);
  });
});
