import { expect, it } from 'vitest';
import { Labels } from '../data/index.ts';
import type { CrossModalSet, ModalityItems } from './contract.ts';
import { labelledPairsOf, pairsOf } from './pairs.ts';

const items = (pairs: readonly number[], labels: readonly (readonly number[])[]): ModalityItems => ({
  inputs: { data: new Float32Array(pairs.length), rows: pairs.length, cols: 1 },
  trained: pairs.length,
  labels: Labels.fromLists(labels, 5),
  labelSpace: Int32Array.of(0, 1, 2, 3, 4),
  pairs: Int32Array.from(pairs),
  preprocessing: { kind: 'features', dim: 1 },
  files: new Map(),
});

const set = (image: ModalityItems, text: ModalityItems): CrossModalSet => ({
  image,
  text,
  classEmbeddings: { data: new Float32Array(0), rows: 5, cols: 0 },
  seen: Int32Array.of(0, 1, 2, 3, 4),
  unseen: new Int32Array(0),
});

const some = set(items([2, -1, 0, 3], [[3], [1], [4, 1], []]), items([2, -1, 0, 3], [[1, 2], [0], [2], []]));

it('are the items that have a partner, with the labels of both sides', () => {
  expect(pairsOf(some, 'test')).toEqual({
    image: Int32Array.of(0, 2, 3),
    text: Int32Array.of(2, 0, 3),
    labels: [[2, 3], [1, 2, 4], []],
  });
});

it('are labelled if either side is', () => {
  expect(labelledPairsOf(some, 'test')).toEqual({
    image: Int32Array.of(0, 2),
    text: Int32Array.of(2, 0),
    labels: [
      [2, 3],
      [1, 2, 4],
    ],
  });
});

it('must be there', () => {
  const none = set(items([-1], [[0]]), items([-1, -1], [[0], [1]]));
  const error = (what: string) =>
    expect.objectContaining({ code: 'TRAINING_ROWS_EMPTY', values: { method: 'test', what } });
  expect(() => pairsOf(none, 'test')).toThrow(error('paired'));
  const silent = set(items([0], [[]]), items([0], [[]]));
  expect(pairsOf(silent, 'test').labels).toEqual([[]]);
  expect(() => labelledPairsOf(silent, 'test')).toThrow(error('paired and labelled'));
});
