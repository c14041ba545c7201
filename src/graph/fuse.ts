/**
 * Folds work into matrix products, so that large arrays are walked once less:
 *   c · Gemm(A, B)     → Gemm(alpha = c)
 *   Gemm(A, B) + bias  → Gemm(A, B, bias)
 * where the intermediate result has no other reader. (A whole matrix is not folded into the product that way, as
 * momentum could be: ONNX Runtime first copies it on one thread; `inplace.ts` adds large ones without a copy.)
 */
import type { Shape } from './shape.ts';
import type { Attributes } from './tensor.ts';

export interface FusableNode {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
  readonly shape: Shape;
}

export interface FuseContext {
  /** Values that outputs need. */
  readonly kept: ReadonlySet<string>;
  /** Scalar constants by name. */
  readonly scalars: ReadonlyMap<string, number>;
  readonly shapes: ReadonlyMap<string, Shape>;
}

/** Nodes in an order where inputs come first, before and after. */
export function fuse(nodes: readonly FusableNode[], { kept, scalars, shapes }: FuseContext): FusableNode[] {
  const readers = new Map<string, number>();
  for (const name of nodes.flatMap((node) => node.inputs)) readers.set(name, (readers.get(name) ?? 0) + 1);
  const made = new Map<string, FusableNode>();
  const removed = new Set<string>();
  const free = (name: string): boolean => readers.get(name) === 1 && !kept.has(name);

  /** The node that made `name` if nobody else reads it and it is of this type. */
  const source = (name: string, type: string): FusableNode | undefined => {
    const node = made.get(name);
    return node?.type === type && free(name) ? node : undefined;
  };
  const put = (node: FusableNode): void => {
    made.set(node.outputs[0]!, node);
  };

  for (const node of nodes) {
    put(node);
    const [a, b] = node.inputs as [string, string];
    for (const [x, y] of [
      [a, b],
      [b, a],
    ] as const) {
      if (node.type !== 'Mul' && node.type !== 'Add') break;
      const gemm = source(x, 'Gemm');
      if (!gemm || gemm.inputs.length > 2) continue;
      if (node.type === 'Mul') {
        const factor = scalars.get(y);
        if (factor === undefined) continue;
        const alpha = (gemm.attributes.alpha as { f: number } | undefined)?.f ?? 1;
        put({
          ...gemm,
          outputs: node.outputs,
          attributes: { ...gemm.attributes, alpha: { f: alpha * factor } },
        });
      } else {
        if (!isBias(shapes.get(y), gemm.shape)) continue;
        put({ ...gemm, inputs: [...gemm.inputs, y], outputs: node.outputs });
      }
      removed.add(x);
      break;
    }
  }
  return nodes.flatMap((node) => (removed.has(node.outputs[0]!) ? [] : [made.get(node.outputs[0]!)!]));
}

/** Whether Gemm may add a tensor of this shape as one row or one number per row. */
function isBias(from: Shape | undefined, to: Shape): boolean {
  if (!from || from.length > to.length) return false;
  const fits = from.every((dim, i) => dim === 1 || dim === to[i + to.length - from.length]);
  return fits && (from.length < to.length || from.includes(1));
}
