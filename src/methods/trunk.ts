/** Trunks f of deep methods: an MLP on features, a compact residual CNN on pixels. */
import {
  add,
  batchNorm,
  batchNormParameters,
  cast,
  concat,
  constant,
  conv2d,
  globalAveragePool,
  glorotUniform,
  heNormal,
  input,
  matmul,
  maxPool2d,
  mul,
  parameter,
  relu,
  sub,
  type Tensor,
  transpose,
  zeros,
} from '../graph/index.ts';
import type { Inputs, Preprocessing } from './contract.ts';

export interface Trunk {
  /** A fresh input of `n` rows (or a named batch dimension). */
  input(name: string, n: number | string): Tensor;
  /** `[n, …]` input → `[n, width]`. In training, batch norms use the batch's own statistics. */
  trunk(x: Tensor, training: boolean): Tensor;
  readonly width: number;
}

/** Standardisation of features: (x − mean) / scale, one scale for all columns so that directions stay. */
export interface Standard {
  readonly mean: Float32Array;
  readonly scale: number;
}

/** Mean of every column and one scale for all, over all parts; pixels need none. */
export function standardise(...parts: readonly Inputs[]): Standard {
  const matrices = parts.filter((part) => 'cols' in part);
  const cols = matrices[0]?.cols ?? 0;
  const rows = matrices.reduce((total, part) => total + part.rows, 0);
  const mean = new Float64Array(cols);
  for (const { data } of matrices) for (let i = 0; i < data.length; i++) mean[i % cols]! += data[i]! / rows;
  let squares = 0;
  for (const { data } of matrices)
    for (let i = 0; i < data.length; i++) squares += (data[i]! - mean[i % cols]!) ** 2;
  return { mean: Float32Array.from(mean), scale: Math.sqrt(squares / (rows * cols)) || 1 };
}

/** The trunk for what the preprocessing makes; `hidden` is the width of the layer, or of the last stage. */
export const trunkFor = (preprocessing: Preprocessing, standard: Standard, hidden: number): Trunk =>
  preprocessing.kind === 'pixels'
    ? pixelTrunk(preprocessing.side, hidden)
    : featureTrunk(preprocessing.dim, standard, hidden);

/** A head on a trunk: x W + b, parameters named after `name`. */
export function denseHead(name: string, from: number, to: number): (x: Tensor) => Tensor {
  const weight = parameter(`${name}.weight`, [from, to], glorotUniform());
  const bias = parameter(`${name}.bias`, [to], zeros(), { decay: false });
  return (x) => add(matmul(x, weight), bias);
}

/**
 * MLP with a skip: f = [x̂, relu(W x̂ + b)], x̂ the standardised features. The skip keeps what the features knew beside
 * what the seen classes taught: a hidden layer fitted to few seen classes forgets directions that unseen ones need.
 */
export function featureTrunk(dim: number, { mean, scale }: Standard, hidden: number): Trunk {
  const weight = parameter('trunk.weight', [dim, hidden], heNormal());
  const bias = parameter('trunk.bias', [hidden], zeros(), { decay: false });
  return {
    width: dim + hidden,
    input: (name, n) => input(name, [n, dim]),
    trunk(x) {
      const standardised = mul(sub(x, constant(mean, [1, dim])), 1 / scale);
      return concat([standardised, relu(add(matmul(standardised, weight), bias))], 1);
    },
  };
}

/**
 * Residual CNN on `[n, side, side, 3]` uint8: a 3×3 stem of stride 2 (4 above 48 px), three stages of one
 * pre-activation residual block at widths w, 2w, 4w (w = hidden / 4), strides 1, 2, 2, then the global average:
 * f is `[n, hidden]`, 0.02 GFLOP a picture forward at 32 px with hidden = 128.
 */
export function pixelTrunk(side: number, hidden: number): Trunk {
  const widths = [hidden / 4, hidden / 2, hidden].map((width) => Math.max(8, Math.round(width)));
  const width = widths[2]!;
  const stem = convolution('stem', 3, widths[0]!);
  const blocks = widths.map((to, i) =>
    residualBlock(`stage${i}`, widths[Math.max(0, i - 1)]!, to, i === 0 ? 1 : 2),
  );
  const last = norm('last', width);
  return {
    width,
    input: (name, n) => input(name, [n, side, side, 3], 'uint8'),
    trunk(x, training) {
      // Pixels 0 … 255 to about −2 … 2.
      const scaled = mul(sub(cast(x, 'float32'), 127.5), 1 / 63.75);
      let at = stem(transpose(scaled, [0, 3, 1, 2]), 2);
      if (side > 48) at = maxPool2d(at, 2);
      for (const block of blocks) at = block(at, training);
      return globalAveragePool(relu(last(at, training)));
    },
  };
}

type Layer = (x: Tensor, training: boolean) => Tensor;

/** A 3×3 convolution without bias: a norm follows. */
function convolution(name: string, from: number, to: number): (x: Tensor, stride: number) => Tensor {
  const weight = parameter(`${name}.weight`, [to, from, 3, 3], heNormal());
  return (x, stride) => conv2d(x, weight, { stride, padding: 'same' });
}

function norm(name: string, features: number): Layer {
  const parameters = batchNormParameters(name, features);
  return (x, training) => batchNorm(x, parameters, { training });
}

/** He et al. 2016 (pre-activation); where the size changes, a strided 1×1 convolution carries the skip. */
function residualBlock(name: string, from: number, to: number, stride: number): Layer {
  const norms = [norm(`${name}.norm1`, from), norm(`${name}.norm2`, to)] as const;
  const convolutions = [
    convolution(`${name}.conv1`, from, to),
    convolution(`${name}.conv2`, to, to),
  ] as const;
  const same = from === to && stride === 1;
  const skip = same ? undefined : parameter(`${name}.skip`, [to, from, 1, 1], heNormal());
  return (x, training) => {
    const first = convolutions[0](relu(norms[0](x, training)), stride);
    const second = convolutions[1](relu(norms[1](first, training)), 1);
    return add(skip ? conv2d(x, skip, { stride }) : x, second);
  };
}
