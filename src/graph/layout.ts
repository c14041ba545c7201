/** Operations that move elements: reshape, transpose, concat, slice, gather, pad. */
import { cast, equal, expand, unsqueeze } from './elementwise.ts';
import {
  checkShape,
  type Dim,
  invalid,
  mismatch,
  normaliseAxes,
  product,
  type Shape,
  sameShape,
  showShape,
  staticDim,
  staticShape,
} from './shape.ts';
import { apply, constant, integers, type Tensor } from './tensor.ts';

/** Same elements in row-major order, another shape; one dimension may be −1 (inferred). */
export function reshape(x: Tensor, target: readonly Dim[]): Tensor {
  const names = (shape: Shape) => shape.filter((dim) => typeof dim === 'string');
  const count = (shape: Shape) =>
    product(shape.filter((dim) => typeof dim === 'number' && dim !== -1) as number[]);
  const open = target.filter((dim) => dim === -1).length;
  const missing = names(x.shape).filter((name) => !names(target).includes(name));
  if (open > 1) throw invalid('reshape', `only one dimension can be −1, received ${showShape(target)}`);
  const rest = count(x.shape) / count(target);
  const fits =
    names(target).every((name) => names(x.shape).includes(name)) &&
    (open === 1
      ? missing.length + (rest === 1 ? 0 : 1) <= 1 && Number.isInteger(rest)
      : missing.length === 0 && rest === 1);
  if (!fits) throw mismatch('reshape', x.shape, target, 'the number of elements differs');
  const shape = target.map((dim) => (dim === -1 ? (missing[0] ?? rest) : dim));
  if (sameShape(shape, x.shape)) return x;
  if (names(shape).length > 1)
    throw invalid('reshape', `at most one named dimension, received ${showShape(shape)}`);
  checkShape('reshape', shape);
  const dims = integers(shape.map((dim) => (typeof dim === 'string' ? -1 : dim)));
  return apply('Reshape', [x, dims], shape, {
    gradient: (dy) => [reshape(expand(dy, shape), x.shape), undefined],
  });
}

/** Everything after axis 0 in one axis: `[n, …]` → `[n, m]`. */
export const flatten = (x: Tensor): Tensor => reshape(x, [x.shape[0]!, -1]);

/** Permutes axes; default reverses them. */
export function transpose(x: Tensor, order?: readonly number[]): Tensor {
  const perm = order ?? x.shape.map((_, i) => x.rank - 1 - i);
  if (normaliseAxes('transpose', x.shape, perm).length !== x.rank || perm.length !== x.rank) {
    throw invalid('transpose', `[${perm}] does not name every axis of ${showShape(x.shape)} once`);
  }
  if (perm.every((axis, i) => axis === i)) return x;
  const shape = perm.map((axis) => x.shape[axis]!);
  const inverse = perm.map((_, i) => perm.indexOf(i));
  return apply('Transpose', [x], shape, {
    attributes: { perm: { ints: perm } },
    gradient: (dy) => [dy.rank === 0 ? dy : transpose(alignRank(dy, shape.length), inverse)],
  });
}

/** Adds leading axes of size 1 until the rank is reached. */
function alignRank(x: Tensor, rank: number): Tensor {
  return unsqueeze(
    x,
    Array.from({ length: rank - x.rank }, (_, i) => i),
  );
}

/** Joins tensors along an axis. */
export function concat(parts: readonly Tensor[], axis: number): Tensor {
  const first = parts[0];
  if (!first) throw invalid('concat', 'nothing to join');
  if (parts.length === 1) return first;
  const [at] = normaliseAxes('concat', first.shape, axis) as [number];
  let total = 0;
  for (const part of parts) {
    if (part.rank !== first.rank || part.shape.some((dim, i) => i !== at && dim !== first.shape[i])) {
      throw mismatch('concat', first.shape, part.shape, `all axes but ${at} must agree`);
    }
    if (part.dtype !== first.dtype)
      throw invalid('concat', `types ${first.dtype} and ${part.dtype} do not mix`);
    total += staticDim('concat', part.shape, at);
  }
  const shape = first.shape.map((dim, i) => (i === at ? total : dim));
  return apply('Concat', parts, shape, {
    attributes: { axis: { i: at } },
    gradient: (dy) => {
      const full = expand(dy, shape);
      let start = 0;
      return parts.map((part) => {
        const end = start + (part.shape[at] as number);
        const piece = slice(full, at, start, end);
        start = end;
        return piece;
      });
    },
  });
}

/** Elements `start`, `start + step`, … below `end` of one axis; negative numbers count from the end. */
export function slice(x: Tensor, axis: number, start: number, end?: number, step = 1): Tensor {
  const [at] = normaliseAxes('slice', x.shape, axis) as [number];
  const size = staticDim('slice', x.shape, at);
  const from = start < 0 ? start + size : start;
  const to = end === undefined ? size : end < 0 ? end + size : end;
  return window(
    x,
    x.shape.map((_, i) => (i === at ? { start: from, end: to, step } : undefined)),
  );
}

/** What is taken of one axis: `start ≤ i < end`, every `step`-th. */
export interface Range {
  readonly start: number;
  readonly end: number;
  readonly step?: number;
}

/** Slices several axes at once; an axis without a range stays whole. */
export function window(x: Tensor, ranges: readonly (Range | undefined)[]): Tensor {
  const taken = ranges.flatMap((range, axis) => {
    if (!range) return [];
    const { start, end, step = 1 } = range;
    const size = staticDim('slice', x.shape, axis);
    if (![start, end, step].every(Number.isInteger) || start < 0 || end > size || start >= end || step < 1) {
      throw invalid('slice', `${start}:${end}:${step} does not fit axis ${axis} of ${showShape(x.shape)}`);
    }
    return start === 0 && end === size && step === 1 ? [] : [{ axis, start, end, step, size }];
  });
  if (taken.length === 0) return x;
  const shape = [...x.shape];
  for (const { axis, start, end, step } of taken) shape[axis] = Math.ceil((end - start) / step);
  const column = (key: 'start' | 'end' | 'axis' | 'step') => integers(taken.map((range) => range[key]));
  const steps = taken.every(({ step }) => step === 1) ? [] : [column('step')];
  return apply('Slice', [x, column('start'), column('end'), column('axis'), ...steps], shape, {
    gradient: (dy) => {
      let spread = expand(dy, shape);
      const before = x.shape.map(() => 0);
      const after = x.shape.map(() => 0);
      for (const { axis, start, step, size } of taken) {
        spread = insertZeros(spread, axis, step);
        before[axis] = start;
        after[axis] = size - start - (spread.shape[axis] as number);
      }
      return [pad(spread, before, after)];
    },
  });
}

/** Puts `step − 1` zeros between neighbours of an axis: size n → (n − 1)·step + 1. */
export function insertZeros(x: Tensor, axis: number, step: number): Tensor {
  if (step === 1) return x;
  const n = staticDim('insertZeros', x.shape, axis);
  const wide = unsqueeze(x, [axis + 1]);
  const padded = pad(
    wide,
    wide.shape.map(() => 0),
    wide.shape.map((_, i) => (i === axis + 1 ? step - 1 : 0)),
  );
  const flat = reshape(
    padded,
    x.shape.map((dim, i) => (i === axis ? n * step : dim)),
  );
  return slice(flat, axis, 0, (n - 1) * step + 1);
}

/** Constant padding; `before` and `after` count elements per axis. */
export function pad(x: Tensor, before: readonly number[], after: readonly number[], value = 0): Tensor {
  if (before.length !== x.rank || after.length !== x.rank || [...before, ...after].some((n) => n < 0)) {
    throw invalid('pad', `[${before}] and [${after}] do not fit ${showShape(x.shape)}`);
  }
  if ([...before, ...after].every((n) => n === 0)) return x;
  const shape = x.shape.map((dim, i) =>
    before[i] || after[i] ? staticDim('pad', x.shape, i) + before[i]! + after[i]! : dim,
  );
  return apply('Pad', [x, integers([...before, ...after]), constant(value, [], x.dtype)], shape, {
    gradient: (dy) => {
      const ranges = x.shape.map((dim, i) =>
        before[i] || after[i] ? { start: before[i]!, end: before[i]! + (dim as number) } : undefined,
      );
      return [window(expand(dy, shape), ranges)];
    },
  });
}

/** Rows of `x` along `axis` by integer `indices` (any shape): the axis is replaced by the shape of the indices. */
export function gather(x: Tensor, indices: Tensor, axis = 0): Tensor {
  if (indices.dtype !== 'int64' && indices.dtype !== 'int32') {
    throw invalid('gather', `indices are int32 or int64, received ${indices.dtype}`);
  }
  const [at] = normaliseAxes('gather', x.shape, axis) as [number];
  const shape = [...x.shape.slice(0, at), ...indices.shape, ...x.shape.slice(at + 1)];
  return apply('Gather', [x, indices], shape, {
    attributes: { axis: { i: at } },
    gradient: (dy) => {
      // Axis first, so that whole rows are scattered; repeated indices add up.
      const spread = Array.from({ length: indices.rank }, (_, i) => at + i);
      const others = shape.map((_, i) => i).filter((i) => !spread.includes(i));
      const rows = transpose(expand(dy, shape), [...spread, ...others]);
      const order = [at, ...x.shape.map((_, i) => i).filter((i) => i !== at)];
      const target = staticShape(
        'gradient of gather',
        x.shape.map((_, i) => x.shape[order[i]!]!),
      );
      const zeros = expand(constant(0), target);
      const where = unsqueeze(cast(indices, 'int64'), [indices.rank]);
      const total = apply('ScatterND', [zeros, where, rows], target, {
        attributes: { reduction: { s: 'add' } },
      });
      return [
        transpose(
          total,
          order.map((_, i) => order.indexOf(i)),
        ),
        undefined,
      ];
    },
  });
}

/** 1 at the index, 0 elsewhere: `[…]` integers → `[…, depth]` float32. */
export function oneHot(indices: Tensor, depth: number): Tensor {
  const classes = constant(
    Array.from({ length: depth }, (_, i) => i),
    [depth],
    indices.dtype,
  );
  return cast(equal(unsqueeze(indices, [indices.rank]), classes), 'float32');
}
