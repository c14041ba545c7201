import { expect, it } from 'vitest';
import { syntheticDataset } from '../../test/synthetic.ts';
import { keepPairs } from '../../test/unpaired.ts';
import { zeroShotSplit } from '../data/index.ts';
import { hiddenLabels } from './hidden-labels.ts';
import { buildTrainingSet } from './training-set.ts';

it('hidden labels go with the pool as training gets it: rows without an image are in neither', async () => {
  const data = keepPairs(syntheticDataset({ dim: 4, text: 4 }), () => false);
  const split = zeroShotSplit(data, { unseen: 3, seed: 0 });
  const needs = { labels: true, classEmbeddings: true, pool: true };
  const { pool } = await buildTrainingSet(data, split, { method: 'test', needs });
  const labels = hiddenLabels(data, split);
  expect(labels.length).toBe(pool.inputs.rows);
  expect(labels.length).toBeLessThan(split.pool.length);
  expect([...labels]).toEqual(split.pool.filter((row) => row % 2 === 0).map((row) => row % 8));
});
