/**
 * Word vectors in a byte a value: `value = q · scale`, q in −127 … 127, a scale a word. GloVe's values keep 1/254 of the
 * word's largest, which moves the cosine of two words by about 0.001.
 */
import type { Matrix } from '../../data/dataset.ts';
import { UnseenError } from '../../errors.ts';

/** `[rows, cols]` values in bytes. */
export interface QuantizedMatrix {
  readonly rows: number;
  readonly cols: number;
  /** `[rows × cols]`, −127 … 127 */
  readonly values: Int8Array;
  /** `[rows]`, ≥ 0 */
  readonly scales: Float32Array;
}

export const LARGEST = 127;

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/**
 * A scale has 12 significant bits, so that `q · scale` is exact in float32 and quantising the result again changes
 * nothing: a table read from a file and the same table inside a model give the same vectors, bit for bit.
 */
function roundUp(scale: number): number {
  float[0] = scale;
  bits[0] = (bits[0]! + 0xfff) & 0xfffff000;
  return float[0];
}

/** @throws `VALUE_NOT_FINITE` naming the first row with NaN, infinity, or a value beyond 1e30 */
export function quantize({ data, rows, cols }: Matrix, name: string): QuantizedMatrix {
  const values = new Int8Array(rows * cols);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const from = row * cols;
    let largest = 0;
    for (let j = from; j < from + cols; j++) {
      const size = Math.abs(data[j]!);
      if (!(size < 1e30))
        throw new UnseenError('VALUE_NOT_FINITE', {
          file: name,
          row,
          column: j - from,
          value: String(data[j]),
        });
      if (size > largest) largest = size;
    }
    // Below, scales would be denormal numbers, which lose bits: such a vector is zero.
    if (largest < 1e-30) continue;
    const scale = roundUp(largest / LARGEST);
    scales[row] = scale;
    for (let j = from; j < from + cols; j++) values[j] = Math.round(data[j]! / scale);
  }
  return { rows, cols, values, scales };
}

export function dequantize({ rows, cols, values, scales }: QuantizedMatrix): Matrix {
  const data = new Float32Array(rows * cols);
  for (let row = 0, at = 0; row < rows; row++) {
    const scale = scales[row]!;
    for (const end = at + cols; at < end; at++) data[at] = values[at]! * scale;
  }
  return { data, rows, cols };
}
