/** What linear methods share: rows as numbers, their mean, and the encoder `code = (φ(x) − mean) · W + b` as ONNX. */
import {
  add,
  cast,
  constant,
  exportModel,
  flatten,
  input,
  matmul,
  mul,
  sub,
  type Tensor,
} from '../graph/index.ts';
import type { Inputs, Matrix, Preprocessing } from './contract.ts';

/** Pixels count from 0 to 1. */
const PIXEL_SCALE = 1 / 255;

/** Features as they are, pixels flattened (row, column, channel) and scaled to 0 … 1; the parts below each other. */
export function floatRows(...parts: readonly Inputs[]): Matrix {
  const width = (part: Inputs): number => ('side' in part ? part.side * part.side * 3 : part.cols);
  const cols = width(parts[0]!);
  const rows = parts.reduce((total, part) => total + part.rows, 0);
  const data = new Float32Array(rows * cols);
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    if ('side' in part)
      for (let i = at; i < at + part.data.length; i++) data[i] = Math.fround(data[i]! * PIXEL_SCALE);
    at += part.data.length;
  }
  return { data, rows, cols };
}

/** Column means, summed in float64. */
export function meanRow({ data, rows, cols }: Matrix): Float32Array {
  const sums = new Float64Array(cols);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < cols; j++) sums[j]! += data[row * cols + j]!;
  }
  return Float32Array.from(sums, (total) => total / rows);
}

export interface Projection {
  /** Feature map φ, `[n, inputs]` → `[n, d]`; default: the inputs themselves. */
  readonly map?: (x: Tensor) => Tensor;
  /** `[d]` */
  readonly mean: Float32Array;
  /** `[d, bits]`, row-major. */
  readonly weights: Float32Array;
  /** `[bits]`, added to the outputs; default: nothing. */
  readonly bias?: Float32Array;
  readonly bits: number;
}

/** The encoder `(φ(x) − mean) · weights + bias` for inputs of this preprocessing; pixels are flattened and scaled first. */
export function exportProjection(
  { map = (x) => x, mean, weights, bias, bits }: Projection,
  preprocessing: Preprocessing,
): Uint8Array {
  const pixels = preprocessing.kind === 'pixels';
  const raw = pixels
    ? input('input', ['batch', preprocessing.side, preprocessing.side, 3], 'uint8')
    : input('input', ['batch', preprocessing.dim]);
  const x = pixels ? mul(flatten(cast(raw, 'float32')), PIXEL_SCALE) : raw;
  // The mean is taken off before the product, not after it: features far from the origin keep their digits.
  const centred = sub(map(x), constant(mean, [1, mean.length]));
  const product = matmul(centred, constant(weights, [mean.length, bits]));
  const code = bias ? add(product, constant(bias, [1, bits])) : product;
  return exportModel({ inputs: [raw], outputs: { code }, parameters: new Map() });
}
