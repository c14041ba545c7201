import { expect, it } from 'vitest';
import { Random } from '../random.ts';
import type { Matrix } from './contract.ts';
import { identityMap, mapRows, rbfMap } from './feature-map.ts';

const normalRows = (rows: number, cols: number, offset = 0): Matrix => {
  const random = new Random(rows * cols, 'test');
  return { data: Float32Array.from({ length: rows * cols }, () => offset + random.normal()), rows, cols };
};
const distance = ({ data, cols }: Matrix, a: number, b: number): number =>
  Array.from({ length: cols }, (_, k) => (data[a * cols + k]! - data[b * cols + k]!) ** 2).reduce(
    (x, y) => x + y,
  );

it('maps nothing where nothing is asked', async () => {
  const rows = normalRows(5, 3);
  expect((await mapRows(identityMap(3), rows)).data).toEqual(rows.data);
});

it.each([0, 1000])(
  'is exp(−‖x − a‖² / 2σ²) of the training rows as anchors, %i away from the origin',
  async (far) => {
    const rows = normalRows(40, 6, far);
    const bandwidth = 0.5;
    const map = await rbfMap(rows, { anchors: 100, bandwidth, random: new Random(1, 'anchors') });
    expect(map.dim).toBe(40);
    const { data } = await mapRows(map, rows);
    const order = new Random(1, 'anchors').permutation(40);
    let total = 0;
    for (let i = 0; i < 40; i++) for (let k = 0; k < 40; k++) total += distance(rows, i, k);
    const variance = (bandwidth * total) / 1600;
    for (let i = 0; i < 40; i++)
      for (let k = 0; k < 40; k++)
        expect(data[i * 40 + k]).toBeCloseTo(Math.exp(-distance(rows, i, order[k]!) / (2 * variance)), 4);
  },
);

it('draws each anchor once, the same for the same seed', async () => {
  const rows = normalRows(3000, 2);
  const draw = async (seed: number) =>
    (
      await mapRows(
        await rbfMap(rows, { anchors: 10, bandwidth: 1, random: new Random(seed, 'anchors') }),
        rows,
      )
    ).data;
  const first = await draw(1);
  expect(first.length).toBe(3000 * 10);
  expect(await draw(1)).toEqual(first);
  expect(await draw(2)).not.toEqual(first);
});

it('survives rows that are all the same', async () => {
  const rows = { data: new Float32Array(20).fill(7), rows: 10, cols: 2 };
  const map = await rbfMap(rows, { anchors: 4, bandwidth: 1, random: new Random(1, 'anchors') });
  expect((await mapRows(map, rows)).data.every((value) => value === 1)).toBe(true);
});
