/** Pseudo-label hashing as a whole. What every method promises is in `conformance.test.ts`. */
import { expect, it } from 'vitest';
import { permuteLabels, syntheticDataset } from '../../../test/synthetic.ts';
import { type Split, zeroShotSplit } from '../../data/index.ts';
import type { Model } from '../../model/index.ts';
import type { FitProgress } from '../contract.ts';
import type { PseudoLabelOptions } from './options.ts';
import { pseudoLabel } from './pseudo-label.ts';

const data = syntheticDataset({ dim: 12 });
const split = zeroShotSplit(data, { unseen: 3, seed: 0 });
const QUICK: PseudoLabelOptions = { bits: 16, seed: 1, steps: 90, batch: 16, hidden: 16, rounds: 2 };

it('makes its losses fall, and tells the monitor how many pseudo labels are right', async () => {
  const log: FitProgress[] = [];
  const settings = { ...QUICK, steps: 300, learningRate: 3e-3 };
  const model = await pseudoLabel(settings).fit(data, split, {
    monitor: true,
    onProgress: (event) => log.push(event),
  });
  await model.dispose();
  for (const name of ['hash', 'ranking'])
    expect(log.at(-1)!.metrics[name]).toBeLessThan(0.8 * log[0]!.metrics[name]!);
  const rounds = log.filter(({ metrics }) => 'first' in metrics);
  expect(new Set(rounds.map(({ phase }) => phase))).toEqual(new Set(['round 1/2', 'round 2/2']));
  for (const { metrics } of rounds) {
    expect(metrics.first).toBeGreaterThan(1 / 3);
    // Three unseen classes: one concept an item.
    expect(metrics.any).toBe(metrics.first);
  }
});

it('puts items of one pseudo label closer together than the source alone does, and others further apart', async () => {
  const pseudo = async (transfer: number): Promise<number> => {
    const log: FitProgress[] = [];
    const settings = { ...QUICK, steps: 300, learningRate: 3e-3, transfer };
    const model = await pseudoLabel(settings).fit(data, split, { onProgress: (event) => log.push(event) });
    await model.dispose();
    return log.at(-1)!.metrics.pseudo!;
  };
  expect(await pseudo(1)).toBeLessThan(0.85 * (await pseudo(0)));
});

it('never reads the hidden labels, watched or not', async () => {
  const permuted = permuteLabels(data, [...split.pool, ...split.query, ...split.database], 5);
  const same: Split = { ...split, dataset: { name: data.name, fingerprint: permuted.fingerprint } };
  const { features } = data.modalities.image!;
  const outputs = async (fitting: Promise<Model>): Promise<Float32Array> => {
    const model = await fitting;
    const { data: values } = await model.outputs('image', features!);
    await model.dispose();
    return values;
  };
  const plain = await outputs(pseudoLabel(QUICK).fit(data, split));
  expect(await outputs(pseudoLabel(QUICK).fit(data, split, { monitor: true }))).toEqual(plain);
  expect(await outputs(pseudoLabel(QUICK).fit(permuted, same, { monitor: true }))).toEqual(plain);
});

it('hands out the encoder after the source and after every round, the last one being the result', async () => {
  const handed: string[] = [];
  const phases: string[] = [];
  const onCheckpoint = async (model: Model, phase: string): Promise<void> => {
    handed.push(model.fingerprint);
    phases.push(phase);
    await model.dispose();
  };
  const model = await pseudoLabel(QUICK).fit(data, split, { onCheckpoint });
  expect(phases).toEqual(['source', 'round 1/2', 'round 2/2']);
  expect(new Set(handed).size).toBe(3);
  expect(handed.at(-1)).toBe(model.fingerprint);
  await model.dispose();
});

it('bears a pool of one item, one step, no warm-up and one unseen class', async () => {
  const fits = [
    pseudoLabel(QUICK).fit(data, { ...split, pool: split.pool.slice(0, 1) }),
    pseudoLabel({ ...QUICK, steps: 1 }).fit(data, split),
    pseudoLabel({ ...QUICK, warmUp: 0, rounds: 1 }).fit(data, split),
    pseudoLabel(QUICK).fit(data, zeroShotSplit(data, { unseen: 1, seed: 0 })),
  ];
  for (const model of await Promise.all(fits)) await model.dispose();
});
