import { Matrix as Dense, EigenvalueDecomposition } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { syntheticDataset } from '../../../test/synthetic.ts';
import { zeroShotSplit } from '../../data/index.ts';
import { Random } from '../../random.ts';
import { covariance, project } from '../covariance.ts';
import { leadingEigenvectors, type Symmetric } from '../principal.ts';
import { itq } from './itq.ts';
import { quantizingRotation } from './rotation.ts';

const data = syntheticDataset({ dim: 24 });
const split = zeroShotSplit(data, { unseen: 3, seed: 0 });
const features = data.modalities.image!.features!;
const nothing = async (): Promise<void> => undefined;

/** `Q diag(values) Qᵀ` with a random orthogonal Q. */
function withSpectrum(values: readonly number[], random: Random): Symmetric {
  const size = values.length;
  const raw = new Dense(
    Array.from({ length: size }, () => Array.from({ length: size }, () => random.normal())),
  );
  const { eigenvectorMatrix: q } = new EigenvalueDecomposition(raw.mmul(raw.transpose()), {
    assumeSymmetric: true,
  });
  const product = q.mmul(Dense.diag([...values])).mmul(q.transpose());
  return { data: Float64Array.from(product.to1DArray()), size };
}

/** ‖A v − λ v‖ for every column, λ from the Rayleigh quotient; and the λ. */
function check(
  { data: a, size }: Symmetric,
  vectors: Float64Array,
  count: number,
): { residual: number; values: number[] } {
  const values: number[] = [];
  let residual = 0;
  for (let k = 0; k < count; k++) {
    const v = Array.from({ length: size }, (_, i) => vectors[i * count + k]!);
    const image = v.map((_, i) => v.reduce((total, value, j) => total + a[i * size + j]! * value, 0));
    const value = image.reduce((total, x, i) => total + x * v[i]!, 0);
    values.push(value);
    residual = Math.max(residual, Math.hypot(...image.map((x, i) => x - value * v[i]!)));
  }
  return { residual, values };
}

describe('leading eigenvectors', () => {
  it('are those of the full decomposition, largest first', () => {
    const random = new Random(1, 'test');
    const matrix = withSpectrum([9, 1, 4, 0.5, 0.2, 7, 0, 2], random);
    const { residual, values } = check(matrix, leadingEigenvectors(matrix, 4, random), 4);
    expect(residual).toBeLessThan(1e-9);
    expect(values.map((value) => Math.round(value * 1e6) / 1e6)).toEqual([9, 7, 4, 2]);
  });

  it('are found by Lanczos iteration in large matrices, repeated and vanishing eigenvalues included', () => {
    const random = new Random(2, 'test');
    const spectrum = Array.from({ length: 520 }, (_, i) => (i < 3 ? 10 : i < 60 ? 10 * 0.9 ** i : 0));
    const matrix = withSpectrum(spectrum, random);
    const count = 32;
    const vectors = leadingEigenvectors(matrix, count, random);
    const { residual, values } = check(matrix, vectors, count);
    expect(residual).toBeLessThan(1e-4);
    values.forEach((value, k) => {
      expect(Math.abs(value - spectrum[k]!)).toBeLessThan(1e-4);
    });
    for (let a = 0; a < count; a += 5) {
      for (let b = 0; b < count; b += 3) {
        let dot = 0;
        for (let i = 0; i < 520; i++) dot += vectors[i * count + a]! * vectors[i * count + b]!;
        expect(Math.abs(dot - (a === b ? 1 : 0))).toBeLessThan(1e-8);
      }
    }
  });
});

it('agrees with a naive covariance and projection, whatever the pieces', async () => {
  const random = new Random(3, 'test');
  const rows = {
    data: Float32Array.from({ length: 2500 * 5 }, () => 3 + random.normal()),
    rows: 2500,
    cols: 5,
  };
  const mean = Float32Array.of(3, 3, 3, 3, 3);
  const { data: scatter } = await covariance(rows, mean, nothing);
  const centred = rows.data.map((value) => value - 3);
  for (let a = 0; a < 5; a++) {
    for (let b = 0; b < 5; b++) {
      let total = 0;
      for (let i = 0; i < 2500; i++) total += centred[i * 5 + a]! * centred[i * 5 + b]!;
      expect(scatter[a * 5 + b]).toBeCloseTo(total / 2500, 5);
    }
  }
  const weights = Float32Array.of(1, 0, 0, 1, 1, 1, 0, 0, 2, -1);
  const projected = await project(rows, mean, weights, nothing);
  for (const i of [0, 2047, 2048, 2499]) {
    const x = centred.subarray(i * 5, i * 5 + 5);
    expect(projected.data[2 * i]).toBeCloseTo(x[0]! + x[2]! + 2 * x[4]!, 4);
    expect(projected.data[2 * i + 1]).toBeCloseTo(x[1]! + x[2]! - x[4]!, 4);
  }
});

it('rotates: R is orthogonal and its loss never rises', async () => {
  const random = new Random(4, 'test');
  const projected = {
    data: Float32Array.from({ length: 400 * 8 }, () => random.normal()),
    rows: 400,
    cols: 8,
  };
  const losses: number[] = [];
  const r = await quantizingRotation(projected, {
    iterations: 30,
    random,
    onIteration: async (_, loss) => void losses.push(loss),
  });
  for (let i = 1; i < losses.length; i++) expect(losses[i]).toBeLessThanOrEqual(losses[i - 1]! + 1e-6);
  expect(losses.at(-1)).toBeLessThan(losses[0]!);
  for (let a = 0; a < 8; a++) {
    for (let b = 0; b < 8; b++) {
      let dot = 0;
      for (let k = 0; k < 8; k++) dot += r[a * 8 + k]! * r[b * 8 + k]!;
      expect(dot).toBeCloseTo(a === b ? 1 : 0, 10);
    }
  }
});

it('rotates columns without variance too, where only the decomposition finds a rotation', async () => {
  const random = new Random(5, 'test');
  const flat = Float32Array.from({ length: 200 * 8 }, (_, i) => (i % 8 < 5 ? random.normal() : 0));
  const r = await quantizingRotation(
    { data: flat, rows: 200, cols: 8 },
    { iterations: 3, random, onIteration: nothing },
  );
  for (let a = 0; a < 8; a++) {
    for (let b = 0; b < 8; b++) {
      let dot = 0;
      for (let k = 0; k < 8; k++) dot += r[a * 8 + k]! * r[b * 8 + k]!;
      expect(dot).toBeCloseTo(a === b ? 1 : 0, 10);
    }
  }
});

it('balances no bit away: every bit splits the rows it was fitted on', async () => {
  const model = await itq({ bits: 16 }).fit(data, split);
  const codes = (await model.encode('image', features)).unpack();
  for (let bit = 0; bit < 16; bit++) {
    let ones = 0;
    for (let row = 0; row < data.rows; row++) if (codes[row * 16 + bit]! > 0) ones++;
    expect(ones / data.rows).toBeGreaterThan(0.1);
    expect(ones / data.rows).toBeLessThan(0.9);
  }
  await model.dispose();
});

it('refuses more bits than there are directions, and says how many there are', async () => {
  const tooMany = itq({ bits: 32 }).fit(data, split);
  await expect(tooMany).rejects.toMatchObject({
    code: 'METHOD_BITS_TOO_MANY',
    values: { received: 24, most: 24 },
  });
  const few = { ...split, train: split.train.slice(0, 9), pool: [] };
  await expect(itq({ bits: 16 }).fit(data, few)).rejects.toMatchObject({
    code: 'METHOD_BITS_TOO_MANY',
    values: { most: 8 },
  });
});
