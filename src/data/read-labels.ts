/** Numbers → `Labels`, every label held against the classes; `file` in an error may be any name for the place. */
import { UnseenError } from '../errors.ts';
import { Labels } from './labels.ts';
import type { NpyArray } from './npy.ts';

/** Stands for "unlabelled" in files of unsigned bytes; it is an ordinary index only where there are more classes. */
const UNLABELLED_BYTE = 255;

function outOfRange(file: string, row: number, value: unknown, classes: number): UnseenError {
  return new UnseenError('LABEL_OUT_OF_RANGE', { file, row, value: String(value), classes });
}

/** Class lists from indexes `[n]`; −1, and 255 where there is no class 255, are unlabelled. */
export function listsFromIndexes(
  values: ArrayLike<number | bigint>,
  classes: number,
  file: string,
): number[][] {
  return Array.from(values, (value, row) => {
    const label = Number(value);
    if (label === -1 || (label === UNLABELLED_BYTE && classes <= UNLABELLED_BYTE)) return [];
    if (!Number.isInteger(label) || label < 0 || label >= classes)
      throw outOfRange(file, row, value, classes);
    return [label];
  });
}

/** Class lists from a 0/1 matrix `[n, classes]`, row-major. */
export function listsFromMatrix(
  values: ArrayLike<number | bigint>,
  classes: number,
  file: string,
): number[][] {
  return Array.from({ length: values.length / classes }, (_, row) => {
    const list: number[] = [];
    for (let label = 0; label < classes; label++) {
      const value = Number(values[row * classes + label]);
      if (value === 1) list.push(label);
      else if (value !== 0) throw outOfRange(file, row, `${value} in column ${label}`, classes);
    }
    return list;
  });
}

/** Class lists from a label file: `[n]` indexes of an integer type, or a 0/1 matrix `[n, classes]`. */
export function listsFromNpy(array: NpyArray, classes: number, file: string): number[][] {
  const [rows, columns] = array.shape;
  const values = array.data as ArrayLike<number | bigint>;
  if (array.shape.length === 2 && columns === classes && rows) return listsFromMatrix(values, classes, file);
  if (array.shape.length !== 1) {
    throw new UnseenError('FILE_MALFORMED', {
      file,
      where: 'shape',
      reason: `labels must be [rows] or [rows, ${classes}]`,
      received: array.shape,
    });
  }
  // Unsigned bytes cannot tell class 255 from "unlabelled".
  if (array.type === 'u1' && classes > UNLABELLED_BYTE) {
    throw new UnseenError('FILE_MALFORMED', {
      file,
      where: 'item type',
      reason: `labels of ${classes} classes need 2 bytes or more`,
      received: array.type,
    });
  }
  return listsFromIndexes(values, classes, file);
}

/** Class lists that a caller made: ascending order is restored, range and repeats are checked. */
export function listsFromCaller(
  lists: readonly (readonly number[])[],
  classes: number,
  name: string,
): number[][] {
  return lists.map((list, row) => {
    const sorted = [...list].sort((a, b) => a - b);
    sorted.forEach((label, i) => {
      if (!Number.isInteger(label) || label < 0 || label >= classes || label === sorted[i - 1])
        throw outOfRange(name, row, label, classes);
    });
    return sorted;
  });
}

/** `Labels` of a caller are trusted for shape only: their range is checked again. */
export function checkLabels(labels: Labels, classes: number, name: string): Labels {
  for (let row = 0; row < labels.rows; row++) {
    for (const label of labels.of(row))
      if (label < 0 || label >= classes) throw outOfRange(name, row, label, classes);
  }
  return labels.classCount === classes
    ? labels
    : Labels.fromLists(
        Array.from({ length: labels.rows }, (_, i) => [...labels.of(i)]),
        classes,
      );
}
