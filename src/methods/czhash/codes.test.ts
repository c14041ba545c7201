/** Hash coding against naive computations: the loss that it reports, and the bits that its weights give. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../random.ts';
import type { Matrix } from '../contract.ts';
import { rowOf } from '../dense.ts';
import { type Coding, learnCoding } from './codes.ts';
import { softmaxRow } from './simplex.ts';

interface Problem {
  readonly powers: Matrix;
  readonly shares: Float64Array;
  readonly bits: number;
}

function draw(random: Random, bits: number, categories: number, weighted: boolean): Problem {
  const rows = 40 + random.below(60);
  const data = Float32Array.from({ length: rows * categories }, () => 2 * random.normal());
  const powers = { data, rows, cols: categories };
  for (let i = 0; i < rows; i++) softmaxRow(rowOf(powers, i));
  const shares = Float64Array.from({ length: rows }, () => (weighted ? 0.05 + random.uniform() : 1));
  return { powers: { ...powers, data: data.map(Math.sqrt) }, shares, bits };
}

const learn = async (
  { powers, shares, bits }: Problem,
  seed: number,
): Promise<{ coding: Coding; losses: number[] }> => {
  const losses: number[] = [];
  const coding = await learnCoding(powers, shares, {
    bits,
    iterations: 12,
    random: (stream) => new Random(seed, stream),
    onIteration: async (_, loss) => {
      losses.push(loss);
    },
  });
  return { coding, losses };
};

/** Wᵀ(v − mean) of every row, in float64. */
const encode = ({ powers, bits }: Problem, { mean, weights }: Coding): number[][] =>
  Array.from({ length: powers.rows }, (_, i) => {
    const row = rowOf(powers, i);
    return Array.from({ length: bits }, (_, j) =>
      row.reduce((sum, value, k) => sum + (value - mean[k]!) * weights[k * bits + j]!, 0),
    );
  });

/** Mean over entries of (b − √w Rᵀ v)². */
function lossOf(problem: Problem, coding: Coding): number {
  const { powers, shares, bits } = problem;
  const total = shares.reduce((sum, share) => sum + share, 0);
  let loss = 0;
  encode(problem, coding).forEach((row, i) => {
    const root = Math.sqrt((shares[i]! * powers.rows) / total);
    for (const value of row) loss += (Math.sign(value) - root * value) ** 2;
  });
  return loss / powers.rows / bits;
}

describe.each([
  ['fewer categories than bits', 16, 7],
  ['as many', 8, 8],
  ['more', 8, 21],
])('%s', (_, bits, categories) => {
  it.each([false, true])('the loss never rises, over 6 problems; weights: %s', async (weighted) => {
    const random = new Random(categories);
    for (let n = 0; n < 6; n++) {
      const problem = draw(random, bits, categories, weighted);
      const { losses, coding } = await learn(problem, n);
      expect(losses).toHaveLength(12);
      losses.forEach((loss, i) => {
        expect(loss).toBeLessThanOrEqual((losses[i - 1] ?? Infinity) + 1e-5);
      });
      expect(losses.at(-1)).toBeLessThan(losses[0]!);
      // What is returned is a step further than what was last said, by the same measure.
      expect(lossOf(problem, coding)).toBeLessThanOrEqual(losses.at(-1)! + 1e-4);
    }
  });

  it('weights are one scale times a matrix with orthonormal rows or columns, to unit mean square', async () => {
    const problem = draw(new Random(1), bits, categories, true);
    const { coding } = await learn(problem, 1);
    const { weights } = coding;
    const vectors =
      categories > bits
        ? Array.from({ length: bits }, (_, j) =>
            Array.from({ length: categories }, (_, k) => weights[k * bits + j]!),
          )
        : Array.from({ length: categories }, (_, k) =>
            Array.from(weights.subarray(k * bits, (k + 1) * bits)),
          );
    const scale = Math.hypot(...vectors[0]!);
    vectors.forEach((a, i) => {
      vectors.forEach((b, j) => {
        const inner = a.reduce((sum, value, k) => sum + value * b[k]!, 0) / scale ** 2;
        expect(inner).toBeCloseTo(i === j ? 1 : 0, 3);
      });
    });
    const { powers, shares } = problem;
    const total = shares.reduce((sum, share) => sum + share, 0);
    let squares = 0;
    encode(problem, coding).forEach((row, i) => {
      for (const value of row) squares += (shares[i]! / total) * value * value;
    });
    expect(squares / bits).toBeCloseTo(1, 2);
    expect(powers.cols).toBe(coding.mean.length);
  });
});

it('the mean is the weighted mean of rows', async () => {
  const problem = draw(new Random(2), 8, 5, true);
  const { coding } = await learn(problem, 1);
  const total = problem.shares.reduce((sum, share) => sum + share, 0);
  coding.mean.forEach((value, k) => {
    let expected = 0;
    for (let i = 0; i < problem.powers.rows; i++)
      expected += (problem.shares[i]! / total) * rowOf(problem.powers, i)[k]!;
    expect(value).toBeCloseTo(expected, 5);
  });
});

it('rows without weight change neither the mean nor any bit', async () => {
  const { powers, bits } = draw(new Random(3), 8, 12, false);
  const half = powers.rows / 2;
  const shares = Float64Array.from({ length: powers.rows }, (_, i) => (i < half ? 1 : 0));
  const other = powers.data.slice();
  for (let at = Math.ceil(half) * powers.cols; at < other.length; at++) other[at] = 0.9;
  const once = (await learn({ powers, shares, bits }, 1)).coding;
  const twice = (await learn({ powers: { ...powers, data: other }, shares, bits }, 1)).coding;
  expect(twice.mean).toEqual(once.mean);
  const signs = (coding: Coding): boolean[] =>
    encode({ powers, shares, bits }, coding)
      .flat()
      .map((value) => value > 0);
  expect(signs(twice)).toEqual(signs(once));
});

it('rows that are all alike give finite weights', async () => {
  const powers = { data: new Float32Array(20 * 3).fill(0.5), rows: 20, cols: 3 };
  const { coding } = await learn({ powers, shares: new Float64Array(20).fill(1), bits: 8 }, 1);
  expect(coding.weights.every(Number.isFinite)).toBe(true);
});
