/** Rows on the simplex, for any finite logits. */
import { expect, it } from 'vitest';
import { Random } from '../../random.ts';
import { logSoftmaxRow, softmaxRow } from './simplex.ts';

it('agrees with exp(x) / Σ exp(x) in float64', () => {
  const random = new Random(1);
  for (let problem = 0; problem < 50; problem++) {
    const row = Float32Array.from({ length: 1 + random.below(9) }, () => 4 * random.normal());
    const total = row.reduce((sum, value) => sum + Math.exp(value), 0);
    const expected = Array.from(row, (value) => Math.exp(value) / total);
    softmaxRow(row.slice()).forEach((share, k) => {
      expect(share).toBeCloseTo(expected[k]!, 6);
    });
    logSoftmaxRow(row.slice()).forEach((log, k) => {
      expect(log).toBeCloseTo(Math.log(expected[k]!), 4);
    });
  }
});

const EXTREMES: readonly (readonly [logits: number[], shares: number[]])[] = [
  [
    [3e38, 3e38],
    [0.5, 0.5],
  ],
  [
    [-3e38, -3e38],
    [0.5, 0.5],
  ],
  [
    [3e38, -3e38, 0],
    [1, 0, 0],
  ],
  [
    [1e4, 1e4 - 1e3, -1e4],
    [1, 0, 0],
  ],
  [[-1e30], [1]],
  [
    [0, 0, 0, 0],
    [0.25, 0.25, 0.25, 0.25],
  ],
];

it.each(EXTREMES)('stays on the simplex for the logits %j', (logits, shares) => {
  expect([...softmaxRow(Float32Array.from(logits))]).toEqual(shares);
  const logs = logSoftmaxRow(Float32Array.from(logits));
  expect(logs.every((log) => log <= 0 && !Number.isNaN(log))).toBe(true);
  shares.forEach((share, k) => {
    expect(Math.exp(logs[k]!)).toBeCloseTo(share, 6);
  });
});

it('does not care about a constant beside all logits', () => {
  const row = [0.5, -1.25, 3];
  const moved = row.map((value) => value + 512); // exact in float32
  expect(softmaxRow(Float32Array.from(moved))).toEqual(softmaxRow(Float32Array.from(row)));
});

it('leaves an empty row alone', () => {
  expect(softmaxRow(new Float32Array(0))).toHaveLength(0);
  expect(logSoftmaxRow(new Float32Array(0))).toHaveLength(0);
});
