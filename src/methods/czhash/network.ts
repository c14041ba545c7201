/**
 * One modality's network: deep features h of an item, and from them the logits Θ of its categories. Features go through a
 * hidden layer between two dropouts, pixels through the compact residual CNN.
 */
import {
  add,
  dropout,
  glorotUniform,
  heNormal,
  input,
  logSoftmax,
  matmul,
  mean,
  mul,
  neg,
  parameter,
  relu,
  sum,
  type Tensor,
  zeros,
} from '../../graph/index.ts';
import type { Preprocessing } from '../contract.ts';
import { pixelTrunk } from '../trunk.ts';
import type { Prepared } from './prepare.ts';

export interface CategoryNetwork {
  /** An input as training feeds it: prepared features, or raw pixels. */
  input(name: string, n: number | string): Tensor;
  /** An input as an encoder gets it, and what training would have fed of it. */
  raw(name: string, n: number | string): { readonly x: Tensor; readonly prepared: Tensor };
  /** `[n, …]` → h `[n, width]`. */
  features(x: Tensor, training: boolean): Tensor;
  /** h → Θ `[n, categories]`. */
  logits(features: Tensor): Tensor;
  readonly width: number;
}

export interface NetworkOptions {
  readonly hidden: number;
  readonly categories: number;
  readonly inputDropout: number;
  readonly dropout: number;
  readonly seed: number;
}

export function categoryNetwork(
  preprocessing: Preprocessing,
  prepared: Prepared,
  options: NetworkOptions,
): CategoryNetwork {
  const body =
    preprocessing.kind === 'pixels'
      ? pixelBody(preprocessing.side, options)
      : featureBody(preprocessing.dim, prepared, options);
  const weight = parameter('category.weight', [body.width, options.categories], glorotUniform());
  const bias = parameter('category.bias', [options.categories], zeros(), { decay: false });
  return { ...body, logits: (features) => add(matmul(features, weight), bias) };
}

/** CE(q, p) = −mean over rows of Σ_k q_k log softmax(Θ)_k, of logits Θ and memberships q, both `[n, categories]`. */
export const softCrossEntropy = (logits: Tensor, q: Tensor): Tensor =>
  neg(mean(sum(mul(logSoftmax(logits), q), { axes: [1] })));

type Body = Omit<CategoryNetwork, 'logits'>;

function featureBody(dim: number, prepared: Prepared, options: NetworkOptions): Body {
  const { hidden, seed } = options;
  const weight = parameter('hidden.weight', [dim, hidden], heNormal());
  const bias = parameter('hidden.bias', [hidden], zeros(), { decay: false });
  return {
    width: hidden,
    input: (name, n) => input(name, [n, dim]),
    raw(name, n) {
      const x = input(name, [n, dim]);
      return { x, prepared: prepared.apply(x) };
    },
    features(x, training) {
      const seen = training ? dropout(x, options.inputDropout, { seed: 2 * seed + 1 }) : x;
      const h = relu(add(matmul(seen, weight), bias));
      return training ? dropout(h, options.dropout, { seed: 2 * seed + 2 }) : h;
    },
  };
}

function pixelBody(side: number, { hidden, dropout: rate, seed }: NetworkOptions): Body {
  const trunk = pixelTrunk(side, hidden);
  return {
    width: trunk.width,
    input: trunk.input,
    raw(name, n) {
      const x = trunk.input(name, n);
      return { x, prepared: x };
    },
    features(x, training) {
      const h = trunk.trunk(x, training);
      return training ? dropout(h, rate, { seed: 2 * seed + 2 }) : h;
    },
  };
}
