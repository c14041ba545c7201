import { Matrix as Dense, SingularValueDecomposition } from 'ml-matrix';
import { expect, it } from 'vitest';
import { Random } from '../random.ts';
import { type LinearOperator, leadingSingularTriplets } from './singular.ts';

const operatorOf = (k: Dense): LinearOperator => ({
  rows: k.rows,
  cols: k.columns,
  times: (v) => Float64Array.from(k.mmul(Dense.columnVector(v)).to1DArray()),
  transposed: (u) => Float64Array.from(k.transpose().mmul(Dense.columnVector(u)).to1DArray()),
});

it.each([
  [5, 9],
  [9, 5],
  [70, 60],
])('agrees with a full decomposition of a %i × %i matrix', (rows, cols) => {
  const random = new Random(rows, 'test');
  const k = new Dense(
    Array.from({ length: rows }, () => Array.from({ length: cols }, () => random.normal())),
  );
  const { diagonal } = new SingularValueDecomposition(k);
  const triplets = leadingSingularTriplets(operatorOf(k), 3, random);
  triplets.forEach(({ value, left, right }, i) => {
    expect(value).toBeCloseTo(diagonal[i]!, 6);
    const image = k.mmul(Dense.columnVector(right));
    for (let r = 0; r < rows; r++) expect(image.get(r, 0)).toBeCloseTo(value * left[r]!, 5);
  });
});

it('gives zeros, not noise, beside a vanishing singular value', () => {
  const k = Dense.columnVector([1, 2, 2]).mmul(Dense.rowVector([0, 3, 4, 0]));
  const triplets = leadingSingularTriplets(operatorOf(k), 3, new Random(1, 'test'));
  expect(triplets[0]!.value).toBeCloseTo(15, 10);
  for (const { value, right } of triplets.slice(1)) {
    expect(value).toBeCloseTo(0, 8);
    expect([...right]).toEqual([0, 0, 0, 0]);
  }
});
