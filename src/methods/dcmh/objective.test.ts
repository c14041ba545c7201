/** DCMH's objective and its gradient against the paper's formula, written out in float64. */
import { describe, expect, it } from 'vitest';
import { sgd } from '../../graph/index.ts';
import { Random } from '../../random.ts';
import { standardise } from '../trunk.ts';
import { buildCodeNetwork } from './network.ts';
import { buildObjective, compileObjective } from './objective.ts';

const [BATCH, PAIRS, CLASSES, BITS, DIM, HIDDEN] = [4, 11, 3, 8, 5, 6];
const WEIGHTS = { quantisation: 0.7, balance: 1.5 };

const random = new Random(1, 'test');
const normals = (length: number, scale = 1): Float32Array =>
  Float32Array.from({ length }, () => scale * random.normal());

/** Every third pair has two classes. */
const allClasses = Float32Array.from({ length: PAIRS * CLASSES }, (_, i) => {
  const [pair, label] = [Math.floor(i / CLASSES), i % CLASSES];
  return label === pair % CLASSES || (pair % 3 === 0 && label === (pair + 1) % CLASSES) ? 1 : 0;
});
const feeds = {
  x: normals(BATCH * DIM),
  other: normals(PAIRS * BITS),
  classes: allClasses.slice(2 * CLASSES, (2 + BATCH) * CLASSES),
  allClasses,
  targets: Float32Array.from({ length: BATCH * BITS }, () => (random.uniform() < 0.5 ? -1 : 1)),
  rest: normals(BITS, 3),
};
const standard = standardise({ data: normals(20 * DIM), rows: 20, cols: DIM });
type Parameters = ReadonlyMap<string, ArrayLike<number>>;

/** F of the batch by plain loops: [x̂, relu(x̂ W + b)] V + c. */
function outputs(parameters: Parameters): number[][] {
  const at = (name: string): ArrayLike<number> => parameters.get(name)!;
  return Array.from({ length: BATCH }, (_, i) => {
    const x = Array.from(
      { length: DIM },
      (_, j) => (feeds.x[i * DIM + j]! - standard.mean[j]!) / standard.scale,
    );
    const hidden = Array.from({ length: HIDDEN }, (_, h) =>
      Math.max(
        0,
        x.reduce((sum, value, j) => sum + value * at('trunk.weight')[j * HIDDEN + h]!, at('trunk.bias')[h]!),
      ),
    );
    const trunk = [...x, ...hidden];
    return Array.from({ length: BITS }, (_, k) =>
      trunk.reduce((sum, value, j) => sum + value * at('code.weight')[j * BITS + k]!, at('code.bias')[k]!),
    );
  });
}

function naive(parameters: Parameters) {
  const f = outputs(parameters);
  let [likelihood, quantisation, balance] = [0, 0, 0];
  for (let i = 0; i < BATCH; i++) {
    for (let j = 0; j < PAIRS; j++) {
      const theta = 0.5 * f[i]!.reduce((sum, value, k) => sum + value * feeds.other[j * BITS + k]!, 0);
      const share = Array.from(
        { length: CLASSES },
        (_, c) => feeds.classes[i * CLASSES + c]! * allClasses[j * CLASSES + c]!,
      );
      likelihood -= (share.includes(1) ? theta : 0) - Math.log(1 + Math.exp(theta));
    }
    for (let k = 0; k < BITS; k++) quantisation += (feeds.targets[i * BITS + k]! - f[i]![k]!) ** 2;
  }
  for (let k = 0; k < BITS; k++) balance += (f.reduce((sum, row) => sum + row[k]!, 0) + feeds.rest[k]!) ** 2;
  likelihood /= BATCH * PAIRS;
  quantisation /= BATCH * BITS;
  balance /= PAIRS ** 2 * BITS;
  const loss = likelihood + WEIGHTS.quantisation * quantisation + WEIGHTS.balance * balance;
  return { loss, likelihood, quantisation, balance };
}

/** A step of plain gradient descent at rate 1: parameters before and after, and what the step reported. */
async function descend() {
  const network = buildCodeNetwork({ kind: 'features', dim: DIM }, standard, { hidden: HIDDEN, bits: BITS });
  const objective = buildObjective(network, { batch: BATCH, pairs: PAIRS, classes: CLASSES }, WEIGHTS);
  const step = await compileObjective(
    objective,
    { seed: 3, weightDecay: 0, threads: 1 },
    sgd({ learningRate: 1 }),
  );
  // Outputs start near 0; gradients of all terms show where they do not.
  step.load(new Map([...step.parameters()].map(([name, { length }]) => [name, normals(length, 0.5)])));
  const before = step.parameters();
  const reported = await step.run(feeds);
  const after = step.parameters();
  await step.dispose();
  return { before, after, reported };
}

describe('the objective of a batch', () => {
  it('is the one of the paper, in means', async () => {
    const { before, reported } = await descend();
    for (const [name, value] of Object.entries(naive(before)))
      expect([name, reported[name]! / value]).toEqual([name, expect.closeTo(1, 4)]);
  });

  it('has the gradient that finite differences have', async () => {
    const { before, after } = await descend();
    let checked = 0;
    for (const [name, values] of before) {
      for (let i = 0; i < values.length; i++) {
        const shifted = (by: number): Parameters =>
          new Map<string, ArrayLike<number>>([
            ...before,
            [name, Float64Array.from(values, (value, j) => (i === j ? value + by : value))],
          ]);
        const wanted = (naive(shifted(1e-5)).loss - naive(shifted(-1e-5)).loss) / 2e-5;
        const found = values[i]! - after.get(name)![i]!;
        expect(Math.abs(found - wanted)).toBeLessThan(1e-4 * Math.max(1, Math.abs(wanted)));
        checked++;
      }
    }
    expect(checked).toBe(DIM * HIDDEN + HIDDEN + (DIM + HIDDEN) * BITS + BITS);
  });
});
