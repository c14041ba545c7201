import { Matrix as Dense, EigenvalueDecomposition, inverse } from 'ml-matrix';
import { expect, it } from 'vitest';
import { Random } from '../../random.ts';
import { block, type Symmetric } from '../principal.ts';
import { canonicalDirections } from './cca.ts';

/** Two views of a shared signal: the first `shared` dimensions of both carry it, mixed. */
function jointCovariance(d1: number, d2: number, random: Random, rows = 300): Symmetric {
  const size = d1 + d2;
  const mixing = Array.from({ length: size * 3 }, () => random.normal());
  const data = new Float64Array(size * size);
  for (let i = 0; i < rows; i++) {
    const signal = [random.normal(), random.normal(), random.normal()];
    const x = Array.from({ length: size }, (_, j) =>
      signal.reduce((total, s, k) => total + s * mixing[j * 3 + k]!, random.normal()),
    );
    for (let a = 0; a < size; a++)
      for (let b = 0; b < size; b++) data[a * size + b]! += (x[a]! * x[b]!) / rows;
  }
  return { data, size };
}

const dense = ({ data, size }: Symmetric): Dense =>
  new Dense(Array.from({ length: size }, (_, i) => Array.from(data.subarray(i * size, (i + 1) * size))));

it.each([
  [6, 4],
  [3, 9],
])('finds the canonical correlations of views with %i and %i dimensions', (d1, d2) => {
  const ridge = 0.05;
  const joint = jointCovariance(d1, d2, new Random(d1, 'test'));
  const count = Math.min(d1, d2);
  const { correlations, first, second } = canonicalDirections(joint, d1, {
    count,
    ridge,
    random: new Random(0, 'lanczos'),
  });

  const all = dense(joint);
  const regularised = (from: number, to: number): Dense => {
    const c = all.subMatrix(from, to - 1, from, to - 1);
    return c.add(Dense.eye(to - from).mul((ridge * c.trace()) / (to - from)));
  };
  const cxx = regularised(0, d1);
  const cyy = regularised(d1, d1 + d2);
  const cxy = all.subMatrix(0, d1 - 1, d1, d1 + d2 - 1);
  // The textbook's form: eigenvalues of C_xx⁻¹ C_xy C_yy⁻¹ C_yx are ρ².
  const product = inverse(cxx).mmul(cxy).mmul(inverse(cyy)).mmul(cxy.transpose());
  const oracle = new EigenvalueDecomposition(product).realEigenvalues.sort((a, b) => b - a);
  for (let k = 0; k < count; k++) expect(correlations[k]! ** 2).toBeCloseTo(oracle[k]!, 8);

  const a = new Dense(first.map((column) => Array.from(column)));
  const b = new Dense(second.map((column) => Array.from(column)));
  const own = a.mmul(cxx).mmul(a.transpose());
  const across = a.mmul(cxy).mmul(b.transpose());
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) {
      expect(own.get(i, j)).toBeCloseTo(i === j ? 1 : 0, 6);
      expect(across.get(i, j)).toBeCloseTo(i === j ? correlations[i]! : 0, 6);
    }
  }
});

it('sees a correlation of 1 where both views are the same, less what the ridge takes', () => {
  const random = new Random(2, 'test');
  const one = block(jointCovariance(5, 1, random), 0, 5);
  const joint = new Float64Array(100);
  for (let a = 0; a < 10; a++)
    for (let b = 0; b < 10; b++) joint[a * 10 + b] = one.data[(a % 5) * 5 + (b % 5)]!;
  const options = { count: 5, random: new Random(0, 'lanczos') };
  const free = canonicalDirections({ data: joint, size: 10 }, 5, { ...options, ridge: 1e-9 });
  for (const value of free.correlations) expect(value).toBeCloseTo(1, 6);
  const ridged = canonicalDirections({ data: joint, size: 10 }, 5, { ...options, ridge: 1 });
  expect(Math.max(...ridged.correlations)).toBeLessThan(1);
});

it('survives dimensions without variance', () => {
  const joint = jointCovariance(4, 3, new Random(3, 'test'));
  for (let i = 0; i < 7; i++) {
    joint.data[2 * 7 + i] = 0;
    joint.data[i * 7 + 2] = 0;
  }
  const { correlations, first } = canonicalDirections(joint, 4, {
    count: 3,
    ridge: 0.01,
    random: new Random(0, 'lanczos'),
  });
  expect([...correlations].every(Number.isFinite)).toBe(true);
  for (const direction of first) expect(direction[2]).toBeCloseTo(0, 8);
  const nothing = canonicalDirections({ data: new Float64Array(49), size: 7 }, 4, {
    count: 3,
    ridge: 0.01,
    random: new Random(0, 'lanczos'),
  });
  expect([...nothing.correlations]).toEqual([0, 0, 0]);
});
