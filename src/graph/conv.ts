/**
 * Two-dimensional convolution (cross-correlation, as everywhere in deep learning) on `[batch, channels, height, width]`,
 * and its gradients as graph operations:
 *   by the input   stride 1: a convolution with the flipped, transposed kernel; else a transposed convolution;
 *   by the kernel  for each tap one batched matrix product of the output's gradient with the shifted input.
 */
import { expand, unsqueeze } from './elementwise.ts';
import { concat, gather, pad, reshape, transpose, window } from './layout.ts';
import { matmul } from './matmul.ts';
import { sum } from './reduce.ts';
import { type Dim, invalid, mismatch, type Shape, showShape, staticDim, staticShape } from './shape.ts';
import { type Attributes, apply, integers, type Tensor } from './tensor.ts';

export interface Conv2dOptions {
  /** Pixels between neighbouring outputs, ≥ 1; default 1. */
  readonly stride?: number;
  /** Zeros added at each border, 0 … kernel − 1; 'same': half of an odd kernel; default 0. */
  readonly padding?: number | 'same';
  /** `[out]`, added to every pixel. */
  readonly bias?: Tensor;
}

/** The numbers of one axis: `size` in, `kernel` taps, `out` out. */
export interface Axis {
  readonly size: number;
  readonly kernel: number;
  readonly out: number;
}

/** Checks a sliding window over height and width; shared with the pools. */
export function slide(
  operation: string,
  x: Shape,
  kernel: Shape,
  stride: number,
  padding: number,
): [Axis, Axis] {
  if (!Number.isInteger(stride) || stride < 1)
    throw invalid(operation, `stride must be an integer ≥ 1, received ${stride}`);
  const axes = [0, 1].map((i) => {
    const size = staticDim(operation, x, 2 + i);
    const taps = staticDim(operation, kernel, kernel.length - 2 + i);
    if (!Number.isInteger(padding) || padding < 0 || padding >= taps) {
      throw invalid(
        operation,
        `padding must be an integer from 0 to kernel − 1 = ${taps - 1}, received ${padding}`,
      );
    }
    const out = Math.floor((size + 2 * padding - taps) / stride) + 1;
    if (out < 1) throw mismatch(operation, x, kernel, 'the kernel is larger than the padded picture');
    return { size, kernel: taps, out };
  });
  return axes as [Axis, Axis];
}

export const slideAttributes = (axes: readonly Axis[], stride: number, padding: number): Attributes => ({
  kernel_shape: { ints: axes.map(({ kernel }) => kernel) },
  strides: { ints: [stride, stride] },
  pads: { ints: [padding, padding, padding, padding] },
});

/**
 * @param x `[n, in, height, width]`
 * @param kernel `[out, in, kernelHeight, kernelWidth]`
 * @returns `[n, out, ⌊(height + 2·padding − kernelHeight) / stride⌋ + 1, …]`
 */
export function conv2d(x: Tensor, kernel: Tensor, options: Conv2dOptions = {}): Tensor {
  const { stride = 1, bias } = options;
  if (x.rank !== 4 || kernel.rank !== 4)
    throw mismatch('conv2d', x.shape, kernel.shape, 'both must have four axes');
  if (x.shape[1] !== kernel.shape[1])
    throw mismatch('conv2d', x.shape, kernel.shape, 'input channels differ');
  const taps = kernel.shape[3] as number;
  if (options.padding === 'same' && (taps % 2 === 0 || kernel.shape[2] !== taps)) {
    throw invalid('conv2d', `padding 'same' needs an odd square kernel, received ${showShape(kernel.shape)}`);
  }
  const padding = options.padding === 'same' ? (taps - 1) / 2 : (options.padding ?? 0);
  const axes = slide('conv2d', x.shape, kernel.shape, stride, padding);
  const shape: Dim[] = [x.shape[0]!, kernel.shape[0]!, axes[0].out, axes[1].out];
  if (bias && (bias.rank !== 1 || bias.shape[0] !== shape[1]))
    throw mismatch('conv2d', kernel.shape, bias.shape, 'one bias per output channel');
  return apply('Conv', bias ? [x, kernel, bias] : [x, kernel], shape, {
    attributes: slideAttributes(axes, stride, padding),
    gradient: (small) => {
      const dy = expand(small, shape);
      return [
        byInput(dy, kernel, axes, stride, padding),
        byKernel(dy, x, kernel.shape, axes, stride, padding),
        bias && sum(dy, { axes: [0, 2, 3] }),
      ];
    },
  });
}

function byInput(
  dy: Tensor,
  kernel: Tensor,
  axes: readonly [Axis, Axis],
  stride: number,
  padding: number,
): Tensor {
  const [outs, ins, height, width] = staticShape('gradient of conv2d', kernel.shape) as [
    number,
    number,
    number,
    number,
  ];
  const shape = [dy.shape[0]!, ins, axes[0].size, axes[1].size];
  if (stride === 1) {
    const [ph, pw] = axes.map(({ kernel: taps }) => taps - 1 - padding) as [number, number];
    // Turning the kernel by 180° reverses the order of its taps.
    const area = height * width;
    const reversed = integers(Array.from({ length: area }, (_, i) => area - 1 - i));
    const turned = gather(reshape(transpose(kernel, [1, 0, 2, 3]), [ins, outs, area]), reversed, 2);
    return apply('Conv', [dy, reshape(turned, [ins, outs, height, width])], shape, {
      attributes: { kernel_shape: { ints: [height, width] }, pads: { ints: [ph, pw, ph, pw] } },
    });
  }
  // Pixels at the lower and right border that no window reached.
  const unreached = axes.map(({ size, kernel: taps }) => (size + 2 * padding - taps) % stride);
  return apply('ConvTranspose', [dy, kernel], shape, {
    attributes: { ...slideAttributes(axes, stride, padding), output_padding: { ints: unreached } },
  });
}

function byKernel(
  dy: Tensor,
  x: Tensor,
  kernel: Shape,
  axes: readonly [Axis, Axis],
  stride: number,
  padding: number,
): Tensor {
  const [outs, ins, height, width] = staticShape('gradient of conv2d', kernel) as [
    number,
    number,
    number,
    number,
  ];
  const n = staticDim('gradient of conv2d', x.shape, 0);
  const border = [0, 0, padding, padding];
  const padded = pad(x, border, border);
  const [rows, columns] = [axes[0].out, axes[1].out];
  const wide = axes[1].size + 2 * padding;
  let left: Tensor;
  let shifted: (i: number, j: number) => Tensor;
  if (stride === 1) {
    // With dy's rows padded to the width of x, a shift by (i, j) is one offset into flattened pictures: one long copy.
    const length = rows * wide - (width - 1);
    const aligned = reshape(pad(dy, [0, 0, 0, 0], [0, 0, 0, width - 1]), [n, outs, rows * wide]);
    left = window(aligned, [undefined, undefined, { start: 0, end: length }]);
    const flat = reshape(padded, [n, ins, -1]);
    shifted = (i, j) =>
      window(flat, [undefined, undefined, { start: i * wide + j, end: i * wide + j + length }]);
  } else {
    left = reshape(dy, [n, outs, rows * columns]);
    const every = (start: number, count: number) => ({
      start,
      end: start + (count - 1) * stride + 1,
      step: stride,
    });
    shifted = (i, j) =>
      reshape(window(padded, [undefined, undefined, every(i, rows), every(j, columns)]), [
        n,
        ins,
        rows * columns,
      ]);
  }
  const taps: Tensor[] = [];
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < width; j++) {
      const product = matmul(left, shifted(i, j), { transposeB: true });
      taps.push(sum(product, { axes: 0 }));
    }
  }
  const stacked = concat(
    taps.map((tap) => unsqueeze(tap, [0])),
    0,
  );
  return reshape(transpose(stacked, [1, 2, 0]), [outs, ins, height, width]);
}
