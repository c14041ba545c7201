import { describe, expect, it } from 'vitest';
import { Random } from '../random.ts';
import * as g from './index.ts';

const ROWS = 6;
const FEATURES = 3;

/** Batch norm in float64: rows standardised per feature, and the batch's mean and unbiased variance. */
function standardised(x: ArrayLike<number>) {
  const column = (c: number) => Array.from({ length: ROWS }, (_, r) => x[r * FEATURES + c]!);
  const means = Array.from({ length: FEATURES }, (_, c) => column(c).reduce((a, b) => a + b) / ROWS);
  const squares = means.map((mean, c) => column(c).reduce((total, value) => total + (value - mean) ** 2, 0));
  const y = Float64Array.from(x, (value, i) => {
    const c = i % FEATURES;
    return (value - means[c]!) / Math.sqrt(squares[c]! / ROWS + 1e-5);
  });
  return { y, means, variances: squares.map((total) => total / (ROWS - 1)) };
}

const draw = (seed: number, offset = 0) => {
  const random = new Random(seed);
  return Float32Array.from({ length: ROWS * FEATURES }, () => offset + 2 * random.normal());
};

describe('batch norm', () => {
  it('keeps running statistics of several layers over several steps, as float64 loops do', async () => {
    const [x, z] = [g.input('x', [ROWS, FEATURES]), g.input('z', [ROWS, FEATURES])];
    const [first, second] = [
      g.batchNormParameters('first', FEATURES),
      g.batchNormParameters('second', FEATURES),
    ];
    const training = { training: true };
    // The first layer sees both streams, as a shared trunk does.
    const sum = g.add(g.batchNorm(x, first, training), g.batchNorm(z, first, training));
    const loss = g.mean(g.square(g.batchNorm(g.mul(sum, 3), second, training)));
    const optimizer = g.sgd({ learningRate: 0 });
    const step = await g.compileStep({ inputs: [x, z], loss, optimizer, seed: 0, threads: 1 });
    const running = new Map(
      ['first.mean', 'first.variance', 'second.mean', 'second.variance'].map((name) => [
        name,
        new Float64Array(FEATURES).fill(name.endsWith('mean') ? 0 : 1),
      ]),
    );
    const record = (layer: string, { means, variances }: ReturnType<typeof standardised>) => {
      for (const [name, batch] of [
        ['mean', means],
        ['variance', variances],
      ] as const) {
        running.get(`${layer}.${name}`)!.forEach((value, c, all) => {
          all[c] = 0.9 * value + 0.1 * batch[c]!;
        });
      }
    };
    for (let t = 0; t < 4; t++) {
      const feeds = { x: draw(t), z: draw(t + 100, 1) };
      const [a, b] = [standardised(feeds.x), standardised(feeds.z)];
      record('first', a);
      record('first', b);
      record('second', standardised(a.y.map((value, i) => 3 * (value + b.y[i]!))));
      await step.run(feeds);
    }
    const found = step.parameters();
    for (const [name, expected] of running) {
      expected.forEach((value, c) => {
        expect(found.get(name)![c], name).toBeCloseTo(value, 4);
      });
    }
    await step.dispose();
  });

  it('is not confused by a mean far larger than the spread', async () => {
    const x = g.input('x', [ROWS, FEATURES, 1, 1]);
    const layer = {
      ...g.batchNormParameters('bn', FEATURES),
      scale: g.constant([1, 1, 1]),
      shift: g.constant([0, 0, 0]),
    };
    const outputs = { y: g.batchNorm(x, layer, { training: true }) };
    const forward = await g.compileForward({ inputs: [x], outputs, parameters: new Map(), threads: 1 });
    const data = draw(1, 3000);
    const { y } = await forward.run({ x: data });
    standardised(data).y.forEach((value, i) => {
      expect(y!.data[i]).toBeCloseTo(value, 2);
    });
    await forward.dispose();
  });
});
