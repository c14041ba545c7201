/** The training loop against itself: what must not depend on how the steps are divided into phases. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { syntheticDataset } from '../../../test/synthetic.ts';
import { zeroShotSplit } from '../../data/index.ts';
import { Random } from '../../random.ts';
import { buildTrainingSet } from '../training-set.ts';
import { resolveSettings, tzshSchema, type Variant } from './options.ts';
import { trainTzsh } from './train.ts';

const data = syntheticDataset({ dim: 12 });
const split = zeroShotSplit(data, { unseen: 3, seed: 0 });
const needs = { labels: true, classEmbeddings: true, pool: true };
const quick = { bits: 16, steps: 60, batch: 16, hidden: 16, rounds: 2, threads: 1 };

async function codesOf(variant: Variant, settings: Readonly<Record<string, unknown>>): Promise<Float32Array> {
  const onnx = await trainTzsh({
    set: await buildTrainingSet(data, split, { method: 'tzsh', needs }),
    settings: resolveSettings(tzshSchema.parse({ ...quick, ...settings }), 'features', split.train.length),
    variant,
    random: (stream) => new Random(5, stream),
    report: async () => {},
  });
  const session = await InferenceSession.create(onnx);
  const { features } = data.modalities.image!;
  const { code } = await session.run({ input: new Tensor('float32', features!.data, [data.rows, 12]) });
  await session.release();
  return code!.data as Float32Array;
}

const furthest = (a: Float32Array, b: Float32Array): number =>
  a.reduce((far, value, i) => Math.max(far, Math.abs(value - b[i]!)), 0);

it('goes on after the warm-up as if it had never stopped: a target stream of no weight changes nothing', async () => {
  const weightless = { transfer: 0, quantisation: 0, balance: 0 };
  const alone = await codesOf('source-only', weightless);
  const both = await codesOf('greedy', weightless);
  expect(furthest(both, alone)).toBeLessThan(1e-3);
  expect(furthest(await codesOf('greedy', { quantisation: 0, balance: 0 }), alone)).toBeGreaterThan(1e-2);
});
