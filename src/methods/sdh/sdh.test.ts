/** SDH as a whole. What every method promises is in `conformance.test.ts`. */
import { expect, it } from 'vitest';
import { syntheticDataset } from '../../../test/synthetic.ts';
import { supervisedSplit } from '../../data/index.ts';
import { evaluate } from '../../evaluate/index.ts';
import type { FitProgress } from '../contract.ts';
import { itq } from '../itq/itq.ts';
import { sdh } from './sdh.ts';

/** Classes that nearly drown in noise, where labels are worth something. */
const data = syntheticDataset({ dim: 24, noise: 1.5, classes: 6, perClass: 80 });
const split = supervisedSplit(data, { seed: 0 });

it('beats ITQ on classes it was taught', async () => {
  const maps: number[] = [];
  for (const method of [itq({ bits: 16 }), sdh({ bits: 16 })]) {
    const model = await method.fit(data, split);
    const [result] = await evaluate(model, data, split);
    maps.push(result!.map);
    await model.dispose();
  }
  expect(maps[1]).toBeGreaterThan(maps[0]! + 0.1);
});

it('logs an objective that never rises from round to round', async () => {
  const log: FitProgress[] = [];
  const method = sdh({ bits: 8, iterations: 8, nu: 0.05 });
  const model = await method.fit(data, split, { onProgress: (event) => log.push(event) });
  const values = log.map(({ metrics }) => metrics.objective).filter((value) => value !== undefined);
  expect(values.length).toBe(8);
  for (let i = 1; i < values.length; i++) expect(values[i]).toBeLessThanOrEqual(values[i - 1]! * (1 + 1e-6));
  await model.dispose();
});
