import { describe, expect, it } from 'vitest';
import { Random } from '../random.ts';
import * as g from './index.ts';

/** Two layers, each large enough to be updated where it lies; a batch small beside them. */
const [ROWS, IN, HIDDEN, OUT] = [8, 256, 256, 300];

function net() {
  const x = g.input('x', [ROWS, IN]);
  const w1 = g.parameter('w1', [IN, HIDDEN], g.heNormal());
  const w2 = g.parameter('w2', [HIDDEN, OUT], g.glorotUniform());
  const loss = g.mean(g.square(g.matmul(g.tanh(g.matmul(x, w1)), w2)));
  return { x, loss };
}

const batch = (seed: number) => {
  const random = new Random(seed);
  return { x: Float32Array.from({ length: ROWS * IN }, () => random.normal()) };
};

/** The net's gradients in float64 loops. */
function gradients(weights: Map<string, Float64Array>, { x }: { x: Float32Array }) {
  const [w1, w2] = [weights.get('w1')!, weights.get('w2')!];
  const product = (a: ArrayLike<number>, b: ArrayLike<number>, n: number, k: number, m: number) => {
    const out = new Float64Array(n * m);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < k; j++)
        for (let l = 0; l < m; l++) out[i * m + l]! += a[i * k + j]! * b[j * m + l]!;
    return out;
  };
  const transposed = (a: ArrayLike<number>, n: number, m: number) =>
    Float64Array.from({ length: n * m }, (_, i) => a[(i % n) * m + Math.floor(i / n)]!);
  const h = product(x, w1, ROWS, IN, HIDDEN).map(Math.tanh);
  const dy = product(h, w2, ROWS, HIDDEN, OUT).map((y) => (2 * y) / (ROWS * OUT));
  const dh = product(dy, transposed(w2, HIDDEN, OUT), ROWS, OUT, HIDDEN);
  const da = dh.map((d, i) => d * (1 - h[i]! ** 2));
  return new Map([
    ['w1', product(transposed(x, ROWS, IN), da, IN, ROWS, HIDDEN)],
    ['w2', product(transposed(h, ROWS, HIDDEN), dy, HIDDEN, ROWS, OUT)],
  ]);
}

const rate = (step: number) => [0.5, 2, 0, 1][step % 4]!;
type Rule = (w: number, gradient: number, memory: number[], step: number) => number;
const adam =
  (decay: number): Rule =>
  (w, d, m, step) => {
    m[0] = 0.9 * (m[0] ?? 0) + 0.1 * d;
    m[1] = 0.999 * (m[1] ?? 0) + 0.001 * d * d;
    const t = step + 1;
    const change = m[0] / (1 - 0.9 ** t) / (Math.sqrt(m[1] / (1 - 0.999 ** t)) + 1e-4);
    return w - 0.01 * rate(step) * (change + decay * w);
  };
const scaled = (step: number) => 0.01 * rate(step);
const RULES: Record<string, [g.Optimizer, Rule]> = {
  'plain descent': [g.sgd({ learningRate: rate }), (w, d, _, step) => w - rate(step) * d],
  momentum: [
    g.sgd({ learningRate: rate, momentum: 0.9 }),
    (w, d, m, step) => {
      m[0] = 0.9 * (m[0] ?? 0) + d;
      return w - rate(step) * m[0];
    },
  ],
  'Nesterov momentum and decay': [
    g.sgd({ learningRate: rate, momentum: 0.9, nesterov: true, weightDecay: 0.01 }),
    (w, d, m, step) => {
      const gradient = d + 0.01 * w;
      m[0] = 0.9 * (m[0] ?? 0) + gradient;
      return w - rate(step) * (gradient + 0.9 * m[0]);
    },
  ],
  'Nesterov momentum': [
    g.sgd({ learningRate: rate, momentum: 0.9, nesterov: true }),
    (w, d, m, step) => {
      m[0] = 0.9 * (m[0] ?? 0) + d;
      return w - rate(step) * (d + 0.9 * m[0]);
    },
  ],
  Adam: [g.adam({ learningRate: scaled, epsilon: 1e-4 }), adam(0)],
  AdamW: [g.adamw({ learningRate: scaled, epsilon: 1e-4, weightDecay: 0.1 }), adam(0.1)],
};

describe('large weights, updated where they lie, agree with float64 loops', () => {
  it.each(Object.entries(RULES))('%s', async (_, [optimizer, rule]) => {
    const { x, loss } = net();
    const step = await g.compileStep({ inputs: [x], loss, optimizer, seed: 3, threads: 2 });
    const first = step.parameters();
    const weights = new Map([...first].map(([name, value]) => [name, Float64Array.from(value)]));
    const memory = new Map([...first].map(([name, w]) => [name, Array.from(w, (): number[] => [])]));
    for (let t = 0; t < 5; t++) {
      const data = batch(t);
      const ds = gradients(weights, data);
      await step.run(data);
      for (const [name, w] of weights) {
        const [d, m] = [ds.get(name)!, memory.get(name)!];
        for (let i = 0; i < w.length; i++) w[i] = rule(w[i]!, d[i]!, m[i]!, t);
      }
    }
    for (const [name, value] of step.parameters()) {
      const expected = weights.get(name)!;
      const moved = Math.hypot(...expected.map((w, i) => w - first.get(name)![i]!));
      expect(Math.hypot(...expected.map((w, i) => w - value[i]!)) / moved, name).toBeLessThan(1e-4);
    }
    await step.dispose();
  });
});

describe('a large state', () => {
  it('continues from a saved state as if it had never stopped', async () => {
    const { x, loss } = net();
    const optimizer = g.sgd({ learningRate: rate, momentum: 0.9 });
    const options = { inputs: [x], loss, optimizer, threads: 1 };
    const step = await g.compileStep({ ...options, seed: 1 });
    for (let t = 0; t < 3; t++) await step.run(batch(t));
    const saved = step.state();
    await step.run(batch(3));
    const other = await g.compileStep({ ...options, seed: 2 });
    other.load(saved, { step: 3 });
    await other.run(batch(3));
    expect(other.state()).toEqual(step.state());
    await step.dispose();
    await other.dispose();
  });

  it('is not overwritten before its last reader, not even through a view', async () => {
    const w = g.parameter('w', [256, 256], g.ones());
    const x = g.input('x', [1, 256]);
    const report = g.mean(g.exp(g.mul(g.stopGradient(w), 2)));
    const loss = g.mean(g.matmul(x, w));
    const step = await g.compileStep({
      inputs: [x],
      loss,
      metrics: { report },
      optimizer: g.sgd({ learningRate: 256, momentum: 0.5 }),
      seed: 0,
      threads: 1,
    });
    const feeds = { x: new Float32Array(256).fill(1) };
    expect((await step.run(feeds)).report).toBeCloseTo(Math.exp(2), 2);
    expect((await step.run(feeds)).report).toBeCloseTo(Math.exp(0), 2);
    await step.dispose();
  });
});
