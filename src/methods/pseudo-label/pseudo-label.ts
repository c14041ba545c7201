/**
 * Transductive hashing with pseudo labels, after Zou et al., "Transductive Zero-Shot Hashing for Multilabel Image Retrieval"
 * (TNNLS 2020): a bridge from pictures to class embeddings, learned on seen classes by ranking, gives every unlabelled item its
 * three likeliest concepts (`concepts.ts`); a hashing network then learns from the labels of the source and those of the pool
 * (`objective.ts`, `train.ts`). Reconstruction: what is the paper's and what is ours stands in `docs/methods/pseudo-label.md`.
 */
import type { HashMethod } from '../contract.ts';
import { resolveSizes } from '../deep-settings.ts';
import { defineMethod } from '../define.ts';
import { hiddenLabels } from '../hidden-labels.ts';
import { type PseudoLabelOptions, pseudoLabelSchema } from './options.ts';
import { trainPseudoLabel } from './train.ts';

/**
 * Trains on the source rows' labels and the pool's bare inputs.
 * @throws `ARGUMENT_INVALID`, `METHOD_SETTING_UNKNOWN`; `fit`: those of `buildTrainingSet`
 */
export function pseudoLabel(options: PseudoLabelOptions): HashMethod {
  return defineMethod(
    {
      name: 'pseudo-label',
      schema: pseudoLabelSchema,
      needs: { labels: true, classEmbeddings: true, pool: true },
      train({ settings, set, random, report, checkpoint, data, split, options: { monitor } }) {
        const kind = set.preprocessing.kind === 'pixels' ? 'pixels' : 'features';
        return trainPseudoLabel({
          set,
          settings: resolveSizes(settings, kind, set.source.labels.length),
          random,
          report,
          checkpoint,
          ...(monitor && { truth: hiddenLabels(data, split).map((label) => set.unseen.indexOf(label)) }),
        });
      },
    },
    options,
  );
}
