import { describe, expect, it } from 'vitest';
import { UnseenError } from '../errors.ts';
import { Random } from '../random.ts';
import * as g from './index.ts';

const ROWS = 16;
const [IN, HIDDEN, BITS] = [32, 24, 8];

/** A small hashing net with the balanced pairwise loss: the shape of real training. */
function net() {
  const x = g.input('x', [ROWS, IN]);
  const s = g.input('s', [ROWS, ROWS]);
  const w1 = g.parameter('w1', [IN, HIDDEN], g.heNormal());
  const b1 = g.parameter('b1', [HIDDEN], g.zeros(), { decay: false });
  const w2 = g.parameter('w2', [HIDDEN, BITS], g.glorotUniform());
  const encode = (input: g.Tensor) => g.matmul(g.relu(g.add(g.matmul(input, w1), b1)), w2);
  const h = encode(x);
  const theta = g.mul(g.matmul(h, g.transpose(h)), 0.5);
  const loss = g.mean(g.sub(g.softplus(theta), g.mul(s, theta)));
  return { x, s, loss, encode, metrics: { size: g.mean(g.square(h)) } };
}

function batch(seed: number) {
  const random = new Random(seed);
  const labels = Array.from({ length: ROWS }, () => random.below(4));
  return {
    x: Float32Array.from({ length: ROWS * IN }, () => random.normal()),
    s: Float32Array.from({ length: ROWS * ROWS }, (_, i) =>
      labels[Math.floor(i / ROWS)] === labels[i % ROWS] ? 1 : 0,
    ),
  };
}

/** The same net in float64 loops: loss and gradients. */
function reference(w: Map<string, Float64Array>, { x, s }: { x: Float32Array; s: Float32Array }) {
  const [w1, b1, w2] = [w.get('w1')!, w.get('b1')!, w.get('w2')!];
  const dot = (n: number, term: (k: number) => number) => {
    let total = 0;
    for (let k = 0; k < n; k++) total += term(k);
    return total;
  };
  const fill = (n: number, value: (i: number) => number) =>
    Float64Array.from({ length: n }, (_, i) => value(i));
  const h1 = fill(ROWS * HIDDEN, (i) => {
    const [r, c] = [Math.floor(i / HIDDEN), i % HIDDEN];
    return Math.max(0, b1[c]! + dot(IN, (k) => x[r * IN + k]! * w1[k * HIDDEN + c]!));
  });
  const h = fill(ROWS * BITS, (i) =>
    dot(HIDDEN, (k) => h1[Math.floor(i / BITS) * HIDDEN + k]! * w2[k * BITS + (i % BITS)]!),
  );
  const theta = fill(ROWS * ROWS, (i) =>
    dot(BITS, (k) => 0.5 * h[Math.floor(i / ROWS) * BITS + k]! * h[(i % ROWS) * BITS + k]!),
  );
  const n = ROWS * ROWS;
  const loss = dot(n, (i) => Math.log1p(Math.exp(theta[i]!)) - s[i]! * theta[i]!) / n;
  const dTheta = theta.map((value, i) => (1 / (1 + Math.exp(-value)) - s[i]!) / n);
  const dH = fill(ROWS * BITS, (i) => {
    const [r, c] = [Math.floor(i / BITS), i % BITS];
    return 0.5 * dot(ROWS, (k) => (dTheta[r * ROWS + k]! + dTheta[k * ROWS + r]!) * h[k * BITS + c]!);
  });
  const dH1 = h1.map((value, i) => {
    const [r, c] = [Math.floor(i / HIDDEN), i % HIDDEN];
    return value > 0 ? dot(BITS, (k) => dH[r * BITS + k]! * w2[c * BITS + k]!) : 0;
  });
  const gradients = new Map([
    [
      'w1',
      fill(IN * HIDDEN, (i) =>
        dot(ROWS, (r) => x[r * IN + Math.floor(i / HIDDEN)]! * dH1[r * HIDDEN + (i % HIDDEN)]!),
      ),
    ],
    ['b1', fill(HIDDEN, (c) => dot(ROWS, (r) => dH1[r * HIDDEN + c]!))],
    [
      'w2',
      fill(HIDDEN * BITS, (i) =>
        dot(ROWS, (r) => h1[r * HIDDEN + Math.floor(i / BITS)]! * dH[r * BITS + (i % BITS)]!),
      ),
    ],
  ]);
  return { loss, gradients };
}

/** Optimisers in float64: new weights from gradients, memory kept by name. */
type Rule = (w: number, gradient: number, memory: number[], step: number, decays: boolean) => number;
const RATE = 0.05;
const RULES: Record<string, { optimizer: g.Optimizer; rule: Rule; clip?: number }> = {
  'plain descent': { optimizer: g.sgd(), rule: (w, d) => w - RATE * d },
  momentum: {
    optimizer: g.sgd({ momentum: 0.9 }),
    rule: (w, d, m) => {
      m[0] = 0.9 * (m[0] ?? 0) + d;
      return w - RATE * m[0];
    },
  },
  'Nesterov momentum and decay': {
    optimizer: g.sgd({ momentum: 0.9, nesterov: true, weightDecay: 0.01 }),
    rule: (w, d, m, _, decays) => {
      const gradient = d + (decays ? 0.01 * w : 0);
      m[0] = 0.9 * (m[0] ?? 0) + gradient;
      return w - RATE * (gradient + 0.9 * m[0]);
    },
  },
  Adam: {
    optimizer: g.adam(),
    rule: (w, d, m, t) => {
      m[0] = 0.9 * (m[0] ?? 0) + 0.1 * d;
      m[1] = 0.999 * (m[1] ?? 0) + 0.001 * d * d;
      return w - (RATE * (m[0] / (1 - 0.9 ** t))) / (Math.sqrt(m[1] / (1 - 0.999 ** t)) + 1e-8);
    },
  },
  'AdamW after clipping': {
    optimizer: g.chain(g.clipByGlobalNorm(0.1), g.adamw({ weightDecay: 0.1, epsilon: 1e-3 })),
    clip: 0.1,
    rule: (w, d, m, t, decays) => {
      m[0] = 0.9 * (m[0] ?? 0) + 0.1 * d;
      m[1] = 0.999 * (m[1] ?? 0) + 0.001 * d * d;
      const step = m[0] / (1 - 0.9 ** t) / (Math.sqrt(m[1] / (1 - 0.999 ** t)) + 1e-3);
      return w - RATE * (step + (decays ? 0.1 * w : 0));
    },
  },
};

describe('twenty steps agree with float64 loops', () => {
  it.each(Object.entries(RULES))('%s', async (_, { optimizer, rule, clip }) => {
    const { x, s, loss } = net();
    const step = await g.compileStep({ inputs: [x, s], loss, optimizer, seed: 3, threads: 1 });
    const weights = new Map([...step.parameters()].map(([name, value]) => [name, Float64Array.from(value)]));
    const memory = new Map(
      [...weights].map(([name, value]) => [name, Array.from(value, (): number[] => [])]),
    );
    for (let t = 1; t <= 20; t++) {
      const data = batch(t % 3);
      const expected = reference(weights, data);
      const out = await step.run(data, { learningRate: RATE });
      expect(out.loss).toBeCloseTo(expected.loss, 4);
      const norm = Math.hypot(...[...expected.gradients.values()].map((d) => Math.hypot(...d)));
      const factor = clip === undefined ? 1 : Math.min(1, clip / norm);
      for (const [name, w] of weights) {
        const d = expected.gradients.get(name)!;
        w.forEach((value, i) => {
          w[i] = rule(value, d[i]! * factor, memory.get(name)![i]!, t, name !== 'b1');
        });
      }
    }
    for (const [name, value] of step.parameters()) {
      const expected = weights.get(name)!;
      const size = Math.hypot(...expected);
      expect(Math.hypot(...value.map((v, i) => v - expected[i]!)) / size, name).toBeLessThan(1e-4);
    }
    await step.dispose();
  });
});

async function train(seed: number, steps: number) {
  const { x, s, loss, metrics } = net();
  const step = await g.compileStep({ inputs: [x, s], loss, metrics, optimizer: g.adam(), seed, threads: 2 });
  let last: Record<string, number> = {};
  for (let t = 0; t < steps; t++) last = await step.run(batch(t), { learningRate: 0.01 });
  return { step, last };
}

describe('a training step', () => {
  it('gives the same bits for the same seed', async () => {
    const [first, second, other] = [await train(5, 30), await train(5, 30), await train(6, 30)];
    expect(second.last).toEqual(first.last);
    expect(second.step.parameters()).toEqual(first.step.parameters());
    expect(other.step.parameters()).not.toEqual(first.step.parameters());
    for (const { step } of [first, second, other]) await step.dispose();
  });

  it('reports metrics and counts steps', async () => {
    const { step, last } = await train(1, 3);
    expect(Object.keys(last)).toEqual(['loss', 'size']);
    expect(step.step).toBe(3);
    await step.dispose();
  });

  it('continues from a saved state as if it had never stopped', async () => {
    const { step } = await train(1, 3);
    const saved = step.state();
    const straight = await step.run(batch(9), { learningRate: 0.01 });
    const after = step.state();
    step.load(saved, { step: 3 });
    expect(await step.run(batch(9), { learningRate: 0.01 })).toEqual(straight);
    expect(step.state()).toEqual(after);
    await step.dispose();
  });

  it('leaves frozen parameters alone and scales the rate of others', async () => {
    const frozen = g.parameter('frozen', [2], g.ones(), { learningRate: 0 });
    const slow = g.parameter('slow', [2], g.ones(), { learningRate: 0.1 });
    const fast = g.parameter('fast', [2], g.ones());
    const loss = g.sum(g.add(g.add(frozen, slow), fast));
    const step = await g.compileStep({ inputs: [], loss, optimizer: g.sgd(), seed: 0, threads: 1 });
    await step.run({}, { learningRate: 0.5 });
    const after = step.parameters();
    expect(Array.from(after.get('frozen')!)).toEqual([1, 1]);
    expect(after.get('slow')![0]).toBeCloseTo(0.95);
    expect(after.get('fast')![0]).toBeCloseTo(0.5);
    await step.dispose();
  });

  it('follows the schedule of its optimiser', async () => {
    const w = g.parameter('w', [1], g.zeros());
    const optimizer = g.sgd({ learningRate: g.stepDecay(1, 0.5, 2) });
    const step = await g.compileStep({ inputs: [], loss: g.neg(g.sum(w)), optimizer, seed: 0, threads: 1 });
    for (let t = 0; t < 4; t++) await step.run({});
    expect(step.parameters().get('w')![0]).toBe(1 + 1 + 0.5 + 0.5);
    await step.dispose();
  });

  it('refuses a run without a learning rate, and feeds that do not fit', async () => {
    const { x, s, loss } = net();
    const step = await g.compileStep({ inputs: [x, s], loss, optimizer: g.sgd(), seed: 0, threads: 1 });
    await expect(step.run(batch(0))).rejects.toThrow(/learningRate/);
    await expect(step.run({ x: batch(0).x }, { learningRate: 1 })).rejects.toThrow(
      /input "s": nothing is fed/,
    );
    await expect(step.run({ ...batch(0), y: 1 }, { learningRate: 1 })).rejects.toThrow(/"y"/);
    const short = { ...batch(0), x: new Float32Array(7) };
    await expect(step.run(short, { learningRate: 1 })).rejects.toThrow(/shape \[16, 32\].*received 7/);
    expect(() => step.load(new Map([['w1', new Float32Array(1)]]))).toThrow(UnseenError);
    await step.dispose();
  });

  it('runs forward graphs over its current parameters', async () => {
    const { x, s, loss, encode } = net();
    const step = await g.compileStep({ inputs: [x, s], loss, optimizer: g.sgd(), seed: 0, threads: 1 });
    const rows = g.input('rows', ['batch', IN]);
    const graph = { inputs: [rows], outputs: { code: encode(rows) } };
    const live = await step.forward(graph);
    const data = batch(4).x.slice(0, 5 * IN);
    const before = (await live.run({ rows: data })).code!;
    expect(before.shape).toEqual([5, BITS]);
    await step.run(batch(0), { learningRate: 0.1 });
    const after = (await live.run({ rows: data })).code!;
    expect(after.data).not.toEqual(before.data);
    const baked = await g.compileForward({ ...graph, parameters: step.parameters(), threads: 1 });
    const copy = (await baked.run({ rows: data })).code!;
    copy.data.forEach((value, i) => {
      expect(value).toBeCloseTo(after.data[i]!, 5);
    });
    await baked.dispose();
    await step.dispose();
  });
});
