/** CMFH as a whole. What every method promises is in `conformance.test.ts`. */
import { expect, it } from 'vitest';
import { syntheticDataset } from '../../../test/synthetic.ts';
import { keepPairs } from '../../../test/unpaired.ts';
import { datasetFromArrays, zeroShotSplit } from '../../data/index.ts';
import { evaluate } from '../../evaluate/index.ts';
import { cmfh } from './cmfh.ts';

const data = syntheticDataset({ dim: 12, text: 10 });
const split = zeroShotSplit(data, { unseen: 3, seed: 0 });

it.each(['rbf', 'linear'] as const)('finds texts by pictures and pictures by texts (%s)', async (kernel) => {
  const objectives: number[] = [];
  const model = await cmfh({ bits: 24, kernel }).fit(data, split, {
    onProgress: ({ metrics }) => metrics.objective !== undefined && objectives.push(metrics.objective),
  });
  for (const { task, database, map, chance } of await evaluate(model, data, split))
    if (database === 'unseen') expect([task, map > 1.5 * chance]).toEqual([task, true]);
  expect(objectives.length).toBe(10);
  for (let i = 1; i < objectives.length; i++) expect(objectives[i]).toBeLessThanOrEqual(objectives[i - 1]!);
  await model.dispose();
});

it('does not care in which units features come', async () => {
  const { features, labels } = data.modalities.image!;
  const scaled = { ...features!, data: features!.data.map((value) => 1024 * value) };
  const { name, classes, modalities } = data;
  const larger = datasetFromArrays({
    name,
    classes,
    modalities: { ...modalities, image: { features: scaled, labels } },
  });
  const own = { ...split, dataset: { name, fingerprint: larger.fingerprint } };
  const [a, b] = [await cmfh({ bits: 16 }).fit(data, split), await cmfh({ bits: 16 }).fit(larger, own)];
  const [codes, others] = [await a.encode('image', features!), await b.encode('image', scaled)];
  expect(Buffer.compare(codes.bytes, others.bytes)).toBe(0);
  await Promise.all([a.dispose(), b.dispose()]);
});

it('says what is missing where there are no pairs', async () => {
  const apart = keepPairs(data, () => false);
  await expect(
    cmfh({ bits: 8 }).fit(apart, zeroShotSplit(apart, { unseen: 3, seed: 0 })),
  ).rejects.toMatchObject({
    code: 'TRAINING_ROWS_EMPTY',
    values: { method: 'cmfh', what: 'paired' },
  });
});
