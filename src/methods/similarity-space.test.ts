/** The similarity space against naive float64 computations. */
import { Matrix as Dense, EigenvalueDecomposition, inverse } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { Random } from '../random.ts';
import type { Matrix } from './contract.ts';
import { type SpaceOptions, similaritySpace } from './similarity-space.ts';

const CLASSES = 6;

/** Rows around `centres` of standard deviation `spread`, both by column; row i belongs to class i mod `classes`. */
function clusters(
  random: Random,
  rows: number,
  classes: number,
  centres: readonly number[],
  spread: readonly number[],
): { matrix: Matrix; labels: Int32Array } {
  const cols = spread.length;
  const middles = Array.from({ length: classes }, () => centres.map((scale) => scale * random.normal()));
  const labels = Int32Array.from({ length: rows }, (_, i) => i % classes);
  const data = new Float32Array(rows * cols);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++)
      data[i * cols + j] = middles[labels[i]!]![j]! + spread[j]! * random.normal();
  }
  return { matrix: { data, rows, cols }, labels };
}

const rowsOf = ({ data, rows, cols }: Matrix): number[][] =>
  Array.from({ length: rows }, (_, i) => Array.from(data.subarray(i * cols, (i + 1) * cols)));
const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((total, value, i) => total + value * b[i]!, 0);
const unit = (row: readonly number[]): number[] => {
  const length = Math.sqrt(dot(row, row)) || 1;
  return row.map((value) => value / length);
};
const meanOf = (rows: readonly (readonly number[])[]): number[] =>
  rows[0]!.map((_, j) => rows.reduce((total, row) => total + row[j]!, 0) / rows.length);
const minus = (a: readonly number[], b: readonly number[]): number[] => a.map((value, j) => value - b[j]!);

/** All cosines of the rows, which are unit rows or zero. */
const cosines = (rows: readonly (readonly number[])[]): number[] =>
  rows.flatMap((a) => rows.map((b) => dot(a, b)));

/** Shrunk within-class covariance, `[d][d]`. */
function withinCovariance(source: Matrix, labels: Int32Array, shrinkage: number): number[][] {
  const rows = rowsOf(source);
  const d = source.cols;
  const means = Array.from({ length: CLASSES }, (_, c) => meanOf(rows.filter((__, i) => labels[i] === c)));
  const within = rows.map((row, i) => minus(row, means[labels[i]!]!));
  const estimate = Array.from({ length: d }, (_, j) =>
    Array.from(
      { length: d },
      (__, k) => within.reduce((sum, row) => sum + row[j]! * row[k]!, 0) / rows.length,
    ),
  );
  const variance = estimate.reduce((sum, row, j) => sum + row[j]!, 0) / d;
  return estimate.map((row, j) =>
    row.map((value, k) => (1 - shrinkage) * value + (j === k ? shrinkage * variance : 0)),
  );
}

/** Whitening by the symmetric root, Wiener's weights, unit rows: cosines do not depend on which root it is. */
function naiveSpace(source: Matrix, labels: Int32Array, pool: Matrix, shrinkage: number): number[][] {
  const { eigenvectorMatrix, realEigenvalues } = new EigenvalueDecomposition(
    new Dense(withinCovariance(source, labels, shrinkage)),
    { assumeSymmetric: true },
  );
  const root = eigenvectorMatrix
    .mmul(Dense.diag(realEigenvalues.map((value) => 1 / Math.sqrt(value))))
    .mmul(eigenvectorMatrix.transpose());
  const centre = meanOf(rowsOf(source));
  const white = new Dense(rowsOf(pool).map((row) => minus(row, centre))).mmul(root).to2DArray();
  const middle = meanOf(white);
  const away = new Dense(white.map((row) => minus(row, middle)));
  const spread = new EigenvalueDecomposition(away.transpose().mmul(away).div(white.length), {
    assumeSymmetric: true,
  });
  const shares = spread.realEigenvalues.map((e) => (e > 1 ? (e - 1) / e : 0));
  return new Dense(white)
    .mmul(spread.eigenvectorMatrix)
    .to2DArray()
    .map((row) => unit(row.map((value, k) => value * shares[k]!)));
}

/** Twice: half of the row, half of the unit mean of its `count` nearest by cosine, then unit again. */
function naiveSmoothing(rows: readonly (readonly number[])[], count: number): number[][] {
  let at = rows.map((row) => [...row]);
  for (let pass = 0; pass < 2; pass++) {
    at = at.map((row, i) => {
      const others = at.map((other, k) => ({ other, near: dot(row, other), k })).filter(({ k }) => k !== i);
      const nearest = others.sort((a, b) => b.near - a.near || a.k - b.k).slice(0, count);
      const mean = unit(meanOf(nearest.map(({ other }) => other)));
      return unit(row.map((value, j) => 0.5 * value + 0.5 * mean[j]!));
    });
  }
  return at;
}

const furthest = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((far, value, i) => Math.max(far, Math.abs(value - b[i]!)), 0);

const random = new Random(3, 'similarity space');
const source = clusters(random, 90, CLASSES, [2, 2, 2, 2, 2], [1, 0.5, 2, 1, 0.3]);
const pool = clusters(random, 40, 4, [3, 3, 1, 3, 3], [1, 0.5, 2, 1, 0.3]).matrix;

const space = (rows: Matrix, options: Partial<SpaceOptions> = {}, from = source): Promise<Matrix> =>
  similaritySpace(from.matrix, from.labels, CLASSES, rows, {
    shrinkage: 0.3,
    neighbours: 0,
    threads: 1,
    random: new Random(0, 'space'),
    ...options,
  });

describe('whitening and filter', () => {
  it.each([0.05, 0.3, 1])('are those of a float64 computation, shrinkage %d', async (shrinkage) => {
    const found = await space(pool, { shrinkage });
    const naive = naiveSpace(source.matrix, source.labels, pool, shrinkage);
    expect(furthest(cosines(rowsOf(found)), cosines(naive))).toBeLessThan(1e-4);
  });

  it('measure by Mahalanobis where classes lie so far apart that nothing is filtered', async () => {
    const far = { ...pool, data: pool.data.map((value) => 1000 * value) };
    const found = rowsOf(await space(far));
    const precision = inverse(new Dense(withinCovariance(source.matrix, source.labels, 0.3)));
    const centre = meanOf(rowsOf(source.matrix));
    const rows = rowsOf(far).map((row) => minus(row, centre));
    const inner = (a: number[], b: number[]): number =>
      dot(Dense.rowVector(a).mmul(precision).to1DArray(), b);
    const naive = rows.flatMap((a) => rows.map((b) => inner(a, b) / Math.sqrt(inner(a, a) * inner(b, b))));
    expect(furthest(cosines(found), naive)).toBeLessThan(1e-3);
  });

  it('give no weight to a direction in which the pool varies by no more than a class does', async () => {
    // Column 2 varies by half a class's deviation, across all pool rows alike; the others tell classes apart.
    const made = clusters(new Random(8, 'noise'), 60, 4, [9, 9, 0, 9, 9], [1, 0.5, 0.5, 1, 0.3]).matrix;
    const moved = { ...made, data: made.data.map((value, i) => (i % 5 === 2 ? -value : value)) };
    const plain = cosines(rowsOf(await space(made, { shrinkage: 0.05 })));
    expect(furthest(plain, cosines(rowsOf(await space(moved, { shrinkage: 0.05 }))))).toBeLessThan(0.03);
    const control = { ...made, data: made.data.map((value, i) => (i % 5 === 1 ? -value : value)) };
    expect(furthest(plain, cosines(rowsOf(await space(control, { shrinkage: 0.05 }))))).toBeGreaterThan(0.15);
  });

  it('leave the pool as it is whitened where no direction tells anything', async () => {
    const tight = { ...pool, data: pool.data.map((value) => 1e-3 * value) };
    const found = rowsOf(await space(tight));
    for (const row of found) expect(dot(row, row)).toBeCloseTo(1, 5);
  });

  it('bear columns that never vary, as dead hidden units make them', async () => {
    const dead = ({ data, rows, cols }: Matrix): Matrix => ({
      rows,
      cols: cols + 1,
      data: Float32Array.from({ length: rows * (cols + 1) }, (_, i) =>
        i % (cols + 1) === cols ? 0 : data[Math.floor(i / (cols + 1)) * cols + (i % (cols + 1))]!,
      ),
    });
    const found = await space(dead(pool), { shrinkage: 0 }, { ...source, matrix: dead(source.matrix) });
    expect(found.data.every(Number.isFinite)).toBe(true);
  });
});

describe('smoothing', () => {
  it.each([1, 3, 10])('is that of a naive loop, %d neighbours', async (neighbours) => {
    const plain = await space(pool);
    const found = await space(pool, { neighbours });
    const naive = naiveSmoothing(rowsOf(plain), neighbours);
    expect(furthest(rowsOf(found).flat(), naive.flat())).toBeLessThan(1e-4);
  });

  it('takes all other rows where there are fewer than neighbours', async () => {
    const few = { ...pool, data: pool.data.slice(0, 6 * 5), rows: 6 };
    const found = await space(few, { neighbours: 1000 });
    expect(found.data).toEqual((await space(few, { neighbours: 5 })).data);
  });
});

it('bears a single item, equal items and rows of zeros', async () => {
  const one = { ...pool, data: pool.data.slice(0, 5), rows: 1 };
  const equal = { data: new Float32Array(8 * 5).fill(1.5), rows: 8, cols: 5 };
  const zeros = { data: new Float32Array(8 * 5), rows: 8, cols: 5 };
  for (const rows of [one, equal, zeros]) {
    const found = await space(rows, { neighbours: 3 });
    expect([found.rows, found.data.every(Number.isFinite)]).toEqual([rows.rows, true]);
  }
});
