/**
 * DCMH's objective (Jiang & Li, CVPR 2017, eq. 1), for n pairs with codes-to-be F of images and G of texts:
 *   J = −Σ_ij (S_ij Θ_ij − log(1 + e^Θ_ij)) + γ (‖B − F‖² + ‖B − G‖²) + η (‖F 1‖² + ‖G 1‖²)       Θ_ij = ½ f_i · g_j
 * S_ij = 1 where pairs i and j share a class. A step moves one network by the terms that a batch of its rows takes part in, all
 * rows of the other modality being as they are: of S only the rows of the batch exist, and only while the step runs.
 *
 * Sums are means here: over pairs (i, j) in the first term, over the entries of the batch in the second, over bits in the
 * third, ‖F 1 / n‖². With sums, whose weights γ = η = 1 the paper gives for its n, the second loses 1/n against the first and
 * the third gains n: signs cease to matter and balance is all that does.
 */
import {
  adamw,
  add,
  chain,
  clipByGlobalNorm,
  compileStep,
  div,
  input,
  matmul,
  mean,
  minimum,
  mul,
  type Optimizer,
  softplus,
  square,
  sub,
  sum,
  type Tensor,
  type TrainingStep,
} from '../../graph/index.ts';
import type { CodeNetwork } from './network.ts';
import type { DcmhSettings } from './options.ts';

/** Gradients longer than this are cut to it: pixels trained from scratch spike in their first steps. */
const GRADIENT_LIMIT = 5;

export interface Sizes {
  readonly batch: number;
  readonly pairs: number;
  readonly classes: number;
}

export interface Objective {
  /**
   * Feeds: `x` (the batch), `other` `[pairs, bits]` (the other modality's rows), `classes` `[batch, classes]` and
   * `allClasses` `[pairs, classes]` (1 where a pair has the class), `targets` `[batch, bits]` (B), `rest` `[bits]` (the sum
   * of this modality's rows outside the batch).
   */
  readonly inputs: readonly Tensor[];
  readonly loss: Tensor;
  readonly metrics: Readonly<Record<string, Tensor>>;
}

export function buildObjective(
  network: CodeNetwork,
  { batch, pairs, classes }: Sizes,
  { quantisation, balance }: Pick<DcmhSettings, 'quantisation' | 'balance'>,
): Objective {
  const { bits } = network;
  const x = network.input('x', batch);
  const other = input('other', [pairs, bits]);
  const own = input('classes', [batch, classes]);
  const all = input('allClasses', [pairs, classes]);
  const targets = input('targets', [batch, bits]);
  const rest = input('rest', [bits]);

  const f = network.code(x, true);
  const theta = mul(matmul(f, other, { transposeB: true }), 0.5);
  const similar = minimum(matmul(own, all, { transposeB: true }), 1);
  const metrics = {
    likelihood: mean(sub(softplus(theta), mul(similar, theta))),
    quantisation: mean(square(sub(targets, f))),
    balance: mean(square(div(add(sum(f, { axes: [0] }), rest), pairs))),
  };
  const loss = add(
    metrics.likelihood,
    add(mul(metrics.quantisation, quantisation), mul(metrics.balance, balance)),
  );
  return { inputs: [x, other, own, all, targets, rest], loss, metrics };
}

export const compileObjective = (
  objective: Objective,
  { seed, weightDecay, threads }: Pick<DcmhSettings, 'seed' | 'weightDecay' | 'threads'>,
  optimizer: Optimizer = chain(clipByGlobalNorm(GRADIENT_LIMIT), adamw({ weightDecay })),
): Promise<TrainingStep> => compileStep({ ...objective, optimizer, seed, ...(threads && { threads }) });
