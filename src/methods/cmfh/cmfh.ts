/**
 * CMFH: collective matrix factorisation hashing (G. Ding, Y. Guo & J. Zhou, CVPR 2014; with Y. Gao, TIP 2016). Image and text of
 * a pair share one latent vector, which each must reproduce and each must reach by a linear map; codes are the signs of
 * what the maps give (`factorisation.ts`). Labels are not read; pairs of the pool count as data.
 */
import { z } from 'zod';
import type { HashMethod } from '../contract.ts';
import { covariance } from '../covariance.ts';
import { defineCrossModalMethod } from '../define.ts';
import { bandwidthSetting, featureMapSettings } from '../feature-map.ts';
import { type PairedViews, pairedViews, viewEncoders } from '../paired-views.ts';
import { pairsOf } from '../pairs.ts';
import type { Symmetric } from '../principal.ts';
import { bitsSetting, inputSetting, seedSetting } from '../settings.ts';
import { Factorisation } from './factorisation.ts';

export const cmfhSchema = z.object({
  bits: bitsSetting,
  seed: seedSetting,
  input: inputSetting,
  ...featureMapSettings,
  bandwidth: bandwidthSetting.default(1),
  /** λ, the images' share of the reconstruction; the texts have the rest. The paper's 0.5. */
  balance: z.number().min(0.001).max(0.999).default(0.5),
  /** μ, weight of ‖V − P X‖². The paper's 100. */
  mu: z.number().min(1e-3).max(1e6).default(100),
  /** γ, weight of the squared norms. The paper's 0.01. */
  gamma: z.number().min(1e-6).max(1e3).default(0.01),
  /** Rounds of U, V, P. The objective goes on falling for some tens of rounds, mostly by making V small; codes get no better. */
  iterations: z.number().int().min(1).max(1000).default(10),
});

/**
 * `bits` 8 … 4096 in steps of 8; `balance` 0.001 … 0.999, default 0.5; `mu` 10⁻³ … 10⁶, default 100; `gamma` 10⁻⁶ … 10³, default
 * 0.01; `iterations` 1 … 1000, default 10; `bandwidth` 0 < … ≤ 1000, default 1; `kernel` and `anchors` as in
 * `featureMapSettings`.
 */
export type CmfhOptions = z.input<typeof cmfhSchema>;

/**
 * CMFH on image–text pairs.
 * @throws `ARGUMENT_INVALID`, `METHOD_SETTING_UNKNOWN`; `fit`: `TRAINING_ROWS_EMPTY` without pairs, and those of
 *   `buildCrossModalSet`
 */
export function cmfh(options: CmfhOptions): HashMethod {
  return defineCrossModalMethod(
    {
      name: 'cmfh',
      schema: cmfhSchema,
      needs: { labels: false, classEmbeddings: false, pool: false },
      async train({ settings, set, random, report }) {
        const { iterations } = settings;
        await report('features', 0);
        const views = await pairedViews(set, pairsOf(set, 'cmfh'), settings, () => random('anchors'));
        const scatter = await covariance(views.rows, views.mean, (done) =>
          report('covariance', 0.1 + 0.2 * done),
        );
        const { products, scales } = balanced(scatter, views);
        const factorisation = new Factorisation(products, views.image.dim, {
          ...settings,
          random: random('factors'),
        });
        let factors = factorisation.initial();
        for (let i = 0; i < iterations; i++) {
          factors = factorisation.updateU(factorisation.updateP(factorisation.updateV(factors)));
          const objective = factorisation.objective(factors);
          await report('factorisation', 0.3 + (0.7 * (i + 1)) / iterations, { objective });
        }
        const [image, text] = factors.p.map((p, t) =>
          Float32Array.from(p.transpose().mul(scales[t]!).to1DArray()),
        );
        const encoders = viewEncoders(views, set, { image: image!, text: text! });
        await report('done', 1);
        return encoders;
      },
    },
    options,
  );
}

/**
 * X Xᵀ of the pairs with each view scaled to a mean squared row norm of 1: weights of the objective then mean the same
 * whatever units features come in.
 */
function balanced(
  { data, size }: Symmetric,
  { image, rows }: PairedViews,
): { products: Symmetric; scales: [number, number] } {
  const energy = [0, 0];
  for (let i = 0; i < size; i++) energy[i < image.dim ? 0 : 1]! += data[i * (size + 1)]!;
  const scales: [number, number] = [1 / Math.sqrt(energy[0] || 1), 1 / Math.sqrt(energy[1] || 1)];
  const scaleOf = (i: number): number => scales[i < image.dim ? 0 : 1]!;
  const products = data.map(
    (value, at) => value * rows.rows * scaleOf(Math.floor(at / size)) * scaleOf(at % size),
  );
  return { products: { data: products, size }, scales };
}
