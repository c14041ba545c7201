/** DCMH as a whole. What every method promises is in `conformance.test.ts`. */
import { describe, expect, it } from 'vitest';
import { syntheticDataset } from '../../../test/synthetic.ts';
import { keepPairs } from '../../../test/unpaired.ts';
import { type Dataset, datasetFromArrays, type Split, supervisedSplit } from '../../data/index.ts';
import { evaluate } from '../../evaluate/index.ts';
import type { Model } from '../../model/index.ts';
import { dcmh } from './dcmh.ts';
import { type DcmhOptions, dcmhSchema, resolveSettings } from './options.ts';

const data = syntheticDataset({ dim: 12, text: 10 });
const split = supervisedSplit(data, { seed: 0 });
const QUICK: DcmhOptions = { bits: 16, epochs: 30, batch: 16, hidden: 32, textHidden: 32, threads: 1 };

const relabelled = (of: (row: number, modality: 'image' | 'text') => number[]): Dataset => {
  const labels = (modality: 'image' | 'text') =>
    Array.from({ length: data.rows }, (_, row) => of(row, modality));
  const { name, classes, modalities } = data;
  const image = { ...modalities.image!, labels: labels('image') };
  const text = { ...modalities.text!, labels: labels('text') };
  return datasetFromArrays({ name, classes, modalities: { image, text } });
};

async function checkFound(own: Dataset, ownSplit: Split, model: Model, times: number): Promise<void> {
  for (const { task, map, chance } of await evaluate(model, own, ownSplit))
    expect([task, map > times * chance]).toEqual([task, true]);
  await model.dispose();
}

describe('dcmh', () => {
  it('finds classes it was taught', async () => {
    await checkFound(data, split, await dcmh(QUICK).fit(data, split), 4);
  });

  it('learns from rows of several classes', async () => {
    const several = relabelled((row) => (row % 8 === 0 ? [0, 1] : [row % 8]));
    const own = supervisedSplit(several, { seed: 0 });
    await checkFound(several, own, await dcmh(QUICK).fit(several, own), 3);
  });

  it('takes the labels of either modality of a pair', async () => {
    const halves = relabelled((row, modality) => (row % 8 < 4 === (modality === 'image') ? [row % 8] : []));
    const own = { ...split, dataset: { name: data.name, fingerprint: halves.fingerprint } };
    const settings = { ...QUICK, epochs: 2 };
    const [whole, shared] = [await dcmh(settings).fit(data, split), await dcmh(settings).fit(halves, own)];
    for (const modality of ['image', 'text'] as const) {
      const { features } = data.modalities[modality]!;
      const [a, b] = [await whole.outputs(modality, features!), await shared.outputs(modality, features!)];
      expect(b.data).toEqual(a.data);
    }
    await Promise.all([whole.dispose(), shared.dispose()]);
  });

  it('works on fewer pairs than a batch, and on a number that is no multiple of one', async () => {
    for (const batch of [64, 4096]) {
      const model = await dcmh({ ...QUICK, batch, epochs: 2 }).fit(data, split);
      expect((await model.encode('text', data.modalities.text!.features!)).count).toBe(data.rows);
      await model.dispose();
    }
  });

  it('hands out the encoders four times, the last being the result', async () => {
    const seen: string[] = [];
    const { features } = data.modalities.image!;
    let last: Float32Array | undefined;
    const model = await dcmh({ ...QUICK, epochs: 8 }).fit(data, split, {
      async onCheckpoint(checkpoint, phase) {
        seen.push(phase);
        last = (await checkpoint.outputs('image', features!)).data;
        await checkpoint.dispose();
      },
    });
    expect(seen).toEqual(['epoch 2/8', 'epoch 4/8', 'epoch 6/8', 'epoch 8/8']);
    expect((await model.outputs('image', features!)).data).toEqual(last);
    await model.dispose();
  });

  it('tells the parts of both losses after every epoch, and the sum falls', async () => {
    const log: Record<string, number>[] = [];
    const model = await dcmh(QUICK).fit(data, split, {
      onProgress: ({ metrics }) => metrics.flips !== undefined && log.push({ ...metrics }),
    });
    await model.dispose();
    expect(log.length).toBe(30);
    for (const name of ['image', 'text']) {
      for (const part of ['loss', 'likelihood', 'quantisation', 'balance'])
        expect(Number.isFinite(log[0]![`${name} ${part}`])).toBe(true);
      expect(log.at(-1)![`${name} loss`]).toBeLessThan(0.9 * log[0]![`${name} loss`]!);
    }
  });

  it('stops in the middle when asked', async () => {
    const controller = new AbortController();
    const fitting = dcmh(QUICK).fit(data, split, {
      signal: controller.signal,
      onProgress: ({ phase }) => phase.startsWith('epoch 3') && controller.abort(),
    });
    await expect(fitting).rejects.toMatchObject({ code: 'ABORTED' });
  });

  it('says what is missing where no labelled row is a pair', async () => {
    const apart = keepPairs(data, () => false);
    const fitting = dcmh(QUICK).fit(apart, supervisedSplit(apart, { seed: 0 }));
    await expect(fitting).rejects.toMatchObject({
      code: 'TRAINING_ROWS_EMPTY',
      values: { method: 'dcmh', what: 'paired' },
    });
  });
});

describe('defaults that depend on the data', () => {
  const resolve = (pairs: number, textDim: number, image: 'features' | 'pixels' = 'features') => {
    const { batch, epochs, hidden, textHidden } = resolveSettings(dcmhSchema.parse({ bits: 32 }), {
      pairs,
      image,
      textDim,
    });
    return [batch, epochs, hidden, textHidden];
  };

  it('are the ones documented', () => {
    expect(resolve(2173, 10)).toEqual([128, 89, 512, 512]);
    expect(resolve(100_000, 1386, 'pixels')).toEqual([128, 20, 128, 8192]);
    expect(resolve(50, 100)).toEqual([50, 200, 512, 800]);
  });
});
