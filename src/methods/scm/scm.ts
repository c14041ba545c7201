/**
 * SCM with sequential learning of bits (D. Zhang & W.-J. Li, "Large-Scale Supervised Multimodal Hashing with Semantic
 * Correlation Maximization", AAAI 2014): linear hash functions of both modalities whose codes reproduce the cosine of label
 * vectors. Learns from pairs with labels; a pair's labels are those of its image and of its text. One pass over the pairs a
 * bit, memory linear in them (`sequential.ts`).
 */
import { z } from 'zod';
import type { HashMethod } from '../contract.ts';
import { covariance } from '../covariance.ts';
import { defineCrossModalMethod } from '../define.ts';
import { featureMapSettings } from '../feature-map.ts';
import { pairedViews, viewEncoders, weightsOf } from '../paired-views.ts';
import { labelledPairsOf } from '../pairs.ts';
import { bitsSetting, inputSetting, seedSetting } from '../settings.ts';
import { sequentialDirections } from './sequential.ts';

export const scmSchema = z.object({
  bits: bitsSetting,
  seed: seedSetting,
  input: inputSetting,
  ...featureMapSettings,
  /** ε of both covariances as a share of the mean variance of their dimensions. Small overfits the labels, large underfits. */
  ridge: z.number().min(1e-6).max(1e3).default(0.01),
});

/**
 * `bits` 8 … 4096 in steps of 8; `ridge` 10⁻⁶ … 10³, default 0.01; `kernel`, `anchors` and `bandwidth` as in
 * `featureMapSettings`.
 */
export type ScmOptions = z.input<typeof scmSchema>;

/**
 * SCM (sequential) on labelled image–text pairs.
 * @throws `ARGUMENT_INVALID`, `METHOD_SETTING_UNKNOWN`; `fit`: `TRAINING_ROWS_EMPTY` without labelled pairs, and those of
 *   `buildCrossModalSet`
 */
export function scm(options: ScmOptions): HashMethod {
  return defineCrossModalMethod(
    {
      name: 'scm',
      schema: scmSchema,
      needs: { labels: true, classEmbeddings: false, pool: false },
      async train({ settings, set, random, report }) {
        const { bits, ridge } = settings;
        await report('features', 0);
        const pairs = labelledPairsOf(set, 'scm');
        const views = await pairedViews(set, pairs, settings, () => random('anchors'));
        const { rows, mean, image } = views;
        const scatter = await covariance(rows, mean, (done) => report('covariance', 0.1 + 0.2 * done));
        const { first, second } = await sequentialDirections(
          { rows, mean, size: image.dim, scatter, labels: pairs.labels },
          {
            bits,
            ridge,
            random: random('lanczos'),
            onBit: (bit, similarity) => report('bits', 0.3 + (0.7 * (bit + 1)) / bits, { similarity }),
          },
        );
        const encoders = viewEncoders(views, set, { image: weightsOf(first), text: weightsOf(second) });
        await report('done', 1);
        return encoders;
      },
    },
    options,
  );
}
