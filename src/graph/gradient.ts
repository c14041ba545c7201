/** Reverse-mode differentiation: the gradient is again a graph of the same operations. */
import { add, expand } from './elementwise.ts';
import { invalid, sameShape, showShape } from './shape.ts';
import { constant, type Tensor } from './tensor.ts';

/** Every tensor that the roots depend on, inputs before users. */
export function dependencies(roots: Iterable<Tensor>): Tensor[] {
  const order: Tensor[] = [];
  const state = new Map<Tensor, 'open' | 'done'>();
  const stack = [...roots].reverse();
  while (stack.length > 0) {
    const tensor = stack[stack.length - 1]!;
    const seen = state.get(tensor);
    if (seen) {
      stack.pop();
      if (seen === 'open') {
        state.set(tensor, 'done');
        order.push(tensor);
      }
      continue;
    }
    state.set(tensor, 'open');
    if (tensor.origin.kind !== 'operation') continue;
    const { inputs } = tensor.origin.operation;
    for (let i = inputs.length - 1; i >= 0; i--) {
      const input = inputs[i];
      if (input && !state.has(input)) stack.push(input);
    }
  }
  return order;
}

/**
 * ∂loss/∂x for every tensor of `wrt`, each in the shape of its tensor (zeros where the loss does not depend on it).
 * @param loss a scalar: shape `[]`, or every dimension 1
 */
export function grad(loss: Tensor, wrt: readonly Tensor[]): Tensor[] {
  if (loss.shape.some((dim) => dim !== 1)) {
    throw invalid('grad', `the loss must be a scalar, received shape ${showShape(loss.shape)}`);
  }
  const order = dependencies([loss]);
  const wanted = new Set(wrt);
  const needed = new Set<Tensor>();
  for (const tensor of order) {
    const { origin } = tensor;
    const flows =
      origin.kind === 'operation' &&
      origin.operation.gradient !== undefined &&
      origin.operation.sources.some((source) => source !== undefined && needed.has(source));
    if (flows || wanted.has(tensor)) needed.add(tensor);
  }
  const gradients = new Map<Tensor, Tensor>([[loss, constant(1)]]);
  for (let i = order.length - 1; i >= 0; i--) {
    const tensor = order[i]!;
    const dy = gradients.get(tensor);
    if (!dy || !needed.has(tensor) || tensor.origin.kind !== 'operation' || !tensor.origin.operation.gradient)
      continue;
    const { sources, gradient } = tensor.origin.operation;
    gradient(dy, tensor).forEach((dx, k) => {
      const source = sources[k];
      if (!dx || !source || !needed.has(source)) return;
      const before = gradients.get(source);
      gradients.set(source, before ? add(before, dx) : dx);
    });
  }
  return wrt.map((tensor) => {
    const found = gradients.get(tensor) ?? constant(0);
    return sameShape(found.shape, tensor.shape) ? found : expand(found, tensor.shape);
  });
}
