/** SCM as a whole. What every method promises is in `conformance.test.ts`. */
import { expect, it } from 'vitest';
import { syntheticDataset } from '../../../test/synthetic.ts';
import { keepPairs } from '../../../test/unpaired.ts';
import { type Dataset, datasetFromArrays, supervisedSplit } from '../../data/index.ts';
import { evaluate } from '../../evaluate/index.ts';
import { scm } from './scm.ts';

const data = syntheticDataset({ dim: 12, text: 10 });
const split = supervisedSplit(data, { seed: 0 });

/** The same items with the labels that `of` gives a row. */
const relabelled = (of: (row: number, modality: 'image' | 'text') => number[]): Dataset =>
  datasetFromArrays({
    name: data.name,
    classes: data.classes,
    modalities: {
      image: {
        ...data.modalities.image!,
        labels: Array.from({ length: data.rows }, (_, row) => of(row, 'image')),
      },
      text: {
        ...data.modalities.text!,
        labels: Array.from({ length: data.rows }, (_, row) => of(row, 'text')),
      },
    },
  });

it.each(['rbf', 'linear'] as const)(
  'finds classes it was taught, more bits than dimensions too (%s)',
  async (kernel) => {
    const model = await scm({ bits: 24, kernel }).fit(data, split);
    for (const { task, map, chance } of await evaluate(model, data, split))
      expect([task, map > 4 * chance]).toEqual([task, true]);
    await model.dispose();
  },
);

it('learns from rows of several classes', async () => {
  const several = relabelled((row) => (row % 8 === 0 ? [0, 1] : [row % 8]));
  const own = supervisedSplit(several, { seed: 0 });
  const model = await scm({ bits: 16 }).fit(several, own);
  for (const { task, map, chance } of await evaluate(model, several, own))
    expect([task, map > 3 * chance]).toEqual([task, true]);
  await model.dispose();
});

it('takes the labels of either modality of a pair', async () => {
  const halves = relabelled((row, modality) => (row % 8 < 4 === (modality === 'image') ? [row % 8] : []));
  const own = { ...split, dataset: { name: data.name, fingerprint: halves.fingerprint } };
  const [whole, shared] = [
    await scm({ bits: 16 }).fit(data, split),
    await scm({ bits: 16 }).fit(halves, own),
  ];
  const { features } = data.modalities.image!;
  expect((await shared.outputs('image', features!)).data).toEqual(
    (await whole.outputs('image', features!)).data,
  );
  await Promise.all([whole.dispose(), shared.dispose()]);
});

it('says what is missing where no labelled row is a pair', async () => {
  const apart = keepPairs(data, () => false);
  await expect(scm({ bits: 8 }).fit(apart, supervisedSplit(apart, { seed: 0 }))).rejects.toMatchObject({
    code: 'TRAINING_ROWS_EMPTY',
    values: { method: 'scm', what: 'paired' },
  });
});
