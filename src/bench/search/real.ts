/** Codes of real pictures: features of Tiny ImageNet and CIFAR-10, encoded by this project's ITQ. */
import { access } from 'node:fs/promises';
import path from 'node:path';
import type { Codes } from '../../codes/index.ts';
import { type Dataset, datasetFromArrays, type Matrix, makeSplit, openDataset } from '../../data/index.ts';
import { UnseenError } from '../../errors.ts';
import { createMethod } from '../../methods/index.ts';
import { Random } from '../../random.ts';

/** Folders with a `dataset.json` each, whose picture features are of one kind. */
const FOLDERS = ['tiny-imagenet', 'cifar10'] as const;
/** Rows that the method is fitted on, of all sets together: a rotation of 256 dimensions needs no more. */
const SAMPLE = 4000;
const ITERATIONS = 20;

export const REAL_INSTALL = `give the folder of ${FOLDERS.join(' and ')} with --real or UNSEEN_DATA, each with a dataset.json and features (docs/data.md)`;

export interface RealCodes {
  /** Of the train parts: what the database is made of. */
  readonly database: Codes;
  /** Of the test parts, which the method and the database never saw: what is asked. */
  readonly queries: Codes;
}

/** Whether the folder has the data sets. */
export async function hasReal(folder: string): Promise<boolean> {
  for (const name of FOLDERS) {
    const there = await access(path.join(folder, name, 'dataset.json')).then(
      () => true,
      () => false,
    );
    if (!there) return false;
  }
  return true;
}

/** @throws those of `openDataset`; `SHAPE_MISMATCH` for features of several kinds; `METHOD_BITS_TOO_MANY`. */
export async function realCodes(
  folder: string,
  bits: number,
  seed: number,
  signal?: AbortSignal,
): Promise<RealCodes> {
  const sets: Dataset[] = [];
  for (const name of FOLDERS) sets.push(await openDataset(path.join(folder, name)));
  const train = join(sets, 'train');
  const test = join(sets, 'test');
  const model = await createMethod('itq', { bits, seed, iterations: ITERATIONS }).fit(
    ...problem(sample(train, SAMPLE, new Random(seed, 'bench sample')), seed),
    { ...(signal && { signal }) },
  );
  try {
    return { database: await model.encode('image', train), queries: await model.encode('image', test) };
  } finally {
    await model.dispose();
  }
}

/** Features of one part of every set, one below the other. */
function join(sets: readonly Dataset[], part: 'train' | 'test'): Matrix {
  const pieces: Float32Array[] = [];
  let cols: number | undefined;
  for (const { name, modalities, parts } of sets) {
    const features = modalities.image?.features;
    if (!features || !parts || (cols !== undefined && features.cols !== cols)) {
      throw new UnseenError('ARGUMENT_INVALID', {
        name: 'real',
        reason: `every set needs a train and a test part and picture features of one width (${cols ?? 'any'})`,
        received: name,
      });
    }
    cols = features.cols;
    const [from, to] = parts[part];
    pieces.push(features.data.subarray(from * cols, to * cols));
  }
  const data = new Float32Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    data.set(piece, at);
    at += piece.length;
  }
  return { data, rows: data.length / cols!, cols: cols! };
}

function sample({ data, rows, cols }: Matrix, count: number, random: Random): Matrix {
  const chosen = random.permutation(rows).subarray(0, Math.min(count, rows));
  const out = new Float32Array(chosen.length * cols);
  for (const [i, row] of chosen.entries()) out.set(data.subarray(row * cols, (row + 1) * cols), i * cols);
  return { data: out, rows: chosen.length, cols };
}

/** ITQ reads no labels; a data set must have some. Nearly all rows train. */
function problem(features: Matrix, seed: number): [Dataset, ReturnType<typeof makeSplit>] {
  const labels = Int32Array.from({ length: features.rows }, (_, row) => row % 2);
  const data = datasetFromArrays({
    name: 'bench features',
    classes: ['even', 'odd'],
    classEmbeddings: { none: { data: Float32Array.of(1, 0, 0, 1), rows: 2, cols: 2 } },
    modalities: { image: { features, labels } },
  });
  return [data, makeSplit(data, { protocol: 'supervised', seed, queryShare: 0.001 })];
}
