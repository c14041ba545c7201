/** Settings of TZSH. Every one is checked before data is read; the defaults are those of all published figures. */
import { z } from 'zod';
import { UnseenError } from '../../errors.ts';
import { deepSettings, resolveSizes } from '../deep-settings.ts';

export const tzshSchema = z.object({
  ...deepSettings,
  /** Name of the class embeddings; default: the dataset's first. */
  classEmbeddings: z.string().optional(),
  /** `pairwise`: balanced log-likelihood; `triplet`: ranking hinge. */
  loss: z.enum(['pairwise', 'triplet']).default('pairwise'),
  /** Pairwise only: Θ = sharpness · cos-like inner product in [−1, 1]; small underfits, large saturates. */
  sharpness: z.number().positive().max(100).default(8),
  /** Triplet only: the margin m, in units of squared distance per bit, which ranges over 0 … 4. */
  margin: z.number().positive().max(4).default(1),
  /** Weight α of the semantic head's cross-entropy. */
  semantic: z.number().min(0).max(100).default(1),
  /** Temperature τ of the semantic head. */
  temperature: z.number().positive().max(10).default(0.1),
  /** Final weight β of the mined pairs; it rises linearly over the first tenth of the mining steps. */
  transfer: z.number().min(0).max(100).default(2),
  /** Weight γ of quantisation. */
  quantisation: z.number().min(0).max(100).default(0.1),
  /** Weight of bit balance. */
  balance: z.number().min(0).max(100).default(0.1),
  /** Weight δ of the pair scorer. */
  pair: z.number().min(0).max(100).default(0.5),
  /** Share of all steps on the source alone, before the first mining. */
  warmUp: z
    .number()
    .min(0)
    .max(0.95)
    .default(1 / 3),
  /** Rounds of {mine, train}, 1 … 50. */
  rounds: z.number().int().min(1).max(50).default(4),
  /** Share of each class's pool items taken as representatives in the first round … */
  firstShare: z.number().positive().max(1).default(0.6),
  /** … and in the last, if agreement between rounds lets it grow so far. */
  lastShare: z.number().positive().max(1).default(0.95),
  /** Shrinkage of the within-class covariance towards the sphere, 0 … 1. */
  shrinkage: z.number().min(0).max(1).default(0.3),
  /** Nearest neighbours in the pool whose mean each item is moved towards before clustering; 0: none. */
  neighbours: z.number().int().min(0).max(1000).default(10),
  /** Fine step: share of same-class pairs, the most similar by the pair scorer, that count as similar. */
  similarShare: z.number().positive().max(1).default(0.9),
  /** Fine step: share of other pairs, the least similar, that count as dissimilar. */
  dissimilarShare: z.number().positive().max(1).default(0.99),
});

export type TzshOptions = z.input<typeof tzshSchema>;

/** All triplets of a batch are one tensor: at 256 items 67 MB, and several of them. */
const MAX_TRIPLET_BATCH = 256;

export type TzshSettings = ReturnType<typeof resolveSettings>;

/**
 * Fills in the defaults that depend on the kind of input and on the number of source rows.
 * @throws `ARGUMENT_INVALID` for settings that do not go together
 */
export function resolveSettings(
  settings: z.output<typeof tzshSchema>,
  kind: 'features' | 'pixels',
  sourceRows: number,
) {
  const resolved = resolveSizes(settings, kind, sourceRows);
  if (settings.loss === 'triplet' && resolved.batch > MAX_TRIPLET_BATCH) {
    const reason = `is at most ${MAX_TRIPLET_BATCH} for loss "triplet"`;
    throw new UnseenError('ARGUMENT_INVALID', { name: 'batch', reason, received: resolved.batch });
  }
  return resolved;
}

/**
 * The ablations, as switches of one implementation:
 * `source-only` stream one alone; `coarse` one mining of representatives, all pairs by their classes; `fine` the same with
 * the pair scorer's choice of pairs; `greedy` rounds of both (= TZSH); `oracle` the pool's true labels instead of mining.
 */
export const VARIANTS = ['greedy', 'source-only', 'coarse', 'fine', 'oracle'] as const;
export type Variant = (typeof VARIANTS)[number];
