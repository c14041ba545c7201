import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { Random } from '../../random.ts';
import { dequantize, quantize } from './quantize.ts';
import { addRow, commonDirection, finish, MIN_WORDS_FOR_COMMON, sifWeight } from './word-mean.ts';

const random = new Random(2, 'word-mean');
const words = (rows: number, cols: number) =>
  quantize(
    {
      // A shared direction, as word vectors have.
      data: Float32Array.from({ length: rows * cols }, (_, i) => random.normal() + (i % cols === 2 ? 2 : 0)),
      rows,
      cols,
    },
    'x',
  );

describe('weights of the mean', () => {
  it('fall with frequency as a / (a + p) and approach one', () => {
    expect(sifWeight(0.001, 0)).toBeCloseTo(0.001 / (0.001 + 0.1 / 3.7), 12);
    expect(sifWeight(0.001, 99)).toBeCloseTo(0.5, 1);
    expect(sifWeight(0.001, 20_000)).toBeGreaterThan(0.99);
    expect(sifWeight(0, 0)).toBe(1);
  });
});

describe('the direction that all texts share', () => {
  it.each([0.001, 0])('is the first eigenvector of Σ p(w) v vᵀ (a = %d)', (a) => {
    const vectors = words(1200, 6);
    const { data } = dequantize(vectors);
    const second = Matrix.zeros(6, 6);
    for (let row = 0; row < 1200; row++) {
      const p = a === 0 ? 1 : 0.1 / (row + 3.7);
      for (let i = 0; i < 6; i++)
        for (let j = 0; j < 6; j++)
          second.set(i, j, second.get(i, j) + p * data[row * 6 + i]! * data[row * 6 + j]!);
    }
    const oracle = new EigenvalueDecomposition(second, { assumeSymmetric: true });
    const last = oracle.eigenvectorMatrix.getColumn(5);
    const found = commonDirection(vectors, a);
    const cosine = found.reduce((sum, x, j) => sum + x * last[j]!, 0);
    expect(Math.abs(cosine)).toBeCloseTo(1, 6);
  });

  it('is not looked for among few words, or where vectors are zeros', () => {
    expect(commonDirection(words(MIN_WORDS_FOR_COMMON - 1, 3), 0.001)).toHaveLength(0);
    const zeros = { data: new Float32Array(3000), rows: 1000, cols: 3 };
    expect(commonDirection(quantize(zeros, 'x'), 0.001)).toHaveLength(0);
  });

  it('goes, the rest becomes a unit vector; where nothing else was, zeros remain', () => {
    const direction = Float32Array.of(0.6, 0.8, 0);
    const sum = Float64Array.of(3, 4, 12);
    finish(sum, direction);
    expect([...sum].map((x) => Number(x.toFixed(6)) + 0)).toEqual([0, 0, 1]);
    const along = Float64Array.of(3, 4, 0);
    finish(along, direction);
    expect([...along]).toEqual([0, 0, 0]);
    const plain = Float64Array.of(3, 4);
    finish(plain, new Float32Array(0));
    expect([...plain]).toEqual([0.6000000000000001, 0.8]);
  });

  it('a row is added with its weight', () => {
    const vectors = quantize({ data: Float32Array.of(0, 0, 127, -64), rows: 2, cols: 2 }, 'x');
    const sum = Float64Array.of(1, 1);
    addRow(sum, vectors, 1, 0.5);
    expect([...sum]).toEqual([64.5, -31]);
  });
});
