/**
 * CSQ: central similarity quantization (Yuan et al., "Central Similarity Quantization for Efficient Image and Video
 * Retrieval", CVPR 2020). Every class has a fixed code, its hash centre (`centres.ts`); a network learns to put the items of the
 * class there (`objective.ts`). Learns from labelled rows alone. The trunk, the batches, the optimiser and the number of steps are
 * those of `tzsh/source-only`.
 */

import { seenLabels, sourceSampler } from '../batches.ts';
import type { HashMethod } from '../contract.ts';
import { resolveSizes } from '../deep-settings.ts';
import { exportEncoder, stretch, takeSteps } from '../deep-training.ts';
import { defineMethod } from '../define.ts';
import { gatherInputs } from '../gather-inputs.ts';
import { standardise } from '../trunk.ts';
import { hashCentres } from './centres.ts';
import { buildCsqNetwork, compileCsq } from './objective.ts';
import { type CsqOptions, csqSchema } from './options.ts';

/** Times that the encoder is handed out during training. */
const CHECKPOINTS = 4;

/**
 * CSQ on the labelled rows of seen classes.
 * @throws `ARGUMENT_INVALID`, `METHOD_SETTING_UNKNOWN`; `fit`: those of `buildTrainingSet`
 */
export function csq(options: CsqOptions): HashMethod {
  return defineMethod(
    {
      name: 'csq',
      schema: csqSchema,
      needs: { labels: true, classEmbeddings: false, pool: false },
      async train({ settings: given, set, random, report, checkpoint }) {
        const labels = seenLabels(set);
        const kind = set.preprocessing.kind === 'pixels' ? 'pixels' : 'features';
        const settings = resolveSizes(given, kind, labels.length);
        const { inputs } = set.source;
        const network = buildCsqNetwork(set.preprocessing, standardise(inputs), settings);
        const centres = hashCentres(set.seen.length, settings.bits, random('centres'));
        const nextRows = sourceSampler(labels, set.seen.length, random('source batches'), settings);
        const augmentation = random('augmentation');
        const feeds = () => {
          const rows = nextRows();
          return {
            source: gatherInputs(inputs, rows, augmentation),
            labels: rows.map((row) => labels[row]!),
          };
        };
        const step = await compileCsq(network, centres, settings);
        try {
          for (let r = 0; r < CHECKPOINTS; r++) {
            const [from, to] = stretch(0, settings.steps, r, CHECKPOINTS);
            await takeSteps(step, { phase: 'source', from, to, settings, feeds, report });
            await checkpoint('source', () => exportEncoder(network, step));
          }
          return exportEncoder(network, step);
        } finally {
          await step.dispose();
        }
      },
    },
    options,
  );
}
