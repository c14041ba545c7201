/** Memberships against random points of the simplex, naive loops and limits that are known; prototypes against Lloyd's loop. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../random.ts';
import type { Matrix } from '../contract.ts';
import { normaliseRows, rowOf } from '../dense.ts';
import { refinePrototypes, spreadPrototypes } from '../prototypes.ts';
import { findPrototypes, freeEnergy, memberships } from './memberships.ts';
import { logSoftmaxRow } from './simplex.ts';

const normal = (random: Random, rows: number, cols: number): Matrix => ({
  data: Float32Array.from({ length: rows * cols }, () => random.normal()),
  rows,
  cols,
});

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

interface Problem {
  readonly space: Matrix;
  readonly centres: Matrix;
  readonly temperature: number;
  readonly evidence?: { readonly logs: Matrix; readonly fidelity: number };
}

function draw(random: Random, informed: boolean): Problem {
  const d = 2 + random.below(4);
  const space = normaliseRows(normal(random, 1 + random.below(5), d));
  const centres = normaliseRows(normal(random, 2 + random.below(7), d));
  const logs = normal(random, space.rows, centres.rows);
  for (let i = 0; i < logs.rows; i++) logSoftmaxRow(rowOf(logs, i));
  const temperature = 0.05 + random.uniform();
  return {
    space,
    centres,
    temperature,
    ...(informed && { evidence: { logs, fidelity: 0.2 + 5 * random.uniform() } }),
  };
}

/** κ [ Σ_k q_k (1 − cos) / τ + Σ_k q_k log q_k ] − Σ_k q_k Σ_m log p_mk for one instance, in float64. */
function energy(q: readonly number[], i: number, { space, centres, temperature, evidence }: Problem): number {
  let free = 0;
  let said = 0;
  q.forEach((share, k) => {
    const far = (1 - dot(rowOf(space, i), rowOf(centres, k))) / temperature;
    if (share > 0) free += share * (far + Math.log(share));
    if (evidence) said += share * rowOf(evidence.logs, i)[k]!;
  });
  return (evidence?.fidelity ?? 1) * free - said;
}

/** Anywhere on the simplex, at a corner, or close to `q`. */
function pointOfSimplex(random: Random, q: readonly number[]): number[] {
  const kind = random.below(3);
  const corner = random.below(q.length);
  const raw = q.map((share, k) => {
    if (kind === 0) return -Math.log(1 - random.uniform());
    if (kind === 1) return k === corner ? 1 : 0;
    return share * Math.exp(0.1 * random.normal());
  });
  const total = raw.reduce((sum, value) => sum + value, 0);
  return raw.map((value) => value / total);
}

describe.each([
  ['features alone', false],
  ['features and what networks say', true],
])('q of %s', (_, informed) => {
  it('has less energy than any of 300 other points of the simplex, over 20 problems', async () => {
    const random = new Random(3);
    for (let n = 0; n < 20; n++) {
      const problem = draw(random, informed);
      const q = await memberships(problem.space, problem.centres, problem);
      for (let i = 0; i < q.rows; i++) {
        const own = Array.from(rowOf(q, i));
        expect(own.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
        const least = energy(own, i, problem);
        for (let trial = 0; trial < 300; trial++) {
          const other = energy(pointOfSimplex(random, own), i, problem);
          expect(other).toBeGreaterThan(least - 1e-5 * (1 + Math.abs(least)));
        }
      }
    }
  });

  it('is exp(cos/τ + Σ log p/κ), normalised: a naive loop', async () => {
    const random = new Random(4);
    for (let n = 0; n < 20; n++) {
      const problem = draw(random, informed);
      const { space, centres, temperature, evidence } = problem;
      const q = await memberships(space, centres, problem);
      for (let i = 0; i < q.rows; i++) {
        const raw = Array.from({ length: q.cols }, (_, k) => {
          const near = dot(rowOf(space, i), rowOf(centres, k)) / temperature;
          return Math.exp(near + (evidence ? rowOf(evidence.logs, i)[k]! / evidence.fidelity : 0));
        });
        const total = raw.reduce((sum, value) => sum + value, 0);
        raw.forEach((value, k) => {
          expect(rowOf(q, i)[k]).toBeCloseTo(value / total, 5);
        });
      }
    }
  });
});

describe('limits', () => {
  const random = new Random(5);
  const { space, centres } = draw(random, false);
  const nearest = (i: number): number => {
    const near = Array.from({ length: centres.rows }, (_, k) => dot(rowOf(space, i), rowOf(centres, k)));
    return near.indexOf(Math.max(...near));
  };

  it('τ → 0: everything is of its nearest category, and nothing overflows', async () => {
    const q = await memberships(space, centres, { temperature: 1e-6 });
    for (let i = 0; i < q.rows; i++) {
      const expected = Array.from({ length: q.cols }, (_, k) => (k === nearest(i) ? 1 : 0));
      expect([...rowOf(q, i)]).toEqual(expected);
    }
    expect(await freeEnergy(q, space, centres, 1)).toBeLessThan(2);
  });

  it('τ → ∞: everything is of all categories alike', async () => {
    const q = await memberships(space, centres, { temperature: 1e7 });
    for (const share of q.data) expect(share).toBeCloseTo(1 / q.cols, 5);
  });

  it('κ → ∞: features alone; κ → 0: the networks alone', async () => {
    const logs = normal(random, space.rows, centres.rows);
    for (let i = 0; i < logs.rows; i++) logSoftmaxRow(rowOf(logs, i));
    const alone = await memberships(space, centres, { temperature: 0.2 });
    const deaf = await memberships(space, centres, {
      temperature: 0.2,
      evidence: { logs, fidelity: 1e6 },
    });
    deaf.data.forEach((share, i) => {
      expect(share).toBeCloseTo(alone.data[i]!, 4);
    });
    const led = await memberships(space, centres, {
      temperature: 0.2,
      evidence: { logs, fidelity: 1e-6 },
    });
    for (let i = 0; i < led.rows; i++) {
      const said = rowOf(logs, i);
      expect(rowOf(led, i)[said.indexOf(Math.max(...said))]).toBe(1);
    }
  });
});

it('the free energy of memberships is what thermodynamics says: mean of −log Σ_k exp(−(1 − cos)/τ)', async () => {
  const random = new Random(6);
  for (let n = 0; n < 20; n++) {
    const { space, centres, temperature } = draw(random, false);
    const q = await memberships(space, centres, { temperature });
    let expected = 0;
    for (let i = 0; i < space.rows; i++) {
      let sum = 0;
      for (let k = 0; k < centres.rows; k++)
        sum += Math.exp((dot(rowOf(space, i), rowOf(centres, k)) - 1) / temperature);
      expected -= Math.log(sum) / space.rows;
    }
    expect(await freeEnergy(q, space, centres, temperature)).toBeCloseTo(expected, 4);
  }
});

describe('prototypes', () => {
  const clusters = (random: Random, perCluster: number): Matrix => {
    const centres = [0, 1, 2].map((k) => [0, 1, 2].map((j) => (j === k ? 4 : 0)));
    const rows = 3 * perCluster;
    const data = Float32Array.from(
      { length: rows * 3 },
      (_, at) => centres[Math.floor(at / 3) % 3]![at % 3]! + 0.3 * random.normal(),
    );
    return normaliseRows({ data, rows, cols: 3 });
  };
  const squared = (a: Float32Array, b: Float32Array): number =>
    a.reduce((sum, value, j) => sum + (value - b[j]!) ** 2, 0);
  const misfitOf = (space: Matrix, centres: Matrix): number => {
    let total = 0;
    for (let i = 0; i < space.rows; i++) {
      const far = Array.from({ length: centres.rows }, (_, k) => squared(rowOf(space, i), rowOf(centres, k)));
      total += Math.min(...far);
    }
    return total;
  };

  it("are those of Lloyd's loop, whose misfit never rises", async () => {
    const random = new Random(7);
    for (let problem = 0; problem < 15; problem++) {
      const space = normaliseRows(normal(random, 20 + random.below(30), 4));
      const first = spreadPrototypes(space, 2 + random.below(5), random);
      let centres = first;
      let last = misfitOf(space, centres);
      for (let pass = 0; pass < 100; pass++) {
        const sums = centres.data.slice().fill(0);
        const counts = new Array<number>(centres.rows).fill(0);
        for (let i = 0; i < space.rows; i++) {
          const far = Array.from({ length: centres.rows }, (_, k) =>
            squared(rowOf(space, i), rowOf(centres, k)),
          );
          const own = far.indexOf(Math.min(...far));
          counts[own]!++;
          rowOf(space, i).forEach((value, j) => {
            sums[own * 4 + j]! += value;
          });
        }
        const moved = sums.map((sum, at) => {
          const count = counts[Math.floor(at / 4)]!;
          return count > 0 ? sum / count : centres.data[at]!;
        });
        centres = { ...centres, data: moved };
        const misfit = misfitOf(space, centres);
        expect(misfit).toBeLessThanOrEqual(last + 1e-5);
        last = misfit;
      }
      const found = await refinePrototypes(space, first);
      // Unit rows have squares of 1 each, which `misfit` leaves out.
      expect(found.misfit + space.rows).toBeCloseTo(last, 3);
    }
  });

  it('find clusters that are there, as unit rows', async () => {
    const space = clusters(new Random(8), 20);
    const found = await findPrototypes(space, 3, new Random(1));
    expect([found.rows, found.cols]).toEqual([3, 3]);
    const axes = Array.from({ length: 3 }, (_, k) => rowOf(found, k).indexOf(Math.max(...rowOf(found, k))));
    expect(axes.sort()).toEqual([0, 1, 2]);
    for (let k = 0; k < 3; k++) expect(dot(rowOf(found, k), rowOf(found, k))).toBeCloseTo(1, 5);
  });

  it('that are left without instances go, and more than there are distinct instances never stand', async () => {
    const space = normaliseRows({ data: Float32Array.from([1, 0, 1, 0, 0, 1, 0, 1]), rows: 4, cols: 2 });
    expect((await findPrototypes(space, 4, new Random(1))).rows).toBe(2);
    expect((await findPrototypes(space, 1, new Random(1))).rows).toBe(1);
  });

  it('keep their numbers from one alternation to the next, also one that lost its instances', async () => {
    const space = clusters(new Random(9), 20);
    const previous = normaliseRows({
      data: Float32Array.from([0.1, 1, 0, -1, -1, -1, 1, 0.1, 0, 0, 0.1, 1]),
      rows: 4,
      cols: 3,
    });
    const found = await findPrototypes(space, 4, new Random(1), { previous });
    expect(found.rows).toBe(4);
    const leading = [0, 2, 3].map((k) => rowOf(found, k).indexOf(Math.max(...rowOf(found, k))));
    expect(leading).toEqual([1, 0, 2]);
    rowOf(found, 1).forEach((value, j) => {
      expect(value).toBeCloseTo(rowOf(previous, 1)[j]!, 6);
    });
  });

  it('are the same for the same seed', async () => {
    const space = normaliseRows(normal(new Random(10), 60, 5));
    const once = await findPrototypes(space, 7, new Random(2));
    expect(await findPrototypes(space, 7, new Random(2))).toEqual(once);
  });
});
