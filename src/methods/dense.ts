/** Matrix products on float32 matrices, run by ONNX Runtime: what mining needs beside networks. */
import { compileForward, input, matmul } from '../graph/index.ts';
import type { Matrix } from './contract.ts';

export interface ProductOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  readonly threads?: number | undefined;
}

export interface Product {
  run(a: Matrix, b: Matrix): Promise<Matrix>;
  dispose(): Promise<void>;
}

/** `a · b` with optional transposes, compiled for matrices of these shapes. */
export async function openProduct(a: Matrix, b: Matrix, options: ProductOptions = {}): Promise<Product> {
  const { threads, ...transposes } = options;
  const left = input('a', [a.rows, a.cols]);
  const right = input('b', [b.rows, b.cols]);
  const forward = await compileForward({
    inputs: [left, right],
    outputs: { y: matmul(left, right, transposes) },
    parameters: new Map(),
    ...(threads && { threads }),
  });
  return {
    async run(a, b) {
      const { y } = await forward.run({ a: a.data, b: b.data });
      return { data: y!.data, rows: y!.shape[0]!, cols: y!.shape[1]! };
    },
    dispose: () => forward.dispose(),
  };
}

/** One product. */
export async function product(a: Matrix, b: Matrix, options: ProductOptions = {}): Promise<Matrix> {
  const compiled = await openProduct(a, b, options);
  const result = await compiled.run(a, b);
  await compiled.dispose();
  return result;
}

export const rowOf = ({ data, cols }: Matrix, row: number): Float32Array =>
  data.subarray(row * cols, (row + 1) * cols);

/** Divides every row by its L2 norm, in place; a zero row stays. */
export function normaliseRows(matrix: Matrix): Matrix {
  for (let i = 0; i < matrix.rows; i++) {
    const row = rowOf(matrix, i);
    let squares = 0;
    for (const value of row) squares += value * value;
    if (squares === 0) continue;
    const scale = 1 / Math.sqrt(squares);
    for (let j = 0; j < row.length; j++) row[j]! *= scale;
  }
  return matrix;
}

/** Means of the rows of each group, `[groups, cols]`; a group without rows keeps zeros. Rows with group −1 are left out. */
export function groupMeans(matrix: Matrix, groupOf: Int32Array, groups: number): Matrix {
  const sums = new Float64Array(groups * matrix.cols);
  const counts = new Int32Array(groups);
  for (let i = 0; i < matrix.rows; i++) {
    const group = groupOf[i]!;
    if (group < 0) continue;
    counts[group]!++;
    const row = rowOf(matrix, i);
    for (let j = 0; j < row.length; j++) sums[group * matrix.cols + j]! += row[j]!;
  }
  const data = new Float32Array(sums.length);
  for (let i = 0; i < data.length; i++)
    data[i] = sums[i]! / Math.max(1, counts[Math.floor(i / matrix.cols)]!);
  return { data, rows: groups, cols: matrix.cols };
}

/** Every row less its centre; a copy. */
export function centred(matrix: Matrix, centreOf: (row: number) => Float32Array): Matrix {
  const data = matrix.data.slice();
  for (let i = 0; i < matrix.rows; i++) {
    const centre = centreOf(i);
    for (let j = 0; j < matrix.cols; j++) data[i * matrix.cols + j]! -= centre[j]!;
  }
  return { ...matrix, data };
}

/** Positions of the `count` largest values, `except` left out; equal values in order of position. */
export function largest(values: Float32Array, count: number, except = -1): Int32Array {
  const rows = new Int32Array(count).fill(-1);
  const kept = new Float64Array(count).fill(-Infinity);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (i === except || !(value > kept[count - 1]!)) continue;
    let at = count - 1;
    for (; at > 0 && kept[at - 1]! < value; at--) {
      kept[at] = kept[at - 1]!;
      rows[at] = rows[at - 1]!;
    }
    kept[at] = value;
    rows[at] = i;
  }
  return rows.filter((row) => row >= 0);
}
