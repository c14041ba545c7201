import { afterAll, beforeAll, expect, it } from 'vitest';
import { syntheticDataset } from '../../test/synthetic.ts';
import { type Dataset, datasetFromArrays, hasItem, zeroShotSplit } from '../data/index.ts';
import { createMethod } from '../methods/index.ts';
import type { Model } from '../model/index.ts';
import { canShow, describeStrips, retrieve, sampleQueries } from './retrieved.ts';

/** Small pictures with texts; every third picture has none of its own text but that of a neighbour, some rows lack a side. */
function torn(): Dataset {
  const { name, classes, modalities, rows } = syntheticDataset({
    classes: 6,
    perClass: 18,
    side: 8,
    text: 'words',
  });
  const places = (lacks: number, shared: (row: number) => number): number[] =>
    Array.from({ length: rows }, (_, row) => (row % 11 === lacks ? -1 : shared(row)));
  const part = (side: 'image' | 'text', at: number[]) => ({
    ...modalities[side]!,
    places: at,
    labels: at.map((place, row) => (place < 0 ? -1 : row % classes.length)),
  });
  return datasetFromArrays({
    name,
    classes,
    modalities: {
      image: part(
        'image',
        places(3, (row) => row),
      ),
      // Rows i, i + 6 and i + 12 are of one class: they share a text.
      text: part(
        'text',
        places(7, (row) => row - (Math.floor(row / 6) % 3) * 6),
      ),
    },
  });
}

const data = torn();
const split = zeroShotSplit(data, { unseen: 2, seed: 0 });
let model: Model;
beforeAll(async () => {
  model = await createMethod('cca-itq', { bits: 16, anchors: 30, iterations: 5 }).fit(data, split);
});
afterAll(() => model.dispose());

const find = async (task: 'image->image' | 'image->text' | 'text->image') => {
  const queries = sampleQueries(data, split, 8, task.startsWith('text') ? 'text' : 'image');
  return { queries, strips: await retrieve(data, split, [model], { queries, task, k: 4, side: 16 }) };
};

it('asks with words and finds pictures', async () => {
  const { queries, strips } = await find('text->image');
  expect(queries).toHaveLength(2);
  for (const row of queries) expect(hasItem(data.modalities.text!, row)).toBe(true);
  for (const [i, { query, lines }] of strips.entries()) {
    expect(query.text).toMatch(/^thing\dx\d word\d+\u00A0· /);
    expect(query.name).toBe(data.classes[queries[i]! % 6]);
    expect(lines[0]!.hits).toHaveLength(4);
    for (const { picture, name, right } of lines[0]!.hits) {
      expect(picture!.length).toBeGreaterThan(50);
      expect(right).toBe(name === query.name);
    }
  }
  expect(describeStrips(strips)).toMatch(/“thing.*” \(class \d\): cca-itq \d/);
});

it('asks with a picture and finds words, each text once', async () => {
  const { strips } = await find('image->text');
  for (const { query, lines } of strips) {
    expect(query.picture).toBeDefined();
    const texts = lines[0]!.hits.map(({ text }) => text);
    expect(texts).toHaveLength(4);
    expect(new Set(texts).size).toBe(4);
  }
});

it('says of a picture that cannot be decoded that it cannot, and shows the others', async () => {
  const image = data.modalities.image!;
  const files = {
    kind: 'files' as const,
    count: data.rows,
    name: (row: number) => `pictures/${row}.png`,
    read: async () => new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>'),
  };
  const features = { data: new Float32Array(data.rows * 4), rows: data.rows, cols: 4 };
  const { places: _, ...whole } = image;
  const broken = datasetFromArrays({
    name: 'broken',
    classes: data.classes,
    modalities: { image: { ...whole, features, images: files } },
  });
  const brokenSplit = zeroShotSplit(broken, { unseen: 2, seed: 0 });
  const blind = await createMethod('lsh', { bits: 8 }).fit(broken, brokenSplit);
  const queries = sampleQueries(broken, brokenSplit, 8);
  const strips = await retrieve(broken, brokenSplit, [blind], { queries, k: 2, side: 16 });
  expect(strips[0]!.query.text).toMatch(/^\(pictures\/\d+\.png: SVG is no picture format/);
  await blind.dispose();
});

it('shows no task whose items are features alone', () => {
  expect(canShow(data, 'text->image')).toBe(true);
  const features = syntheticDataset({ text: 8 });
  for (const task of ['image->image', 'image->text', 'text->image', 'text->text'] as const)
    expect(canShow(features, task)).toBe(false);
  const half = syntheticDataset({ text: 'words' });
  expect(canShow(half, 'text->text')).toBe(true);
  expect(canShow(half, 'text->image')).toBe(false);
});
