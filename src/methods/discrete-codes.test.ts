import { expect, it } from 'vitest';
import { Random } from '../random.ts';
import type { Matrix } from './contract.ts';
import { type CodeProblem, improveCodes, randomCodes } from './discrete-codes.ts';

interface Case extends CodeProblem {
  /** W, `[bits, dims]`, and the target of each class. */
  readonly w: number[][];
  readonly targets: number[][];
}

function drawn(seed: number, rows: number, bits: number, dims: number, orthogonal = false): Case {
  const random = new Random(seed, 'test');
  const table = (n: number, m: number): number[][] =>
    Array.from({ length: n }, () => Array.from({ length: m }, () => random.normal()));
  const w = table(bits, dims).map((row, k) =>
    orthogonal ? row.map((_, j) => (j === k ? 1 + random.uniform() : 0)) : row,
  );
  const targets = table(3, dims);
  const inner = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((total, value, j) => total + value * b[j]!, 0);
  return {
    w,
    targets,
    gram: Float64Array.from(w.flatMap((a) => w.map((b) => inner(a, b)))),
    pull: Float64Array.from(targets.flatMap((y) => w.map((row) => inner(row, y)))),
    classOf: Int32Array.from({ length: rows }, () => random.below(3)),
    outputs: { data: Float32Array.from({ length: rows * bits }, () => random.normal()), rows, cols: bits },
    nu: 0.3 * random.uniform(),
  };
}

/** ‖y − Wᵀb‖² + ν‖b − f‖² of one row, as the paper writes it. */
function cost({ w, targets, classOf, outputs, nu }: Case, row: number, b: ArrayLike<number>): number {
  let total = 0;
  targets[classOf[row]!]!.forEach((y, j) => {
    total += (y - w.reduce((sum, weights, k) => sum + weights[j]! * b[k]!, 0)) ** 2;
  });
  for (let k = 0; k < b.length; k++) total += nu * (b[k]! - outputs.data[row * b.length + k]!) ** 2;
  return total;
}

const codesOf = (codes: Matrix, row: number): Float32Array =>
  codes.data.slice(row * codes.cols, (row + 1) * codes.cols);

/** Costs of all 2^bits codes of a row. */
const allCosts = (of: Case, row: number, bits: number): number[] =>
  Array.from({ length: 2 ** bits }, (_, code) =>
    cost(
      of,
      row,
      Array.from({ length: bits }, (_, k) => ((code >> k) & 1 ? 1 : -1)),
    ),
  );

const start = (rows: number, bits: number, seed: number): Matrix => {
  const random = new Random(seed, 'codes');
  return randomCodes(rows, bits, () => random.uniform());
};

it('finds the best of all codes of one bit', async () => {
  for (let seed = 0; seed < 20; seed++) {
    const of = drawn(seed, 12, 1, 3);
    const codes = start(12, 1, seed);
    await improveCodes(codes, of);
    for (let i = 0; i < 12; i++)
      expect(cost(of, i, codesOf(codes, i))).toBeCloseTo(Math.min(...allCosts(of, i, 1)), 9);
  }
});

it('finds the best of all codes where bits do not meet', async () => {
  for (let seed = 0; seed < 10; seed++) {
    const of = drawn(seed, 8, 6, 6, true);
    const codes = start(8, 6, seed);
    await improveCodes(codes, of);
    for (let i = 0; i < 8; i++)
      expect(cost(of, i, codesOf(codes, i))).toBeCloseTo(Math.min(...allCosts(of, i, 6)), 9);
  }
});

it('ends where no single bit is better turned, and never above where it began', async () => {
  for (let seed = 0; seed < 20; seed++) {
    const of = drawn(seed, 10, 7, 4);
    const codes = start(10, 7, seed);
    const before = Array.from({ length: 10 }, (_, i) => cost(of, i, codesOf(codes, i)));
    const changed = await improveCodes(codes, of);
    expect(changed).toBeGreaterThan(0);
    for (let i = 0; i < 10; i++) {
      const b = codesOf(codes, i);
      const after = cost(of, i, b);
      expect(after).toBeLessThanOrEqual(before[i]! + 1e-9);
      for (let k = 0; k < 7; k++) {
        const turned = b.map((value, j) => (j === k ? -value : value));
        expect(cost(of, i, turned)).toBeGreaterThanOrEqual(after - 1e-9);
      }
    }
    expect(await improveCodes(codes, of)).toBe(0);
  }
});

it('gives what passes over whole columns give, as the authors write it', async () => {
  const [rows, bits] = [9, 6];
  const of = drawn(4, rows, bits, 5);
  const codes = start(rows, bits, 4);
  const b = Array.from({ length: rows }, (_, i) => Array.from(codesOf(codes, i)));
  await improveCodes(codes, of);
  for (let pass = 0; pass < 10; pass++)
    for (let k = 0; k < bits; k++)
      for (let i = 0; i < rows; i++) {
        let value = of.pull[of.classOf[i]! * bits + k]! + of.nu * of.outputs.data[i * bits + k]!;
        for (let j = 0; j < bits; j++) if (j !== k) value -= of.gram[k * bits + j]! * b[i]![j]!;
        b[i]![k] = value >= 0 ? 1 : -1;
      }
  expect(Array.from(codes.data)).toEqual(b.flat());
});
