/**
 * CZHash: cross-modal zero-shot hashing (Liu, Li, Wang, Yu, Domeniconi, Zhang; arXiv 1908.07388).
 *
 * From the paper's abstract: labelled and unlabelled multi-modal data with different label spaces; a composite similarity of
 * label and feature information (`memberships.ts`, `space.ts`); one objective that joins deep features compatible with it
 * (`stream.ts`), a category attribute space (`attribute-space.ts`) and hash coding functions (`codes.ts`); and an alternating
 * optimisation of them (`train.ts`). Formulas, weights and schedules are this project's reconstruction.
 */
import { Random } from '../../random.ts';
import type { HashMethod } from '../contract.ts';
import { defineCrossModalMethod } from '../define.ts';
import { type CzhashOptions, czhashSchema, type Variant } from './options.ts';
import { trainCzhash } from './train.ts';

/** The method's name on the command line. */
export const nameOf = (variant: Variant): string =>
  variant === 'composite' ? 'czhash' : `czhash/${variant}`;

/**
 * Trains on labelled and unlabelled, paired and unpaired items. `variant` picks an ablation.
 * @throws `ARGUMENT_INVALID`, `METHOD_SETTING_UNKNOWN`; `fit`: those of `buildCrossModalSet`
 */
export function czhash(options: CzhashOptions, variant: Variant = 'composite'): HashMethod {
  return defineCrossModalMethod(
    {
      name: nameOf(variant),
      schema: czhashSchema,
      needs: {
        labels: variant !== 'feature-only',
        classEmbeddings: variant !== 'feature-only' && variant !== 'no-attributes',
        pool: false,
      },
      train: ({ settings, set, report, checkpoint, options: { onCheckpoint } }) =>
        trainCzhash({
          set,
          settings,
          variant,
          // The same streams for every variant: ablations see the same draws.
          random: (stream) => new Random(settings.seed, `czhash/${stream}`),
          report,
          checkpoint,
          watched: onCheckpoint !== undefined,
        }),
    },
    options,
  );
}
