/** The training graphs: stream one alone (warm-up, `source-only`), and both streams together. */
import {
  add,
  compileStep,
  concat,
  constant,
  input,
  mul,
  slice,
  type Tensor,
  type TrainingStep,
} from '../../graph/index.ts';
import type { Matrix } from '../contract.ts';
import { deepOptimizer } from '../deep-training.ts';
import {
  balanceLoss,
  binaryLoss,
  type Pairs,
  pairsOfLabels,
  pairwiseLoss,
  quantisationLoss,
  semanticLoss,
  tripletLoss,
} from '../losses.ts';
import type { Network } from './network.ts';
import type { TzshSettings } from './options.ts';

/** Pairs of a source batch that the pair scorer sees in one step: as many similar as dissimilar ones. */
export const scoredPairs = (batch: number): number => 2 * batch;

/**
 * Feeds: `source`, `labels` (counting seen classes), `left`, `right`, `together` (pairs for the scorer); with `joint` also
 * `target`, `similar`, `dissimilar` `[batch, batch]` and the scalar `transfer`.
 */
export function compileObjective(
  network: Network,
  embeddings: Matrix,
  settings: TzshSettings,
  joint: boolean,
): Promise<TrainingStep> {
  const { batch, threads } = settings;
  const hashLoss = (codes: Tensor, pairs: Pairs): Tensor =>
    settings.loss === 'pairwise'
      ? pairwiseLoss(codes, pairs, settings.sharpness)
      : tripletLoss(codes, pairs, settings.margin);

  const source = network.input('source', batch);
  const labels = input('labels', [batch], 'int32');
  const pairs = scoredPairs(batch);
  const left = input('left', [pairs], 'int32');
  const right = input('right', [pairs], 'int32');
  const together = input('together', [pairs]);
  const target = network.input('target', batch);
  const similar = input('similar', [batch, batch]);
  const dissimilar = input('dissimilar', [batch, batch]);
  const transfer = input('transfer', []);

  const features = network.trunk(joint ? concat([source, target], 0) : source, true);
  const own = joint ? slice(features, 0, 0, batch) : features;
  const codes = network.hash(features);
  const sourceCodes = joint ? slice(codes, 0, 0, batch) : codes;
  const known = constant(embeddings.data, [embeddings.rows, embeddings.cols]);

  const metrics: Record<string, Tensor> = {
    hash: hashLoss(sourceCodes, pairsOfLabels(labels)),
    semantic: semanticLoss(network.semantic(own), known, labels, settings.temperature),
    pair: binaryLoss(network.pairScore(network.pairView(own), left, right), together),
    quantisation: quantisationLoss(codes),
    balance: balanceLoss(codes),
  };
  const weights: Record<string, number> = {
    hash: 1,
    semantic: settings.semantic,
    pair: settings.pair,
    quantisation: settings.quantisation,
    balance: settings.balance,
  };
  let loss = Object.entries(metrics)
    .filter(([name]) => weights[name]! > 0)
    .map(([name, value]) => mul(value, weights[name]!))
    .reduce(add);
  if (joint) {
    metrics.mined = hashLoss(slice(codes, 0, batch), { similar, dissimilar });
    loss = add(loss, mul(metrics.mined, transfer));
  }
  return compileStep({
    inputs: [
      source,
      labels,
      left,
      right,
      together,
      ...(joint ? [target, similar, dissimilar, transfer] : []),
    ],
    loss,
    metrics,
    optimizer: deepOptimizer(settings.weightDecay),
    seed: settings.seed,
    ...(threads && { threads }),
  });
}
