/** Items of two modalities as instances: pairs are one, labels cross. */
import { describe, expect, it } from 'vitest';
import { Labels } from '../../data/index.ts';
import type { CrossModalSet, ModalityItems } from '../contract.ts';
import { instancesOf } from './instances.ts';

const CLASSES = 6;

function items(
  pairs: readonly number[],
  labels: readonly (readonly number[])[],
  trained: number,
): ModalityItems {
  const rows = pairs.length;
  return {
    inputs: { data: new Float32Array(rows), rows, cols: 1 },
    trained,
    labels: Labels.fromLists(labels, CLASSES),
    labelSpace: Int32Array.from({ length: CLASSES }, (_, c) => c),
    pairs: Int32Array.from(pairs),
    preprocessing: { kind: 'features', dim: 1 },
    files: new Map(),
  };
}

const setOf = (image: ModalityItems, text: ModalityItems): CrossModalSet => ({
  image,
  text,
  classEmbeddings: { data: new Float32Array(CLASSES), rows: CLASSES, cols: 1 },
  seen: Int32Array.of(0, 1, 2, 3),
  unseen: Int32Array.of(4, 5),
});

/** Images 0 and 1 train, 2 and 3 are the pool's; texts 0, 1, 2 train, 3 and 4 are the pool's. */
const mixed = setOf(
  items([1, -1, 3, -1], [[0], [1, 3], [], []], 2),
  items([-1, 0, -1, 2, -1], [[2], [1], [], [], []], 3),
);

describe('instances', () => {
  const { count, image, text, labels, trained } = instancesOf(mixed);

  it('are one of every pair and one of every item alone', () => {
    expect(count).toBe(7);
    expect([...image]).toEqual([0, 1, 2, 3, -1, -1, -1]);
    expect([...text]).toEqual([1, -1, 3, -1, 0, 2, 4]);
  });

  it('hold each item exactly once', () => {
    const items = (of: Int32Array): number[] => [...of].filter((item) => item >= 0).sort();
    expect(items(image)).toEqual([0, 1, 2, 3]);
    expect(items(text)).toEqual([0, 1, 2, 3, 4]);
  });

  it('have the labels of both of their items, in order and none twice', () => {
    const lists = Array.from({ length: count }, (_, i) => [...labels.of(i)]);
    expect(lists).toEqual([[0, 1], [1, 3], [], [], [2], [], []]);
    const twice = instancesOf(setOf(items([0], [[1, 2]], 1), items([0], [[0, 2]], 1)));
    expect([...twice.labels.of(0)]).toEqual([0, 1, 2]);
  });

  it('are of seen classes where their row trains, labelled or not', () => {
    expect([...trained]).toEqual([1, 1, 0, 0, 1, 1, 0]);
  });
});

it('a label crosses to the item that has none, whatever classes its own modality knows', () => {
  // Images are labelled over classes 0 and 1, texts over 2 and 3: every pair gets what either side knows.
  const { labels } = instancesOf(
    setOf(items([0, 1, 2], [[0], [], []], 3), items([0, 1, 2], [[], [2], []], 3)),
  );
  expect([0, 1, 2].map((i) => [...labels.of(i)])).toEqual([[0], [2], []]);
});

it('without any pair there are as many instances as items', () => {
  const { count, image, text } = instancesOf(setOf(items([-1, -1], [[0], []], 2), items([-1], [[1]], 1)));
  expect(count).toBe(3);
  for (let i = 0; i < count; i++) expect(image[i]! < 0).toBe(text[i]! >= 0);
});
