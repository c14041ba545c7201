/**
 * Updates of large states (weights, momentum) where they lie, so that a step walks memory as seldom as possible:
 *   w′ = w + r · y                 one pass that reads y and adds to w
 *   v′ = c · v + Gemm(A, B)        v is scaled where it lies, then the product is added to it
 * and any other sum is written over the state. Both forms are ONNX Runtime's FusedConv, whose last input is added to
 * the result and, unlike Gemm's third, is not copied where it already lies in the output: r is a 1 × 1 kernel over one
 * channel; the rows of A are K × 1 × 1 kernels over the rows of B as channels.
 *
 * A state may be overwritten by a node only if all its readers come before that node in every order of execution, which
 * is to say that they are among the nodes it depends on.
 */
import type { FusableNode } from './fuse.ts';
import { product, type Shape, sameShape } from './shape.ts';

/** Below this size (256 KiB) arrays stay in the core's cache and more nodes cost more than passes. */
const LARGE = 65536;

/** What ONNX Runtime may leave out, or fuse into its readers, so that these read the state itself. */
const VIEWS: ReadonlySet<string> = new Set(['Identity', 'Reshape', 'Squeeze', 'Unsqueeze', 'Transpose']);

export interface InPlace {
  readonly nodes: readonly FusableNode[];
  /** One-dimensional int64 constants that the nodes read. */
  readonly constants: ReadonlyMap<string, readonly number[]>;
  /** Graph outputs to be bound to the memory of a state, with the shapes they have in the graph. */
  readonly outputs: ReadonlyMap<string, { readonly state: string; readonly shape: readonly number[] }>;
}

/**
 * @param nodes in an order where inputs come first
 * @param states name of a state → the graph output with its next value
 * @param given shapes of the graph's inputs and constants
 * @param kept the graph's outputs
 */
export function updateInPlace(
  nodes: readonly FusableNode[],
  states: ReadonlyMap<string, string>,
  given: ReadonlyMap<string, Shape>,
  kept: ReadonlySet<string>,
): InPlace {
  const made = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const readers = new Map<string, FusableNode[]>();
  for (const node of nodes)
    for (const name of new Set(node.inputs)) readers.set(name, [...(readers.get(name) ?? []), node]);
  const shapeOf = (name: string): Shape | undefined => {
    const node = made.get(name);
    return node ? (node.outputs[0] === name ? node.shape : undefined) : given.get(name);
  };
  const constants = new Map<string, readonly number[]>();
  const outputs = new Map<string, { state: string; shape: readonly number[] }>();
  const replaced = new Map<FusableNode, FusableNode[]>();
  const views = new Map<string, string>();

  /** The node that made `name`, if nobody else reads it. */
  const only = (name: string, type: string): FusableNode | undefined => {
    const node = made.get(name);
    return node?.type === type && !kept.has(name) && readers.get(name)?.length === 1 ? node : undefined;
  };
  /** Nodes that read the memory of `name`, be it through views of it. */
  const touch = (name: string): FusableNode[] =>
    (readers.get(name) ?? []).flatMap((node) =>
      VIEWS.has(node.type) ? [node, ...touch(node.outputs[0]!)] : [node],
    );
  const safe = (state: string, writer: FusableNode): boolean => {
    const before = ancestors(writer, made);
    return touch(state).every((reader) => reader === writer || before.has(reader));
  };
  const reshape = (input: string, to: readonly number[], output: string): FusableNode => {
    const shape = `shape:${to.join('x')}`;
    constants.set(shape, to);
    return { type: 'Reshape', inputs: [input, shape], outputs: [output], attributes: {}, shape: to };
  };
  /** Puts `next` = conv(x, kernel) + sum in the place of `node`; who reads `next` gets it in its former shape. */
  const conv = (node: FusableNode, { first, x, kernel, sum, shape }: ConvParts): void => {
    const next = node.outputs[0]!;
    const parts = [reshape(...x, `${next}:x`), reshape(...kernel, `${next}:kernel`)];
    const inputs = [`${next}:x`, `${next}:kernel`, '', `${next}:sum`];
    parts.push(reshape(sum, shape, `${next}:sum`));
    parts.push({ type: 'FusedConv', inputs, outputs: [next], attributes: {}, shape });
    if (readers.has(next)) {
      parts.push(reshape(next, node.shape as number[], `${next}:view`));
      views.set(next, `${next}:view`);
    }
    replaced.set(node, [...first, ...parts]);
  };

  for (const [state, next] of states) {
    const node = made.get(next);
    const shape = shapeOf(state) as readonly number[];
    if (node?.type !== 'Add' || product(shape) < LARGE) continue;
    if (!node.inputs.every((name) => sameShape(shapeOf(name) ?? [], shape))) continue;
    const descent = scaled(node, state, only, shapeOf);
    if (descent && safe(state, node)) {
      const flat = [1, 1, 1, product(shape)];
      conv(node, {
        first: [],
        x: [descent.array, flat],
        kernel: [descent.factor, [1, 1, 1, 1]],
        sum: state,
        shape: flat,
      });
      replaced.set(descent.node, []);
      outputs.set(next, { state, shape: flat });
      continue;
    }
    const gemm = node.inputs.map((name) => only(name, 'Gemm')).find((found) => found !== undefined);
    const decay = gemm && scaled(node, gemm.outputs[0]!, only, shapeOf);
    const factors = gemm && plainFactors(gemm, shapeOf);
    if (decay?.array === state && factors && safe(state, decay.node)) {
      const [rows, columns] = shape as [number, number];
      const { inner, first, a, b } = factors;
      const wide = [1, rows, 1, columns];
      const sum = decay.node.outputs[0]!;
      conv(node, {
        first,
        x: [b, [1, inner, 1, columns]],
        kernel: [a, [rows, inner, 1, 1]],
        sum,
        shape: wide,
      });
      replaced.set(gemm, []);
      outputs.set(sum, { state, shape });
      outputs.set(next, { state, shape: wide });
    } else if (safe(state, node)) outputs.set(next, { state, shape });
  }
  const view = (node: FusableNode): FusableNode => ({
    ...node,
    inputs: node.inputs.map((name) => views.get(name) ?? name),
  });
  return { nodes: nodes.flatMap((node) => replaced.get(node) ?? [view(node)]), constants, outputs };
}

interface ConvParts {
  /** Nodes that come before. */
  readonly first: readonly FusableNode[];
  /** A value and the shape it is taken in; the kernel likewise. */
  readonly x: readonly [string, readonly number[]];
  readonly kernel: readonly [string, readonly number[]];
  readonly sum: string;
  /** Of the result. */
  readonly shape: readonly number[];
}

type Find = (name: string, type: string) => FusableNode | undefined;
type ShapeOf = (name: string) => Shape | undefined;

/** Of a sum of `other` and array · factor (a scalar), where nobody else reads the product: its parts. */
function scaled(
  sum: FusableNode,
  other: string,
  only: Find,
  shapeOf: ShapeOf,
): { node: FusableNode; array: string; factor: string } | undefined {
  const [a, b] = sum.inputs as [string, string];
  const node = a === other ? only(b, 'Mul') : b === other ? only(a, 'Mul') : undefined;
  if (!node) return undefined;
  const [x, y] = node.inputs as [string, string];
  if (shapeOf(y)?.length === 0) return { node, array: x, factor: y };
  return shapeOf(x)?.length === 0 ? { node, array: y, factor: x } : undefined;
}

/** The factors of a product without alpha and bias, not transposed, if they are small beside it. */
function plainFactors(
  gemm: FusableNode,
  shapeOf: ShapeOf,
): { inner: number; first: FusableNode[]; a: string; b: string } | undefined {
  if (gemm.inputs.length > 2 || gemm.attributes.alpha) return undefined;
  const [rows, columns] = gemm.shape as [number, number];
  const flags = (['transA', 'transB'] as const).map(
    (name) => (gemm.attributes[name] as { i: number }).i === 1,
  );
  const inner = shapeOf(gemm.inputs[0]!)?.[flags[0] ? 0 : 1];
  if (typeof inner !== 'number' || inner * (rows + columns) > rows * columns) return undefined;
  const first: FusableNode[] = [];
  const [a, b] = gemm.inputs.map((input, i) => {
    if (!flags[i]) return input;
    const name = `${gemm.outputs[0]}:${i}`;
    const shape = i === 0 ? [rows, inner] : [inner, columns];
    const attributes = { perm: { ints: [1, 0] } };
    first.push({ type: 'Transpose', inputs: [input], outputs: [name], attributes, shape });
    return name;
  }) as [string, string];
  return { inner, first, a, b };
}

/** All nodes that must have run before `node`. */
function ancestors(node: FusableNode, made: ReadonlyMap<string, FusableNode>): Set<FusableNode> {
  const found = new Set<FusableNode>();
  const open = [node];
  for (let next = open.pop(); next; next = open.pop()) {
    for (const name of next.inputs) {
      const maker = made.get(name);
      if (maker && !found.has(maker)) {
        found.add(maker);
        open.push(maker);
      }
    }
  }
  return found;
}
