import { Matrix as Dense, inverse } from 'ml-matrix';
import { expect, it } from 'vitest';
import { Random } from '../../random.ts';
import { Factorisation, type Factors } from './factorisation.ts';

interface Problem {
  /** Columns are pairs. */
  readonly x: readonly [Dense, Dense];
  readonly factorisation: Factorisation;
  readonly lambda: readonly [number, number];
  readonly mu: number;
  readonly gamma: number;
}

function problem(seed: number): Problem {
  const random = new Random(seed, 'test');
  const [d1, d2, n, bits] = [2 + random.below(6), 2 + random.below(6), 10 + random.below(30), 8];
  const draw = (rows: number): Dense =>
    new Dense(Array.from({ length: rows }, () => Array.from({ length: n }, () => random.normal())));
  const x: [Dense, Dense] = [draw(d1), draw(d2)];
  const all = new Dense([...x[0].to2DArray(), ...x[1].to2DArray()]);
  const balance = 0.1 + 0.8 * random.uniform();
  const mu = 10 ** (4 * random.uniform() - 2);
  const gamma = 10 ** (4 * random.uniform() - 3);
  const products = { data: Float64Array.from(all.mmul(all.transpose()).to1DArray()), size: d1 + d2 };
  return {
    x,
    lambda: [balance, 1 - balance],
    mu,
    gamma,
    factorisation: new Factorisation(products, d1, {
      bits,
      balance,
      mu,
      gamma,
      random: new Random(seed, 'init'),
    }),
  };
}

const squares = (matrix: Dense): number =>
  matrix.to1DArray().reduce((total, value) => total + value * value, 0);

/** V itself, `[bits, pairs]`. */
const latent = ({ x }: Problem, { a }: Factors): Dense => {
  const all = new Dense([...x[0].to2DArray(), ...x[1].to2DArray()]);
  return a.mmul(all);
};

/** The objective as the paper writes it, from the data. */
function naive(of: Problem, { u, p }: Factors, v: Dense): number {
  let total = of.gamma * squares(v);
  for (const t of [0, 1] as const) {
    total += of.lambda[t] * squares(Dense.sub(of.x[t], u[t].transpose().mmul(v)));
    total += of.mu * squares(Dense.sub(v, p[t].mmul(of.x[t])));
    total += of.gamma * (squares(u[t]) + squares(p[t]));
  }
  return total;
}

it('computes the objective from products of the data as from the data', () => {
  for (let seed = 0; seed < 20; seed++) {
    const of = problem(seed);
    const factors = of.factorisation.updateV(of.factorisation.initial());
    const wanted = naive(of, factors, latent(of, factors));
    expect(of.factorisation.objective(factors) / wanted).toBeCloseTo(1, 9);
  }
});

it('never lets the objective rise, whatever the problem and whichever block is next', () => {
  for (let seed = 0; seed < 60; seed++) {
    const { factorisation } = problem(seed);
    const order = new Random(seed, 'order');
    let factors = factorisation.initial();
    let before = factorisation.objective(factors);
    for (let i = 0; i < 30; i++) {
      const block = (['updateU', 'updateV', 'updateP'] as const)[order.below(3)]!;
      factors = factorisation[block](factors);
      const after = factorisation.objective(factors);
      expect([block, after <= before * (1 + 1e-10)]).toEqual([block, true]);
      before = after;
    }
  }
});

it('solves each block: no small step from its solution lowers the objective', () => {
  for (let seed = 0; seed < 10; seed++) {
    const of = problem(seed);
    const { factorisation } = of;
    let factors = factorisation.updateV(factorisation.initial());
    const nudged = (matrix: Dense, i: number, step: number): Dense => {
      const copy = matrix.clone();
      const [row, column] = [i % matrix.rows, Math.floor(i / matrix.rows) % matrix.columns];
      return copy.set(row, column, copy.get(row, column) + step);
    };
    // V is free in the paper's problem, not only among the linear functions of the data.
    const v = latent(of, factors);
    const best = naive(of, factors, v);
    for (let i = 0; i < 40; i++)
      for (const step of [1e-3, -1e-3])
        expect(naive(of, factors, nudged(v, 7 * i, step))).toBeGreaterThan(best);
    for (const name of ['u', 'p'] as const) {
      factors = name === 'u' ? factorisation.updateU(factors) : factorisation.updateP(factors);
      const low = naive(of, factors, v);
      for (let i = 0; i < 20; i++) {
        for (const step of [1e-3, -1e-3]) {
          const changed: [Dense, Dense] = [nudged(factors[name][0], i, step), factors[name][1]];
          expect(naive(of, { ...factors, [name]: changed }, v)).toBeGreaterThan(low);
        }
      }
    }
  }
});

it('agrees with the formulas of the paper on V as a matrix', () => {
  const of = problem(5);
  const { factorisation, x, lambda, mu, gamma } = of;
  let factors = factorisation.initial();
  let v = latent(of, factors);
  let p = factors.p.map((matrix) => matrix.clone());
  let u = factors.u.map((matrix) => matrix.transpose());
  const eye = Dense.eye(8);
  for (let round = 0; round < 4; round++) {
    factors = factorisation.updateU(factorisation.updateP(factorisation.updateV(factors)));
    const inner = u.reduce(
      (total, own, t) => total.add(own.transpose().mmul(own).mul(lambda[t]!)),
      Dense.mul(eye, 2 * mu + gamma),
    );
    const right = u.map((own, t) =>
      Dense.mul(own, lambda[t]!).transpose().add(Dense.mul(p[t]!, mu)).mmul(x[t]!),
    );
    v = inverse(inner).mmul(Dense.add(right[0]!, right[1]!));
    p = x.map((own) => {
      const regularised = own.mmul(own.transpose()).add(Dense.eye(own.rows).mul(gamma / mu));
      return v.mmul(own.transpose()).mmul(inverse(regularised));
    });
    u = x.map((own, t) =>
      own.mmul(v.transpose()).mmul(inverse(v.mmul(v.transpose()).add(Dense.mul(eye, gamma / lambda[t]!)))),
    );
  }
  const scale = Math.sqrt(squares(p[0]!));
  for (const t of [0, 1])
    expect(Math.sqrt(squares(Dense.sub(factors.p[t]!, p[t]!))) / scale).toBeLessThan(1e-8);
});
