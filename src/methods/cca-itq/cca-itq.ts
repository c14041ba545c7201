/**
 * CCA-ITQ for two modalities (Gong & Lazebnik, CVPR 2011; Gong, Lazebnik, Gordo & Perronnin, "Iterative Quantization", PAMI
 * 2013, §3.2). There the second view of an image is its labels; here it is the text of the pair, so that both modalities
 * get codes: canonical directions of the pairs (`cca.ts`), each scaled by a power of its correlation, then one rotation R
 * that brings the projected images and texts together close to the corners of the cube (`itq/rotation.ts`).
 * Labels are not read; pairs of the pool count as data.
 */
import { z } from 'zod';
import { UnseenError } from '../../errors.ts';
import type { HashMethod, Matrix } from '../contract.ts';
import { covariance, project } from '../covariance.ts';
import { defineCrossModalMethod } from '../define.ts';
import { featureMapSettings } from '../feature-map.ts';
import { quantizingRotation, rotateWeights } from '../itq/rotation.ts';
import { pairedViews, viewEncoders, weightsBeside, weightsOf } from '../paired-views.ts';
import { pairsOf } from '../pairs.ts';
import { bitsSetting, inputSetting, seedSetting } from '../settings.ts';
import { canonicalDirections } from './cca.ts';

export const ccaItqSchema = z.object({
  bits: bitsSetting,
  seed: seedSetting,
  input: inputSetting,
  ...featureMapSettings,
  /** ε of both covariances as a share of the mean variance of their dimensions. Small overfits the pairs, large is nearly PCA. */
  ridge: z.number().min(1e-6).max(1e3).default(0.05),
  /** Directions are scaled by ρ to this power: 0 counts all alike, large ones leave only the strongest. The authors' code: 1. */
  power: z.number().min(0).max(8).default(1),
  /** Alternations of the rotation; the paper's 50. */
  iterations: z.number().int().min(1).max(1000).default(50),
});

/**
 * `bits` 8 … 4096 in steps of 8, at most as many as anchors (`kernel: 'linear'`: as input dimensions of either modality) and
 * pairs less one; `ridge` 10⁻⁶ … 10³, default 0.05; `power` 0 … 8, default 1; `iterations` 1 … 1000, default 50; `kernel`,
 * `anchors` and `bandwidth` as in `featureMapSettings`.
 */
export type CcaItqOptions = z.input<typeof ccaItqSchema>;

/**
 * CCA-ITQ on image–text pairs.
 * @throws `ARGUMENT_INVALID`, `METHOD_SETTING_UNKNOWN`; `fit`: `METHOD_BITS_TOO_MANY`, `TRAINING_ROWS_EMPTY` without pairs,
 *   and those of `buildCrossModalSet`
 */
export function ccaItq(options: CcaItqOptions): HashMethod {
  return defineCrossModalMethod(
    {
      name: 'cca-itq',
      schema: ccaItqSchema,
      needs: { labels: false, classEmbeddings: false, pool: false },
      async train({ settings, set, random, report }) {
        const { bits, ridge, power, iterations } = settings;
        await report('features', 0);
        const pairs = pairsOf(set, 'cca-itq');
        const views = await pairedViews(set, pairs, settings, () => random('anchors'));
        checkRank(bits, views.image.dim, 'image dimensions');
        checkRank(bits, views.text.dim, 'text dimensions');
        // The mean takes one: n pairs span at most n − 1 directions around it.
        checkRank(bits, pairs.image.length - 1, 'pairs less one');
        const scatter = await covariance(views.rows, views.mean, (done) =>
          report('covariance', 0.1 + 0.2 * done),
        );
        const { correlations, first, second } = canonicalDirections(scatter, views.image.dim, {
          count: bits,
          ridge,
          random: random('lanczos'),
        });
        const scale = correlations.map((rho) => rho ** power);
        const image = weightsOf(first, scale);
        const text = weightsOf(second, scale);
        const strongest = correlations[0]!;
        await report('projection', 0.5, { correlation: strongest });
        const share = async (weights: Float32Array, of: 'image' | 'text'): Promise<Matrix> =>
          await project(views.rows, views.mean, weightsBeside(views, weights, of), () =>
            report('projection', of === 'image' ? 0.5 : 0.55),
          );
        const projected = stack(await share(image, 'image'), await share(text, 'text'));
        const rotation = await quantizingRotation(projected, {
          iterations,
          random: random('rotation'),
          onIteration: (i, loss) => report('rotation', 0.6 + (0.4 * (i + 1)) / iterations, { loss }),
        });
        const encoders = viewEncoders(views, set, {
          image: rotateWeights(image, rotation, bits),
          text: rotateWeights(text, rotation, bits),
        });
        await report('done', 1);
        return encoders;
      },
    },
    options,
  );
}

function checkRank(bits: number, received: number, what: string): void {
  if (bits <= received) return;
  const most = Math.floor(received / 8) * 8;
  throw new UnseenError('METHOD_BITS_TOO_MANY', { method: 'cca-itq', bits, received, what, most });
}

function stack(above: Matrix, below: Matrix): Matrix {
  const data = new Float32Array(above.data.length + below.data.length);
  data.set(above.data);
  data.set(below.data, above.data.length);
  return { data, rows: above.rows + below.rows, cols: above.cols };
}
