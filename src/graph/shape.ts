/**
 * Shapes of symbolic tensors. A dimension is a number, or a name such as `'batch'` that stays open until a run;
 * two dimensions of one name are equal. Everything is checked while the graph is built.
 */
import { UnseenError } from '../errors.ts';

export type Dim = number | string;
export type Shape = readonly Dim[];

export const showShape = (shape: Shape): string => `[${shape.join(', ')}]`;

export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((dim, i) => dim === b[i]);

export function mismatch(operation: string, left: Shape, right: Shape, reason: string): UnseenError {
  return new UnseenError('SHAPE_MISMATCH', {
    operation,
    left: showShape(left),
    right: showShape(right),
    reason,
  });
}

export const invalid = (operation: string, reason: string): UnseenError =>
  new UnseenError('GRAPH_INVALID', { operation, reason });

/** NumPy's broadcasting rule: align at the right; a 1 stretches. */
export function broadcast(operation: string, a: Shape, b: Shape): Dim[] {
  const rank = Math.max(a.length, b.length);
  const out: Dim[] = [];
  for (let i = 0; i < rank; i++) {
    const left = a[i - rank + a.length] ?? 1;
    const right = b[i - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1) {
      throw mismatch(operation, a, b, `${left} against ${right} cannot broadcast`);
    }
    out.push(left === 1 ? right : left);
  }
  return out;
}

/** The number at `axis`; throws if the dimension has only a name. */
export function staticDim(operation: string, shape: Shape, axis: number): number {
  const dim = shape[axis];
  if (typeof dim !== 'number') {
    throw invalid(operation, `axis ${axis} of ${showShape(shape)} must have a fixed size here`);
  }
  return dim;
}

/** The shape as numbers; throws if a dimension has only a name. */
export const staticShape = (operation: string, shape: Shape): number[] =>
  shape.map((_, axis) => staticDim(operation, shape, axis));

export const product = (dims: readonly number[]): number => dims.reduce((total, dim) => total * dim, 1);

/** Number of elements; throws if a dimension has only a name. */
export const sizeOf = (operation: string, shape: Shape): number => product(staticShape(operation, shape));

/** Axes counted from the end become positive; none given means all; sorted, each once. */
export function normaliseAxes(operation: string, shape: Shape, axes?: number | readonly number[]): number[] {
  const list = axes === undefined ? shape.map((_, i) => i) : typeof axes === 'number' ? [axes] : axes;
  const positive = list.map((axis) => {
    const at = axis < 0 ? axis + shape.length : axis;
    if (!Number.isInteger(at) || at < 0 || at >= shape.length) {
      throw invalid(operation, `axis ${axis} does not exist in ${showShape(shape)}`);
    }
    return at;
  });
  return [...new Set(positive)].sort((a, b) => a - b);
}

export function checkShape(operation: string, shape: Shape): void {
  for (const dim of shape) {
    const legal = typeof dim === 'string' ? /^[A-Za-z_]\w*$/.test(dim) : Number.isInteger(dim) && dim > 0;
    if (!legal)
      throw invalid(
        operation,
        `dimension ${dim} of ${showShape(shape)} is neither a positive integer nor a name`,
      );
  }
}
