/** What a `.mat` file looks like to its readers, whichever of MATLAB's formats it is. */
import { UnseenError } from '../../errors.ts';
import type { NpyData } from '../npy.ts';

/** MATLAB's own limit of a variable in versions 5 to 7; also what one array in memory may take here. */
export const MAX_ARRAY_BYTES = 2 ** 31;
/** Deflate makes a byte of at most 1032; what claims to be larger than that is no honest file. */
export const MAX_INFLATION = 1032;
/** About what a cell, or a character while text is put together, takes in memory. */
export const OBJECT_BYTES = 128;
/** Cells in cells. */
export const MAX_DEPTH = 8;

export interface MatNumeric {
  readonly kind: 'numeric';
  readonly shape: readonly number[];
  readonly data: NpyData;
  /** `column`: MATLAB's own order, first dimension fastest; `row`: as NumPy writes it into plain HDF5. */
  readonly order: 'column' | 'row';
}

/** Numbers beyond float32 have become infinite. */
export interface MatSingle extends MatNumeric {
  readonly data: Float32Array;
}

/** Compressed columns: the entries of column j are those from `columns[j]` to `columns[j + 1]`. */
export interface MatSparse {
  readonly kind: 'sparse';
  readonly shape: readonly [rows: number, cols: number];
  readonly columns: Float64Array;
  /** Row of each entry, from 0. */
  readonly rows: Float64Array;
  readonly values: Float64Array;
}

export interface MatText {
  readonly kind: 'text';
  /** Rows of the character array; trailing blanks, which MATLAB pads with, are cut off. */
  readonly lines: readonly string[];
}

export interface MatCell {
  readonly kind: 'cell';
  /** In MATLAB's order, first dimension fastest. */
  readonly items: readonly MatValue[];
}

export type MatValue = MatNumeric | MatSparse | MatText | MatCell;

export interface MatVariable {
  readonly name: string;
  /** MATLAB's class: `double`, `uint8`, `logical`, `char`, `cell`, `sparse`, `struct` … */
  readonly className: string;
  /** Dimensions in MATLAB's order; in plain HDF5 as the file has them. */
  readonly shape: readonly number[];
}

/** An array read in pieces along one dimension. */
export interface MatBlocks {
  readonly shape: readonly number[];
  /** Positions that are cheap to read together: a multiple of the file's own pieces. */
  readonly step: number;
  /** Positions `[from, to)` of the dimension, all of the others. */
  read(from: number, to: number): Promise<MatNumeric>;
}

export interface MatFile {
  readonly file: string;
  readonly version: '5' | '7.3';
  readonly variables: ReadonlyMap<string, MatVariable>;
  /** Throws `MAT_UNSUPPORTED`, `FILE_MALFORMED`, `FILE_LENGTH`. */
  read(name: string): Promise<MatValue>;
  /** A full array of numbers as float32, converted piece by piece: the file's own doubles are never held. Throws as `read`. */
  readSingle(name: string): Promise<MatSingle>;
  /** A numeric array along `dimension`; version 5 holds it in memory whole. Throws as `read`. */
  blocks(name: string, dimension: number): Promise<MatBlocks>;
}

export const unsupported = (file: string, name: string, reason: string, received: unknown): UnseenError =>
  new UnseenError('MAT_UNSUPPORTED', { file, name, reason, received });

/** Number of elements of an array whose items take `itemBytes` in memory; refused above `MAX_ARRAY_BYTES`. */
export function elementCount(
  shape: readonly number[],
  itemBytes: number,
  file: string,
  name: string,
): number {
  const count = shape.reduce((product, n) => product * n, 1);
  if (!(count * itemBytes <= MAX_ARRAY_BYTES))
    throw unsupported(file, name, `must take at most ${MAX_ARRAY_BYTES} bytes`, shape);
  return count;
}
