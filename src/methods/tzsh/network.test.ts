/** The shared network: shapes, symmetry, and that a row's code does not depend on its company. */
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import {
  adamw,
  compileForward,
  compileStep,
  exportModel,
  input,
  mean,
  square,
  type Tensor,
} from '../../graph/index.ts';
import { Random } from '../../random.ts';
import type { Preprocessing } from '../contract.ts';
import { buildNetwork, type Network, PAIR_DIM } from './network.ts';

const BITS = 16;
const STANDARD = { mean: Float32Array.from({ length: 6 }, (_, j) => j / 3), scale: 2 };

const networkFor = (preprocessing: Preprocessing, hidden: number): Network =>
  buildNetwork(preprocessing, STANDARD, { bits: BITS, hidden, semantics: 5 });

/** Parameters after a step on noise: batch norms have seen data. */
async function trained(
  network: Network,
  loss: (features: Tensor) => Tensor,
  feed: Float32Array | Uint8Array,
) {
  const rows = 8;
  const x = network.input('x', rows);
  const step = await compileStep({
    inputs: [x],
    loss: loss(network.trunk(x, true)),
    optimizer: adamw({}),
    seed: 1,
    threads: 1,
  });
  await step.run({ x: feed }, { learningRate: 1e-3 });
  const parameters = step.parameters();
  await step.dispose();
  return parameters;
}

const pixels = (random: Random, side: number, rows: number): Uint8Array =>
  Uint8Array.from({ length: rows * side * side * 3 }, () => random.below(256));

describe('a network on pixels', () => {
  // 16 is the narrowest: two of its stages are equally wide.
  it.each([
    [32, 32],
    [64, 32],
    [32, 16],
  ])(
    'of side %d and width %d exports; one picture alone has the code it has in a batch',
    async (side, width) => {
      const random = new Random(2, 'pictures');
      const network = networkFor({ kind: 'pixels', side }, width);
      const batch = pixels(random, side, 8);
      const parameters = await trained(network, (f) => mean(square(network.hash(f))), batch);
      const x = network.input('input', 'batch');
      const outputs = { code: network.hash(network.trunk(x, false)) };
      const session = await InferenceSession.create(exportModel({ inputs: [x], outputs, parameters }));
      const encode = async (data: Uint8Array): Promise<Float32Array> => {
        const dims = [data.length / (side * side * 3), side, side, 3];
        const { code } = await session.run({ input: new OrtTensor('uint8', data, dims) });
        expect(code!.dims).toEqual([dims[0], BITS]);
        return code!.data as Float32Array;
      };
      const all = await encode(batch);
      for (const row of [0, 7]) {
        const alone = await encode(batch.slice(row * side * side * 3, (row + 1) * side * side * 3));
        alone.forEach((value, k) => {
          expect(Math.abs(value - all[row * BITS + k]!)).toBeLessThan(1e-5);
          expect(Math.abs(value)).toBeLessThan(1);
        });
      }
      await session.release();
    },
  );
});

describe('a network on features', () => {
  const random = new Random(4, 'features');
  const network = networkFor({ kind: 'features', dim: 6 }, 16);
  const feed = Float32Array.from({ length: 8 * 6 }, () => random.normal());

  it('keeps the standardised features beside what it learns', async () => {
    const parameters = await trained(network, (f) => mean(square(f)), feed);
    const x = network.input('x', 'batch');
    const features = network.trunk(x, false);
    expect(features.shape).toEqual(['batch', network.width]);
    const forward = await compileForward({ inputs: [x], outputs: { features }, parameters, threads: 1 });
    const { data } = (await forward.run({ x: feed })).features!;
    await forward.dispose();
    for (let i = 0; i < 8; i++) {
      for (let j = 0; j < 6; j++)
        expect(data[i * network.width + j]).toBeCloseTo((feed[i * 6 + j]! - j / 3) / 2, 5);
    }
  });

  it('scores a pair the same both ways, and a pair of equals above what lies apart', async () => {
    const left = input('left', [4], 'int32');
    const right = input('right', [4], 'int32');
    const score = (f: Tensor): Tensor => network.pairScore(network.pairView(f), left, right);
    const x = network.input('x', 8);
    const untrained = await compileStep({
      inputs: [x, left, right],
      loss: mean(square(score(network.trunk(x, true)))),
      optimizer: adamw({}),
      seed: 1,
      threads: 1,
    });
    const f = network.trunk(x, false);
    const view = network.pairView(f);
    const forward = await untrained.forward({ inputs: [x, left, right], outputs: { view, score: score(f) } });
    const a = Int32Array.of(0, 1, 2, 5);
    const b = Int32Array.of(3, 4, 7, 5);
    const there = await forward.run({ x: feed, left: a, right: b });
    const back = await forward.run({ x: feed, left: b, right: a });
    expect(there.view!.shape).toEqual([8, PAIR_DIM]);
    expect(back.score!.data).toEqual(there.score!.data);
    const [, , , same] = there.score!.data;
    for (const apart of there.score!.data.subarray(0, 3)) expect(same).toBeGreaterThan(apart);
    await untrained.dispose();
  });
});
