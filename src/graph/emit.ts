/**
 * From symbolic tensors to an ONNX graph: equal subexpressions are emitted once, what no output needs is left out, and
 * `fuse` folds additions into matrix products. Parameters become graph inputs, or constants when values are given.
 */
import { type FusableNode, fuse } from './fuse.ts';
import { dependencies } from './gradient.ts';
import { type InPlace, updateInPlace } from './inplace.ts';
import type { NodeProto, TensorProto, TensorType, ValueInfoProto } from './onnx.ts';
import { encodeModel, MICROSOFT } from './onnx.ts';
import { invalid, type Shape, showShape } from './shape.ts';
import { type Attributes, type DType, Parameter, type Tensor } from './tensor.ts';

export const ONNX_TYPE: Readonly<Record<DType, number>> = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
};

/** Name of the empty sequence that `runInPlace` asks for. */
export const STOP = 'stop';

export interface EmitOptions {
  readonly inputs: readonly Tensor[];
  /** Output name → tensor. */
  readonly outputs: ReadonlyMap<string, Tensor>;
  /** Values to bake in; without them parameters are graph inputs called by their names. */
  readonly parameters?: ReadonlyMap<string, Float32Array>;
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface StepEmitOptions extends EmitOptions {
  /** Name of a parameter → the output with its next value. */
  readonly states: ReadonlyMap<string, string>;
}

/** The parameters that tensors depend on; two of one name must be the same object. */
export function parametersOf(roots: Iterable<Tensor>): Parameter[] {
  const byName = new Map<string, Parameter>();
  for (const tensor of dependencies(roots)) {
    if (!(tensor instanceof Parameter)) continue;
    const other = byName.get(tensor.name);
    if (other && other !== tensor)
      throw invalid('parameter', `two different parameters are called "${tensor.name}"`);
    byName.set(tensor.name, tensor);
  }
  return [...byName.values()];
}

/** The bytes of an ONNX model that computes `outputs`. */
export const emit = (options: EmitOptions): Uint8Array => build(options).model;

/**
 * A model for `runInPlace`: its first output is an empty sequence, and the outputs in `inPlace`, some of them in addition
 * to those that were asked for, must be bound to the memory that their state is fed from.
 */
export const emitStep = (options: StepEmitOptions): { model: Uint8Array; inPlace: InPlace['outputs'] } =>
  build(options, options.states);

function build(
  { inputs, outputs, parameters, metadata }: EmitOptions,
  states?: ReadonlyMap<string, string>,
): { model: Uint8Array; inPlace: InPlace['outputs'] } {
  const names = new Map<Tensor, string>();
  const taken = new Set<string>(outputs.keys());
  const graphInputs: ValueInfoProto[] = [];
  const initializers: TensorProto[] = [];
  const nodes: FusableNode[] = [];
  const known = new Map<string, string>();
  let counter = 0;

  const claim = (name: string): string => {
    if (taken.has(name)) throw invalid('graph', `the name "${name}" is used twice`);
    taken.add(name);
    return name;
  };
  const fresh = (type: string): string => {
    let name: string;
    do name = `${type}_${counter++}`;
    while (taken.has(name));
    return name;
  };
  const addInitializer = (
    name: string,
    tensor: Pick<Tensor, 'shape' | 'dtype'>,
    data: ArrayBufferView,
  ): void => {
    const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    initializers.push({ name, dims: tensor.shape as number[], dataType: ONNX_TYPE[tensor.dtype], rawData });
  };

  for (const tensor of inputs) {
    if (tensor.origin.kind !== 'input') throw invalid('graph', 'an entry of inputs was not made by input()');
    names.set(tensor, claim(tensor.origin.name));
    graphInputs.push(valueInfo(tensor.origin.name, tensor.shape, tensor.dtype));
  }
  const order = dependencies(outputs.values());
  for (const parameter of parametersOf(outputs.values())) {
    names.set(parameter, claim(parameter.name));
    if (parameters) addInitializer(parameter.name, parameter, givenValue(parameter, parameters));
    else graphInputs.push(valueInfo(parameter.name, parameter.shape, parameter.dtype));
  }
  for (const tensor of order) {
    if (names.has(tensor)) continue;
    const { origin } = tensor;
    if (origin.kind === 'input')
      throw invalid('graph', `input "${origin.name}" is used but not listed in inputs`);
    if (origin.kind === 'constant') {
      const key = `${tensor.dtype} ${showShape(tensor.shape)} ${origin.data.length < 1024 ? origin.data : fresh('big')}`;
      let name = known.get(key);
      if (name === undefined) {
        name = fresh('constant');
        known.set(key, name);
        addInitializer(name, tensor, origin.data);
      }
      names.set(tensor, name);
    } else if (origin.kind === 'operation') {
      const { type, attributes, inputs: from, outputs: count } = origin.operation;
      const sources = from.map((source) => (source ? names.get(source)! : ''));
      const key = `${type} ${JSON.stringify(attributes)} ${sources.join(' ')}`;
      let name = known.get(key);
      if (name === undefined) {
        name = fresh(type);
        known.set(key, name);
        const others = Array.from({ length: count - 1 }, (_, i) => `${name}:${i + 1}`);
        nodes.push({ type, inputs: sources, outputs: [name, ...others], attributes, shape: tensor.shape });
      }
      names.set(tensor, origin.output === 0 ? name : `${name}:${origin.output}`);
    }
  }

  const results = new Map([...outputs].map(([name, tensor]) => [name, names.get(tensor)!]));
  const scalars = new Map(
    order.flatMap((tensor) =>
      tensor.origin.kind === 'constant' && tensor.rank === 0
        ? [[names.get(tensor)!, Number(tensor.origin.data[0])]]
        : [],
    ) as [string, number][],
  );
  const shapes = new Map([...names].map(([tensor, name]) => [name, tensor.shape]));
  const fused = fuse(nodes, { kept: new Set(results.values()), scalars, shapes });
  const plain = renameOutputs(fused, results);
  const update = states && updateInPlace(plain, states, shapes, new Set(outputs.keys()));
  const produced = [...(update?.nodes ?? plain)];
  for (const [name, values] of update?.constants ?? []) {
    const data = BigInt64Array.from(values, BigInt);
    addInitializer(claim(name), { shape: [values.length], dtype: 'int64' }, data);
  }
  const graphOutputs = new Map(
    [...outputs].map(([name, { shape, dtype }]) => [name, valueInfo(name, shape, dtype)]),
  );
  for (const [name, { shape }] of update?.outputs ?? [])
    graphOutputs.set(name, valueInfo(name, shape, 'float32'));
  const listed = [...graphOutputs.values()];
  if (update) {
    produced.push({ type: 'SequenceEmpty', inputs: [], outputs: [STOP], attributes: {}, shape: [] });
    listed.unshift({ name: STOP, type: { sequenceType: { elemType: tensorType([], 'float32') } } });
  }
  const model = encodeModel(
    {
      name: 'unseen',
      node: produced.map((node) => toProto(withoutUnread(node, produced, graphOutputs))),
      initializer: initializers.filter(({ name }) => produced.some((node) => node.inputs.includes(name))),
      input: graphInputs,
      output: listed,
    },
    metadata,
  );
  return { model, inPlace: update?.outputs ?? new Map() };
}

/** Gives the first output of each produced value its public name; further names and pass-through values get an Identity. */
function renameOutputs(nodes: readonly FusableNode[], results: ReadonlyMap<string, string>): FusableNode[] {
  const internal = new Set(nodes.flatMap((node) => node.outputs));
  const renamed = new Map<string, string>();
  const copies: FusableNode[] = [];
  for (const [name, value] of results) {
    if (internal.has(value) && !renamed.has(value)) renamed.set(value, name);
    else copies.push({ type: 'Identity', inputs: [value], outputs: [name], attributes: {}, shape: [] });
  }
  const rename = (name: string): string => renamed.get(name) ?? name;
  return [...nodes, ...copies].map((node) => ({
    ...node,
    inputs: node.inputs.map(rename),
    outputs: node.outputs.map(rename),
  }));
}

function givenValue(parameter: Parameter, values: ReadonlyMap<string, Float32Array>): Float32Array {
  const value = values.get(parameter.name);
  if (!value) throw invalid('graph', `no value for parameter "${parameter.name}"`);
  if (value.length !== parameter.size) {
    throw invalid(
      'graph',
      `parameter "${parameter.name}" holds ${parameter.size} numbers, received ${value.length}`,
    );
  }
  return value;
}

const tensorType = (shape: Shape, dtype: DType): TensorType => ({
  tensorType: {
    elemType: ONNX_TYPE[dtype],
    shape: { dim: shape.map((dim) => (typeof dim === 'number' ? { dimValue: dim } : { dimParam: dim })) },
  },
});

const valueInfo = (name: string, shape: Shape, dtype: DType): ValueInfoProto => ({
  name,
  type: tensorType(shape, dtype),
});

/** Drops the last outputs of a node that nobody reads (the indices of a pool outside of training). */
function withoutUnread(
  node: FusableNode,
  nodes: readonly FusableNode[],
  results: ReadonlyMap<string, unknown>,
): FusableNode {
  const read = (name: string): boolean =>
    results.has(name) || nodes.some(({ inputs }) => inputs.includes(name));
  let { length } = node.outputs;
  while (length > 1 && !read(node.outputs[length - 1]!)) length--;
  return length === node.outputs.length ? node : { ...node, outputs: node.outputs.slice(0, length) };
}

const toProto = (node: FusableNode): NodeProto => ({
  opType: node.type,
  ...(node.type === 'FusedConv' && { domain: MICROSOFT }),
  name: node.outputs[0]!,
  input: [...node.inputs],
  output: [...node.outputs],
  attribute: attributeProtos(node.attributes),
});

/** `type` is AttributeProto's own: FLOAT 1, INT 2, STRING 3, INTS 7. */
const attributeProtos = (attributes: Attributes): NodeProto['attribute'] =>
  Object.entries(attributes).map(([name, value]) => {
    if ('f' in value) return { name, type: 1, f: value.f };
    if ('i' in value) return { name, type: 2, i: value.i };
    if ('s' in value) return { name, type: 3, s: new TextEncoder().encode(value.s) };
    return { name, type: 7, ints: value.ints };
  });
