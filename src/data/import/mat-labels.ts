/** Labels of `.mat` files: class numbers, from 1 as MATLAB counts or from 0, or a 0/1 column a class. */
import { UnseenError } from '../../errors.ts';
import type { Matrix } from '../dataset.ts';
import { transposed } from '../mat/arrays.ts';
import { listsFromMatrix } from '../read-labels.ts';

/** An array of labels and what errors call it. */
export interface MatLabels {
  readonly matrix: Matrix;
  readonly name: string;
}

/** `[rows, classes]`, or one number a row as `[rows, 1]`, whichever way the array lies. */
function lying({ matrix, name }: MatLabels, rows: number, classes: number): Matrix {
  const fits = ({ rows: n, cols }: Matrix): boolean => n === rows && (cols === 1 || cols === classes);
  if (fits(matrix)) return matrix;
  const turned = transposed(matrix);
  if (fits(turned)) return turned;
  throw new UnseenError('FILE_MALFORMED', {
    file: name,
    where: 'shape',
    reason: `labels must be [${rows}, ${classes}] or [${rows}, 1] (other classes: give a list of them)`,
    received: [matrix.rows, matrix.cols],
  });
}

/** One class a row, counted from `first`. Throws `LABEL_OUT_OF_RANGE`. */
export function listsFromNumbers(
  numbers: ArrayLike<number>,
  first: 0 | 1,
  classes: number,
  file: string,
): number[][] {
  return Array.from(numbers, (value, row) => {
    const label = value - first;
    if (!(Number.isInteger(label) && label >= 0 && label < classes))
      throw new UnseenError('LABEL_OUT_OF_RANGE', { file, row, value: String(value), classes });
    return [label];
  });
}

/**
 * Class lists of each array, `rows` of them; numbers count from 0 where any array holds a 0, else from 1.
 *
 * Throws `FILE_MALFORMED` (shape), `LABEL_OUT_OF_RANGE`.
 */
export function listsFromMat(
  parts: readonly MatLabels[],
  rows: readonly number[],
  classes: number,
): number[][][] {
  const lain = parts.map((part, i) => lying(part, rows[i]!, classes));
  const numbers = classes > 1 && lain.every(({ cols }) => cols === 1);
  const first = lain.some(({ data }) => data.includes(0)) ? 0 : 1;
  return lain.map(({ data }, i) => {
    const { name } = parts[i]!;
    return numbers ? listsFromNumbers(data, first, classes, name) : listsFromMatrix(data, classes, name);
  });
}
