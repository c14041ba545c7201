/**
 * CSQ's objective (the paper's eqs. 3–6): L = L_C + λ·L_Q. With z the hash head's output, h = σ(2z) in [0, 1] is the code and
 * 2h − 1 = tanh z what the encoder gives.
 */
import {
  abs,
  add,
  compileStep,
  constant,
  gather,
  input,
  mean,
  mul,
  neg,
  softplus,
  sub,
  type Tensor,
  type TrainingStep,
  tanh,
} from '../../graph/index.ts';
import type { Matrix, Preprocessing } from '../contract.ts';
import { deepOptimizer, type HashNetwork } from '../deep-training.ts';
import { binaryLoss } from '../losses.ts';
import { denseHead, type Standard, trunkFor } from '../trunk.ts';
import type { CsqSettings } from './options.ts';

export interface CsqNetwork extends HashNetwork {
  /** `[n, width]` → z `[n, bits]`; `hash` is its tanh. */
  logits(features: Tensor): Tensor;
}

export function buildCsqNetwork(
  preprocessing: Preprocessing,
  standard: Standard,
  { hidden, bits }: { readonly hidden: number; readonly bits: number },
): CsqNetwork {
  const trunk = trunkFor(preprocessing, standard, hidden);
  const logits = denseHead('hash', trunk.width, bits);
  return { ...trunk, logits, hash: (f) => tanh(logits(f)) };
}

/**
 * L_C: the mean over items and bits of the binary cross-entropy −c·log h − (1 − c)·log(1 − h), from z `[n, bits]` and
 * centres `[n, bits]` of ±1, c = (1 + centre)/2.
 */
export const centralLoss = (z: Tensor, centres: Tensor): Tensor =>
  binaryLoss(mul(z, 2), mul(add(centres, 1), 0.5));

/** L_Q: the mean of log cosh(|2h − 1| − 1), from codes 2h − 1 in [−1, 1]. */
export function logCoshLoss(codes: Tensor): Tensor {
  // log cosh x = x + log(1 + e^−2x) − log 2, here of x = 1 − |code| ≥ 0: cosh is even, and nothing overflows.
  const x = sub(1, abs(codes));
  return sub(mean(add(x, softplus(mul(neg(x), 2)))), Math.LN2);
}

/** Feeds: `source` and `labels` (counting seen classes). */
export function compileCsq(
  network: CsqNetwork,
  centres: Matrix,
  settings: CsqSettings,
): Promise<TrainingStep> {
  const { batch, quantisation, weightDecay, seed, threads } = settings;
  const source = network.input('source', batch);
  const labels = input('labels', [batch], 'int32');
  const z = network.logits(network.trunk(source, true));
  const own = gather(constant(centres.data, [centres.rows, centres.cols]), labels);
  const metrics = { central: centralLoss(z, own), quantisation: logCoshLoss(tanh(z)) };
  return compileStep({
    inputs: [source, labels],
    loss: add(metrics.central, mul(metrics.quantisation, quantisation)),
    metrics,
    optimizer: deepOptimizer(weightDecay),
    seed,
    ...(threads && { threads }),
  });
}
