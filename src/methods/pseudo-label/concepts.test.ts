import { describe, expect, it } from 'vitest';
import { Random } from '../../random.ts';
import type { Matrix } from '../contract.ts';
import { conceptCount, labelPrecision, membershipsOf, topConcepts } from './concepts.ts';

const matrix = (rows: number, cols: number, value: (i: number, c: number) => number): Matrix => ({
  data: Float32Array.from({ length: rows * cols }, (_, at) => value(Math.floor(at / cols), at % cols)),
  rows,
  cols,
});

describe('pseudo labels', () => {
  const random = new Random(2, 'scores');
  const scores = matrix(40, 7, () => random.normal());

  it.each([1, 3, 7])('are the %d best classes of a sorted list', (count) => {
    topConcepts(scores, count).forEach((found, i) => {
      const row = Array.from({ length: 7 }, (_, c) => ({ c, score: scores.data[i * 7 + c]! }));
      const sorted = row.sort((a, b) => b.score - a.score).slice(0, count);
      expect([...found]).toEqual(sorted.map(({ c }) => c));
    });
  });

  it('are all classes where there are fewer than asked for, and the first of equals', () => {
    const equal = matrix(1, 4, (_, c) => (c === 2 ? 1 : 0));
    expect(topConcepts(equal, 9)).toEqual([Int32Array.of(2, 0, 1, 3)]);
    expect(topConcepts(equal, 2)).toEqual([Int32Array.of(2, 0)]);
  });

  it.each([
    [3, 40, 3],
    [3, 6, 3],
    [3, 5, 2],
    [3, 3, 1],
    [3, 2, 1],
    [3, 1, 1],
    [1, 40, 1],
  ])('of %d wanted, %d unseen classes allow %d', (wanted, unseen, count) => {
    expect(conceptCount(wanted, unseen)).toBe(count);
  });

  it('are not corrected for hubs: a class that scores best for all is taken by all', () => {
    const hub = matrix(20, 4, (_, c) => random.uniform() + (c === 3 ? 2 : 0));
    expect(topConcepts(hub, 1).every(([c]) => c === 3)).toBe(true);
  });
});

describe('memberships', () => {
  it('are unit rows in which the r-th concept weighs 1/r', () => {
    const { data } = membershipsOf([Int32Array.of(2, 0, 3)], 5);
    const length = Math.sqrt(1 + 1 / 4 + 1 / 9);
    [1 / 2, 0, 1, 1 / 3, 0].forEach((weight, c) => {
      expect(data[c]).toBeCloseTo(weight / length, 6);
    });
  });

  it('agree fully on the same order, less on another, not at all on other concepts', () => {
    const { data, cols } = membershipsOf(
      [
        [0, 1, 2],
        [0, 1, 2],
        [1, 0, 2],
        [3, 0, 4],
        [3, 4, 5],
      ].map((c) => Int32Array.from(c)),
      6,
    );
    const with0 = [1, 2, 3, 4].map((i) => {
      let inner = 0;
      for (let c = 0; c < cols; c++) inner += data[c]! * data[i * cols + c]!;
      return inner;
    });
    expect(with0[0]).toBeCloseTo(1, 6);
    expect(with0[1]).toBeCloseTo((1 / 2 + 1 / 2 + 1 / 9) / (1 + 1 / 4 + 1 / 9), 6);
    expect(with0[2]).toBeCloseTo(1 / 2 / (1 + 1 / 4 + 1 / 9), 6);
    expect(with0[3]).toBe(0);
  });
});

it('precision counts items that have a class, by their first concept and by any', () => {
  const top = [
    [0, 1],
    [1, 0],
    [2, 1],
    [1, 2],
  ].map((concepts) => Int32Array.from(concepts));
  expect(labelPrecision(top, Int32Array.of(0, 0, 0, -1))).toEqual({ first: 1 / 3, any: 2 / 3 });
  expect(labelPrecision(top, Int32Array.of(-1, -1, -1, -1)).first).toBeNaN();
});
