/** Reductions over axes, and what is made of them. No axes given means all. */
import {
  add,
  cast,
  div,
  equal,
  exp,
  expand,
  mul,
  reduceSum,
  restoreAxes,
  sqrt,
  square,
  sub,
  unsqueeze,
} from './elementwise.ts';
import { normaliseAxes, type Shape, staticDim } from './shape.ts';
import { apply, integers, type Tensor } from './tensor.ts';

export interface ReduceOptions {
  /** Which axes; negative ones count from the end; default all. */
  readonly axes?: number | readonly number[];
  /** Keep the reduced axes with size 1; default false. */
  readonly keepDims?: boolean;
}

function reducedShape(x: Tensor, axes: readonly number[], keepDims: boolean): Shape {
  return keepDims
    ? x.shape.map((dim, i) => (axes.includes(i) ? 1 : dim))
    : x.shape.filter((_, i) => !axes.includes(i));
}

export const sum = (x: Tensor, { axes, keepDims = false }: ReduceOptions = {}): Tensor =>
  reduceSum(x, normaliseAxes('sum', x.shape, axes), keepDims);

export function mean(x: Tensor, { axes, keepDims = false }: ReduceOptions = {}): Tensor {
  const list = normaliseAxes('mean', x.shape, axes);
  if (list.length === 0) return x;
  const shape = reducedShape(x, list, keepDims);
  return apply('ReduceMean', [x, integers(list)], shape, {
    attributes: { keepdims: { i: keepDims ? 1 : 0 } },
    gradient: (dy) => {
      const count = list.reduce((total, axis) => total * staticDim('gradient of mean', x.shape, axis), 1);
      const restored = keepDims ? dy : restoreAxes(dy, list, shape.length);
      return [mul(restored, 1 / count), undefined];
    },
  });
}

/** Largest over axes; the gradient is shared equally among ties. */
export function max(x: Tensor, { axes, keepDims = false }: ReduceOptions = {}): Tensor {
  const list = normaliseAxes('max', x.shape, axes);
  if (list.length === 0) return x;
  const shape = reducedShape(x, list, keepDims);
  return apply('ReduceMax', [x, integers(list)], shape, {
    attributes: { keepdims: { i: keepDims ? 1 : 0 } },
    gradient: (dy, y) => {
      const mask = cast(equal(x, keepDims ? y : unsqueeze(y, list)), 'float32');
      const share = div(keepDims ? dy : restoreAxes(dy, list, shape.length), reduceSum(mask, list, true));
      return [mul(mask, share), undefined];
    },
  });
}

export function softmax(x: Tensor, axis = -1): Tensor {
  const [at] = normaliseAxes('softmax', x.shape, axis) as [number];
  return apply('Softmax', [x], x.shape, {
    attributes: { axis: { i: at } },
    gradient: (dy, y) => [mul(y, sub(dy, reduceSum(mul(dy, y), [at], true)))],
  });
}

export function logSoftmax(x: Tensor, axis = -1): Tensor {
  const [at] = normaliseAxes('logSoftmax', x.shape, axis) as [number];
  return apply('LogSoftmax', [x], x.shape, {
    attributes: { axis: { i: at } },
    gradient: (dy, y) => {
      // A sum over copies is not a sum over one: the gradient must be stretched along the axis first.
      const full = dy.shape[at - y.rank + dy.rank] === y.shape[at] ? dy : expand(dy, y.shape);
      return [sub(full, mul(exp(y), reduceSum(full, [at], true)))];
    },
  });
}

/** x / √(‖x‖² + ε) along `axis`; ε = 1e-12 keeps a zero row at zero. */
export function l2Normalize(x: Tensor, axis = -1, epsilon = 1e-12): Tensor {
  return div(x, sqrt(add(sum(square(x), { axes: axis, keepDims: true }), epsilon)));
}
