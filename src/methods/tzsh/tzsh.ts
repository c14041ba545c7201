/**
 * TZSH: transductive zero-shot hashing via coarse-to-fine similarity mining (Lai and Pan, arXiv 1711.02856).
 *
 * From the paper's abstract: one deep network with two shared streams, labelled source and unlabelled target; a module
 * that first finds the most representative items of the target classes (`coarse.ts`), then detects similarities among
 * them (`fine.ts`), so that the source's similarities are transferred greedily (`greedy.ts`). Formulas, weights and
 * schedules are this project's reconstruction.
 */

import { UnseenError } from '../../errors.ts';
import { Random } from '../../random.ts';
import type { Dataset, HashMethod, Split } from '../contract.ts';
import { defineMethod } from '../define.ts';
import { hiddenLabels } from '../hidden-labels.ts';
import { resolveSettings, type TzshOptions, tzshSchema, type Variant } from './options.ts';
import { trainTzsh } from './train.ts';

/** The method's name on the command line. */
export const nameOf = (variant: Variant): string => (variant === 'greedy' ? 'tzsh' : `tzsh/${variant}`);

/**
 * Trains on the source rows' labels and the pool's bare inputs. `variant` picks an ablation.
 * @throws `ARGUMENT_INVALID`, `METHOD_SETTING_UNKNOWN`; `fit`: those of `buildTrainingSet`
 */
export function tzsh(options: TzshOptions, variant: Variant = 'greedy'): HashMethod {
  const transductive = variant !== 'source-only';
  return defineMethod(
    {
      name: nameOf(variant),
      schema: tzshSchema,
      needs: { labels: true, classEmbeddings: true, pool: transductive },
      train({ settings, set, report, checkpoint, data, split, options: { monitor } }) {
        return trainTzsh({
          set,
          settings: resolveSettings(
            settings,
            set.preprocessing.kind === 'pixels' ? 'pixels' : 'features',
            set.source.labels.length,
          ),
          variant,
          // The same streams for every variant: ablations see the same batches.
          random: (stream) => new Random(settings.seed, `tzsh/${stream}`),
          report,
          checkpoint,
          ...(variant === 'oracle' && { oracle: oracleLabels(data, split) }),
          ...(monitor && transductive && { truth: hiddenLabels(data, split) }),
        });
      },
    },
    options,
  );
}

/** The pool's classes as the oracle needs them: of all rows without a label no batch can be drawn. */
function oracleLabels(data: Dataset, split: Split): Int32Array {
  const labels = hiddenLabels(data, split);
  if (labels.some((label) => label >= 0)) return labels;
  throw new UnseenError('TRAINING_ROWS_EMPTY', { method: nameOf('oracle'), what: 'labelled pool' });
}
