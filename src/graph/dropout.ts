/** Dropout, and the deterministic random numbers behind it. */
import { cast, greaterEqual, mul } from './elementwise.ts';
import { invalid, staticShape } from './shape.ts';
import { apply, type Tensor } from './tensor.ts';

export interface DropoutOptions {
  /** Of this layer's random numbers: two layers with one seed drop the same elements. */
  readonly seed: number;
}

/**
 * Sets a share `rate` (0 ≤ rate < 1) of the elements to 0 and scales the others by 1 / (1 − rate) (Srivastava et al. 2014).
 * Every step draws anew; a session started again repeats the same sequence.
 */
export function dropout(x: Tensor, rate: number, { seed }: DropoutOptions): Tensor {
  if (!(rate >= 0 && rate < 1)) throw invalid('dropout', `rate must be in [0, 1), received ${rate}`);
  if (rate === 0) return x;
  const shape = staticShape('dropout', x.shape);
  const uniform = apply('RandomUniform', [], shape, {
    dtype: 'float32',
    // ONNX seeds are floats; below 2²⁴ every integer is one.
    attributes: { shape: { ints: shape }, seed: { f: Math.abs(Math.trunc(seed)) % 16777216 } },
  });
  return mul(x, mul(cast(greaterEqual(uniform, rate), 'float32'), 1 / (1 - rate)));
}
