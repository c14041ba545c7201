/**
 * LSH: random hyperplanes (Charikar, "Similarity estimation techniques from rounding algorithms", STOC 2002).
 *
 * Bit k of x is sign(w_k · (x − μ)) with w_k standard normal and μ the mean of training and pool rows, so that the
 * hyperplanes pass through the data. Two items differ in a bit with probability angle(x − μ, y − μ) / π.
 * Nothing is learned but μ: the floor that every learned method is measured against.
 */
import { z } from 'zod';
import type { HashMethod } from '../contract.ts';
import { defineMethod } from '../define.ts';
import { exportProjection, floatRows, meanRow } from '../projection.ts';
import { bitsSetting, inputSetting, seedSetting } from '../settings.ts';

export const lshSchema = z.object({ bits: bitsSetting, seed: seedSetting, input: inputSetting });

/** `bits` 8 … 4096 in steps of 8; `seed` 0 … 2³²−1, default 0; `input` `features` or `pixels` (flattened 32×32 RGB). */
export type LshOptions = z.input<typeof lshSchema>;

/**
 * Random-hyperplane hashing.
 * @throws `ARGUMENT_INVALID`, `METHOD_SETTING_UNKNOWN`; `fit`: those of `buildTrainingSet`
 */
export function lsh(options: LshOptions): HashMethod {
  return defineMethod(
    {
      name: 'lsh',
      schema: lshSchema,
      needs: { labels: false, classEmbeddings: false, pool: false },
      async train({ settings, set, random, report }) {
        await report('mean', 0);
        const rows = floatRows(set.source.inputs, set.pool.inputs);
        const mean = meanRow(rows);
        await report('hyperplanes', 0.5);
        const normal = random('hyperplanes');
        const weights = Float32Array.from({ length: rows.cols * settings.bits }, () => normal.normal());
        const onnx = exportProjection({ mean, weights, bits: settings.bits }, set.preprocessing);
        await report('done', 1);
        return onnx;
      },
    },
    options,
  );
}
