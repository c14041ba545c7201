import { beforeEach, expect, it } from 'vitest';
import { Random } from '../random.ts';
import type { Matrix } from './contract.ts';
import { randomCodes } from './discrete-codes.ts';
import { DiscreteHashing } from './discrete-hashing.ts';
import { KernelRegression } from './kernel-regression.ts';

const [ROWS, DIM, BITS, CLASSES, TARGETS] = [40, 6, 8, 4, 3];
const SETTINGS = { lambda: 0.7, nu: 0.2, ridge: 2 };

let features: Matrix;
let original: Float32Array;
let classOf: Int32Array;
let targets: { data: Float64Array; cols: number };
let regression: KernelRegression;
let hashing: DiscreteHashing;

beforeEach(async () => {
  const random = new Random(1, 'test');
  original = Float32Array.from({ length: ROWS * DIM }, () => 3 + random.normal());
  features = { data: original.slice(), rows: ROWS, cols: DIM };
  classOf = Int32Array.from({ length: ROWS }, (_, i) => i % CLASSES);
  targets = { data: Float64Array.from({ length: CLASSES * TARGETS }, () => random.normal()), cols: TARGETS };
  const counts = new Float64Array(CLASSES).fill(ROWS / CLASSES);
  regression = await KernelRegression.open(features, BITS, SETTINGS.ridge, async () => undefined);
  const codes = randomCodes(ROWS, BITS, () => random.uniform());
  hashing = await DiscreteHashing.open(codes, classOf, counts, regression, SETTINGS);
  hashing.w = Float64Array.from({ length: BITS * TARGETS }, () => random.normal());
});

/** J from the rows themselves, with P and b as given. */
function naive(w: Float64Array, weights: Float32Array, bias: Float32Array): number {
  const { codes } = hashing;
  const norm = (values: ArrayLike<number>): number =>
    Array.from(values).reduce((sum, value) => sum + value * value, 0);
  let total = SETTINGS.lambda * norm(w) + SETTINGS.nu * SETTINGS.ridge * norm(weights);
  for (let i = 0; i < ROWS; i++) {
    for (let j = 0; j < TARGETS; j++) {
      let rest = targets.data[classOf[i]! * TARGETS + j]!;
      for (let k = 0; k < BITS; k++) rest -= codes.data[i * BITS + k]! * w[k * TARGETS + j]!;
      total += rest * rest;
    }
    for (let k = 0; k < BITS; k++) {
      let f = bias[k]!;
      for (let j = 0; j < DIM; j++)
        f += (original[i * DIM + j]! - regression.mean[j]!) * weights[j * BITS + k]!;
      total += SETTINGS.nu * (codes.data[i * BITS + k]! - f) ** 2;
    }
  }
  return total;
}

it('computes the objective from sums over classes as from the rows', async () => {
  const { weights, bias } = hashing.functions;
  const { objective } = await hashing.objective(targets);
  expect(objective / naive(hashing.w, weights, bias)).toBeCloseTo(1, 5);
});

it('never lets the objective rise, whichever step is next', async () => {
  const order = new Random(2, 'order');
  let before = (await hashing.objective(targets)).objective;
  for (let i = 0; i < 30; i++) {
    const step = (['updateW', 'updateF', 'updateB'] as const)[order.below(3)]!;
    await hashing[step](targets);
    const after = (await hashing.objective(targets)).objective;
    expect([step, after <= before * (1 + 1e-6)]).toEqual([step, true]);
    before = after;
  }
});

it('solves W, P and b: no small step from the solution lowers the objective', async () => {
  await hashing.updateB(targets);
  await hashing.updateW(targets);
  await hashing.updateF();
  const { weights, bias } = hashing.functions;
  const low = naive(hashing.w, weights, bias);
  const nudged = <T extends Float64Array | Float32Array>(values: T, at: number, step: number): T => {
    const copy = values.slice() as T;
    copy[at]! += step;
    return copy;
  };
  for (const step of [0.01, -0.01]) {
    for (let at = 0; at < BITS * TARGETS; at++)
      expect(naive(nudged(hashing.w, at, step), weights, bias)).toBeGreaterThan(low);
    for (let at = 0; at < weights.length; at++)
      expect(naive(hashing.w, nudged(weights, at, step), bias)).toBeGreaterThan(low);
    for (let at = 0; at < BITS; at++)
      expect(naive(hashing.w, weights, nudged(bias, at, step))).toBeGreaterThan(low);
  }
});
