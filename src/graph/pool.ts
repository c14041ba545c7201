/** Pools over height and width of `[batch, channels, height, width]`. */
import { slide, slideAttributes } from './conv.ts';
import { expand } from './elementwise.ts';
import { reshape } from './layout.ts';
import { mean } from './reduce.ts';
import { type Dim, invalid, showShape, sizeOf, staticDim } from './shape.ts';
import { apply, applyMany, constant, type Tensor } from './tensor.ts';

export interface PoolOptions {
  /** Pixels between windows; default: the window's size. */
  readonly stride?: number;
  /** Border, less than the window; ignored by the maximum; default 0. Only for `maxPool2d`. */
  readonly padding?: number;
}

function plan(operation: string, x: Tensor, size: number, stride: number, padding: number) {
  if (x.rank !== 4) throw invalid(operation, `works on four axes, received ${showShape(x.shape)}`);
  if (!Number.isInteger(size) || size < 1)
    throw invalid(operation, `the window must be an integer ≥ 1, received ${size}`);
  const axes = slide(operation, x.shape, [size, size], stride, padding);
  const shape: Dim[] = [x.shape[0]!, x.shape[1]!, axes[0].out, axes[1].out];
  return { axes, shape };
}

/** Largest pixel of every `size` × `size` window; at a tie the gradient goes to the first. */
export function maxPool2d(x: Tensor, size: number, { stride = size, padding = 0 }: PoolOptions = {}): Tensor {
  const { axes, shape } = plan('maxPool2d', x, size, stride, padding);
  const outputs = [
    { shape, dtype: x.dtype },
    { shape, dtype: 'int64' as const },
  ];
  const results: Tensor[] = applyMany('MaxPool', [x], outputs, {
    attributes: slideAttributes(axes, stride, padding),
    gradient: (dy) => {
      // ONNX counts the index of each maximum through the whole flattened input.
      const count = sizeOf('gradient of maxPool2d', shape);
      const zeros = expand(constant(0), [sizeOf('gradient of maxPool2d', x.shape)]);
      const parts = [zeros, reshape(results[1]!, [count]), reshape(expand(dy, shape), [count])];
      // Windows that overlap can share a maximum.
      const reduction = { s: stride < size ? 'add' : 'none' };
      const flat = apply('ScatterElements', parts, zeros.shape, {
        attributes: { axis: { i: 0 }, reduction },
      });
      return [reshape(flat, x.shape)];
    },
  });
  return results[0]!;
}

/** Mean of every `size` × `size` window. */
export function avgPool2d(
  x: Tensor,
  size: number,
  { stride = size }: Pick<PoolOptions, 'stride'> = {},
): Tensor {
  const { axes, shape } = plan('avgPool2d', x, size, stride, 0);
  return apply('AveragePool', [x], shape, {
    attributes: slideAttributes(axes, stride, 0),
    gradient: (dy) => {
      // Every pixel of a window gets the same share: a transposed convolution with a flat kernel, channel by channel.
      const channels = staticDim('gradient of avgPool2d', shape, 1);
      const share = expand(constant(1 / (size * size)), [channels, 1, size, size]);
      const unreached = axes.map((axis) => (axis.size - size) % stride);
      const attributes = {
        ...slideAttributes(axes, stride, 0),
        output_padding: { ints: unreached },
        group: { i: channels },
      };
      return [apply('ConvTranspose', [expand(dy, shape), share], x.shape, { attributes })];
    },
  });
}

/** Mean over height and width: `[n, c, h, w]` → `[n, c]`. */
export const globalAveragePool = (x: Tensor): Tensor => mean(x, { axes: [2, 3] });
