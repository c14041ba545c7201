/** The first example of the documentation, on made-up data: the promises of the package's front door. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { compare, datasetFromArrays, evaluate, Model, UnseenError, zeroShotSplit } from './index.ts';
import { itq } from './methods/index.ts';
import { Random } from './random.ts';
import { LinearIndex } from './search/index.ts';

/** Six classes around six random centres. */
function clusters() {
  const random = new Random(1, 'clusters');
  const centres = Array.from({ length: 6 }, () => Array.from({ length: 16 }, () => 3 * random.normal()));
  const labels = Array.from({ length: 180 }, (_, row) => row % 6);
  return datasetFromArrays({
    name: 'clusters',
    classes: ['ant', 'bee', 'cat', 'dog', 'elk', 'fox'],
    modalities: {
      image: {
        features: labels.map((label) => centres[label]!.map((value) => value + random.normal())),
        labels,
      },
    },
  });
}

it('goes from data to hits: split, fit, save, load, encode, search, evaluate', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'unseen-road-'));
  try {
    const data = clusters();
    const split = zeroShotSplit(data, { unseen: 2, seed: 0 });
    const model = await itq({ bits: 16 }).fit(data, split);
    await model.save(path.join(folder, 'model'));
    await model.dispose();

    const loaded = await Model.load(path.join(folder, 'model'));
    const { features, labels } = data.modalities.image!;
    const codes = await loaded.encode('image', features!);
    const index = LinearIndex.from(codes);
    const [hits] = await index.search(codes.slice(0, 1), { k: 5 });
    expect(hits!.map(({ row }) => data.classes[labels.first(row)])).toEqual([
      'ant',
      'ant',
      'ant',
      'ant',
      'ant',
    ]);
    const [unseen] = await evaluate(loaded, data, split);
    expect(unseen!.map).toBeGreaterThan(0.9);
    await loaded.dispose();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

it('fails with codes to branch on', async () => {
  const comparing = compare({ data: clusters(), unseen: 2, methods: ['magic'], bits: [16], seeds: [0] });
  const error = await comparing.catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(UnseenError);
  expect((error as UnseenError).code).toBe('METHOD_UNKNOWN');
});
