/** Normalisation layers: batch norm with running statistics, group norm, layer norm. */
import { add, div, mul, sqrt, square, sub } from './elementwise.ts';
import { ones, zeros } from './initializers.ts';
import { reshape } from './layout.ts';
import { mean } from './reduce.ts';
import { type Dim, invalid, mismatch, normaliseAxes, showShape, staticDim } from './shape.ts';
import { apply, type Parameter, parameter, type Tensor } from './tensor.ts';

/** (x − mean) / √(variance + ε) over axes, its gradient in one rule. */
function standardize(x: Tensor, axes: readonly number[], epsilon: number) {
  const over = { axes, keepDims: true };
  const center = mean(x, over);
  const centered = sub(x, center);
  const variance = mean(square(centered), over);
  const inverse = div(1, sqrt(add(variance, epsilon)));
  const value = apply('Mul', [centered, inverse], x.shape, {
    sources: [x],
    // dx = (dy − mean(dy) − y·mean(dy·y)) / σ
    gradient: (dy, y) => [mul(sub(sub(dy, mean(dy, over)), mul(y, mean(mul(dy, y), over))), inverse)],
  });
  return { value, center, variance };
}

/** Scale and shift of a layer, of `[features]`, and the running statistics of a batch norm. */
export interface NormParameters {
  readonly scale: Tensor;
  readonly shift: Tensor;
}

export interface BatchNormParameters extends NormParameters {
  readonly mean: Parameter;
  readonly variance: Parameter;
}

const affine = (name: string, features: number): NormParameters => ({
  scale: parameter(`${name}.scale`, [features], ones(), { decay: false }),
  shift: parameter(`${name}.shift`, [features], zeros(), { decay: false }),
});

/** Parameters of a group or layer norm; weight decay leaves them alone. */
export const normParameters = affine;

/** Parameters of a batch norm; the running statistics start at mean 0, variance 1 and are not trained. */
export const batchNormParameters = (name: string, features: number): BatchNormParameters => ({
  ...affine(name, features),
  mean: parameter(`${name}.mean`, [features], zeros(), { learningRate: 0 }),
  variance: parameter(`${name}.variance`, [features], ones(), { learningRate: 0 }),
});

export interface BatchNormOptions {
  /** Use and record the batch's statistics (a training step writes them back), or the running ones. */
  readonly training: boolean;
  /** Share of the new batch in the running statistics, in (0, 1]; default 0.1. */
  readonly momentum?: number;
  /** Default 1e-5. */
  readonly epsilon?: number;
}

/** Features lie in axis 1: `[n, c]` or `[n, c, h, w]`. */
function perFeature(operation: string, x: Tensor, layer: NormParameters): (values: Tensor) => Tensor {
  if (x.rank < 2) throw invalid(operation, `needs features in axis 1, received ${showShape(x.shape)}`);
  if (x.shape[1] !== layer.scale.shape[0])
    throw mismatch(operation, x.shape, layer.scale.shape, 'one scale per feature of axis 1');
  const dims: Dim[] = [x.shape[1]!, ...x.shape.slice(2).map(() => 1)];
  return (values) => reshape(values, dims);
}

/**
 * Batch normalisation (Ioffe and Szegedy 2015) over all axes but 1. The running variance is the unbiased one, as PyTorch
 * keeps it.
 */
export function batchNorm(x: Tensor, layer: BatchNormParameters, options: BatchNormOptions): Tensor {
  const { training, momentum = 0.1, epsilon = 1e-5 } = options;
  const shaped = perFeature('batchNorm', x, layer);
  if (!(momentum > 0 && momentum <= 1))
    throw invalid('batchNorm', `momentum must be in (0, 1], received ${momentum}`);
  if (!training) {
    const factor = div(layer.scale, sqrt(add(layer.variance, epsilon)));
    const offset = sub(layer.shift, mul(layer.mean, factor));
    return add(mul(x, shaped(factor)), shaped(offset));
  }
  const axes = x.shape.map((_, i) => i).filter((i) => i !== 1);
  const count = axes.reduce((total, axis) => total * staticDim('batchNorm', x.shape, axis), 1);
  if (count < 2)
    throw invalid('batchNorm', `a batch of one value per feature has no variance: ${showShape(x.shape)}`);
  const { value, center, variance } = standardize(x, axes, epsilon);
  const blend = (running: Parameter, batch: Tensor): Tensor =>
    add(mul(running, 1 - momentum), mul(reshape(batch, running.shape), momentum));
  const y = add(mul(value, shaped(layer.scale)), shaped(layer.shift));
  y.assignments = [
    { parameter: layer.mean, value: blend(layer.mean, center) },
    { parameter: layer.variance, value: blend(layer.variance, mul(variance, count / (count - 1))) },
  ];
  return y;
}

/** Group normalisation (Wu and He 2018) of `[n, c, …]` in `groups` groups of channels; no state, any batch. */
export function groupNorm(x: Tensor, layer: NormParameters, groups: number, epsilon = 1e-5): Tensor {
  const shaped = perFeature('groupNorm', x, layer);
  const features = staticDim('groupNorm', x.shape, 1);
  if (!Number.isInteger(groups) || groups < 1 || features % groups !== 0) {
    throw invalid('groupNorm', `${features} channels do not divide into ${groups} groups`);
  }
  const grouped = reshape(x, [
    x.shape[0]!,
    groups,
    (features / groups) *
      x.shape.slice(2).reduce<number>((area, _, i) => area * staticDim('groupNorm', x.shape, i + 2), 1),
  ]);
  const value = reshape(standardize(grouped, [2], epsilon).value, x.shape);
  return add(mul(value, shaped(layer.scale)), shaped(layer.shift));
}

/** Layer normalisation (Ba, Kiros and Hinton 2016) over the last axis. */
export function layerNorm(x: Tensor, layer: NormParameters, epsilon = 1e-5): Tensor {
  const [last] = normaliseAxes('layerNorm', x.shape, -1) as [number];
  return add(mul(standardize(x, [last], epsilon).value, layer.scale), layer.shift);
}
