/** The gradient steps' loss against finite differences, through a whole network. */
import { describe, expect, it } from 'vitest';
import { parametersOf } from '../../graph/emit.ts';
import { compileForward, grad, input } from '../../graph/index.ts';
import { Random } from '../../random.ts';
import type { Matrix } from '../contract.ts';
import { rowOf } from '../dense.ts';
import { categoryNetwork, softCrossEntropy } from './network.ts';
import { prepare } from './prepare.ts';
import { logSoftmaxRow, softmaxRow } from './simplex.ts';

const BATCH = 5;
const DIM = 4;
const CATEGORIES = 3;
const HIDDEN = 6;
const STEP = 1e-2;

const normal = (random: Random, rows: number, cols: number): Matrix => ({
  data: Float32Array.from({ length: rows * cols }, () => random.normal()),
  rows,
  cols,
});

function problem(seed: number) {
  const random = new Random(seed);
  const features = normal(random, BATCH, DIM);
  const q = normal(random, BATCH, CATEGORIES);
  for (let i = 0; i < BATCH; i++) softmaxRow(rowOf(q, i));
  // Biases away from 0, so that no unit sits on the kink of its ReLU.
  const values = new Map([
    ['hidden.weight', normal(random, DIM, HIDDEN).data],
    ['hidden.bias', normal(random, 1, HIDDEN).data.map((value) => 3 + value)],
    ['category.weight', normal(random, HIDDEN, CATEGORIES).data],
    ['category.bias', normal(random, 1, CATEGORIES).data],
  ]);
  return { random, features, q, values };
}

/** Mean over rows of −Σ q log softmax(Θ), Θ by the network written out. */
function naiveLoss(features: Matrix, q: Matrix, values: ReadonlyMap<string, Float32Array>): number {
  let total = 0;
  for (let i = 0; i < BATCH; i++) {
    const x = rowOf(features, i);
    const h = Array.from({ length: HIDDEN }, (_, u) => {
      let sum = values.get('hidden.bias')![u]!;
      for (let j = 0; j < DIM; j++) sum += x[j]! * values.get('hidden.weight')![j * HIDDEN + u]!;
      return Math.max(0, sum);
    });
    const logits = Array.from({ length: CATEGORIES }, (_, k) =>
      h.reduce(
        (sum, value, u) => sum + value * values.get('category.weight')![u * CATEGORIES + k]!,
        values.get('category.bias')![k]!,
      ),
    );
    const top = Math.max(...logits);
    const normaliser = top + Math.log(logits.reduce((sum, value) => sum + Math.exp(value - top), 0));
    logits.forEach((value, k) => {
      total -= (rowOf(q, i)[k]! * (value - normaliser)) / BATCH;
    });
  }
  return total;
}

const network = (features: Matrix) =>
  categoryNetwork({ kind: 'features', dim: DIM }, prepare(features), {
    hidden: HIDDEN,
    categories: CATEGORIES,
    inputDropout: 0.5,
    dropout: 0.5,
    seed: 1,
  });

describe('soft cross-entropy', () => {
  it.each([1, 2, 3])(
    'and its gradients agree with a naive loop and central differences, draw %d',
    async (seed) => {
      const { features, q, values } = problem(seed);
      const net = network(features);
      const x = net.input('x', BATCH);
      const targets = input('q', [BATCH, CATEGORIES]);
      const loss = softCrossEntropy(net.logits(net.features(x, false)), targets);
      const found = parametersOf([loss]);
      expect(found).toHaveLength(values.size);
      const gradients = grad(loss, found);
      const forward = await compileForward({
        inputs: [x, targets],
        outputs: { loss, ...Object.fromEntries(gradients.map((gradient, i) => [`d${i}`, gradient])) },
        parameters: values,
        threads: 1,
      });
      const result = await forward.run({ x: features.data, q: q.data });
      await forward.dispose();
      expect(result.loss!.data[0]).toBeCloseTo(naiveLoss(features, q, values), 4);
      for (const [i, { name }] of found.entries()) {
        const value = values.get(name)!;
        for (let at = 0; at < value.length; at++) {
          const before = value[at]!;
          value[at] = before + STEP;
          const [high, up] = [value[at]!, naiveLoss(features, q, values)];
          value[at] = before - STEP;
          const slope = (up - naiveLoss(features, q, values)) / (high - value[at]!);
          value[at] = before;
          expect(Math.abs(result[`d${i}`]!.data[at]! - slope), `${name}[${at}]`).toBeLessThan(2e-3);
        }
      }
    },
  );

  it('of logits is least where softmax is q, and then the entropy of q', async () => {
    const random = new Random(4);
    const q = normal(random, BATCH, CATEGORIES);
    const logits = { ...q, data: q.data.slice() };
    for (let i = 0; i < BATCH; i++) {
      softmaxRow(rowOf(q, i));
      logSoftmaxRow(rowOf(logits, i));
    }
    const theta = input('theta', [BATCH, CATEGORIES]);
    const targets = input('q', [BATCH, CATEGORIES]);
    const forward = await compileForward({
      inputs: [theta, targets],
      outputs: { loss: softCrossEntropy(theta, targets) },
      parameters: new Map(),
    });
    const at = async (values: Float32Array): Promise<number> =>
      (await forward.run({ theta: values, q: q.data })).loss!.data[0]!;
    const least = await at(logits.data);
    const entropy = q.data.reduce((sum, share) => sum - share * Math.log(share), 0) / BATCH;
    expect(least).toBeCloseTo(entropy, 5);
    for (let trial = 0; trial < 100; trial++) {
      const away = logits.data.map((value) => value + 0.3 * random.normal());
      expect(await at(away)).toBeGreaterThan(least - 1e-6);
    }
    await forward.dispose();
  });
});
