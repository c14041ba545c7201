/** Rows that the similarity space sees and what the encoder computes of raw inputs are one and the same. */
import { describe, expect, it } from 'vitest';
import { compileForward, input } from '../../graph/index.ts';
import { Random } from '../../random.ts';
import type { Matrix } from '../contract.ts';
import { rowOf } from '../dense.ts';
import { prepare } from './prepare.ts';

const ROWS = 12;
const COLS = 6;

function matrix(kind: 'signed' | 'counts', seed: number): Matrix {
  const random = new Random(seed);
  const data = Float32Array.from({ length: ROWS * COLS }, () =>
    kind === 'counts' ? random.below(20) : 3 * random.normal(),
  );
  return { data, rows: ROWS, cols: COLS };
}

/** √x of counts, less the mean, to length √d: in float64. */
function naive({ data, rows, cols }: Matrix, counts: boolean): number[][] {
  const values = Array.from({ length: rows }, (_, i) =>
    Array.from(data.subarray(i * cols, (i + 1) * cols), (value) => (counts ? Math.sqrt(value) : value)),
  );
  const mean = values[0]!.map((_, j) => values.reduce((sum, row) => sum + row[j]!, 0) / rows);
  return values.map((row) => {
    const centred = row.map((value, j) => value - mean[j]!);
    const length = Math.hypot(...centred);
    return centred.map((value) => (length > 0 ? (Math.sqrt(cols) * value) / length : 0));
  });
}

async function applied(prepared: ReturnType<typeof prepare>, raw: Matrix): Promise<Float32Array> {
  const x = input('x', ['n', raw.cols]);
  const forward = await compileForward({
    inputs: [x],
    outputs: { y: prepared.apply(x) },
    parameters: new Map(),
    threads: 1,
  });
  const { y } = await forward.run({ x: raw.data });
  await forward.dispose();
  return y!.data;
}

describe.each(['signed', 'counts'] as const)('%s', (kind) => {
  it('rows are those of a naive loop, and of the graph', async () => {
    for (let seed = 0; seed < 10; seed++) {
      const raw = matrix(kind, seed);
      const prepared = prepare(raw);
      const graph = await applied(prepared, raw);
      naive(raw, kind === 'counts').forEach((row, i) => {
        row.forEach((value, j) => {
          expect(rowOf(prepared.rows, i)[j]).toBeCloseTo(value, 4);
          expect(graph[i * COLS + j]).toBeCloseTo(value, 4);
        });
      });
    }
  });

  it('the inputs stay as they were', () => {
    const raw = matrix(kind, 1);
    const before = raw.data.slice();
    prepare(raw);
    expect(raw.data).toEqual(before);
  });
});

it('a row of zeros among counts, and the same in the graph, is a row like any other', async () => {
  const raw = matrix('counts', 2);
  rowOf(raw, 3).fill(0);
  const prepared = prepare(raw);
  const graph = await applied(prepared, raw);
  expect(Math.hypot(...rowOf(prepared.rows, 3))).toBeCloseTo(Math.sqrt(COLS), 4);
  graph.forEach((value, at) => {
    expect(value).toBeCloseTo(prepared.rows.data[at]!, 4);
  });
});

it('rows that are all alike become zeros, not infinities', async () => {
  for (const value of [0, 2, -2]) {
    const raw = { data: new Float32Array(ROWS * COLS).fill(value), rows: ROWS, cols: COLS };
    const prepared = prepare(raw);
    expect(prepared.rows.data.every((entry) => entry === 0)).toBe(true);
    expect((await applied(prepared, raw)).every((entry) => Math.abs(entry) < 1e-3)).toBe(true);
  }
});

it('an encoder of counts takes a negative value of a later item for none', async () => {
  const raw = matrix('counts', 3);
  const prepared = prepare(raw);
  const zero = { ...raw, data: raw.data.slice() };
  const negative = { ...raw, data: raw.data.slice() };
  zero.data[4] = 0;
  negative.data[4] = -7;
  expect(await applied(prepared, negative)).toEqual(await applied(prepared, zero));
});

it('one negative value among training items makes them signed', () => {
  const raw = matrix('counts', 4);
  raw.data[0] = -1;
  naive(raw, false).forEach((row, i) => {
    row.forEach((value, j) => {
      expect(rowOf(prepare(raw).rows, i)[j]).toBeCloseTo(value, 4);
    });
  });
});
