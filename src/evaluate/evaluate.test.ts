import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { syntheticDataset } from '../../test/synthetic.ts';
import { hammingDistance } from '../codes/index.ts';
import {
  type Dataset,
  datasetFromArrays,
  type Split,
  supervisedSplit,
  zeroShotSplit,
} from '../data/index.ts';
import { lsh } from '../methods/index.ts';
import type { Model } from '../model/index.ts';
import { type Evaluation, evaluate, harmonicMean } from './index.ts';
import { seenQueries } from './rows.ts';

const data = syntheticDataset({ classes: 6, perClass: 20, dim: 12, noise: 1, parts: true });
const split = zeroShotSplit(data, { unseen: 2, seed: 0 });
const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(() => 'no error').catch((error) => error);

/** Expected precision at 1 the slow way: the share of relevant items among the nearest, averaged over queries. */
async function precisionAtOne(
  model: Model,
  of: Dataset,
  queries: readonly number[],
  items: readonly number[],
): Promise<number> {
  const { features, labels } = of.modalities.image!;
  const codes = await model.encode('image', features!);
  let total = 0;
  for (const query of queries) {
    const distances = items.map((item) => hammingDistance(codes.row(query), codes.row(item)));
    const nearest = items.filter((_, i) => distances[i] === Math.min(...distances));
    total += nearest.filter((item) => labels.first(item) === labels.first(query)).length / nearest.length;
  }
  return total / queries.length;
}

describe('evaluate', () => {
  let model: Model;
  let unseen: Evaluation;
  let generalized: Evaluation;
  beforeAll(async () => {
    model = await lsh({ bits: 16, seed: 2 }).fit(data, split);
    [unseen, generalized] = (await evaluate(model, data, split)) as [Evaluation, Evaluation];
  });
  afterAll(() => model.dispose());

  it('asks unseen classes: of the database alone, and of the database among the training rows', async () => {
    expect([unseen.database, generalized.database]).toEqual(['unseen', 'generalized']);
    expect(unseen.databaseItems).toBe(split.database.length);
    expect(generalized.databaseItems).toBe(split.database.length + split.train.length);
    expect([unseen.queries, generalized.queries]).toEqual([split.query.length, split.query.length]);
    const everything = [...split.database, ...split.train];
    expect(unseen.precisionAt[1]).toBeCloseTo(
      await precisionAtOne(model, data, split.query, split.database),
      10,
    );
    expect(generalized.precisionAt[1]).toBeCloseTo(
      await precisionAtOne(model, data, split.query, everything),
      10,
    );
  });

  it('says what was measured', () => {
    expect(unseen).toMatchObject({
      method: 'lsh',
      bits: 16,
      seed: 2,
      split: split.hash,
      protocol: 'zero-shot',
      task: 'image->image',
      trainSeconds: null,
    });
    expect(unseen.encodeItemsPerSecond).toBeGreaterThan(0);
    for (const { map, mapLow, mapHigh, chance } of [unseen, generalized]) {
      expect(mapLow).toBeLessThanOrEqual(map);
      expect(map).toBeLessThanOrEqual(mapHigh);
      expect(chance).toBeGreaterThan(0);
    }
    expect(generalized.chance).toBeLessThan(unseen.chance);
  });

  it('gives the harmonic mean of seen and unseen queries where the test part has seen rows', async () => {
    const asked = seenQueries(data, split);
    const seen = new Set(split.seen);
    const { labels } = data.modalities.image!;
    const expected = Array.from({ length: data.rows }, (_, row) => row).filter(
      (row) => row >= data.parts!.test[0] && seen.has(labels.first(row)),
    );
    expect(asked).toEqual(expected);
    expect(asked.length).toBeGreaterThan(0);
    expect(generalized.mapSeen).toBeGreaterThan(generalized.chance);
    expect(generalized.harmonicMean).toBe(harmonicMean(generalized.mapSeen!, generalized.map));
    expect(unseen.harmonicMean).toBeUndefined();
  });

  it('gives no harmonic mean without parts: every seen row trains', async () => {
    const whole = syntheticDataset({ classes: 6, perClass: 20, dim: 12 });
    const wholeSplit = zeroShotSplit(whole, { unseen: 2, seed: 0 });
    const other = await lsh({ bits: 16 }).fit(whole, wholeSplit);
    const results = await evaluate(other, whole, wholeSplit);
    expect(results.map(({ database }) => database)).toEqual(['unseen', 'generalized']);
    expect(results[1]).not.toHaveProperty('harmonicMean');
    await other.dispose();
  });

  it('searches one database, called all, where no class is unseen', async () => {
    const taught = supervisedSplit(data, { seed: 0 });
    const other = await lsh({ bits: 16 }).fit(data, taught);
    const results = await evaluate(other, data, taught);
    expect(results.map(({ database, databaseItems }) => [database, databaseItems])).toEqual([
      ['all', taught.database.length],
    ]);
    await other.dispose();
  });

  it('refuses another split of the same dataset, whose queries may have been trained on', async () => {
    const other = zeroShotSplit(data, { unseen: 2, seed: 1 });
    expect(await failure(evaluate(model, data, other))).toMatchObject({ code: 'SPLIT_OTHER_MODEL' });
    const foreign: Split = { ...split, dataset: { name: 'x', fingerprint: '0'.repeat(64) } };
    expect(await failure(evaluate(model, data, foreign))).toMatchObject({ code: 'SPLIT_OTHER_DATASET' });
  });

  it('measures a model on another dataset of the same kind', async () => {
    const elsewhere = syntheticDataset({ classes: 6, perClass: 20, dim: 12, seed: 9, name: 'elsewhere' });
    const there = zeroShotSplit(elsewhere, { unseen: 2, seed: 0 });
    expect(await evaluate(model, elsewhere, there)).toHaveLength(2);
  });

  it('reports progress that never falls, and stops when asked', async () => {
    const done: number[] = [];
    await evaluate(model, data, split, { onProgress: (progress) => done.push(progress.done) });
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(done.at(-1)).toBe(1);
    const stopped = evaluate(model, data, split, { signal: AbortSignal.abort() });
    expect(await failure(stopped)).toMatchObject({ code: 'ABORTED' });
  });

  it('refuses a task that it does not know', async () => {
    const wrong = evaluate(model, data, split, { tasks: ['image->sound' as never] });
    expect(await failure(wrong)).toMatchObject({ code: 'ARGUMENT_INVALID' });
  });
});

it('takes no seen query whose group has a row in the split', () => {
  // Rows 0–5 train, 6–8 test; row 6 is a variant of the training row 0.
  const features = { data: Float32Array.from({ length: 18 }, (_, i) => i), rows: 9, cols: 2 };
  const grouped = datasetFromArrays({
    name: 'grouped',
    classes: ['a', 'b', 'c'],
    parts: { train: [0, 6], test: [6, 9] },
    groups: [0, 1, 2, 3, 4, 5, 0, 6, 7],
    modalities: { image: { features, labels: [0, 0, 1, 1, 2, 2, 0, 1, 2] } },
  });
  const rows = { seen: [0, 1], unseen: [2], train: [0, 1, 2, 3], pool: [4], query: [8], database: [5] };
  const made = { ...split, ...rows, dataset: { name: 'grouped', fingerprint: grouped.fingerprint } };
  expect(seenQueries(grouped, made)).toEqual([7]);
});

it('asks pictures where the model sees pixels', async () => {
  const drawn = syntheticDataset({ side: 32, classes: 5, perClass: 12 });
  const drawnSplit = zeroShotSplit(drawn, { unseen: 2, seed: 0 });
  const model = await lsh({ bits: 32 }).fit(drawn, drawnSplit);
  const [unseen] = await evaluate(model, drawn, drawnSplit);
  expect(unseen!.map).toBeGreaterThan(unseen!.chance);
  await model.dispose();
  const blind = await lsh({ bits: 32 }).fit(data, split);
  expect(await failure(evaluate(blind, drawn, drawnSplit))).toMatchObject({ code: 'MODEL_NEEDS_FEATURES' });
  await blind.dispose();
});
