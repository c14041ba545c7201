/** CCA-ITQ as a whole. What every method promises is in `conformance.test.ts`. */
import { expect, it } from 'vitest';
import { syntheticDataset } from '../../../test/synthetic.ts';
import { keepPairs, swapTexts } from '../../../test/unpaired.ts';
import { supervisedSplit, zeroShotSplit } from '../../data/index.ts';
import { evaluate } from '../../evaluate/index.ts';
import { Random } from '../../random.ts';
import { ccaItq } from './cca-itq.ts';

const data = syntheticDataset({ dim: 12, text: 10 });
const split = zeroShotSplit(data, { unseen: 3, seed: 0 });

it.each(['rbf', 'linear'] as const)('finds texts by pictures and pictures by texts (%s)', async (kernel) => {
  const model = await ccaItq({ bits: 8, kernel }).fit(data, split);
  for (const { task, database, map, chance } of await evaluate(model, data, split))
    if (database === 'unseen') expect([task, map > 1.5 * chance]).toEqual([task, true]);
  await model.dispose();
});

it('learns from pairs: with partners drawn at random nothing is found', async () => {
  const mixed = swapTexts(data, new Random(1, 'partners').permutation(data.rows));
  const random = supervisedSplit(mixed, { seed: 0 });
  const model = await ccaItq({ bits: 8 }).fit(mixed, random);
  for (const { task, map, chance } of await evaluate(model, mixed, random, {
    tasks: ['image->text', 'text->image'],
  }))
    expect([task, map < 1.3 * chance]).toEqual([task, true]);
  await model.dispose();
});

it('uses the paired rows alone, and says so where there are none', async () => {
  const partly = keepPairs(data, (row) => row % 16 < 8);
  const model = await ccaItq({ bits: 8 }).fit(partly, zeroShotSplit(partly, { unseen: 3, seed: 0 }));
  expect((await model.encode('text', data.modalities.text!.features!)).count).toBe(data.rows);
  await model.dispose();
  const apart = keepPairs(data, () => false);
  const fitting = ccaItq({ bits: 8 }).fit(apart, zeroShotSplit(apart, { unseen: 3, seed: 0 }));
  await expect(fitting).rejects.toMatchObject({
    code: 'TRAINING_ROWS_EMPTY',
    values: { method: 'cca-itq', what: 'paired' },
  });
});

it('refuses more bits than there are directions, and says how many there are', async () => {
  await expect(ccaItq({ bits: 16, kernel: 'linear' }).fit(data, split)).rejects.toMatchObject({
    code: 'METHOD_BITS_TOO_MANY',
    values: { received: 12, what: 'image dimensions', most: 8 },
  });
  await expect(ccaItq({ bits: 32, anchors: 24 }).fit(data, split)).rejects.toMatchObject({
    code: 'METHOD_BITS_TOO_MANY',
    values: { received: 24, most: 24 },
  });
});
