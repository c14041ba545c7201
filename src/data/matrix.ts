/** Row-major float32 matrices: gathering rows, checking values, unit rows. */
import { UnseenError } from '../errors.ts';
import type { Matrix } from './dataset.ts';
import type { NpyArray } from './npy.ts';

/** Copies the given rows into a new `[rows.length, cols]` matrix, in the order given. */
export function takeRows(matrix: Matrix, rows: ArrayLike<number>): Matrix {
  const { cols } = matrix;
  const data = new Float32Array(rows.length * cols);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    if (!(Number.isInteger(row) && row >= 0 && row < matrix.rows)) {
      throw new UnseenError('ARGUMENT_INVALID', {
        name: 'rows',
        reason: `must hold rows in [0, ${matrix.rows})`,
        received: row,
      });
    }
    data.set(matrix.data.subarray(row * cols, (row + 1) * cols), i * cols);
  }
  return { data, rows: rows.length, cols };
}

/** Throws `VALUE_NOT_FINITE` naming the first row that holds NaN or infinity. `file` may be any name for the place. */
export function checkFinite(matrix: Matrix, file: string): void {
  const { data, cols } = matrix;
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i]!)) {
      const row = Math.floor(i / cols);
      throw new UnseenError('VALUE_NOT_FINITE', { file, row, column: i % cols, value: String(data[i]) });
    }
  }
}

/** A 2-d numeric array as a float32 matrix; values beyond float32 become infinite and are refused by `checkFinite`. */
export function matrixFromNpy(array: NpyArray, file: string): Matrix {
  const [rows, cols] = array.shape;
  if (array.shape.length !== 2 || !rows || !cols) {
    throw new UnseenError('FILE_MALFORMED', {
      file,
      where: 'shape',
      reason: 'must be [rows, columns], both at least 1',
      received: array.shape,
    });
  }
  const data =
    array.data instanceof Float32Array
      ? array.data
      : array.data instanceof BigInt64Array || array.data instanceof BigUint64Array
        ? Float32Array.from(array.data, Number)
        : Float32Array.from(array.data);
  return { data, rows, cols };
}

/** Lists of numbers, one a row and all of one length, as a matrix. */
export function matrixFromLists(lists: readonly ArrayLike<number>[], name: string): Matrix {
  const cols = lists[0]?.length ?? 0;
  const data = new Float32Array(lists.length * cols);
  lists.forEach((list, row) => {
    if (cols === 0 || list.length !== cols) {
      throw new UnseenError('ARGUMENT_INVALID', {
        name,
        reason: `row ${row} must have ${cols || 'at least 1'} columns`,
        received: list.length,
      });
    }
    data.set(list, row * cols);
  });
  return { data, rows: lists.length, cols };
}

/** Puts matrices of one width below each other. The caller has checked the widths. */
export function stackRows(parts: readonly Matrix[]): Matrix {
  if (parts.length === 1) return parts[0]!;
  const cols = parts[0]!.cols;
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const data = new Float32Array(rows * cols);
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  return { data, rows, cols };
}

/** A copy whose rows have unit L2 norm; a row of zeros throws `CLASS_EMBEDDING_ZERO` naming its class. */
export function unitRows(matrix: Matrix, names: readonly string[], file: string): Matrix {
  const { rows, cols } = matrix;
  const data = new Float32Array(matrix.data.length);
  for (let row = 0; row < rows; row++) {
    const from = row * cols;
    let sum = 0;
    for (let j = from; j < from + cols; j++) sum += matrix.data[j]! ** 2;
    if (sum === 0) throw new UnseenError('CLASS_EMBEDDING_ZERO', { file, row, name: names[row] ?? '' });
    const scale = 1 / Math.sqrt(sum);
    for (let j = from; j < from + cols; j++) data[j] = matrix.data[j]! * scale;
  }
  return { data, rows, cols };
}
