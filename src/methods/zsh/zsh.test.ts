/** ZSH as a whole. What every method promises is in `conformance.test.ts`. */
import { expect, it } from 'vitest';
import { syntheticDataset } from '../../../test/synthetic.ts';
import { type Dataset, datasetFromArrays, supervisedSplit, zeroShotSplit } from '../../data/index.ts';
import { evaluate } from '../../evaluate/index.ts';
import type { FitProgress } from '../contract.ts';
import { zsh } from './zsh.ts';

const data = syntheticDataset({ dim: 24 });
const split = supervisedSplit(data, { seed: 0 });

/** The same items, with other embeddings of the classes. */
const withEmbeddings = (of: (label: number, j: number) => number, cols: number): Dataset =>
  datasetFromArrays({
    name: data.name,
    classes: data.classes,
    classEmbeddings: {
      own: {
        data: Float32Array.from({ length: data.classes.length * cols }, (_, at) =>
          of(Math.floor(at / cols), at % cols),
        ),
        rows: data.classes.length,
        cols,
      },
    },
    modalities: data.modalities,
  });

it('finds classes it was taught', async () => {
  const model = await zsh({ bits: 24 }).fit(data, split);
  const [result] = await evaluate(model, data, split);
  expect(result!.map).toBeGreaterThan(3 * result!.chance);
  await model.dispose();
});

it.each([undefined, 3])(
  'logs an objective that never rises from round to round (directions: %s)',
  async (directions) => {
    const log: FitProgress[] = [];
    const method = zsh({ bits: 8, nu: 0.05, epsilon: 0.05, delta: 0.2, ...(directions && { directions }) });
    const model = await method.fit(data, split, { onProgress: (event) => log.push(event) });
    const values = log.map(({ metrics }) => metrics.objective).filter((value) => value !== undefined);
    expect(values.length).toBe(10);
    for (let i = 1; i < values.length; i++)
      expect(values[i]).toBeLessThanOrEqual(values[i - 1]! * (1 + 1e-6));
    await model.dispose();
  },
);

it('brings classes with one meaning nearer to each other than classes with two', async () => {
  // Classes 0 and 4, 1 and 5, … mean the same, though they look different.
  const twins = withEmbeddings((label, j) => (label % 4 === j ? 1 : 0), 4);
  const own = supervisedSplit(twins, { seed: 0 });
  const model = await zsh({ bits: 16, epsilon: 1e-6 }).fit(twins, own);
  const { features, labels } = data.modalities.image!;
  const codes = (await model.encode('image', features!)).unpack();
  const apart = { twins: [0, 0], others: [0, 0] };
  for (const a of own.train.slice(0, 40))
    for (const b of own.train.slice(0, 40)) {
      const [first, second] = [labels.first(a), labels.first(b)];
      if (first === second) continue;
      const sums = apart[first % 4 === second % 4 ? 'twins' : 'others'];
      for (let k = 0; k < 16; k++) if (codes[a * 16 + k] !== codes[b * 16 + k]) sums[0]!++;
      sums[1]!++;
    }
  // Without semantics both means are the same.
  expect(apart.twins[0]! / apart.twins[1]!).toBeLessThan((2 / 3) * (apart.others[0]! / apart.others[1]!));
  await model.dispose();
});

it('does not read embeddings of unseen classes', async () => {
  const zeroShot = zeroShotSplit(data, { unseen: 3, seed: 0 });
  const outputs = await Promise.all(
    [1, 9].map(async (scale) => {
      const changed = withEmbeddings(
        (label, j) => (zeroShot.unseen.includes(label) ? Math.cos(scale * (j + 1)) : Math.sin(5 * label + j)),
        6,
      );
      const own = { ...zeroShot, dataset: { name: changed.name, fingerprint: changed.fingerprint } };
      const model = await zsh({ bits: 8 }).fit(changed, own);
      const { data: values } = await model.outputs('image', data.modalities.image!.features!);
      await model.dispose();
      return values;
    }),
  );
  expect(outputs[1]).toEqual(outputs[0]);
});
