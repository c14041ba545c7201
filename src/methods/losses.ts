/**
 * Parts of deep objectives, as functions of symbolic tensors that add up. TZSH's is
 * L = L_hash(source) + α·L_sem(source) + β·L_hash(mined) + γ·L_quant + δ·L_pair(source) + balance: reconstruction, the
 * paper's abstract names the parts, not their formulas.
 */
import {
  abs,
  add,
  cast,
  constant,
  div,
  equal,
  logSoftmax,
  matmul,
  maximum,
  mean,
  mul,
  neg,
  oneHot,
  relu,
  softplus,
  square,
  sub,
  sum,
  type Tensor,
  unsqueeze,
} from '../graph/index.ts';

/** What is known of the pairs of a batch, both `[n, n]`: weight of being similar (dissimilar), 0 where unknown. */
export interface Pairs {
  readonly similar: Tensor;
  readonly dissimilar: Tensor;
}

/** Weighted mean, 0 where nothing has weight. */
const weightedMean = (values: Tensor, weights: Tensor): Tensor =>
  div(sum(mul(values, weights)), maximum(sum(weights), 1e-6));

/** Pairs by labels `[n]`: the same label is similar; an item is no pair with itself. */
export function pairsOfLabels(labels: Tensor): Pairs {
  const n = labels.shape[0] as number;
  const same = cast(equal(unsqueeze(labels, [1]), unsqueeze(labels, [0])), 'float32');
  const itself = constant(
    Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0)),
    [n, n],
  );
  return { similar: sub(same, itself), dissimilar: sub(1, same) };
}

/**
 * Balanced pairwise log-likelihood of codes `[n, bits]` in [−1, 1]: with Θ_ij = sharpness · h_i·h_j / bits,
 * the mean of log(1 + e^−Θ) over similar pairs plus the mean of log(1 + e^Θ) over dissimilar ones. Balanced, because
 * with c classes only one pair in c is similar.
 */
export function pairwiseLoss(codes: Tensor, pairs: Pairs, sharpness: number): Tensor {
  const theta = mul(matmul(codes, codes, { transposeB: true }), sharpness / (codes.shape[1] as number));
  return add(
    weightedMean(softplus(neg(theta)), pairs.similar),
    weightedMean(softplus(theta), pairs.dissimilar),
  );
}

/**
 * Triplet ranking (Lai et al., CVPR 2015): max(0, m + ‖h − h⁺‖² − ‖h − h⁻‖²) over all triplets of the batch that the
 * pairs allow; squared distances per bit, in [0, 4].
 */
export function tripletLoss(codes: Tensor, pairs: Pairs, margin: number): Tensor {
  const norms = sum(square(codes), { axes: [1], keepDims: true });
  const inner = matmul(codes, codes, { transposeB: true });
  const others = sum(square(codes), { axes: [1] });
  const distance = mul(
    sub(add(norms, unsqueeze(others, [0])), mul(inner, 2)),
    1 / (codes.shape[1] as number),
  );
  const spread = (pair: Tensor, axis: number): Tensor => unsqueeze(pair, [axis]);
  // [anchor, positive, negative]
  const hinge = relu(add(sub(spread(distance, 2), spread(distance, 1)), margin));
  const weights = mul(spread(pairs.similar, 2), spread(pairs.dissimilar, 1));
  return weightedMean(hinge, weights);
}

/** Cross-entropy over the seen classes of cos(g, a_c)/τ. `semantic` `[n, a]` unit rows, `labels` count seen classes. */
export function semanticLoss(
  semantic: Tensor,
  embeddings: Tensor,
  labels: Tensor,
  temperature: number,
): Tensor {
  const logits = mul(matmul(semantic, embeddings, { transposeB: true }), 1 / temperature);
  const chosen = mul(logSoftmax(logits), oneHot(labels, embeddings.shape[0] as number));
  return neg(mean(sum(chosen, { axes: [1] })));
}

/** mean (|h| − 1)²: outputs near the corners lose little by the sign. */
export const quantisationLoss = (codes: Tensor): Tensor => mean(square(sub(abs(codes), 1)));

/** Mean over bits of the squared batch mean: a bit that is always 1 says nothing. */
export const balanceLoss = (codes: Tensor): Tensor => mean(square(mean(codes, { axes: [0] })));

/** Mean binary cross-entropy of logits against 0/1 targets of the same shape. */
export const binaryLoss = (logits: Tensor, targets: Tensor): Tensor =>
  mean(sub(softplus(logits), mul(logits, targets)));
