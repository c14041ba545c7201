/**
 * Symbolic tensors: an immutable, shared graph. A tensor has a shape and a type and knows where it comes from; nothing is
 * computed here. One operation is one ONNX node, and carries the rule of its gradient.
 */
import type { Initializer } from './initializers.ts';
import { checkShape, invalid, type Shape, staticShape } from './shape.ts';

export type DType = 'float32' | 'int64' | 'int32' | 'bool' | 'uint8';
export type TypedArray = Float32Array | BigInt64Array | Int32Array | Uint8Array;

/** An ONNX attribute; the key names the field of `AttributeProto`. */
export type Attribute = { f: number } | { i: number } | { s: string } | { ints: readonly number[] };
export type Attributes = Readonly<Record<string, Attribute>>;

/**
 * The gradient rule of one operation: from the gradient `dy` of its first output `y`, the gradient of every input
 * (undefined: none flows). `dy` may be smaller than `y` as long as it broadcasts to `y`'s shape; the same holds for what
 * is returned. Rules that need the full shape call `expand`.
 */
export type GradientRule = (dy: Tensor, y: Tensor) => readonly (Tensor | undefined)[];

export interface Operation {
  readonly type: string;
  readonly inputs: readonly (Tensor | undefined)[];
  readonly attributes: Attributes;
  readonly outputs: number;
  /** What the gradient rule differentiates by: the inputs, or tensors that the inputs were made of. */
  readonly sources: readonly (Tensor | undefined)[];
  readonly gradient: GradientRule | undefined;
}

/** What a training step writes back besides the optimiser's updates (running statistics). */
export interface Assignment {
  readonly parameter: Parameter;
  /** The new value from the one before; a layer that is used twice is written back twice, one after the other. */
  readonly next: (before: Tensor) => Tensor;
}

export type Origin =
  | { readonly kind: 'input'; readonly name: string }
  | { readonly kind: 'parameter' }
  | { readonly kind: 'constant'; readonly data: TypedArray }
  | { readonly kind: 'operation'; readonly operation: Operation; readonly output: number };

export class Tensor {
  readonly origin: Origin;
  readonly shape: Shape;
  readonly dtype: DType;
  /** Written back whenever a training step computes this tensor. */
  assignments: readonly Assignment[] = [];

  constructor(origin: Origin, shape: Shape, dtype: DType) {
    this.origin = origin;
    this.shape = shape;
    this.dtype = dtype;
  }

  get rank(): number {
    return this.shape.length;
  }
}

export interface ParameterOptions {
  /** Factor on the optimiser's learning rate; default 1; 0 freezes the parameter. */
  readonly learningRate?: number;
  /** Whether weight decay applies; default true (set it to false for biases and norms). */
  readonly decay?: boolean;
}

/** A named value that training changes and that the exported model bakes in. Usable in any number of graphs. */
export class Parameter extends Tensor {
  readonly name: string;
  readonly size: number;
  readonly initializer: Initializer;
  readonly learningRate: number;
  readonly decay: boolean;

  constructor(
    name: string,
    shape: readonly number[],
    initializer: Initializer,
    options: ParameterOptions = {},
  ) {
    super({ kind: 'parameter' }, shape, 'float32');
    this.name = name;
    this.size = staticShape('parameter', shape).reduce((total, dim) => total * dim, 1);
    this.initializer = initializer;
    this.learningRate = options.learningRate ?? 1;
    this.decay = options.decay ?? true;
    if (!(this.learningRate >= 0) || !Number.isFinite(this.learningRate)) {
      throw invalid(`parameter "${name}"`, `learningRate is a factor ≥ 0, received ${this.learningRate}`);
    }
  }
}

/** An input that every run feeds. Dimensions may be names (`'batch'`) in forward graphs. */
export function input(name: string, shape: Shape, dtype: DType = 'float32'): Tensor {
  checkShape(`input "${name}"`, shape);
  return new Tensor({ kind: 'input', name }, [...shape], dtype);
}

/** A trainable float32 parameter; its first value comes from `initializer` and the seed of the step. */
export function parameter(
  name: string,
  shape: readonly number[],
  initializer: Initializer,
  options?: ParameterOptions,
): Parameter {
  checkShape(`parameter "${name}"`, shape);
  return new Parameter(name, [...shape], initializer, options);
}

const ARRAYS = {
  float32: Float32Array,
  int64: BigInt64Array,
  int32: Int32Array,
  bool: Uint8Array,
  uint8: Uint8Array,
};

/** A constant, baked into the graph; a number alone is a scalar of shape `[]`. */
export function constant(
  value: number | ArrayLike<number>,
  shape?: readonly number[],
  dtype: DType = 'float32',
): Tensor {
  const numbers = typeof value === 'number' ? [value] : Array.from(value);
  const dims = shape ?? (typeof value === 'number' ? [] : [numbers.length]);
  checkShape('constant', dims);
  if (dims.reduce((total, dim) => total * dim, 1) !== numbers.length) {
    throw invalid('constant', `${numbers.length} values for shape [${dims.join(', ')}]`);
  }
  const data = dtype === 'int64' ? BigInt64Array.from(numbers, BigInt) : ARRAYS[dtype].from(numbers);
  return new Tensor({ kind: 'constant', data }, [...dims], dtype);
}

/** The value of a scalar constant, or undefined. */
export const scalarValue = (tensor: Tensor): number | undefined =>
  tensor.origin.kind === 'constant' && tensor.rank === 0 ? Number(tensor.origin.data[0]) : undefined;

/** Small 1-D int64 constant, as ONNX wants axes, shapes and paddings. */
export const integers = (values: readonly number[]): Tensor =>
  new Tensor({ kind: 'constant', data: BigInt64Array.from(values, BigInt) }, [values.length], 'int64');

export interface ApplyOptions {
  readonly attributes?: Attributes;
  /** Default: the type of the first input. */
  readonly dtype?: DType;
  readonly gradient?: GradientRule;
  /**
   * Tensors, before this operation, that `gradient` gives the gradients of; default: the inputs. It lets one rule stand
   * for a whole expression whose own rules would walk large arrays more often.
   */
  readonly sources?: readonly Tensor[];
}

/** A new tensor made by one ONNX operation. */
export function apply(
  type: string,
  inputs: readonly (Tensor | undefined)[],
  shape: Shape,
  options: ApplyOptions = {},
): Tensor {
  const operation = operationOf(type, inputs, 1, options);
  return new Tensor({ kind: 'operation', operation, output: 0 }, shape, options.dtype ?? inputs[0]!.dtype);
}

/** An operation of several outputs; the gradient rule is that of the first, and none flows through the others. */
export function applyMany(
  type: string,
  inputs: readonly Tensor[],
  outputs: readonly { shape: Shape; dtype: DType }[],
  options: ApplyOptions = {},
): Tensor[] {
  const main = operationOf(type, inputs, outputs.length, options);
  const side = { ...main, gradient: undefined };
  return outputs.map(
    ({ shape, dtype }, output) =>
      new Tensor({ kind: 'operation', operation: output === 0 ? main : side, output }, shape, dtype),
  );
}

const operationOf = (
  type: string,
  inputs: Operation['inputs'],
  outputs: number,
  { attributes = {}, gradient, sources = inputs as readonly Tensor[] }: ApplyOptions,
): Operation => ({ type, inputs, outputs, attributes, gradient, sources });
