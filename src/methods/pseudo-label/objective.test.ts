/** The losses against loops in float64. Their gradients come from operations that `graph` checks. */
import { describe, expect, it } from 'vitest';
import { compileForward, constant, grad, input, type Tensor } from '../../graph/index.ts';
import { Random } from '../../random.ts';
import { membershipsOf } from './concepts.ts';
import { focalLoss, poolPairs, rankingLoss } from './objective.ts';

const N = 5;
const COLS = 4;
const random = new Random(9, 'pseudo-label');
const VALUES = Array.from({ length: N * COLS }, () => 1.5 * random.normal());
const LABELS = [0, 3, 1, 1, 2];

function ranking(scores: readonly number[]): number {
  let total = 0;
  LABELS.forEach((own, i) => {
    for (let c = 0; c < COLS; c++) {
      if (c !== own) total += Math.log(1 + Math.exp(scores[i * COLS + c]! - scores[i * COLS + own]!));
    }
  });
  return total / (N * (COLS - 1));
}

function focal(z: readonly number[]): number {
  const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
  let total = 0;
  for (const value of z) {
    const p = sigmoid(value);
    const t = sigmoid(5 * value);
    total -= t * (1 - p) * Math.log(p) + (1 - t) * p * Math.log(1 - p);
  }
  return total / z.length;
}

describe.each([
  ['ranking', (x: Tensor) => rankingLoss(x, constant(LABELS, [N], 'int32')), ranking],
  ['focal quantisation', focalLoss, focal],
] as const)('%s', (_, loss, loop) => {
  it('is the formula of the page, and so is its gradient', async () => {
    const x = input('x', [N, COLS]);
    const value = loss(x);
    const [gradient] = grad(value, [x]);
    const outputs = { value, gradient: gradient! };
    const forward = await compileForward({ inputs: [x], outputs, parameters: new Map(), threads: 1 });
    const results = await forward.run({ x: Float32Array.from(VALUES) });
    await forward.dispose();
    expect(results.value!.data[0]).toBeCloseTo(loop(VALUES), 5);
    VALUES.forEach((_, i) => {
      const moved = (by: number): number => loop(VALUES.map((v, j) => (i === j ? v + by : v)));
      expect(results.gradient!.data[i]).toBeCloseTo((moved(1e-4) - moved(-1e-4)) / 2e-4, 4);
    });
  });
});

it('pairs with a pool item: shared concepts among the pool, nothing shared across, no source pair, no item with itself', async () => {
  const top = [
    [0, 1],
    [0, 1],
    [1, 0],
    [2, 1],
  ].map((concepts) => Int32Array.from(concepts));
  const n = top.length;
  const { data, cols } = membershipsOf(top, 3);
  const memberships = input('memberships', [n, cols]);
  const { similar, dissimilar } = poolPairs(memberships);
  const outputs = { similar, dissimilar };
  const forward = await compileForward({ inputs: [memberships], outputs, parameters: new Map(), threads: 1 });
  const found = await forward.run({ memberships: data });
  await forward.dispose();
  for (let i = 0; i < 2 * n; i++) {
    for (let j = 0; j < 2 * n; j++) {
      const at = i * 2 * n + j;
      let s = 0;
      for (let c = 0; c < cols && i >= n && j >= n; c++)
        s += data[(i - n) * cols + c]! * data[(j - n) * cols + c]!;
      const known = i !== j && (i >= n || j >= n);
      expect(found.similar!.data[at]).toBeCloseTo(known ? s : 0, 5);
      expect(found.dissimilar!.data[at]).toBeCloseTo(known ? 1 - s : 0, 5);
    }
  }
});
