export { type Conv2dOptions, conv2d } from './conv.ts';
export { type DropoutOptions, dropout } from './dropout.ts';
export {
  abs,
  add,
  cast,
  div,
  equal,
  exp,
  expand,
  greater,
  greaterEqual,
  less,
  lessEqual,
  log,
  logicalAnd,
  logicalNot,
  logicalOr,
  maximum,
  minimum,
  mul,
  neg,
  type Operand,
  pow,
  relu,
  sigmoid,
  sign,
  softplus,
  sqrt,
  square,
  squeeze,
  stopGradient,
  sub,
  tanh,
  unsqueeze,
  where,
} from './elementwise.ts';
export {
  compileForward,
  type ExportOptions,
  exportModel,
  type Forward,
  type ForwardGraph,
  type Result,
} from './forward.ts';
export { grad } from './gradient.ts';
export {
  constantOf,
  glorotUniform,
  heNormal,
  type Initializer,
  normal,
  ones,
  orthogonal,
  zeros,
} from './initializers.ts';
export { concat, flatten, gather, oneHot, pad, reshape, slice, transpose } from './layout.ts';
export { type MatmulOptions, matmul } from './matmul.ts';
export {
  type BatchNormOptions,
  type BatchNormParameters,
  batchNorm,
  batchNormParameters,
  groupNorm,
  layerNorm,
  type NormParameters,
  normParameters,
} from './norm.ts';
export {
  type AdamOptions,
  adam,
  adamw,
  addDecayedWeights,
  chain,
  clipByGlobalNorm,
  type Optimizer,
  type SgdOptions,
  scaleByAdam,
  scaleByLearningRate,
  sgd,
  trace,
} from './optimizers.ts';
export { avgPool2d, globalAveragePool, maxPool2d, type PoolOptions } from './pool.ts';
export { l2Normalize, logSoftmax, max, mean, type ReduceOptions, softmax, sum } from './reduce.ts';
export {
  type CosineOptions,
  constantRate,
  cosine,
  exponentialDecay,
  type Schedule,
  stepDecay,
} from './schedules.ts';
export type { Feed, SessionOptions } from './session.ts';
export type { Dim, Shape } from './shape.ts';
export { compileStep, type RunOptions, type StepOptions, TrainingStep } from './step.ts';
export {
  constant,
  type DType,
  input,
  Parameter,
  type ParameterOptions,
  parameter,
  Tensor,
} from './tensor.ts';
