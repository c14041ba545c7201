import { expect, it } from 'vitest';
import { syntheticDataset } from '../../test/synthetic.ts';
import { datasetFromArrays, type Split, zeroShotSplit } from '../data/index.ts';
import { buildTrainingSet, type TrainingSetOptions } from './training-set.ts';

const data = syntheticDataset({ dim: 5 });
const split = zeroShotSplit(data, { unseen: 3, seed: 0 });
const { features, labels } = data.modalities.image!;
const learner: TrainingSetOptions = {
  method: 'learner',
  needs: { labels: true, classEmbeddings: true, pool: true },
};
const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(() => 'no error').catch((error) => error);

it('gathers the rows of both streams in the order of the split', async () => {
  const set = await buildTrainingSet(data, split, learner);
  if ('side' in set.source.inputs || 'side' in set.pool.inputs) throw new Error('features expected');
  expect([set.source.inputs.rows, set.pool.inputs.rows]).toEqual([split.train.length, split.pool.length]);
  for (const i of [0, 5, split.pool.length - 1]) {
    const from = split.pool[i]! * 5;
    expect(set.pool.inputs.data.subarray(i * 5, i * 5 + 5)).toEqual(features!.data.subarray(from, from + 5));
    expect(set.source.labels[i]).toBe(labels.first(split.train[i]!));
  }
  expect([...set.seen]).toEqual(split.seen);
  expect([...set.unseen]).toEqual(split.unseen);
  expect(set.classEmbeddings).toBe(data.classEmbeddings.get('semantic'));
  expect(set.preprocessing).toEqual({ kind: 'features', dim: 5 });
});

it('gives the pool no field that a label could be in', async () => {
  const { pool } = await buildTrainingSet(data, split, learner);
  expect(Object.keys(pool)).toEqual(['inputs']);
  expect(Object.keys(pool.inputs).sort()).toEqual(['cols', 'data', 'rows']);
});

it('picks class embeddings by name, and lists the names when asked for another', async () => {
  const [own] = data.classEmbeddings.values();
  const two = datasetFromArrays({
    name: data.name,
    classes: data.classes,
    classEmbeddings: { first: own!, second: { ...own!, data: own!.data.map((value) => -value) } },
    modalities: { image: { features: features!, labels } },
  });
  const second = await buildTrainingSet(two, split, { ...learner, classEmbeddings: 'second' });
  expect(second.classEmbeddings).toBe(two.classEmbeddings.get('second'));
  const missing = buildTrainingSet(two, split, { ...learner, classEmbeddings: 'third' });
  expect(await failure(missing)).toMatchObject({
    code: 'CLASS_EMBEDDINGS_MISSING',
    message: expect.stringContaining('"third"'),
    hint: expect.stringContaining('first, second'),
  });
});

it('copies the name of the extractor, so that a model can encode raw pictures', async () => {
  const image = { features: features!, labels, extractor: 'gradients/1' };
  const made = datasetFromArrays({ name: data.name, classes: data.classes, modalities: { image } });
  const needs = { labels: true, classEmbeddings: false, pool: true };
  const { preprocessing } = await buildTrainingSet(made, split, { method: 'learner', needs });
  expect(preprocessing).toEqual({ kind: 'features', dim: 5, extractor: 'gradients/1' });
});

it('wants exactly one label on a training row, of methods that read labels', async () => {
  const lists = Array.from({ length: data.rows }, (_, row) => [...labels.of(row)]);
  const [none, several] = [split.train[1]!, split.train[4]!];
  lists[several] = [0, 1];
  const withLabels = (of: number[][]) => {
    const image = { features: features!, labels: of };
    const made = datasetFromArrays({ name: data.name, classes: data.classes, modalities: { image } });
    const fitting: Split = { ...split, dataset: { name: made.name, fingerprint: made.fingerprint } };
    return [made, fitting] as const;
  };
  const needs = { labels: true, classEmbeddings: false, pool: true };
  const strict = buildTrainingSet(...withLabels(lists), { method: 'learner', needs });
  expect(await failure(strict)).toMatchObject({
    code: 'METHOD_LABELS_UNUSABLE',
    message: `row ${several} of the training rows has 2 labels; learner learns from exactly one`,
  });
  lists[none] = [];
  expect(await failure(buildTrainingSet(...withLabels(lists), { method: 'learner', needs }))).toMatchObject({
    code: 'METHOD_LABELS_UNUSABLE',
    values: { row: none, received: 0 },
  });
  const blind = { method: 'blind', needs: { ...needs, labels: false } };
  expect((await buildTrainingSet(...withLabels(lists), blind)).source.labels[1]).toBe(-1);
});

it('scales pictures to the asked side', async () => {
  const drawn = syntheticDataset({ side: 16, classes: 5, perClass: 8 });
  const drawnSplit = zeroShotSplit(drawn, { unseen: 2, seed: 0 });
  const same = await buildTrainingSet(drawn, drawnSplit, { ...learner, side: 16 });
  const { images } = drawn.modalities.image!;
  if (images?.kind !== 'pixels') throw new Error('pixels expected');
  const from = drawnSplit.train[2]! * 768;
  expect(same.source.inputs.data.subarray(2 * 768, 3 * 768)).toEqual(images.data.subarray(from, from + 768));
  const small = await buildTrainingSet(drawn, drawnSplit, { ...learner, side: 8 });
  expect(small.pool.inputs.data.length).toBe(drawnSplit.pool.length * 8 * 8 * 3);
  expect(small.preprocessing).toEqual({ kind: 'pixels', side: 8 });
});

it('says which inputs there are when the wanted ones are missing', async () => {
  const wanting = buildTrainingSet(data, split, { ...learner, input: 'pixels' });
  expect(await failure(wanting)).toMatchObject({
    code: 'TRAINING_INPUT_MISSING',
    hint: 'It has: image features.',
  });
});
