/** The attribute space against a dense solve, finite differences and random neighbours. */
import { Matrix as Dense, solve } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { Labels } from '../../data/index.ts';
import { Random } from '../../random.ts';
import type { Matrix } from '../contract.ts';
import { rowOf } from '../dense.ts';
import { attributeObjective, attributeVectors, centredEmbeddings, fitAttributes } from './attributes.ts';

const normal = (random: Random, rows: number, cols: number): Matrix => ({
  data: Float32Array.from({ length: rows * cols }, () => random.normal()),
  rows,
  cols,
});
const dense = ({ data, rows, cols }: Matrix): Dense => Dense.from1DArray(rows, cols, data);
const unit = (row: readonly number[]): number[] => {
  const length = Math.hypot(...row) || 1;
  return row.map((value) => value / length);
};

interface Problem {
  readonly features: Matrix;
  readonly attributes: Matrix;
  readonly ridge: number;
  /** ν as an absolute number: `ridge` times the mean square of a feature. */
  readonly epsilon: number;
}

function draw(random: Random): Problem {
  // Fewer and more rows than columns.
  const rows = 4 + random.below(30);
  const features = normal(random, rows, 2 + random.below(10));
  const attributes = normal(random, rows, 1 + random.below(5));
  const ridge = 0.01 + random.uniform();
  const squares = features.data.reduce((sum, value) => sum + value * value, 0);
  return { features, attributes, ridge, epsilon: (ridge * squares) / rows / features.cols };
}

/** Σ ‖Pᵀ f_i − e_i‖² / n + ν ‖P‖² in float64. */
function naive({ features, attributes, epsilon }: Problem, p: Dense): number {
  const error = dense(features).mmul(p).sub(dense(attributes)).norm('frobenius');
  return error ** 2 / features.rows + epsilon * p.norm('frobenius') ** 2;
}

describe('P', () => {
  it('is the dense solution (FᵀF/n + νI)⁻¹ FᵀE/n', async () => {
    const random = new Random(1);
    for (let n = 0; n < 25; n++) {
      const problem = draw(random);
      const { features, attributes, ridge, epsilon } = problem;
      const { weights, objective } = await fitAttributes(features, attributes, ridge);
      const f = dense(features);
      const gram = f.transpose().mmul(f).div(features.rows);
      const cross = f.transpose().mmul(dense(attributes)).div(features.rows);
      const expected = solve(gram.add(Dense.eye(features.cols).mul(epsilon)), cross);
      expected.to1DArray().forEach((value, at) => {
        expect(weights.data[at]).toBeCloseTo(value, 4);
      });
      expect(objective).toBeCloseTo(naive(problem, expected), 4);
    }
  });

  it('is a minimum: the slope there is 0 by finite differences, and every step away costs', async () => {
    const random = new Random(2);
    for (let n = 0; n < 15; n++) {
      const problem = draw(random);
      const { weights } = await fitAttributes(problem.features, problem.attributes, problem.ridge);
      const p = dense(weights);
      const least = naive(problem, p);
      for (let at = 0; at < weights.data.length; at++) {
        const step = Dense.zeros(p.rows, p.columns);
        step.set(Math.floor(at / p.columns), at % p.columns, 1e-3);
        const slope = (naive(problem, Dense.add(p, step)) - naive(problem, Dense.sub(p, step))) / 2e-3;
        expect(Math.abs(slope)).toBeLessThan(1e-4);
      }
      for (let trial = 0; trial < 50; trial++) {
        const size = 10 ** (1 - random.below(4));
        const away = Dense.from1DArray(p.rows, p.columns, normal(random, p.rows, p.columns).data).mul(size);
        expect(naive(problem, Dense.add(p, away))).toBeGreaterThan(least - 1e-9);
      }
    }
  });

  it('of more features than a factor is worth solves the same equations: (FᵀF/n + νI)P = FᵀE/n', async () => {
    const random = new Random(7);
    const [n, d, a] = [15, 1600, 3];
    const [features, attributes] = [normal(random, n, d), normal(random, n, a)];
    const ridge = 0.7;
    const { weights, objective } = await fitAttributes(features, attributes, ridge);
    const epsilon = (ridge * features.data.reduce((sum, value) => sum + value * value, 0)) / n / d;
    const [f, p, e] = [dense(features), dense(weights), dense(attributes)];
    const left = f.transpose().mmul(f.mmul(p)).div(n).add(Dense.mul(p, epsilon));
    const residual = left.sub(f.transpose().mmul(e).div(n));
    expect(residual.norm('frobenius') / f.transpose().mmul(e).div(n).norm('frobenius')).toBeLessThan(1e-5);
    expect(objective).toBeCloseTo(naive({ features, attributes, ridge, epsilon }, p), 4);
    expect([weights.rows, weights.cols]).toEqual([d, a]);
  });

  it('bears features that are all alike and a single row', async () => {
    const flat = { data: new Float32Array(12), rows: 4, cols: 3 };
    const { weights } = await fitAttributes(flat, normal(new Random(1), 4, 2), 1);
    expect([...weights.data]).toEqual([0, 0, 0, 0, 0, 0]);
    const one = await fitAttributes(normal(new Random(1), 1, 3), normal(new Random(2), 1, 2), 1);
    expect(one.weights.data.every(Number.isFinite)).toBe(true);
  });
});

it('the objective is a naive sum, for any P', async () => {
  const random = new Random(3);
  for (let n = 0; n < 10; n++) {
    const problem = draw(random);
    const { features, attributes, epsilon } = problem;
    const p = normal(random, features.cols, attributes.cols);
    const said = await attributeObjective(features, attributes, p, epsilon);
    expect(said / naive(problem, dense(p))).toBeCloseTo(1, 5);
  }
});

describe('attribute vectors', () => {
  const embeddings = centredEmbeddings(normal(new Random(4), 5, 3));

  it('of one label are its class embedding, of several the normalised mean of theirs', () => {
    const labels = Labels.fromLists([[2], [0, 3], [], [1, 2, 4]], 5);
    const vectors = attributeVectors(labels, Int32Array.of(0, 1, 3), embeddings);
    expect([vectors.rows, vectors.cols]).toEqual([3, 3]);
    [[2], [0, 3], [1, 2, 4]].forEach((list, i) => {
      const mean = [0, 1, 2].map((j) => list.reduce((sum, c) => sum + rowOf(embeddings, c)[j]!, 0));
      unit(mean).forEach((value, j) => {
        expect(rowOf(vectors, i)[j]).toBeCloseTo(value, 5);
      });
    });
  });

  it('are of classes around their mean: what all class names share is gone', () => {
    const raw = normal(new Random(5), 6, 4);
    const shared = { ...raw, data: raw.data.map((value, at) => value + 100 * ((at % 4) + 1)) };
    const [own, moved] = [centredEmbeddings(raw), centredEmbeddings(shared)];
    for (let c = 0; c < 6; c++) {
      const middle = [0, 1, 2, 3].map((j) => {
        let sum = 0;
        for (let other = 0; other < 6; other++) sum += rowOf(raw, other)[j]! / 6;
        return sum;
      });
      unit(Array.from(rowOf(raw, c), (value, j) => value - middle[j]!)).forEach((value, j) => {
        expect(rowOf(own, c)[j]).toBeCloseTo(value, 5);
        expect(rowOf(moved, c)[j]).toBeCloseTo(value, 3);
      });
    }
  });

  it('do not change the embeddings that they are made of', () => {
    const raw = normal(new Random(6), 4, 3);
    const before = raw.data.slice();
    centredEmbeddings(raw);
    expect(raw.data).toEqual(before);
  });
});
