/**
 * The shared two-stream network: trunk f, hash head h = tanh(W_h f), semantic head g = normalise(W_g f), and the pair
 * scorer r. Both streams are rows of one batch, so that "shared" is literal: one set of weights, one pass.
 */
import {
  abs,
  add,
  gather,
  glorotUniform,
  l2Normalize,
  matmul,
  mul,
  ones,
  parameter,
  sub,
  sum,
  type Tensor,
  tanh,
  zeros,
} from '../../graph/index.ts';
import type { Preprocessing } from '../contract.ts';
import type { HashNetwork } from '../deep-training.ts';
import { denseHead, type Standard, trunkFor } from '../trunk.ts';

/** Width of the pair scorer's view of an item. */
export const PAIR_DIM = 64;

export interface Network extends HashNetwork {
  /** `[n, width]` → `[n, a]`, unit rows. */
  semantic(features: Tensor): Tensor;
  /** `[n, width]` → z `[n, PAIR_DIM]`, unit rows. */
  pairView(features: Tensor): Tensor;
  /** Logits `[m]` of r for the pairs (left[k], right[k]) of rows of z: symmetric in the two. */
  pairScore(z: Tensor, left: Tensor, right: Tensor): Tensor;
}

export interface NetworkOptions {
  readonly bits: number;
  readonly hidden: number;
  /** Dimension of class embeddings. */
  readonly semantics: number;
}

export function buildNetwork(
  preprocessing: Preprocessing,
  standard: Standard,
  options: NetworkOptions,
): Network {
  const trunk = trunkFor(preprocessing, standard, options.hidden);
  const hashHead = denseHead('hash', trunk.width, options.bits);
  const semanticHead = denseHead('semantic', trunk.width, options.semantics);
  const pairHead = parameter('pair.weight', [trunk.width, PAIR_DIM], glorotUniform());
  // Before training already: near items are similar.
  const distanceWeights = parameter('pair.distance', [PAIR_DIM], ones());
  const productWeight = parameter('pair.product', [1], ones());
  const pairBias = parameter('pair.bias', [1], zeros());
  return {
    ...trunk,
    hash: (f) => tanh(hashHead(f)),
    semantic: (f) => l2Normalize(semanticHead(f)),
    pairView: (f) => l2Normalize(matmul(f, pairHead)),
    pairScore(z, left, right) {
      const a = gather(z, left);
      const b = gather(z, right);
      const distance = sum(mul(abs(sub(a, b)), distanceWeights), { axes: [1] });
      const product = mul(sum(mul(a, b), { axes: [1] }), productWeight);
      return add(sub(product, distance), pairBias);
    },
  };
}
