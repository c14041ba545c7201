/** CSQ's losses against loops in float64. Their gradients come from operations that `graph` checks. */
import { describe, expect, it } from 'vitest';
import { compileForward, constant, grad, input, type Tensor, tanh } from '../../graph/index.ts';
import { Random } from '../../random.ts';
import { centralLoss, logCoshLoss } from './objective.ts';

const N = 6;
const BITS = 5;
const random = new Random(3, 'csq');
const Z = Array.from({ length: N * BITS }, () => 2 * random.normal());
const CENTRES = Array.from({ length: N * BITS }, () => (random.below(2) === 1 ? 1 : -1));

async function valueAndGradient(loss: (z: Tensor) => Tensor, z: readonly number[]) {
  const x = input('z', [N, BITS]);
  const value = loss(x);
  const [gradient] = grad(value, [x]);
  const forward = await compileForward({
    inputs: [x],
    outputs: { value, gradient: gradient! },
    parameters: new Map(),
    threads: 1,
  });
  const results = await forward.run({ z: Float32Array.from(z) });
  await forward.dispose();
  return { value: results.value!.data[0]!, gradient: results.gradient!.data };
}

/** Central differences of a loop. */
const numeric = (loop: (z: readonly number[]) => number): number[] =>
  Z.map((_, i) => {
    const moved = (by: number): number => loop(Z.map((value, j) => (i === j ? value + by : value)));
    return (moved(1e-4) - moved(-1e-4)) / 2e-4;
  });

const central = (z: readonly number[]): number => {
  let total = 0;
  z.forEach((value, i) => {
    const h = (Math.tanh(value) + 1) / 2;
    const c = (CENTRES[i]! + 1) / 2;
    total -= c * Math.log(h) + (1 - c) * Math.log(1 - h);
  });
  return total / z.length;
};
const logCosh = (z: readonly number[]): number =>
  z.reduce((total, value) => total + Math.log(Math.cosh(Math.abs(Math.tanh(value)) - 1)), 0) / z.length;

describe.each([
  ['L_C', (z: Tensor) => centralLoss(z, constant(CENTRES, [N, BITS])), central],
  ['L_Q', (z: Tensor) => logCoshLoss(tanh(z)), logCosh],
] as const)('%s', (_, loss, loop) => {
  it('is the paper’s formula, and so is its gradient', async () => {
    const { value, gradient } = await valueAndGradient(loss, Z);
    expect(value).toBeCloseTo(loop(Z), 5);
    numeric(loop).forEach((expected, i) => {
      expect(gradient[i]).toBeCloseTo(expected, 4);
    });
  });
});

it('a code at its centre costs nothing, however far from 0 its logits are; the opposite code stays finite', async () => {
  const there = CENTRES.map((value) => 60 * value);
  const loss = (z: Tensor) => centralLoss(z, constant(CENTRES, [N, BITS]));
  expect((await valueAndGradient(loss, there)).value).toBeCloseTo(0, 6);
  const opposite = there.map((value) => -value);
  expect((await valueAndGradient(loss, opposite)).value).toBeCloseTo(120, 3);
  expect((await valueAndGradient((z) => logCoshLoss(tanh(z)), there)).value).toBeCloseTo(0, 6);
});
