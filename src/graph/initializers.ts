/** First values of parameters. Each parameter draws from its own stream of the seed, so adding one changes no other. */
import type { Random } from '../random.ts';
import { product } from './shape.ts';

export type Initializer = (shape: readonly number[], random: Random) => Float32Array;

/** Inputs and outputs of one unit. Matrices are `[in, out]`; convolution kernels `[out, in, height, width]`. */
function fans(shape: readonly number[]): { fanIn: number; fanOut: number } {
  const [first = 1, second = 1, ...taps] = shape;
  const area = product(taps);
  return taps.length > 0
    ? { fanIn: second * area, fanOut: first * area }
    : { fanIn: first, fanOut: shape.length > 1 ? second : first };
}

const filled = (shape: readonly number[], value: () => number): Float32Array =>
  Float32Array.from({ length: product(shape) }, value);

export const constantOf =
  (value: number): Initializer =>
  (shape) =>
    filled(shape, () => value);

export const zeros = (): Initializer => constantOf(0);
export const ones = (): Initializer => constantOf(1);

export const normal =
  (deviation: number): Initializer =>
  (shape, random) =>
    filled(shape, () => deviation * random.normal());

/** N(0, 2 / fanIn), for layers followed by ReLU (He et al. 2015, equation 10). */
export const heNormal = (): Initializer => (shape, random) =>
  normal(Math.sqrt(2 / fans(shape).fanIn))(shape, random);

/** U(±√(6 / (fanIn + fanOut))) (Glorot and Bengio 2010, equation 16). */
export const glorotUniform = (): Initializer => (shape, random) => {
  const { fanIn, fanOut } = fans(shape);
  const limit = Math.sqrt(6 / (fanIn + fanOut));
  return filled(shape, () => limit * (2 * random.uniform() - 1));
};

/** Orthonormal rows or columns, whichever are fewer, of the matrix `[shape[0], rest]`, times `gain` (Saxe et al. 2014). */
export const orthogonal =
  (gain = 1): Initializer =>
  (shape, random) => {
    const rows = shape[0] ?? 1;
    const columns = product(shape) / rows;
    const [count, length] = rows <= columns ? [rows, columns] : [columns, rows];
    const basis: Float64Array[] = [];
    for (let i = 0; i < count; i++) {
      const vector = Float64Array.from({ length }, () => random.normal());
      // Gram–Schmidt twice: once leaves rounding errors that grow with the number of vectors.
      for (const other of [...basis, ...basis]) {
        const overlap = vector.reduce((total, value, k) => total + value * other[k]!, 0);
        for (let k = 0; k < length; k++) vector[k]! -= overlap * other[k]!;
      }
      const norm = Math.hypot(...vector);
      basis.push(vector.map((value) => value / norm));
    }
    const out = new Float32Array(rows * columns);
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        out[r * columns + c] = gain * (rows <= columns ? basis[r]![c]! : basis[c]![r]!);
      }
    }
    return out;
  };
