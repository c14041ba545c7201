/**
 * DCMH: deep cross-modal hashing (Q.-Y. Jiang & W.-J. Li, CVPR 2017). Two networks, one a modality, whose outputs' products
 * give the likelihood of sharing a class, near common signs B (`objective.ts`), trained in turn (`train.ts`). Learns from
 * pairs with labels; a pair's labels are those of its image and of its text.
 */
import type { HashMethod } from '../contract.ts';
import { defineCrossModalMethod } from '../define.ts';
import { labelledPairsOf } from '../pairs.ts';
import { type DcmhOptions, dcmhSchema, resolveSettings } from './options.ts';
import { trainDcmh } from './train.ts';

/**
 * DCMH on labelled image–text pairs.
 * @throws `ARGUMENT_INVALID`, `METHOD_SETTING_UNKNOWN`; `fit`: `TRAINING_ROWS_EMPTY` without labelled pairs, and those of
 *   `buildCrossModalSet`
 */
export function dcmh(options: DcmhOptions): HashMethod {
  return defineCrossModalMethod(
    {
      name: 'dcmh',
      schema: dcmhSchema,
      needs: { labels: true, classEmbeddings: false, pool: false },
      train({ settings, set, random, report, checkpoint }) {
        const pairs = labelledPairsOf(set, 'dcmh');
        const { image, text } = set;
        const resolved = resolveSettings(settings, {
          pairs: pairs.image.length,
          image: image.preprocessing.kind === 'pixels' ? 'pixels' : 'features',
          textDim: text.preprocessing.kind === 'pixels' ? 0 : text.preprocessing.dim,
        });
        return trainDcmh({ set, pairs, settings: resolved, random, report, checkpoint });
      },
    },
    options,
  );
}
