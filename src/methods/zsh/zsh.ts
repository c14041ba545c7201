/**
 * ZSH: zero-shot hashing by transferring supervised knowledge (Y. Yang, Y. Luo, W. Chen, F. Shen, J. Shao & H. Tao Shen, ACM MM 2016):
 *   min ‖RᵀY − WᵀB‖² + λ‖W‖² + ν‖B − PᵀX‖² + ε‖P‖² + δ tr(RᵀY L YᵀR)        B ∈ {−1, 1},  RᵀR = I
 * Columns of Y are the embeddings of the rows' classes, X are radial basis functions on anchors, L is the Laplacian of a
 * neighbourhood graph of the rows. It is SDH with class embeddings for class numbers: classes alike in meaning get codes alike.
 * As in the authors' code: random B, W and R, then rounds of P, B, R, W. Learns from labelled rows and the embeddings of their
 * classes.
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
import { semanticRoughness } from './neighbourhood.ts';
import { SemanticRotation } from './rotation.ts';
import { semanticTargets } from './semantics.ts';

export const zshSchema = z.object({
  bits: bitsSetting,
  seed: seedSetting,
  input: inputSetting,
  /** Name of the class embeddings; default: the dataset's first. */
  classEmbeddings: z.string().min(1).optional(),
  ...discreteHashingSettings,
  /** ε, weight of ‖P‖²; ε/ν is the ridge of the regression of codes on φ. The authors' 10⁻³. Small overfits, large blurs. */
  epsilon: z.number().min(1e-12).max(1e6).default(1e-3),
  /** δ, weight of the neighbourhood. The authors' 0.01. Chooses among directions: without effect while R is square. */
  delta: z.number().min(0).max(1e6).default(0.01),
  /** k of the neighbourhood graph. The authors' 10. */
  neighbours: z.number().int().min(1).max(100).default(10),
  /** Columns of R; default: all directions that seen classes span, a square R as in the authors' code. */
  directions: z.number().int().min(1).max(4096).optional(),
  /** Rounds of P, B, R, W; the authors' 10. */
  iterations: z.number().int().min(1).max(1000).default(10),
});

/**
 * `bits` 8 … 4096 in steps of 8; `classEmbeddings` a name, default the first; `anchors` 8 … 4096, default 1000; `bandwidth`
 * 0 < … ≤ 1000, default 0.5; `lambda` 10⁻⁶ … 10⁶, default 1; `nu` 10⁻⁹ … 10³, default 10⁻⁵; `epsilon` 10⁻¹² … 10⁶, default
 * 10⁻³; `delta` 0 … 10⁶, default 0.01; `neighbours` 1 … 100, default 10; `directions` 1 … 4096, default all; `iterations`
 * 1 … 1000, default 10.
 */
export type ZshOptions = z.input<typeof zshSchema>;

/**
 * Zero-shot hashing.
 * @throws `ARGUMENT_INVALID`, `METHOD_SETTING_UNKNOWN`; `fit`: those of `buildTrainingSet`
 */
export function zsh(options: ZshOptions): HashMethod {
  return defineMethod(
    {
      name: 'zsh',
      schema: zshSchema,
      needs: { labels: true, classEmbeddings: true, pool: false },
      async train({ settings, set, random, report }) {
        const { bits, nu, epsilon, iterations } = settings;
        await report('features', 0);
        const rows = floatRows(set.source.inputs);
        const map = await rbfMap(rows, { ...settings, random: random('anchors') });
        const features = await mapRows(map, rows);
        const { classOf, present, counts } = classesOf(set.source.labels);
        const semantics = semanticTargets(set.classEmbeddings, present, counts);
        const roughness = semanticRoughness(features, classOf, semantics, counts, settings.neighbours);
        const rotation = new SemanticRotation(semantics, roughness, counts, {
          ...settings,
          random: random('rotation'),
        });
        const ridge = epsilon / nu;
        const regression = await KernelRegression.open(features, bits, ridge, (done) =>
          report('covariance', 0.1 + 0.2 * done),
        );
        const uniform = random('codes');
        const codes = randomCodes(rows.rows, bits, () => uniform.uniform());
        const hashing = await DiscreteHashing.open(codes, classOf, counts, regression, {
          ...settings,
          ridge,
        });
        try {
          // As large as it must be for Wᵀb to have the length of a target.
          const spread = 1 / Math.sqrt(bits * rotation.directions);
          const normal = random('w');
          hashing.w = Float64Array.from(
            { length: bits * rotation.directions },
            () => spread * normal.normal(),
          );
          for (let i = 0; i < iterations; i++) {
            const at = (part: number): number => 0.3 + (0.7 * (i + part)) / iterations;
            if (i > 0) await hashing.updateF();
            const changed = await hashing.updateB(rotation.targets, (done) =>
              report('codes', at(0.6 * done)),
            );
            rotation.update(hashing.correlations(semantics), hashing.w);
            await hashing.updateW(rotation.targets);
            const { objective, misfit } = await hashing.objective(rotation.targets);
            const rest = rotation.leftOut() + rotation.neighbourhood();
            await report('rounds', at(1), { objective: objective + rest, misfit, changed });
          }
          await hashing.updateF();
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
