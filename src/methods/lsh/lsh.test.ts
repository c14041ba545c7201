import { expect, it } from 'vitest';
import { syntheticDataset } from '../../../test/synthetic.ts';
import { hammingDistance } from '../../codes/index.ts';
import { zeroShotSplit } from '../../data/index.ts';
import { lsh } from './lsh.ts';

const data = syntheticDataset({ dim: 12 });
const split = zeroShotSplit(data, { unseen: 3, seed: 0 });
const features = data.modalities.image!.features!;

/** Mean of training and pool rows, the plain way. */
function mean(): number[] {
  const rows = [...split.train, ...split.pool];
  return Array.from(
    { length: features.cols },
    (_, j) => rows.reduce((total, row) => total + features.data[row * features.cols + j]!, 0) / rows.length,
  );
}

it('differs in a share of bits that is the angle around the mean over π (Charikar 2002)', async () => {
  const bits = 4096;
  const model = await lsh({ bits }).fit(data, split);
  const codes = await model.encode('image', features);
  const mu = mean();
  const around = (row: number): number[] => mu.map((m, j) => features.data[row * features.cols + j]! - m);
  const dot = (a: number[], b: number[]): number => a.reduce((total, value, j) => total + value * b[j]!, 0);
  for (const [a, b] of [
    [0, 8],
    [0, 1],
    [3, 77],
  ] as const) {
    const [x, y] = [around(a), around(b)];
    const angle = Math.acos(dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y)));
    // Four standard deviations of a binomial share of 4096 draws.
    expect(Math.abs(hammingDistance(codes.row(a), codes.row(b)) / bits - angle / Math.PI)).toBeLessThan(
      (4 * 0.5) / 64,
    );
  }
  await model.dispose();
});

it('passes every hyperplane through the mean of training and pool rows', async () => {
  const model = await lsh({ bits: 32 }).fit(data, split);
  const { data: values } = await model.outputs('image', {
    data: Float32Array.from(mean()),
    rows: 1,
    cols: 12,
  });
  for (const value of values) expect(Math.abs(value)).toBeLessThan(1e-5);
  await model.dispose();
});

it('takes any number of bits: random directions never run out', async () => {
  const model = await lsh({ bits: 256 }).fit(data, split);
  expect((await model.encode('image', features)).bits).toBe(256);
  await model.dispose();
});
