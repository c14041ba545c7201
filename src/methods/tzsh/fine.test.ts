/** The fine step and the monitor against enumeration of all pairs. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../random.ts';
import type { Matrix } from '../contract.ts';
import { coarsePairs, finePairs, type MinedPairs, type PairScorer } from './fine.ts';
import { pairPrecision } from './monitor.ts';

const ROWS = 40;
const COLS = 4;
const CLASSES = 3;

const made = new Random(6, 'fine');
const z: Matrix = {
  data: Float32Array.from({ length: ROWS * COLS }, () => made.normal()),
  rows: ROWS,
  cols: COLS,
};
const classOf = Int32Array.from({ length: ROWS }, (_, i) => i % CLASSES);
const all = Int32Array.from(classOf.keys());
const scorer: PairScorer = {
  distance: Float32Array.of(0.5, 1, 2, 0.1),
  product: 1.5,
  bias: -0.3,
};

/** r's logit as the network's formula has it. */
function score(i: number, j: number): number {
  let logit = scorer.bias;
  for (let k = 0; k < COLS; k++) {
    const [x, y] = [z.data[i * COLS + k]!, z.data[j * COLS + k]!];
    logit += scorer.product * x * y - scorer.distance[k]! * Math.abs(x - y);
  }
  return logit;
}

function filled(pairs: MinedPairs, rows: Int32Array) {
  const similar = new Float32Array(rows.length ** 2);
  const dissimilar = new Float32Array(rows.length ** 2);
  pairs.fill(rows, similar, dissimilar);
  return { similar, dissimilar };
}

/** Unordered pairs of places with their scores, by whether their classes are equal. */
const everyPair = all.reduce<{ i: number; j: number; same: boolean; logit: number }[]>((pairs, _, i) => {
  for (let j = i + 1; j < ROWS; j++)
    pairs.push({ i, j, same: classOf[i] === classOf[j], logit: score(i, j) });
  return pairs;
}, []);

const fine = (similarShare: number, dissimilarShare: number): MinedPairs =>
  finePairs(classOf, all, z, scorer, { similarShare, dissimilarShare, random: new Random(1, 'pairs') });

/** Mined pairs are weights of a symmetric matrix of zeros and ones; no row is a pair with itself. */
function expectPairs({ similar, dissimilar }: ReturnType<typeof filled>, rows: Int32Array): void {
  const n = rows.length;
  for (let a = 0; a < n; a++) {
    for (let b = 0; b < n; b++) {
      const [s, d] = [similar[a * n + b]!, dissimilar[a * n + b]!];
      expect([0, 1]).toContain(s + d);
      expect([similar[b * n + a], dissimilar[b * n + a]]).toEqual([s, d]);
      if (rows[a] === rows[b]) expect([s, d]).toEqual([0, 0]);
    }
  }
}

describe('pairs by coarse classes', () => {
  it('are similar where classes are equal; the same row twice in a batch is no pair', () => {
    const rows = Int32Array.of(0, 3, 1, 0, 2, 3, 0);
    const found = filled(coarsePairs(classOf), rows);
    expectPairs(found, rows);
    rows.forEach((i, a) => {
      rows.forEach((j, b) => {
        const same = classOf[i] === classOf[j];
        expect(found.similar[a * 7 + b]).toBe(i !== j && same ? 1 : 0);
        expect(found.dissimilar[a * 7 + b]).toBe(same ? 0 : 1);
      });
    });
  });
});

describe('pairs by the pair scorer', () => {
  it.each([
    [0.7, 0.95],
    [0.2, 0.5],
  ])('are the shares asked for, %d of same-class and %d of other pairs', (similarShare, dissimilarShare) => {
    const { similar, dissimilar } = filled(fine(similarShare, dissimilarShare), all);
    const share = (weights: Float32Array, same: boolean): number => {
      const own = everyPair.filter((pair) => pair.same === same);
      return own.filter(({ i, j }) => weights[i * ROWS + j] === 1).length / own.length;
    };
    expect(Math.abs(share(similar, true) - similarShare)).toBeLessThan(0.03);
    expect(Math.abs(share(dissimilar, false) - dissimilarShare)).toBeLessThan(0.03);
    expect([share(similar, false), share(dissimilar, true)]).toEqual([0, 0]);
  });

  it('are those that it is surest of', () => {
    const { similar, dissimilar } = filled(fine(0.7, 0.8), all);
    const logits = (weights: Float32Array, weight: number, same: boolean): number[] =>
      everyPair
        .filter((pair) => pair.same === same && weights[pair.i * ROWS + pair.j] === weight)
        .map(({ logit }) => logit);
    expect(Math.min(...logits(similar, 1, true))).toBeGreaterThan(Math.max(...logits(similar, 0, true)));
    expect(Math.max(...logits(dissimilar, 1, false))).toBeLessThan(Math.min(...logits(dissimilar, 0, false)));
  });

  it('are symmetric, and the same row twice in a batch is none', () => {
    const rows = Int32Array.of(5, 8, 5, 2, 11, 8, 20);
    expectPairs(filled(fine(0.7, 0.95), rows), rows);
  });

  it('bear a pool of one item, and one class', () => {
    const options = { similarShare: 0.7, dissimilarShare: 0.95, random: new Random(1) };
    const one = finePairs(classOf, Int32Array.of(4), z, scorer, options);
    expect(filled(one, Int32Array.of(4, 4)).similar).toEqual(new Float32Array(4));
    const single = finePairs(new Int32Array(ROWS), all, z, scorer, options);
    expect(filled(single, all).dissimilar.every((weight) => weight === 0)).toBe(true);
  });
});

describe('the monitor', () => {
  const truth = Int32Array.from({ length: ROWS }, (_, i) => (i % 5 === 0 ? (i + 1) % CLASSES : classOf[i]!));

  it.each([
    ['coarse', coarsePairs(classOf)],
    ['fine', fine(0.6, 0.9)],
  ])('counts right pairs as enumeration does, %s', (_, pairs) => {
    const { similar, dissimilar } = filled(pairs, all);
    const right = (weights: Float32Array, same: boolean): number => {
      const taken = everyPair.filter(({ i, j }) => weights[i * ROWS + j] === 1);
      return taken.filter(({ i, j }) => (truth[i] === truth[j]) === same).length / taken.length;
    };
    const found = pairPrecision(all, pairs, truth);
    expect(found.similarPrecision).toBeCloseTo(right(similar, true), 10);
    expect(found.dissimilarPrecision).toBeCloseTo(right(dissimilar, false), 10);
  });

  it('leaves out items without a label', () => {
    const partly = truth.map((label, i) => (i < 10 ? -1 : label));
    const labelled = all.filter((i) => i >= 10);
    const pairs = coarsePairs(classOf);
    expect(pairPrecision(all, pairs, partly)).toEqual(pairPrecision(labelled, pairs, truth));
  });

  it('says 1 of perfect pairs, and counts a sample of many', () => {
    const many = Int32Array.from({ length: 3000 }, (_, i) => i % 7);
    const rows = Int32Array.from(many.keys());
    expect(pairPrecision(rows, coarsePairs(many), many)).toEqual({
      similarPrecision: 1,
      dissimilarPrecision: 1,
    });
  });
});
