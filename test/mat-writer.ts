/** Small `.mat` files of version 5 for tests, written from the format's description and independently of the reader. */
import { deflateSync } from 'node:zlib';

const CLASSES = {
  cell: 1,
  char: 4,
  sparse: 5,
  double: 6,
  single: 7,
  int8: 8,
  uint8: 9,
  int16: 10,
  uint16: 11,
} as const;
const INT8 = 1;
const UINT16 = 4;
const INT32 = 5;
const UINT32 = 6;
const DOUBLE = 9;
const MATRIX = 14;
const COMPRESSED = 15;
const BYTES: Readonly<Record<number, number>> = { 1: 1, 2: 1, 3: 2, 4: 2, 5: 4, 6: 4, 7: 4, 9: 8 };

export interface MatWriterOptions {
  readonly bigEndian?: boolean;
  readonly compress?: boolean;
}

/** One variable; numbers in MATLAB's order, first dimension fastest. */
export type Variable =
  | {
      readonly shape: readonly number[];
      readonly numbers: readonly number[];
      /** Default `double`. */
      readonly className?: keyof typeof CLASSES;
      /** Element type that the numbers are stored as; default 9, 8-byte floats. */
      readonly storedAs?: number;
      readonly logical?: boolean;
    }
  | { readonly text: readonly string[] }
  | { readonly cells: readonly Variable[]; readonly shape?: readonly number[] }
  | { readonly sparse: readonly (readonly number[])[] };

class Writer {
  readonly #little: boolean;

  constructor(little: boolean) {
    this.#little = little;
  }

  numbers(type: number, values: readonly number[]): Buffer {
    const size = BYTES[type]!;
    const data = Buffer.alloc(values.length * size);
    const view = new DataView(data.buffer, data.byteOffset);
    values.forEach((value, i) => {
      if (type === DOUBLE) view.setFloat64(8 * i, value, this.#little);
      else if (type === 7) view.setFloat32(4 * i, value, this.#little);
      else if (size === 4) view.setInt32(4 * i, value, this.#little);
      else if (size === 2) view.setInt16(2 * i, value, this.#little);
      else view.setInt8(i, value);
    });
    return this.element(type, data);
  }

  element(type: number, data: Buffer): Buffer {
    const tag = Buffer.alloc(8);
    const view = new DataView(tag.buffer, tag.byteOffset);
    if (data.length > 0 && data.length <= 4 && type !== MATRIX) {
      view.setUint32(0, (data.length << 16) | type, this.#little);
      data.copy(tag, 4);
      return tag;
    }
    view.setUint32(0, type, this.#little);
    view.setUint32(4, data.length, this.#little);
    return Buffer.concat([tag, data, Buffer.alloc(type === COMPRESSED ? 0 : (8 - (data.length % 8)) % 8)]);
  }

  matrix(name: string, variable: Variable): Buffer {
    const head = (className: keyof typeof CLASSES, shape: readonly number[], flags = 0) => [
      this.numbers(UINT32, [CLASSES[className] | flags, 0]),
      this.numbers(INT32, shape),
      this.element(INT8, Buffer.from(name)),
    ];
    return this.element(MATRIX, Buffer.concat(this.#body(variable, head)));
  }

  #body(
    variable: Variable,
    head: (c: keyof typeof CLASSES, s: readonly number[], f?: number) => Buffer[],
  ): Buffer[] {
    if ('text' in variable) {
      const width = Math.max(0, ...variable.text.map((line) => line.length));
      const rows = variable.text.map((line) => line.padEnd(width));
      const units = Array.from({ length: width }, (_, col) => rows.map((row) => row.charCodeAt(col))).flat();
      return [...head('char', [rows.length, width]), this.numbers(UINT16, units)];
    }
    if ('cells' in variable) {
      const { cells, shape = [cells.length, 1] } = variable;
      return [...head('cell', shape), ...cells.map((cell) => this.matrix('', cell))];
    }
    if ('sparse' in variable) {
      const { sparse } = variable;
      const cols = sparse[0]!.length;
      const entries = Array.from({ length: cols }, (_, col) =>
        sparse.flatMap((line, row) => (line[col] ? [{ row, value: line[col] }] : [])),
      );
      let start = 0;
      const starts = [0, ...entries.map((column) => (start += column.length))];
      return [
        ...head('sparse', [sparse.length, cols]),
        this.numbers(
          INT32,
          entries.flat().map(({ row }) => row),
        ),
        this.numbers(INT32, starts),
        this.numbers(
          DOUBLE,
          entries.flat().map(({ value }) => value),
        ),
      ];
    }
    const { shape, numbers, className = 'double', storedAs = DOUBLE, logical = false } = variable;
    return [...head(className, shape, logical ? 0x0200 : 0), this.numbers(storedAs, numbers)];
  }
}

/** The bytes of a file with these variables. */
export function matBytes(
  variables: Readonly<Record<string, Variable>>,
  { bigEndian = false, compress = false }: MatWriterOptions = {},
): Buffer {
  const writer = new Writer(!bigEndian);
  const header = Buffer.alloc(128, ' ');
  header.write('MATLAB 5.0 MAT-file, of a test');
  header.fill(0, 116);
  header.set(bigEndian ? [1, 0, 0x4d, 0x49] : [0, 1, 0x49, 0x4d], 124);
  const elements = Object.entries(variables).map(([name, variable]) => {
    const element = writer.matrix(name, variable);
    return compress ? writer.element(COMPRESSED, deflateSync(element)) : element;
  });
  return Buffer.concat([header, ...elements]);
}

/** Rows as MATLAB lays them out. */
export const columnMajor = (rows: readonly (readonly number[])[]): number[] =>
  (rows[0] ?? []).flatMap((_, col) => rows.map((row) => row[col]!));

/** A full matrix of doubles. */
export const full = (rows: readonly (readonly number[])[]): Variable => ({
  shape: [rows.length, rows[0]?.length ?? 0],
  numbers: columnMajor(rows),
});
