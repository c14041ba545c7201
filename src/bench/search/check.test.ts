import { describe, expect, it } from 'vitest';
import { Codes } from '../../codes/index.ts';
import { checkDistances, checkExact, recall } from './check.ts';
import type { Answers } from './engine.ts';
import { summary } from './race.ts';

/** One query's hits as [row, distance]. */
const answers = (...queries: (readonly [number, number])[][]): Answers => ({
  distances: Int32Array.from(queries.flat(), ([, distance]) => distance),
  rows: Float64Array.from(queries.flat(), ([row]) => row),
});
// biome-ignore format: a query a line
const truth = answers(
  [[7, 1], [2, 3], [5, 3]],
  [[1, 0], [3, 4], [-1, -1]],
);

describe('exact answers', () => {
  it('may name other rows at the last distance, in any order, and no others', () => {
    // biome-ignore format: a query a line
    const other = answers([[8, 3], [7, 1], [5, 3]], [[9, 4], [1, 0], [-1, -1]]);
    expect(() => checkExact('other', other, truth, 3)).not.toThrow();
    expect(recall(other, truth, 3)).toBe(1);
  });

  it.each([
    [
      'another row before the last distance',
      [
        [6, 1],
        [2, 3],
        [5, 3],
      ],
    ],
    [
      'another distance',
      [
        [7, 1],
        [2, 3],
        [5, 4],
      ],
    ],
    [
      'too few',
      [
        [7, 1],
        [2, 3],
        [-1, -1],
      ],
    ],
  ] as const)('are refused with %s', (_, first) => {
    const wrong = answers(
      [...first],
      [
        [1, 0],
        [3, 4],
        [-1, -1],
      ],
    );
    expect(() => checkExact('other', wrong, truth, 3)).toThrow(/other: the answer to query 0/);
  });

  it('are refused with a row that is not where it is said to be', () => {
    const codes = Codes.fromHex(['00', '01', '03']);
    const rowOf = (row: number): Uint8Array => codes.row(row);
    const queries = Codes.fromHex(['00']);
    const right = answers([
      [0, 0],
      [1, 1],
      [2, 2],
    ]);
    expect(() => checkDistances('right', right, 3, queries, rowOf)).not.toThrow();
    expect(() => checkDistances('wrong', answers([[2, 1]]), 1, queries, rowOf)).toThrow(/row 2/);
  });
});

it('recall counts places whose row is no farther than the true k-th, each row once', () => {
  // biome-ignore format: a query a line
  const found = answers([[9, 3], [9, 3], [5, 4]], [[1, 0], [3, 4], [-1, -1]]);
  expect(recall(found, truth, 3)).toBe(3 / 5);
});

it('a summary takes the median and the 99th percentile', () => {
  const times = Array.from({ length: 200 }, (_, i) => 200 - i);
  expect(summary(times)).toEqual({ medianMs: 101, p99Ms: 198, calls: 200 });
});
