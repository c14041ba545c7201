/** CSQ as a whole. What every method promises is in `conformance.test.ts`. */
import { expect, it } from 'vitest';
import { syntheticDataset } from '../../../test/synthetic.ts';
import { datasetFromArrays, supervisedSplit, zeroShotSplit } from '../../data/index.ts';
import type { Model } from '../../model/index.ts';
import { Random } from '../../random.ts';
import type { FitProgress } from '../contract.ts';
import { hashCentres } from './centres.ts';
import { csq } from './csq.ts';

const data = syntheticDataset({ dim: 12, noise: 0.2 });
const QUICK = { seed: 1, steps: 100, batch: 32, hidden: 32, learningRate: 5e-3 };

it.each([16, 24])(
  'puts separable classes at their centres, items it never saw too, %d bits',
  async (bits) => {
    const split = supervisedSplit(data, { seed: 0 });
    const model = await csq({ ...QUICK, bits }).fit(data, split);
    const centres = hashCentres(split.seen.length, bits, new Random(QUICK.seed, 'csq/centres'));
    const { features, labels } = data.modalities.image!;
    const { data: outputs } = await model.outputs('image', features!);
    await model.dispose();
    let right = 0;
    for (let row = 0; row < data.rows; row++) {
      const centre = split.seen.indexOf(labels.first(row)) * bits;
      let same = true;
      for (let k = 0; k < bits; k++) same &&= outputs[row * bits + k]! > 0 === centres.data[centre + k]! > 0;
      if (same) right++;
    }
    expect(right / data.rows).toBeGreaterThan(0.99);
  },
);

it('learns from labelled rows alone: without class embeddings, and whatever the pool holds', async () => {
  const split = zeroShotSplit(data, { unseen: 3, seed: 0 });
  const whole = await csq({ ...QUICK, bits: 16 }).fit(data, split);
  const nameless = datasetFromArrays({ name: data.name, classes: data.classes, modalities: data.modalities });
  const alone = await csq({ ...QUICK, bits: 16 }).fit(nameless, {
    ...split,
    dataset: { name: nameless.name, fingerprint: nameless.fingerprint },
    pool: [],
  });
  const { features } = data.modalities.image!;
  const [a, b] = await Promise.all([whole.outputs('image', features!), alone.outputs('image', features!)]);
  expect(b.data).toEqual(a.data);
  await Promise.all([whole.dispose(), alone.dispose()]);
});

it('makes its losses fall, and hands out the encoder four times, the last one being the result', async () => {
  const split = supervisedSplit(data, { seed: 0 });
  const log: FitProgress[] = [];
  const prints: string[] = [];
  const onCheckpoint = async (model: Model): Promise<void> => {
    prints.push(model.fingerprint);
    await model.dispose();
  };
  const model = await csq({ ...QUICK, bits: 16, quantisation: 0.1 }).fit(data, split, {
    onProgress: (event) => log.push(event),
    onCheckpoint,
  });
  for (const name of ['central', 'quantisation'])
    expect(log.at(-1)!.metrics[name]).toBeLessThan(0.5 * log[0]!.metrics[name]!);
  expect(prints.length).toBe(4);
  expect(new Set(prints).size).toBe(4);
  expect(prints.at(-1)).toBe(model.fingerprint);
  await model.dispose();
});

it('refuses more items of a class than a batch holds', async () => {
  const split = supervisedSplit(data, { seed: 0 });
  await expect(csq({ bits: 8, batch: 8, perClass: 9 }).fit(data, split)).rejects.toMatchObject({
    code: 'ARGUMENT_INVALID',
    message: expect.stringContaining('perClass'),
  });
});
