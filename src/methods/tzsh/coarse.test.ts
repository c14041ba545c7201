/** The coarse step against enumeration, and what it promises about seeds and representatives. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../random.ts';
import type { Matrix } from '../contract.ts';
import { groupMeans, normaliseRows } from '../dense.ts';
import { type Assignment, refinePrototypes } from '../prototypes.ts';
import { clusterPool, representatives, semanticSeeds } from './coarse.ts';

/** Unit rows around `classes` random directions; row i belongs to class i mod `classes`. */
function blobs(seed: number, rows: number, classes: number, spread: number, cols = 6): Matrix {
  const random = new Random(seed, 'blobs');
  const centres = Array.from({ length: classes * cols }, () => random.normal());
  const data = Float32Array.from({ length: rows * cols }, (_, at) => {
    const c = Math.floor(at / cols) % classes;
    return centres[c * cols + (at % cols)]! + spread * random.normal();
  });
  return normaliseRows({ data, rows, cols });
}

/** Σ ‖x − mean of its group‖² − Σ ‖x‖²: what `misfit` is at a fixed point of k-means. */
function scatter({ data, rows, cols }: Matrix, groupOf: ArrayLike<number>, groups: number): number {
  let total = 0;
  for (let c = 0; c < groups; c++) {
    const members = Array.from({ length: rows }, (_, i) => i).filter((i) => groupOf[i] === c);
    for (let j = 0; j < cols; j++) {
      const sum = members.reduce((at, i) => at + data[i * cols + j]!, 0);
      if (members.length > 0) total -= sum ** 2 / members.length;
    }
  }
  return total;
}

/** The least scatter over all partitions. */
function bestScatter(space: Matrix, groups: number): number {
  let best = Infinity;
  for (let code = 0; code < groups ** space.rows; code++) {
    const groupOf = Array.from({ length: space.rows }, (_, i) => Math.floor(code / groups ** i) % groups);
    best = Math.min(best, scatter(space, groupOf, groups));
  }
  return best;
}

/** Σ min_c (‖p_c‖² − 2 x·p_c) for prototypes as they are. */
function misfitOf(space: Matrix, prototypes: Matrix): number {
  let total = 0;
  for (let i = 0; i < space.rows; i++) {
    let nearest = Infinity;
    for (let c = 0; c < prototypes.rows; c++) {
      let distance = 0;
      for (let j = 0; j < space.cols; j++) {
        const p = prototypes.data[c * space.cols + j]!;
        distance += p * p - 2 * p * space.data[i * space.cols + j]!;
      }
      nearest = Math.min(nearest, distance);
    }
    total += nearest;
  }
  return total;
}

const sameGroups = (a: ArrayLike<number>, b: ArrayLike<number>): boolean => {
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < i; j++) if ((a[i] === a[j]) !== (b[i] === b[j])) return false;
  }
  return true;
};

describe('prototype refinement', () => {
  it('never fits worse than where it started, from any start, and stays where it ended', async () => {
    const space = blobs(1, 60, 5, 0.6);
    for (let seed = 0; seed < 5; seed++) {
      const random = new Random(seed, 'start');
      const start = groupMeans(
        space,
        Int32Array.from({ length: 60 }, () => random.below(5)),
        5,
      );
      const found = await refinePrototypes(space, start);
      expect(found.misfit).toBeLessThanOrEqual(misfitOf(space, start) + 1e-4);
      expect(found.misfit).toBeCloseTo(scatter(space, found.classOf, 5), 3);
      const again = await refinePrototypes(space, groupMeans(space, found.classOf, 5));
      expect(again.misfit).toBeLessThanOrEqual(found.misfit + 1e-4);
    }
  });

  it('assigns items to the nearest prototype and says by how much the next is farther', async () => {
    const space = blobs(2, 24, 3, 0.3);
    const { classOf, margin } = await refinePrototypes(space, groupMeans(space, classesOf(24, 3), 3));
    const means = groupMeans(space, classOf, 3);
    for (let i = 0; i < 24; i++) {
      const distances = [0, 1, 2].map((c) =>
        [0, 1, 2, 3, 4, 5].reduce((d, j) => d + (space.data[i * 6 + j]! - means.data[c * 6 + j]!) ** 2, 0),
      );
      const [nearest, second] = [...distances].sort((a, b) => a - b);
      expect(distances[classOf[i]!]).toBe(nearest);
      expect(margin[i]).toBeCloseTo(second! - nearest!, 4);
    }
  });

  it('bears fewer items than classes, and one class', async () => {
    const two = blobs(3, 2, 2, 0.1);
    const found = await clusterPool(two, Int32Array.of(0, -1), 5, new Random(1));
    expect(found.classOf[0]).not.toBe(found.classOf[1]);
    const one = await clusterPool(blobs(3, 8, 1, 0.1), new Int32Array(8), 1, new Random(1));
    expect([...one.classOf]).toEqual(new Array(8).fill(0));
    expect(one.margin.every((value) => value >= 0)).toBe(true);
  });
});

const classesOf = (rows: number, classes: number): Int32Array =>
  Int32Array.from({ length: rows }, (_, i) => i % classes);

describe('clustering of the pool', () => {
  it.each([1, 2, 3, 4])('finds the best of all partitions of small clusters, seed %d', async (seed) => {
    const space = blobs(seed, 9, 3, 0.15);
    const best = bestScatter(space, 3);
    const random = new Random(seed, 'seeds');
    const badSeeds = Int32Array.from({ length: 9 }, () => random.below(4) - 1);
    const noSeeds = new Int32Array(9).fill(-1);
    for (const seeds of [classesOf(9, 3), badSeeds, noSeeds]) {
      const found = await clusterPool(space, seeds, 3, new Random(seed));
      expect(found.misfit).toBeCloseTo(best, 4);
    }
  });

  it('is not held to a semantic start that lies wrong', async () => {
    const space = blobs(7, 80, 8, 0.15, 12);
    const truth = classesOf(80, 8);
    // Two prototypes within one cluster, six in mixtures: k-means from there alone ends in a poor optimum.
    const wrong = Int32Array.from({ length: 80 }, (_, i) =>
      i % 8 === 0 ? Math.floor(i / 8) % 2 : i % 8 < 3 ? 2 : i % 8 < 5 ? 3 : -1,
    );
    const stuck = await refinePrototypes(space, groupMeans(space, wrong, 8));
    expect(sameGroups(stuck.classOf, truth)).toBe(false);
    const found = await clusterPool(space, wrong, 8, new Random(2));
    expect(found.misfit).toBeLessThan(stuck.misfit);
    expect(sameGroups(found.classOf, truth)).toBe(true);
  });
});

describe('semantic seeds', () => {
  const rows = 60;
  const classes = 5;
  const random = new Random(9, 'scores');
  const embeddings = {
    data: Float32Array.from({ length: 25 }, (_, i) => (i % 6 === 0 ? 1 : 0)),
    rows: 5,
    cols: 5,
  };

  it('give a class that everything scores high for no more items than the others', async () => {
    const scores = Float32Array.from({ length: rows * classes }, (_, at) => {
      const [row, c] = [Math.floor(at / classes), at % classes];
      return 0.1 * random.normal() + (row % classes === c ? 0.5 : 0) + (c === 0 ? 5 : 0);
    });
    const seeds = await semanticSeeds({ data: scores, rows, cols: classes }, embeddings);
    const counts = Array.from({ length: classes }, (_, c) => seeds.filter((seed) => seed === c).length);
    for (const count of counts) expect(count).toBe(counts[0]);
    expect(counts[0]).toBeGreaterThan(0);
    seeds.forEach((seed, row) => {
      if (seed >= 0) expect(seed).toBe(row % classes);
    });
  });

  it('do not change when a class scores higher or wider throughout', async () => {
    const scores = Float32Array.from({ length: rows * classes }, () => random.normal());
    const stretched = scores.map((value, at) => (at % classes === 2 ? 4 * value + 8 : value));
    const plain = await semanticSeeds({ data: scores, rows, cols: classes }, embeddings);
    expect(await semanticSeeds({ data: stretched, rows, cols: classes }, embeddings)).toEqual(plain);
  });
});

describe('representatives', () => {
  const assignment: Assignment = {
    classOf: Int32Array.of(0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 2),
    margin: Float32Array.of(0.1, 0.9, 0.5, 0.5, 0.2, 0.2, 0.2, 0.8, 0.1, 0.2, 0.3),
    misfit: 0,
  };

  it('are the share of every class with the largest margins, earlier rows first among equals', () => {
    expect([...representatives(assignment, 4, 0.5)]).toEqual([1, 2, 4, 5, 7, 10]);
  });

  it('are at least two a class, where it has them, and all at share 1', () => {
    expect([...representatives(assignment, 4, 0.01)]).toEqual([1, 2, 4, 7, 10]);
    expect([...representatives(assignment, 4, 1)]).toEqual([...assignment.classOf.keys()]);
  });

  it('grow with the share: none is dropped', () => {
    let before: number[] = [];
    for (const share of [0.1, 0.3, 0.6, 0.95]) {
      const now = [...representatives(assignment, 4, share)];
      expect(before.every((row) => now.includes(row))).toBe(true);
      before = now;
    }
  });
});
