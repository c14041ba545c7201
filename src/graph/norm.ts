/** Normalisation layers: batch norm with running statistics, group norm, layer norm. */
import { add, div, expand, mul, neg, sqrt, squeeze, sub, unsqueeze } from './elementwise.ts';
import { ones, zeros } from './initializers.ts';
import { reshape } from './layout.ts';
import { matmul } from './matmul.ts';
import { mean, sum } from './reduce.ts';
import { invalid, mismatch, product, showShape, staticDim } from './shape.ts';
import { type ApplyOptions, apply, constant, type Parameter, parameter, type Tensor } from './tensor.ts';

/**
 * Σ a·b over the last axis, kept with size 1, as products of single rows: one read of both, where a product and a sum
 * would write one back. (A row times a transposed row: ONNX Runtime is eight times slower on a row times a column.)
 */
function dot(a: Tensor, b: Tensor): Tensor {
  const row = (x: Tensor) => unsqueeze(x, [x.rank - 1]);
  return squeeze(matmul(row(a), row(b), { transposeB: true }), [a.rank]);
}

/** (x − mean) / √(variance + ε) over the last axis, its gradient in one rule. */
function standardize(x: Tensor, epsilon: number): Tensor {
  const size = staticDim('norm', x.shape, x.rank - 1);
  const over = { axes: -1, keepDims: true };
  const centered = sub(x, mean(x, over));
  const inverse = div(1, sqrt(add(div(dot(centered, centered), size), epsilon)));
  return apply('Mul', [centered, inverse], x.shape, {
    sources: [x],
    // dx = (dy − mean(dy) − y·mean(dy·y)) / σ
    gradient: (small, y) => {
      const dy = expand(small, x.shape);
      return [mul(sub(sub(dy, mean(dy, over)), mul(y, div(dot(dy, y), size))), inverse)];
    },
  });
}

/** Mean 0 and variance 1 for every feature. */
function standardStatistics(like: Tensor): [Tensor, Tensor] {
  const filled = (value: number) => constant(new Float32Array(like.shape[0] as number).fill(value));
  return [filled(0), filled(1)];
}

/** factor · x + offset per feature of axis 1, in one pass (a BatchNormalization of mean 0 and variance 1). */
function perFeatureAffine(x: Tensor, factor: Tensor, offset: Tensor, rule: ApplyOptions = {}): Tensor {
  return apply('BatchNormalization', [x, factor, offset, ...standardStatistics(factor)], x.shape, {
    ...rule,
    attributes: { epsilon: { f: 0 } },
  });
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

/** Parameters of a group or layer norm; weight decay leaves them alone. */
export const normParameters = (name: string, features: number): NormParameters => ({
  scale: parameter(`${name}.scale`, [features], ones(), { decay: false }),
  shift: parameter(`${name}.shift`, [features], zeros(), { decay: false }),
});

/** Parameters of a batch norm; the running statistics start at mean 0, variance 1 and are not trained. */
export const batchNormParameters = (name: string, features: number): BatchNormParameters => ({
  ...normParameters(name, features),
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

function checkFeatures(operation: string, x: Tensor, { scale }: NormParameters): void {
  if (x.rank < 2) throw invalid(operation, `needs features in axis 1, received ${showShape(x.shape)}`);
  if (x.shape[1] !== scale.shape[0])
    throw mismatch(operation, x.shape, scale.shape, 'one scale per feature of axis 1');
}

/**
 * Batch normalisation (Ioffe and Szegedy 2015) of `[n, c]` or `[n, c, h, w]` over all axes but 1. The running variance is
 * the unbiased one, as PyTorch keeps it.
 */
export function batchNorm(x: Tensor, layer: BatchNormParameters, options: BatchNormOptions): Tensor {
  const { training, momentum = 0.1, epsilon = 1e-5 } = options;
  checkFeatures('batchNorm', x, layer);
  if (!(momentum > 0 && momentum <= 1))
    throw invalid('batchNorm', `momentum must be in (0, 1], received ${momentum}`);
  const { scale, shift } = layer;
  const attributes = { epsilon: { f: epsilon } };
  if (!training) {
    return apply('BatchNormalization', [x, scale, shift, layer.mean, layer.variance], x.shape, {
      attributes,
    });
  }
  const axes = x.shape.map((_, i) => i).filter((i) => i !== 1);
  const count = axes.reduce((total, axis) => total * staticDim('batchNorm', x.shape, axis), 1);
  if (count < 2)
    throw invalid('batchNorm', `a batch of one value per feature has no variance: ${showShape(x.shape)}`);
  const perFeature = (values: Tensor) => reshape(values, [scale.shape[0]!, ...x.shape.slice(2).map(() => 1)]);
  const center = mean(x, { axes });
  const centered = sub(x, perFeature(center));
  const variance = div(featureSums(centered, centered), count);
  const inverse = div(1, sqrt(add(variance, epsilon)));
  const factor = mul(scale, inverse);
  const y = perFeatureAffine(centered, factor, shift, {
    sources: [x, scale, shift],
    // With x̂ = (x − μ)/σ: dγ = Σ dy·x̂, dβ = Σ dy, dx = γ/σ · (dy − dβ/count − x̂·dγ/count), the last written as factors
    // of dy and x − μ plus an offset, so that large arrays are walked as seldom as possible.
    gradient: (small) => {
      const dy = expand(small, x.shape);
      const dShift = sum(dy, { axes });
      const dScale = mul(inverse, featureSums(dy, centered));
      const offset = neg(mul(factor, div(dShift, count)));
      const ofCentered = neg(mul(factor, mul(inverse, div(dScale, count))));
      return [
        add(perFeatureAffine(dy, factor, offset), mul(centered, perFeature(ofCentered))),
        dScale,
        dShift,
      ];
    },
  });
  const towards = (batch: Tensor) => (running: Tensor) =>
    add(mul(running, 1 - momentum), mul(batch, momentum));
  y.assignments = [
    { parameter: layer.mean, next: towards(center) },
    { parameter: layer.variance, next: towards(mul(variance, count / (count - 1))) },
  ];
  return y;
}

/** Σ a·b per feature of axis 1. */
function featureSums(a: Tensor, b: Tensor): Tensor {
  if (a.rank === 2) return sum(mul(a, b), { axes: 0 });
  const rows = (value: Tensor) => reshape(value, [...value.shape.slice(0, 2), -1]);
  return sum(dot(rows(a), rows(b)), { axes: [0, 2] });
}

/** Group normalisation (Wu and He 2018) of `[n, c, …]` in `groups` groups of channels; no state, any batch. */
export function groupNorm(x: Tensor, layer: NormParameters, groups: number, epsilon = 1e-5): Tensor {
  checkFeatures('groupNorm', x, layer);
  const [features, ...rest] = x.shape.slice(1).map((_, i) => staticDim('groupNorm', x.shape, i + 1)) as [
    number,
    ...number[],
  ];
  if (!Number.isInteger(groups) || groups < 1 || features % groups !== 0) {
    throw invalid('groupNorm', `${features} channels do not divide into ${groups} groups`);
  }
  const grouped = reshape(x, [x.shape[0]!, groups, (features / groups) * product(rest)]);
  const value = reshape(standardize(grouped, epsilon), x.shape);
  const perFeature = (values: Tensor) => reshape(values, [features, ...rest.map(() => 1)]);
  return add(mul(value, perFeature(layer.scale)), perFeature(layer.shift));
}

/** Layer normalisation (Ba, Kiros and Hinton 2016) over the last axis. */
export function layerNorm(x: Tensor, layer: NormParameters, epsilon = 1e-5): Tensor {
  if (x.shape[x.rank - 1] !== layer.scale.shape[0]) {
    throw mismatch('layerNorm', x.shape, layer.scale.shape, 'one scale per feature of the last axis');
  }
  return add(mul(standardize(x, epsilon), layer.scale), layer.shift);
}
