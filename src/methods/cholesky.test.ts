import { expect, it } from 'vitest';
import { Random } from '../random.ts';
import { Cholesky } from './cholesky.ts';
import type { Symmetric } from './principal.ts';

/** A Aᵀ of a random matrix A `[size, rank]`. */
function gram(size: number, rank: number, random: Random): Symmetric {
  const a = Float64Array.from({ length: size * rank }, () => random.normal());
  const data = new Float64Array(size * size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++)
      for (let k = 0; k < rank; k++) data[i * size + j]! += a[i * rank + k]! * a[j * rank + k]!;
  return { data, size };
}

it('solves (C + εI) x = b', () => {
  const random = new Random(1, 'test');
  for (const [size, rank] of [
    [1, 1],
    [7, 9],
    [12, 4],
  ] as const) {
    const c = gram(size, rank, random);
    const factor = Cholesky.of(c, 0.1);
    const b = Float64Array.from({ length: size }, () => random.normal());
    const x = factor.solve(b);
    for (let i = 0; i < size; i++) {
      const image = x.reduce((total, value, j) => total + c.data[i * size + j]! * value, 0.1 * x[i]!);
      expect(image).toBeCloseTo(b[i]!, 9);
    }
    expect(factor.solveUpper(factor.solveLower(b))).toEqual(x);
  }
});

it('whitens: L⁻¹ (C + εI) L⁻ᵀ = I', () => {
  const size = 6;
  const c = gram(size, 8, new Random(2, 'test'));
  const factor = Cholesky.of(c, 0.5);
  for (let j = 0; j < size; j++) {
    const unit = Float64Array.from({ length: size }, (_, i) => (i === j ? 1 : 0));
    const w = factor.solveUpper(unit);
    const image = Float64Array.from({ length: size }, (_, i) =>
      w.reduce((total, value, k) => total + c.data[i * size + k]! * value, 0.5 * w[i]!),
    );
    const column = factor.solveLower(image);
    for (let i = 0; i < size; i++) expect(column[i]).toBeCloseTo(i === j ? 1 : 0, 9);
  }
});

it('takes its ridge from the mean of the diagonal, and from 1 where there is no variance', () => {
  expect(Cholesky.ridged({ data: Float64Array.of(4, 0, 0, 2), size: 2 }, 0.1).epsilon).toBeCloseTo(0.3, 12);
  expect(Cholesky.ridged({ data: new Float64Array(4), size: 2 }, 0.1).epsilon).toBe(0.1);
});

it('stays finite where rounding has made a covariance indefinite', () => {
  const data = Float64Array.of(1, 1 + 1e-7, 1 + 1e-7, 1);
  const x = Cholesky.of({ data, size: 2 }, 1e-9).solve(Float64Array.of(1, -1));
  expect([...x].every(Number.isFinite)).toBe(true);
});
