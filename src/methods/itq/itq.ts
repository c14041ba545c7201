/**
 * PCA-ITQ: iterative quantization (Gong & Lazebnik, "Iterative Quantization: A Procrustean Approach to Learning Binary
 * Codes", CVPR 2011).
 *
 * V = (X − μ) W holds the leading principal components of training and pool rows (labels are not read). A rotation R
 * brings them close to the corners of the cube: min ‖B − V R‖² over B ∈ {−1, 1} and RᵀR = I, alternating
 *   B = sign(V R)                                 (their eq. 3)
 *   R = Ŝ Sᵀ from the SVD Bᵀ V = S Ω Ŝᵀ           (orthogonal Procrustes, their §2.2)
 */
import { z } from 'zod';
import { UnseenError } from '../../errors.ts';
import type { HashMethod } from '../contract.ts';
import { covariance, project } from '../covariance.ts';
import { defineMethod } from '../define.ts';
import { leadingEigenvectors } from '../principal.ts';
import { exportProjection, floatRows, meanRow } from '../projection.ts';
import { bitsSetting, inputSetting, seedSetting } from '../settings.ts';
import { quantizingRotation, rotateWeights } from './rotation.ts';

export const itqSchema = z.object({
  bits: bitsSetting,
  seed: seedSetting,
  input: inputSetting,
  /** Alternations of B and R; the paper's 50. Fewer leave a worse rotation, more change little. */
  iterations: z.number().int().min(1).max(1000).default(50),
});

/**
 * `bits` 8 … 4096 in steps of 8, at most the input's dimensions; `seed` 0 … 2³²−1, default 0; `iterations` 1 … 1000,
 * default 50; `input` `features` or `pixels` (flattened 32×32 RGB).
 */
export type ItqOptions = z.input<typeof itqSchema>;

/**
 * PCA-ITQ.
 * @throws `ARGUMENT_INVALID`, `METHOD_SETTING_UNKNOWN`; `fit`: `METHOD_BITS_TOO_MANY` where there are fewer dimensions or
 *   rows than bits, and those of `buildTrainingSet`
 */
export function itq(options: ItqOptions): HashMethod {
  return defineMethod(
    {
      name: 'itq',
      schema: itqSchema,
      needs: { labels: false, classEmbeddings: false, pool: false },
      async train({ settings, set, random, report }) {
        const { bits, iterations } = settings;
        await report('covariance', 0);
        const rows = floatRows(set.source.inputs, set.pool.inputs);
        checkRank(bits, rows.cols, 'input dimensions');
        // The mean takes one: n rows span at most n − 1 directions around it.
        checkRank(bits, rows.rows - 1, 'rows less one');
        const mean = meanRow(rows);
        const scatter = await covariance(rows, mean, (done) => report('covariance', 0.3 * done));
        const principal = Float32Array.from(leadingEigenvectors(scatter, bits, random('lanczos')));
        await report('projection', 0.5);
        const projected = await project(rows, mean, principal, (done) =>
          report('projection', 0.5 + 0.1 * done),
        );
        const rotation = await quantizingRotation(projected, {
          iterations,
          random: random('rotation'),
          onIteration: (i, loss) => report('rotation', 0.6 + (0.4 * (i + 1)) / iterations, { loss }),
        });
        const weights = rotateWeights(principal, rotation, bits);
        const onnx = exportProjection({ mean, weights, bits }, set.preprocessing);
        await report('done', 1);
        return onnx;
      },
    },
    options,
  );
}

function checkRank(bits: number, received: number, what: string): void {
  if (bits <= received) return;
  const most = Math.floor(received / 8) * 8;
  throw new UnseenError('METHOD_BITS_TOO_MANY', { method: 'itq', bits, received, what, most });
}
