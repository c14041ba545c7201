/**
 * The objective of pseudo-label hashing: L = L_pairs(source) + β·L_pairs(pairs with a pool item) + α·L_rank + γ·L_focal. The parts
 * are named in the paper; the formulas of L_rank and L_focal are those of the authors' published code.
 */
import {
  add,
  compileStep,
  concat,
  constant,
  input,
  matmul,
  mean,
  mul,
  neg,
  oneHot,
  sigmoid,
  slice,
  softplus,
  sub,
  sum,
  type Tensor,
  type TrainingStep,
  tanh,
} from '../../graph/index.ts';
import type { Matrix, Preprocessing } from '../contract.ts';
import { deepOptimizer, type HashNetwork } from '../deep-training.ts';
import { type Pairs, pairsOfLabels, pairwiseLoss } from '../losses.ts';
import { denseHead, type Standard, trunkFor } from '../trunk.ts';
import type { PseudoLabelSettings } from './options.ts';

export interface PseudoLabelNetwork extends HashNetwork {
  /** `[n, width]` → z `[n, bits]`; `hash` is its tanh. */
  logits(features: Tensor): Tensor;
  /** `[n, width]` → `[n, a]`; its inner products with class embeddings rank the classes. */
  semantic(features: Tensor): Tensor;
}

export function buildPseudoLabelNetwork(
  preprocessing: Preprocessing,
  standard: Standard,
  sizes: { readonly hidden: number; readonly bits: number; readonly semantics: number },
): PseudoLabelNetwork {
  const trunk = trunkFor(preprocessing, standard, sizes.hidden);
  const logits = denseHead('hash', trunk.width, sizes.bits);
  const semantic = denseHead('semantic', trunk.width, sizes.semantics);
  return { ...trunk, logits, semantic, hash: (f) => tanh(logits(f)) };
}

/** γ of the focal quantisation: how sharply a bit takes sides. */
const FOCUS = 5;

/** L_rank, instance-concept coherence: the mean of log(1 + e^(s_c − s_y)) over classes c ≠ y. `scores` `[n, classes]`, `labels` `[n]`. */
export function rankingLoss(scores: Tensor, labels: Tensor): Tensor {
  const [n, classes] = scores.shape as number[];
  const own = oneHot(labels, classes!);
  const right = sum(mul(scores, own), { axes: [1], keepDims: true });
  const others = mul(softplus(sub(scores, right)), sub(1, own));
  return mul(sum(others), 1 / (n! * Math.max(1, classes! - 1)));
}

/**
 * L_focal of z `[n, bits]`, p = σ(z), t = σ(5z): the mean of −t·(1 − p)·log p − (1 − t)·p·log(1 − p). Bits that are sure already
 * weigh less.
 */
export function focalLoss(z: Tensor): Tensor {
  const towards = (x: Tensor): Tensor => mul(mul(sigmoid(mul(x, FOCUS)), sigmoid(neg(x))), softplus(neg(x)));
  return mean(add(towards(z), towards(neg(z))));
}

/**
 * The pairs of a batch that have a pool item, source rows first: pool items are as similar as `memberships` `[n, classes]`, unit
 * rows, say (s) and as dissimilar as what is left (1 − s); a source and a pool item share no class. `[2n, 2n]`.
 */
export function poolPairs(memberships: Tensor): Pairs {
  const n = memberships.shape[0] as number;
  const shared = matmul(memberships, memberships, { transposeB: true });
  const square = (value: (i: number, j: number) => number, size: number): Tensor =>
    constant(
      Array.from({ length: size * size }, (_, at) => value(Math.floor(at / size), at % size)),
      [size, size],
    );
  const apart = square((i, j) => (i === j ? 0 : 1), n);
  const none = square(() => 0, n);
  const all = square(() => 1, n);
  const blocks = (source: Tensor, across: Tensor, pool: Tensor): Tensor =>
    concat([concat([source, across], 1), concat([across, pool], 1)], 0);
  return {
    similar: blocks(none, none, mul(shared, apart)),
    dissimilar: blocks(none, all, mul(sub(1, shared), apart)),
  };
}

/**
 * Feeds: `source`, `labels` (counting seen classes); with `joint` also `pool` and `memberships` `[batch, unseen]`.
 * @param embeddings of the seen classes `[seen, a]`
 */
export function compilePseudoLabel(
  network: PseudoLabelNetwork,
  embeddings: Matrix,
  unseen: number,
  settings: PseudoLabelSettings,
  joint: boolean,
): Promise<TrainingStep> {
  const { batch, sharpness, threads } = settings;
  const source = network.input('source', batch);
  const labels = input('labels', [batch], 'int32');
  const pool = network.input('pool', batch);
  const memberships = input('memberships', [batch, unseen]);

  const features = network.trunk(joint ? concat([source, pool], 0) : source, true);
  const own = joint ? slice(features, 0, 0, batch) : features;
  const z = network.logits(features);
  const codes = tanh(z);
  const known = constant(embeddings.data, [embeddings.rows, embeddings.cols]);
  const scores = matmul(network.semantic(own), known, { transposeB: true });

  const metrics: Record<string, Tensor> = {
    hash: pairwiseLoss(joint ? slice(codes, 0, 0, batch) : codes, pairsOfLabels(labels), sharpness),
    ranking: rankingLoss(scores, labels),
    quantisation: focalLoss(z),
  };
  const weights: Record<string, number> = {
    hash: 1,
    ranking: settings.semantic,
    quantisation: settings.quantisation,
  };
  if (joint) {
    metrics.pseudo = pairwiseLoss(codes, poolPairs(memberships), sharpness);
    weights.pseudo = settings.transfer;
  }
  return compileStep({
    inputs: [source, labels, ...(joint ? [pool, memberships] : [])],
    loss: Object.entries(metrics)
      .map(([name, value]) => mul(value, weights[name]!))
      .reduce(add),
    metrics,
    optimizer: deepOptimizer(settings.weightDecay),
    seed: settings.seed,
    ...(threads && { threads }),
  });
}
