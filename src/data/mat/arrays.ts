/** Arrays of `.mat` files → row-major matrices, and pieces of arrays. */
import type { Matrix } from '../dataset.ts';
import { allocate } from '../files.ts';
import type { NpyData } from '../npy.ts';
import type { MatBlocks, MatNumeric, MatValue } from './mat-file.ts';
import { elementCount, unsupported } from './mat-file.ts';

/** How far apart neighbours along each dimension lie, in elements. */
export function stridesOf({ shape, order }: Pick<MatNumeric, 'shape' | 'order'>): number[] {
  const dimensions = order === 'column' ? [...shape.keys()] : [...shape.keys()].reverse();
  const strides = new Array<number>(shape.length).fill(0);
  let stride = 1;
  for (const dimension of dimensions) {
    strides[dimension] = stride;
    stride *= shape[dimension]!;
  }
  return strides;
}

/** A full or sparse two-dimensional array as a float32 matrix; `MAT_UNSUPPORTED` for anything else. */
export function toMatrix(value: MatValue, file: string, name: string): Matrix {
  if (value.kind !== 'numeric' && value.kind !== 'sparse')
    throw unsupported(file, name, 'must be numbers', value.kind);
  const [rows = 0, cols = 0] = value.shape;
  if (value.shape.length !== 2 || rows === 0 || cols === 0)
    throw unsupported(file, name, 'must be [rows, columns], both at least 1', value.shape);
  const count = elementCount(value.shape, 4, file, name);
  const data = new Float32Array(allocate(count * 4, file).buffer);
  if (value.kind === 'sparse') {
    for (let col = 0; col < cols; col++)
      for (let i = value.columns[col]!; i < value.columns[col + 1]!; i++)
        data[value.rows[i]! * cols + col]! += value.values[i]!;
    return { data, rows, cols };
  }
  const [down, across] = stridesOf(value) as [number, number];
  for (let row = 0, at = 0; row < rows; row++)
    for (let col = 0; col < cols; col++, at++) data[at] = Number(value.data[row * down + col * across]);
  return { data, rows, cols };
}

/** `[cols, rows]` of `[rows, cols]`. */
export function transposed({ data, rows, cols }: Matrix): Matrix {
  const turned = new Float32Array(data.length);
  for (let row = 0; row < rows; row++)
    for (let col = 0; col < cols; col++) turned[col * rows + row] = data[row * cols + col]!;
  return { data: turned, rows: cols, cols: rows };
}

/** Pieces of an array that is in memory. */
export function blocksInMemory(array: MatNumeric, dimension: number): MatBlocks {
  const { shape, order, data } = array;
  const length = shape[dimension]!;
  const inner = stridesOf(array)[dimension]!;
  const outer = data.length / (inner * length);
  return {
    shape,
    step: 1,
    read: async (from, to) => {
      const size = (to - from) * inner;
      const make = data.constructor as new (length: number) => NpyData;
      const part = new make(outer * size);
      for (let i = 0; i < outer; i++) {
        const start = (i * length + from) * inner;
        part.set(data.subarray(start, start + size) as never, i * size);
      }
      return {
        kind: 'numeric',
        data: part,
        order,
        shape: shape.map((n, i) => (i === dimension ? to - from : n)),
      };
    },
  };
}
