import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { datasetFromArrays } from './build-dataset.ts';
import { hasItem, itemsOf, takeFeatures, takeImages, takeTexts } from './items.ts';
import { openDataset } from './open-dataset.ts';
import { classesOfRow } from './split-rows.ts';
import { writeDataset } from './write-dataset.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

/** Five rows: a pair, a picture, a text, and two pictures with one text; images know a and b, texts b and c. */
const parts = () =>
  ({
    name: 'five',
    classes: ['a', 'b', 'c'],
    wordVectors: { words: ['cat', 'sat'], vectors: { data: Float32Array.of(1, 2, 3, 4), rows: 2, cols: 2 } },
    modalities: {
      image: {
        features: [[1], [2], [3], [4]],
        places: [0, 1, -1, 2, 3],
        labels: [0, -1, -1, 1, 1],
        classes: [1, 0],
      },
      text: {
        texts: [['one', 'uno'], ['three'], ['shared']],
        places: [0, -1, 1, 2, 2],
        labels: [[1, 2], [], [2], [1], []],
        classes: [1, 2],
      },
    },
  }) as const;

const code = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('rows that lack a modality', () => {
  it('have their items found by place', () => {
    const { image, text } = datasetFromArrays(parts()).modalities;
    expect([0, 1, 2, 3, 4].map((row) => hasItem(image!, row))).toEqual([true, true, false, true, true]);
    expect([...takeFeatures(image!, [4, 0]).data]).toEqual([4, 1]);
    expect(takeTexts(text!, [4, 3, 0])).toEqual([['shared'], ['shared'], ['one', 'uno']]);
    expect(code(() => itemsOf(text!, [0, 1]))).toBe('ROW_WITHOUT_ITEM');
  });

  it('take pictures of any form by row', async () => {
    const pixels = Uint8Array.from({ length: 2 * 12 }, (_, i) => i);
    const images = { kind: 'pixels', count: 2, height: 2, width: 2, data: pixels } as const;
    const labels = [0, 1, 0];
    const { image } = datasetFromArrays({
      name: 'drawn',
      classes: ['a', 'b'],
      modalities: { image: { images, labels, places: [1, 0, 1] } },
    }).modalities;
    const taken = takeImages(image!, [2, 1]);
    expect(taken).toMatchObject({ kind: 'pixels', count: 2 });
    expect([...(taken as typeof images).data]).toEqual([...pixels.slice(12), ...pixels.slice(0, 12)]);
  });

  it('are called what any modality calls them', () => {
    const data = datasetFromArrays(parts());
    expect([0, 1, 2, 3, 4].map((row) => classesOfRow(data, row))).toEqual([[0, 1, 2], [], [2], [1], [1]]);
  });

  it('come back from a folder as they were', async () => {
    const parent = await mkdtemp(path.join(tmpdir(), 'unseen-items-'));
    folders.push(parent);
    const data = datasetFromArrays(parts());
    await writeDataset(data, path.join(parent, 'five'));
    const read = await openDataset(path.join(parent, 'five'));
    expect(read.fingerprint).toBe(data.fingerprint);
    expect(read.modalities).toEqual(data.modalities);
    expect(read.wordVectors).toEqual(data.wordVectors);
  });

  it('change the fingerprint, as label spaces do', () => {
    const prints = [parts(), { ...parts(), modalities: { ...parts().modalities } }].map(
      (one) => datasetFromArrays(one).fingerprint,
    );
    expect(prints[0]).toBe(prints[1]);
    const { image, text } = parts().modalities;
    const moved = { ...parts(), modalities: { image, text: { ...text, places: [1, -1, 0, 2, 2] } } };
    const wider = { ...parts(), modalities: { image, text: { ...text, classes: [0, 1, 2] } } };
    expect(datasetFromArrays(moved).fingerprint).not.toBe(prints[0]);
    expect(datasetFromArrays(wider).fingerprint).not.toBe(prints[0]);
  });
});

describe('what contradicts itself is refused', () => {
  const { image, text } = parts().modalities;
  it.each([
    [
      'a label without an item',
      { image: { ...image, labels: [0, -1, 1, 1, 1] }, text },
      'LABEL_WITHOUT_ITEM',
    ],
    [
      'a row without any item',
      { image, text: { ...text, places: [0, -1, -1, 2, 2], labels: [1, -1, -1, 1, 1] } },
      'ROW_EMPTY',
    ],
    ['a label outside its space', { image: { ...image, classes: [1] }, text }, 'LABEL_OUT_OF_RANGE'],
    ['a place beyond the items', { image: { ...image, places: [0, 1, -1, 2, 4] }, text }, 'ARGUMENT_INVALID'],
    ['too few places', { image: { ...image, places: [0, 1, -1, 2] }, text }, 'DATASET_ROWS'],
    ['a class named twice', { image: { ...image, classes: [0, 1, 1] }, text }, 'ARGUMENT_INVALID'],
    [
      'items that do not align',
      { image: { ...image, places: undefined, features: [[1], [2]] }, text },
      'DATASET_ROWS',
    ],
  ])('%s', (_, modalities, expected) => {
    expect(code(() => datasetFromArrays({ ...parts(), modalities } as never))).toBe(expected);
  });
});
