/** Where instances lie: modalities side by side, against a naive loop; and what labels do to it. */
import { describe, expect, it } from 'vitest';
import { Labels } from '../../data/index.ts';
import { Random } from '../../random.ts';
import type { Matrix } from '../contract.ts';
import { normaliseRows, rowOf } from '../dense.ts';
import type { Instances } from './instances.ts';
import { czhashSchema } from './options.ts';
import { jointSpace, modalitySpaces } from './space.ts';

const normal = (random: Random, rows: number, cols: number): Matrix => ({
  data: Float32Array.from({ length: rows * cols }, () => random.normal()),
  rows,
  cols,
});
const settings = czhashSchema.parse({ bits: 8, threads: 1 });
const streams = (stream: string): Random => new Random(1, stream);

/** Instances with an image, a text or both; every third is unlabelled. */
function instancesOf(image: readonly number[], text: readonly number[]): Instances {
  return {
    count: image.length,
    image: Int32Array.from(image),
    text: Int32Array.from(text),
    labels: Labels.fromLists(
      image.map((_, i) => (i % 3 === 2 ? [] : [i % 3])),
      2,
    ),
    trained: new Uint8Array(image.length).fill(1),
  };
}

describe('the joint space', () => {
  const random = new Random(2);
  const image = normaliseRows(normal(random, 3, 2));
  const text = normaliseRows(normal(random, 3, 4));
  const instances = instancesOf([0, 1, 2, -1], [2, -1, 0, 1]);
  const members = Int32Array.of(0, 1, 2, 3);
  const joint = (weight: number, of = members): Promise<Matrix> =>
    jointSpace(
      of,
      instances,
      [
        { of: 'text', rows: text, weight: 1 },
        { of: 'image', rows: image, weight },
      ],
      settings,
      false,
    );

  it('has the modalities side by side, weighted, a missing one as zeros, as unit rows', async () => {
    const found = await joint(0.5);
    for (const i of members) {
      const [t, m] = [instances.text[i]!, instances.image[i]!];
      const row = [
        ...(t < 0 ? [0, 0, 0, 0] : rowOf(text, t)),
        ...(m < 0 ? [0, 0] : rowOf(image, m).map((value) => 0.5 * value)),
      ];
      const length = Math.hypot(...row);
      row.forEach((value, j) => {
        expect(rowOf(found, i)[j]).toBeCloseTo(value / length, 5);
      });
    }
  });

  it('leaves a part of no weight out, and gives the members in their order', async () => {
    expect((await joint(0)).cols).toBe(4);
    const [whole, some] = [await joint(1), await joint(1, Int32Array.of(2, 0))];
    expect([...rowOf(some, 0), ...rowOf(some, 1)]).toEqual([...rowOf(whole, 2), ...rowOf(whole, 0)]);
  });

  it('brings an image and a text together only through pairs', async () => {
    const found = await joint(1);
    const inner = rowOf(found, 1).reduce((sum, value, j) => sum + value * rowOf(found, 3)[j]!, 0);
    expect(inner).toBe(0);
  });
});

describe('modality spaces', () => {
  const random = new Random(3);
  const count = 90;
  const places = Array.from({ length: count }, (_, i) => i);
  const rows = { image: normal(random, count, 5), text: normal(random, count, 7) };
  // A direction in which items of one class differ wildly.
  for (let i = 0; i < count; i++) rowOf(rows.image, i)[0]! *= 20;
  const instances = instancesOf(places, places);
  const angleShare = ({ data, rows: n, cols }: Matrix): number => {
    let first = 0;
    for (let i = 0; i < n; i++) first += data[i * cols]! ** 2 / n;
    return first;
  };

  it('without labels are the features themselves, as unit rows', async () => {
    const { image, text } = await modalitySpaces(rows, instances, settings, streams, true);
    expect(image.data).toEqual(normaliseRows({ ...rows.image, data: rows.image.data.slice() }).data);
    expect(text.data).toEqual(normaliseRows({ ...rows.text, data: rows.text.data.slice() }).data);
    expect(angleShare(image)).toBeGreaterThan(0.85);
  });

  it('with labels stop counting ways in which items of one class differ', async () => {
    const { image } = await modalitySpaces(rows, instances, { ...settings, shrinkage: 0 }, streams, false);
    expect(image.rows).toBe(count);
    for (let i = 0; i < count; i++) expect(Math.hypot(...rowOf(image, i))).toBeCloseTo(1, 4);
    const spread = Array.from({ length: image.cols }, (_, j) => {
      let sum = 0;
      for (let i = 0; i < count; i++) sum += rowOf(image, i)[j]! ** 2 / count;
      return sum;
    });
    expect(Math.max(...spread)).toBeLessThan(0.7);
  });

  it('do not change the features', async () => {
    const before = rows.text.data.slice();
    await modalitySpaces(rows, instances, settings, streams, false);
    expect(rows.text.data).toEqual(before);
  });

  it('of very wide features keep angles, by a random projection', async () => {
    const wide = normal(new Random(4), 12, 1600);
    const few = instancesOf(places.slice(0, 12), places.slice(0, 12));
    const { image } = await modalitySpaces({ image: wide, text: wide }, few, settings, streams, true);
    expect(image.cols).toBe(1024);
    const cosine = (m: Matrix, a: number, b: number): number => {
      const [x, y] = [rowOf(m, a), rowOf(m, b)];
      const inner = x.reduce((sum, value, j) => sum + value * y[j]!, 0);
      return inner / Math.hypot(...x) / Math.hypot(...y);
    };
    for (let a = 0; a < 12; a++)
      for (let b = 0; b < a; b++)
        expect(Math.abs(cosine(image, a, b) - cosine(wide, a, b))).toBeLessThan(0.15);
  });
});
