import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { syntheticDataset } from '../../test/synthetic.ts';
import { Codes, hammingDistance } from '../codes/index.ts';
import {
  classesOfRow,
  type Dataset,
  datasetFromArrays,
  supervisedSplit,
  zeroShotSplit,
} from '../data/index.ts';
import { createMethod, lsh } from '../methods/index.ts';
import type { Model } from '../model/index.ts';
import { type Evaluation, evaluate, evaluateInDepth, type TaskInsight } from './index.ts';
import { sampleQueries } from './rows.ts';

const data = syntheticDataset({ classes: 7, perClass: 30, dim: 12, noise: 1 });
const split = zeroShotSplit(data, { unseen: 3, seed: 0 });
const everything = [...split.database, ...split.train];
const label = (row: number): number => classesOfRow(data, row)[0]!;
const untimed = (runs: readonly Evaluation[]) => runs.map((run) => ({ ...run, encodeItemsPerSecond: 0 }));

describe('what is kept beside the figures', () => {
  let model: Model;
  let codes: Codes;
  let evaluations: Evaluation[];
  let task: TaskInsight;
  beforeAll(async () => {
    model = await lsh({ bits: 8, seed: 2 }).fit(data, split);
    codes = await model.encode('image', data.modalities.image!.features!);
    const found = await evaluateInDepth(model, data, split);
    evaluations = found.evaluations;
    task = found.insight.tasks[0]!;
    expect(found.insight.tasks).toHaveLength(1);
  });
  afterAll(() => model.dispose());
  const distance = (a: number, b: number): number => hammingDistance(codes.row(a), codes.row(b));

  it('changes no figure', async () => {
    expect(untimed(evaluations)).toEqual(untimed(await evaluate(model, data, split)));
  });

  it('comes back from JSON as it was', () => {
    expect(JSON.parse(JSON.stringify(task))).toEqual(task);
  });

  it('shows the ten nearest of seen and unseen items, of queries chosen beforehand', () => {
    expect(task.retrieved.map(({ query }) => query)).toEqual(sampleQueries(data, split, 8));
    for (const { query, hits } of task.retrieved) {
      const nearest = everything.map((row) => distance(query, row)).sort((a, b) => a - b);
      expect(hits.map((hit) => hit.distance)).toEqual(nearest.slice(0, 10));
      expect(new Set(hits.map(({ row }) => row)).size).toBe(10);
      for (const hit of hits) {
        expect(hit.distance).toBe(distance(query, hit.row));
        expect(hit.right).toBe(label(hit.row) === label(query));
      }
    }
  });

  it('orders ties by chance, not by their place in the file', () => {
    // With 8 bits every query has ties among its hits; in the file's order unseen items would come first.
    const pairs = task.retrieved.flatMap(({ hits }) =>
      hits
        .slice(1)
        .map((hit, i) => ({ tied: hit.distance === hits[i]!.distance, up: hit.row > hits[i]!.row })),
    );
    const tied = pairs.filter((pair) => pair.tied);
    expect(tied.length).toBeGreaterThan(10);
    expect(tied.filter(({ up }) => up).length).toBeLessThan(tied.length);
    expect(tied.filter(({ up }) => up).length).toBeGreaterThan(0);
  });

  it('says who is taken for whom: the expectation over ties, of every query', () => {
    expect(task.confusion.asked).toEqual(split.unseen);
    for (const [i, asked] of split.unseen.entries()) {
      const queries = split.query.filter((row) => label(row) === asked);
      const shares = new Array<number>(7).fill(0);
      for (const query of queries) {
        const distances = everything.map((row) => distance(query, row));
        const edge = [...distances].sort((a, b) => a - b)[9]!;
        const before = distances.filter((one) => one < edge).length;
        const tied = distances.filter((one) => one === edge).length;
        for (const [at, row] of everything.entries()) {
          const weight = distances[at]! < edge ? 1 : distances[at] === edge ? (10 - before) / tied : 0;
          shares[label(row)]! += weight / 10 / queries.length;
        }
      }
      const found = task.confusion.found[i]!;
      expect(found.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
      for (const one of found) expect(one.share).toBeCloseTo(shares[one.label]!, 12);
    }
  });

  it('has a sample of the unseen part of the database with its codes', () => {
    expect(task.sample.rows).toEqual(split.database);
    const kept = Codes.fromBytes(new Uint8Array(Buffer.from(task.sample.codes, 'base64')), { bits: 8 });
    for (const [i, row] of task.sample.rows.entries()) expect(kept.toHex(i)).toBe(codes.toHex(row));
  });
});

/** Rows of classes of very different size, all in one half that is searched. */
function lopsided(sizes: readonly number[]): Dataset {
  const labels = sizes.flatMap((size, own) => new Array<number>(size).fill(own));
  const cols = 4;
  const features = {
    data: Float32Array.from({ length: labels.length * cols }, (_, i) => Math.sin(i * i)),
    rows: labels.length,
    cols,
  };
  const classes = sizes.map((_, own) => `class ${own}`);
  return datasetFromArrays({ name: 'lopsided', classes, modalities: { image: { features, labels } } });
}

describe('a large database', () => {
  it('gives 800 items to a map, classes evenly; what small classes leave goes to the larger ones', async () => {
    const sizes = [40, 300, 1500, 3000];
    const large = lopsided(sizes);
    const taught = supervisedSplit(large, { seed: 0 });
    const model = await lsh({ bits: 16 }).fit(large, taught);
    const { insight, evaluations } = await evaluateInDepth(model, large, taught);
    await model.dispose();
    expect(evaluations.map(({ database }) => database)).toEqual(['all']);
    const { sample, confusion } = insight.tasks[0]!;
    expect(confusion.asked).toEqual([0, 1, 2, 3]);
    const of = (rows: readonly number[], own: number) =>
      rows.filter((row) => classesOfRow(large, row)[0] === own);
    const searched = sizes.map((_, own) => of(taught.database, own).length);
    const taken = sizes.map((_, own) => of(sample.rows, own).length);
    expect(sample.rows).toHaveLength(800);
    expect(new Set(sample.rows).size).toBe(800);
    expect(taken.slice(0, 2)).toEqual(searched.slice(0, 2)); // fewer than 200 each: all of them
    expect(Math.abs(taken[2]! - taken[3]!)).toBeLessThanOrEqual(1);
    for (const row of sample.rows) expect(taught.database).toContain(row);
  });
});

it('shows each text once, and measures every task that both sides have', async () => {
  const words = syntheticDataset({ classes: 6, perClass: 18, side: 8, text: 'words' });
  const { image, text } = words.modalities;
  const alike = datasetFromArrays({
    name: 'alike',
    classes: words.classes,
    // Rows i, i + 6 and i + 12 are of one class: they share a text.
    modalities: {
      image: { ...image!, labels: Array.from({ length: words.rows }, (_, row) => row % 6) },
      text: {
        ...text!,
        places: Array.from({ length: words.rows }, (_, row) => row - (Math.floor(row / 6) % 3) * 6),
        labels: Array.from({ length: words.rows }, (_, row) => row % 6),
      },
    },
  });
  const made = zeroShotSplit(alike, { unseen: 2, seed: 0 });
  const model = await createMethod('cca-itq', { bits: 16, anchors: 30, iterations: 5 }).fit(alike, made);
  const { insight } = await evaluateInDepth(model, alike, made);
  await model.dispose();
  expect(insight.tasks.map(({ task }) => task)).toEqual([
    'image->text',
    'text->image',
    'image->image',
    'text->text',
  ]);
  const textOf = (row: number): string => JSON.stringify(text!.texts![row - (Math.floor(row / 6) % 3) * 6]);
  for (const { hits } of insight.tasks[0]!.retrieved) {
    const texts = hits.map(({ row }) => textOf(row));
    expect(new Set(texts).size).toBe(texts.length);
    expect(texts.length).toBeGreaterThan(3);
  }
});
