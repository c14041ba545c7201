/**
 * DCMH's two networks. Text: one hidden layer of ReLU, then the code, as in the paper. Image: the paper's CNN-F takes
 * pictures of 224 px and weights learned on ImageNet; here a compact residual CNN on pixels, or one hidden layer on features
 * that some other network has made. Outputs are not squashed.
 */
import { add, matmul, normal, parameter, type Tensor, zeros } from '../../graph/index.ts';
import type { Preprocessing } from '../contract.ts';
import { featureTrunk, pixelTrunk, type Standard } from '../trunk.ts';

/** Codes start near 0, as in the authors' code: there the balance is met, and no pair counts as dissimilar by chance. */
const HEAD_DEVIATION = 0.01;

export interface CodeNetwork {
  /** A fresh input of `n` rows (or a named batch dimension). */
  input(name: string, n: number | string): Tensor;
  /** `[n, …]` → F, `[n, bits]`. In training, batch norms use the batch's own statistics. */
  code(x: Tensor, training: boolean): Tensor;
  readonly bits: number;
}

export function buildCodeNetwork(
  preprocessing: Preprocessing,
  standard: Standard,
  { hidden, bits }: { readonly hidden: number; readonly bits: number },
): CodeNetwork {
  const trunk =
    preprocessing.kind === 'pixels'
      ? pixelTrunk(preprocessing.side, hidden)
      : featureTrunk(preprocessing.dim, standard, hidden);
  const weight = parameter('code.weight', [trunk.width, bits], normal(HEAD_DEVIATION));
  const bias = parameter('code.bias', [bits], zeros(), { decay: false });
  return {
    input: trunk.input,
    code: (x, training) => add(matmul(trunk.trunk(x, training), weight), bias),
    bits,
  };
}
