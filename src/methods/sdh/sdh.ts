/**
 * SDH: supervised discrete hashing (F. Shen, C. Shen, W. Liu & H. Tao Shen, CVPR 2015), with the L2 loss:
 *   min_{B,W,F} Σ‖y_i − Wᵀb_i‖² + λ‖W‖² + ν Σ‖b_i − F(x_i)‖²        b_i ∈ {−1, 1},  F(x) = Pᵀφ(x)      (their eq. 5)
 * y_i is the unit vector of the row's class, φ radial basis functions on anchors. Codes are those from which a linear
 * classifier tells the class. As in the authors' code: W and F of random codes, then rounds of B, W, F, where B is found bit by
 * bit without relaxation (`../discrete-codes.ts`). Learns from labelled rows alone.
 */
import { z } from 'zod';
import type { HashMethod } from '../contract.ts';
import { defineMethod } from '../define.ts';
import { randomCodes } from '../discrete-codes.ts';
import { DiscreteHashing, discreteHashingSettings } from '../discrete-hashing.ts';
import { mapRows, rbfMap } from '../feature-map.ts';
import { KernelRegression } from '../kernel-regression.ts';
import { exportProjection, floatRows } from '../projection.ts';
import { classesOf } from '../seen-classes.ts';
import { bitsSetting, inputSetting, seedSetting } from '../settings.ts';

export const sdhSchema = z.object({
  bits: bitsSetting,
  seed: seedSetting,
  input: inputSetting,
  ...discreteHashingSettings,
  /** ρ, weight of ‖P‖² in the regression of codes on φ. The authors' 0.01. Small overfits, large blurs. */
  ridge: z.number().min(1e-6).max(1e6).default(0.01),
  /** Rounds of B, W, F; the authors' 5. */
  iterations: z.number().int().min(1).max(1000).default(5),
});

/**
 * `bits` 8 … 4096 in steps of 8; `anchors` 8 … 4096, default 1000; `bandwidth` 0 < … ≤ 1000, default 0.5; `lambda` 10⁻⁶ … 10⁶,
 * default 1; `nu` 10⁻⁹ … 10³, default 10⁻⁵; `ridge` 10⁻⁶ … 10⁶, default 0.01; `iterations` 1 … 1000, default 5.
 */
export type SdhOptions = z.input<typeof sdhSchema>;

/**
 * Supervised discrete hashing.
 * @throws `ARGUMENT_INVALID`, `METHOD_SETTING_UNKNOWN`; `fit`: those of `buildTrainingSet`
 */
export function sdh(options: SdhOptions): HashMethod {
  return defineMethod(
    {
      name: 'sdh',
      schema: sdhSchema,
      needs: { labels: true, classEmbeddings: false, pool: false },
      async train({ settings, set, random, report }) {
        const { bits, ridge, iterations } = settings;
        await report('features', 0);
        const rows = floatRows(set.source.inputs);
        const map = await rbfMap(rows, { ...settings, random: random('anchors') });
        const regression = await KernelRegression.open(await mapRows(map, rows), bits, ridge, (done) =>
          report('covariance', 0.1 + 0.2 * done),
        );
        const { classOf, counts } = classesOf(set.source.labels);
        const uniform = random('codes');
        const codes = randomCodes(rows.rows, bits, () => uniform.uniform());
        const hashing = await DiscreteHashing.open(codes, classOf, counts, regression, settings);
        try {
          const targets = unitVectors(counts.length);
          await hashing.updateW(targets);
          for (let i = 0; i < iterations; i++) {
            const at = (part: number): number => 0.3 + (0.7 * (i + part)) / iterations;
            const changed = await hashing.updateB(targets, (done) => report('codes', at(0.6 * done)));
            await hashing.updateW(targets);
            await hashing.updateF();
            await report('rounds', at(1), { ...(await hashing.objective(targets)), changed });
          }
          const onnx = exportProjection(
            { ...hashing.functions, map: map.apply, mean: regression.mean, bits },
            set.preprocessing,
          );
          await report('done', 1);
          return onnx;
        } finally {
          await Promise.all([hashing.dispose(), regression.dispose()]);
        }
      },
    },
    options,
  );
}

function unitVectors(classes: number): { data: Float64Array; cols: number } {
  const data = new Float64Array(classes * classes);
  for (let c = 0; c < classes; c++) data[c * (classes + 1)] = 1;
  return { data, cols: classes };
}
