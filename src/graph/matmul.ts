/** Matrix products. Two-dimensional ones are ONNX `Gemm`, whose transposes cost nothing. */
import { expand, unbroadcast } from './elementwise.ts';
import { reshape, transpose } from './layout.ts';
import { broadcast, invalid, mismatch } from './shape.ts';
import { apply, type Tensor } from './tensor.ts';

export interface MatmulOptions {
  /** Transpose the last two axes of `a` first. */
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

/** `a · b` over the last two axes; leading axes broadcast. */
export function matmul(
  a: Tensor,
  b: Tensor,
  { transposeA = false, transposeB = false }: MatmulOptions = {},
): Tensor {
  if (a.rank < 2 || b.rank < 2) throw mismatch('matmul', a.shape, b.shape, 'both must be matrices');
  if (a.dtype !== 'float32' || b.dtype !== 'float32')
    throw invalid('matmul', `works on float32, received ${a.dtype} and ${b.dtype}`);
  const left = withoutTranspose(a);
  const right = withoutTranspose(b);
  const ta = transposeA !== (left !== a);
  const tb = transposeB !== (right !== b);
  const inner = left.shape[left.rank - (ta ? 2 : 1)];
  if (inner !== right.shape[right.rank - (tb ? 1 : 2)]) {
    throw mismatch(
      'matmul',
      a.shape,
      b.shape,
      `inner dimensions differ${transposeA || transposeB ? ' after the transpose' : ''}`,
    );
  }
  if (left.rank === 2 && right.rank === 2) return gemm(left, right, ta, tb);
  if (right.rank === 2 && !ta && left.shape.every((dim) => typeof dim === 'number')) {
    // One big product instead of many small ones.
    const rows = reshape(left, [-1, inner!]);
    const columns = right.shape[tb ? 0 : 1]!;
    return reshape(gemm(rows, right, false, tb), [...left.shape.slice(0, -1), columns]);
  }
  return batched(ta ? swapLast(left) : left, tb ? swapLast(right) : right);
}

function gemm(a: Tensor, b: Tensor, ta: boolean, tb: boolean): Tensor {
  const shape = [a.shape[ta ? 1 : 0]!, b.shape[tb ? 0 : 1]!];
  return apply('Gemm', [a, b], shape, {
    attributes: { transA: { i: ta ? 1 : 0 }, transB: { i: tb ? 1 : 0 } },
    gradient: (dy) => {
      const full = expand(dy, shape);
      return [
        ta ? gemm(b, full, tb, true) : gemm(full, b, false, !tb),
        tb ? gemm(full, a, true, ta) : gemm(a, full, !ta, false),
      ];
    },
  });
}

function batched(a: Tensor, b: Tensor): Tensor {
  const lead = broadcast('matmul', a.shape.slice(0, -2), b.shape.slice(0, -2));
  const shape = [...lead, a.shape[a.rank - 2]!, b.shape[b.rank - 1]!];
  return apply('MatMul', [a, b], shape, {
    gradient: (dy) => {
      const full = expand(dy, shape);
      const da = batched(full, swapLast(b));
      const db = batched(swapLast(a), full);
      return [unbroadcast(da, da.shape, a.shape), unbroadcast(db, db.shape, b.shape)];
    },
  });
}

function swapLast(x: Tensor): Tensor {
  const order = x.shape.map((_, i) => i);
  return transpose(x, [...order.slice(0, -2), x.rank - 1, x.rank - 2]);
}

/** Looks through a transpose of the last two axes. */
function withoutTranspose(x: Tensor): Tensor {
  if (x.origin.kind !== 'operation' || x.origin.operation.type !== 'Transpose') return x;
  const { perm } = x.origin.operation.attributes as { perm: { ints: readonly number[] } };
  const swaps = perm.ints.every((axis, i) => axis === (i < x.rank - 2 ? i : 2 * x.rank - 3 - i));
  return swaps ? x.origin.operation.inputs[0]! : x;
}
