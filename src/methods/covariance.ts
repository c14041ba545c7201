/** Products over many rows, in pieces and in ONNX Runtime: the covariance of rows, and their projection. */
import { compileForward, input, matmul, sub } from '../graph/index.ts';
import type { Matrix } from './contract.ts';
import type { Symmetric } from './principal.ts';

/** Rows a piece: sums within a piece are float32, sums of pieces float64. */
const PIECE = 2048;

/** Called after every piece with the share done; throws to stop. */
export type PieceDone = (done: number) => Promise<void>;

/** (X − μ)ᵀ(X − μ) / n of rows `[n, d]`. */
export async function covariance(
  rows: Matrix,
  mean: Float32Array,
  pieceDone: PieceDone,
  threads?: number,
): Promise<Symmetric> {
  const size = rows.cols;
  const x = input('x', ['rows', size]);
  const mu = input('mean', [1, size]);
  const centred = sub(x, mu);
  const outputs = { product: matmul(centred, centred, { transposeA: true }) };
  const data = new Float64Array(size * size);
  await inPieces(rows, { inputs: [x, mu], outputs }, { mean }, pieceDone, threads, ({ product }) => {
    for (let i = 0; i < data.length; i++) data[i]! += product![i]!;
  });
  for (let i = 0; i < data.length; i++) data[i]! /= rows.rows;
  return { data, size };
}

/** (X − μ) W of rows `[n, d]` and row-major W `[d, count]`. */
export async function project(
  rows: Matrix,
  mean: Float32Array,
  weights: Float32Array,
  pieceDone: PieceDone,
  threads?: number,
): Promise<Matrix> {
  const count = weights.length / rows.cols;
  const x = input('x', ['rows', rows.cols]);
  const mu = input('mean', [1, rows.cols]);
  const w = input('w', [rows.cols, count]);
  const outputs = { projected: matmul(sub(x, mu), w) };
  const data = new Float32Array(rows.rows * count);
  await inPieces(
    rows,
    { inputs: [x, mu, w], outputs },
    { mean, w: weights },
    pieceDone,
    threads,
    ({ projected }, from) => {
      data.set(projected!, from * count);
    },
  );
  return { data, rows: rows.rows, cols: count };
}

async function inPieces(
  rows: Matrix,
  graph: Pick<Parameters<typeof compileForward>[0], 'inputs' | 'outputs'>,
  fixed: Readonly<Record<string, Float32Array>>,
  pieceDone: PieceDone,
  threads: number | undefined,
  take: (results: Readonly<Record<string, Float32Array>>, from: number) => void,
): Promise<void> {
  const forward = await compileForward({ ...graph, parameters: new Map(), ...(threads && { threads }) });
  try {
    for (let from = 0; from < rows.rows; from += PIECE) {
      const to = Math.min(rows.rows, from + PIECE);
      const results = await forward.run({
        x: rows.data.subarray(from * rows.cols, to * rows.cols),
        ...fixed,
      });
      take(Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, data])), from);
      await pieceDone(to / rows.rows);
    }
  } finally {
    await forward.dispose();
  }
}
