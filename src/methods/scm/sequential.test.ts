import { Matrix as Dense, EigenvalueDecomposition, inverse } from 'ml-matrix';
import { expect, it } from 'vitest';
import { Random } from '../../random.ts';
import type { Matrix } from '../contract.ts';
import { covariance } from '../covariance.ts';
import { meanRow } from '../projection.ts';
import { type LabelledViews, sequentialDirections } from './sequential.ts';

const RIDGE = 0.02;
const sign = (value: number): number => (value > 0 ? 1 : -1);

/** Rows that carry their classes; every third has two of them. */
async function labelledViews(first: number, second: number, random: Random, n = 60): Promise<LabelledViews> {
  const cols = first + second;
  const centres = Array.from({ length: 4 * cols }, () => 2 * random.normal());
  const labels = Array.from({ length: n }, (_, i) => (i % 3 === 0 ? [i % 4, (i + 1) % 4] : [i % 4]));
  const data = Float32Array.from({ length: n * cols }, (_, i) => {
    const [row, j] = [Math.floor(i / cols), i % cols];
    return labels[row]!.reduce((total, label) => total + centres[label * cols + j]!, 5 + random.normal());
  });
  const rows: Matrix = { data, rows: n, cols };
  const mean = meanRow(rows);
  return { rows, mean, size: first, scatter: await covariance(rows, mean, async () => undefined), labels };
}

/** The paper's algorithm with S̃ and the residual as n × n matrices, each bit by a generalised eigenproblem. */
function oracle({ rows, mean, size, labels }: LabelledViews, bits: number) {
  const n = rows.rows;
  const part = (from: number, to: number): Dense =>
    new Dense(
      Array.from({ length: n }, (_, i) =>
        Array.from({ length: to - from }, (_, j) => rows.data[i * rows.cols + from + j]! - mean[from + j]!),
      ),
    );
  const x = part(0, size);
  const y = part(size, rows.cols);
  const regularised = (view: Dense): Dense => {
    const c = view
      .transpose()
      .mmul(view)
      .mul(1 / n);
    return c.add(Dense.eye(c.rows).mul((RIDGE * c.trace()) / c.rows));
  };
  const [cxx, cyy] = [regularised(x), regularised(y)];
  const unit = labels.map((list) =>
    Array.from({ length: 4 }, (_, c) => (list.includes(c) ? 1 / Math.sqrt(list.length) : 0)),
  );
  const l = new Dense(unit);
  let residual = l.mmul(l.transpose()).mul(2).sub(Dense.ones(n, n)).mul(bits);
  const found: { wx: number[]; wy: number[] }[] = [];
  for (let bit = 0; bit < bits; bit++) {
    const cxy = x.transpose().mmul(residual).mmul(y);
    const back = inverse(cyy).mmul(cxy.transpose());
    const problem = new EigenvalueDecomposition(inverse(cxx).mmul(cxy).mmul(back));
    const order = problem.realEigenvalues.map((_, i) => i);
    const best = order.sort((a, b) => problem.realEigenvalues[b]! - problem.realEigenvalues[a]!)[0]!;
    const wx = Dense.columnVector(problem.eigenvectorMatrix.getColumn(best));
    const wy = back.mmul(wx);
    const hx = Dense.columnVector(x.mmul(wx).to1DArray().map(sign));
    const hy = Dense.rowVector(y.mmul(wy).to1DArray().map(sign));
    residual = residual.sub(hx.mmul(hy));
    found.push({ wx: wx.to1DArray(), wy: wy.to1DArray() });
  }
  return found;
}

const cosine = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += a[i]! * b[i]!;
    aa += a[i]! ** 2;
    bb += b[i]! ** 2;
  }
  return ab / Math.sqrt(aa * bb);
};

it.each([
  [6, 9],
  [8, 5],
])('finds the bits of the paper without its n × n matrices (views of %i and %i)', async (first, second) => {
  const views = await labelledViews(first, second, new Random(first, 'test'));
  const similarities: number[] = [];
  const found = await sequentialDirections(views, {
    bits: 8,
    ridge: RIDGE,
    random: new Random(0, 'lanczos'),
    onBit: async (_, similarity) => void similarities.push(similarity),
  });
  const wanted = oracle(views, 8);
  for (let bit = 0; bit < 8; bit++) {
    const sx = cosine(found.first[bit]!, wanted[bit]!.wx);
    const sy = cosine(found.second[bit]!, wanted[bit]!.wy);
    expect(Math.abs(sx)).toBeCloseTo(1, 6);
    // A pair of directions may be turned around, but only together.
    expect(sx * sy).toBeCloseTo(1, 5);
  }
  expect(similarities[0]).toBe(1);
  expect(similarities.length).toBe(8);
});

it('does not depend on the order of the pairs', async () => {
  const views = await labelledViews(6, 5, new Random(3, 'test'));
  const order = new Random(1, 'order').permutation(views.labels.length);
  const { cols } = views.rows;
  const data = Float32Array.from(views.rows.data, (_, i) => {
    return views.rows.data[order[Math.floor(i / cols)]! * cols + (i % cols)]!;
  });
  const turned = {
    ...views,
    rows: { ...views.rows, data },
    labels: Array.from(order, (row) => views.labels[row]!),
  };
  const run = (of: LabelledViews) =>
    sequentialDirections(of, {
      bits: 8,
      ridge: RIDGE,
      random: new Random(0, 'lanczos'),
      onBit: async () => undefined,
    });
  const [a, b] = [await run(views), await run(turned)];
  for (let bit = 0; bit < 8; bit++) expect(cosine(a.first[bit]!, b.first[bit]!)).toBeCloseTo(1, 6);
});
