import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/temporary-folder.ts';
import { datasetFromArrays } from '../../data/build-dataset.ts';
import { addClassDescriptions } from './class-descriptions.ts';

const data = datasetFromArrays({
  name: 'zoo',
  classes: ['001.cat', 'quokka', 'xyzzyx'],
  classEmbeddings: { words: [[1], [1], [1]] },
  modalities: { image: { features: [[1], [2], [3]], labels: [0, 1, 2] } },
});

async function described(text: string, vectors?: string) {
  const folder = await temporaryFolder();
  const file = path.join(folder, 'd.tsv');
  await writeFile(file, text);
  if (vectors === undefined) return addClassDescriptions(data, file);
  await writeFile(path.join(folder, 'v.txt'), vectors);
  return addClassDescriptions(data, file, { wordVectors: path.join(folder, 'v.txt') });
}

const rows = ({ classEmbeddings }: Awaited<ReturnType<typeof described>>): number[][] => {
  const { data: values, cols } = classEmbeddings.get('descriptions')!;
  return [0, 1, 2].map((row) => [...values.subarray(row * cols, (row + 1) * cols)]);
};
const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, x, j) => sum + x * b[j]!, 0);

// Few words: no direction is taken out, and of one word a mean is its vector.
const VECTORS = 'cat 1 0 0\nmeows 0 1 0\nhops 0 0 2\n001 -1 -1 -1\n';

describe('descriptions of classes', () => {
  it('become unit vectors, half the name and half what is said; a name without a vector is passed over', async () => {
    const made = await described('cat\tMeows, meows.\nquokka\thops\nxyzzyx\tMeows\n', VECTORS);
    const half = Math.SQRT1_2;
    const expected = [
      [half, half, 0],
      [0, 0, 1],
      [0, 1, 0],
    ];
    rows(made).forEach((row, i) => {
      for (const [j, x] of row.entries()) expect(x).toBeCloseTo(expected[i]![j]!, 2);
      expect(dot(row, row)).toBeCloseTo(1, 5);
    });
    expect([...made.classEmbeddings.keys()]).toEqual(['descriptions', 'words']);
    expect(made.fingerprint).toBe(data.fingerprint);
  });

  it('mean what their words mean, by the vectors that come with the package', async () => {
    const [cat, quokka, rocket] = rows(
      await described(
        'cat\tA small pet with soft fur\nquokka\tA small animal with brown fur that eats grass\nxyzzyx\tA vehicle that carries satellites into orbit\n',
      ),
    );
    expect(dot(cat!, quokka!)).toBeGreaterThan(dot(quokka!, rocket!) + 0.2);
  });

  it('of which no word is known are refused by the name of the class', async () => {
    await expect(described('cat\tmeows\nquokka\thops\nxyzzyx\tplugh\n', VECTORS)).rejects.toMatchObject({
      code: 'CLASS_EMBEDDING_ZERO',
      values: { name: 'xyzzyx' },
    });
  });
});
