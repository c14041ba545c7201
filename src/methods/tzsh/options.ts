/** Settings of TZSH. Every one is checked before data is read; the defaults are those of all published figures. */
import { z } from 'zod';
import { UnseenError } from '../../errors.ts';
import { bitsSetting, inputSetting, seedSetting } from '../settings.ts';

export const tzshSchema = z.object({
  bits: bitsSetting,
  seed: seedSetting,
  input: inputSetting,
  /** Name of the class embeddings; default: the dataset's first. */
  classEmbeddings: z.string().optional(),
  /** Pixels only: height and width that pictures are scaled to, 16 … 128 in steps of 8; default 32. */
  side: z.number().int().min(16).max(128).multipleOf(8).default(32),
  /** Width of the hidden layer (features; default 512) or of the last stage (pixels; default 128). */
  hidden: z.number().int().min(16).max(4096).optional(),
  /** Training steps in all; time grows in proportion. Default for features: 12 passes over the source, 600 … 3000; for pixels: 6 passes, 1200 … 6000. */
  steps: z.number().int().min(1).max(1_000_000).optional(),
  /** Items of each stream in one step; default 128 (features) or 64 (pixels). */
  batch: z.number().int().min(8).max(1024).optional(),
  /** Items of one class in a source batch, 2 … batch: positives exist in every batch however many classes there are. */
  perClass: z.number().int().min(2).max(1024).default(4),
  /** Peak rate of AdamW; it falls to 0 along a cosine. */
  learningRate: z.number().positive().max(1).default(1e-3),
  weightDecay: z.number().min(0).max(1).default(1e-4),
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
  /** Threads of ONNX Runtime; default: all cores. Other counts change the last bits of the result. */
  threads: z.number().int().min(1).max(256).optional(),
});

export type TzshOptions = z.input<typeof tzshSchema>;

const BY_INPUT = {
  features: { hidden: 512, batch: 128, epochs: 12, fewest: 600, most: 3000 },
  pixels: { hidden: 128, batch: 64, epochs: 6, fewest: 1200, most: 6000 },
} as const;

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
  const { epochs, fewest, most, ...defaults } = BY_INPUT[kind];
  const batch = settings.batch ?? defaults.batch;
  const refuse = (name: string, reason: string, received: number): never => {
    throw new UnseenError('ARGUMENT_INVALID', { name, reason, received });
  };
  if (settings.perClass > batch) refuse('perClass', `is at most batch, which is ${batch}`, settings.perClass);
  if (settings.loss === 'triplet' && batch > MAX_TRIPLET_BATCH)
    refuse('batch', `is at most ${MAX_TRIPLET_BATCH} for loss "triplet"`, batch);
  const steps = Math.min(most, Math.max(fewest, Math.ceil((epochs * sourceRows) / batch)));
  return {
    ...settings,
    batch,
    hidden: settings.hidden ?? defaults.hidden,
    steps: settings.steps ?? steps,
  };
}

/**
 * The ablations, as switches of one implementation:
 * `source-only` stream one alone; `coarse` one mining of representatives, all pairs by their classes; `fine` the same with
 * the pair scorer's choice of pairs; `greedy` rounds of both (= TZSH); `oracle` the pool's true labels instead of mining.
 */
export const VARIANTS = ['greedy', 'source-only', 'coarse', 'fine', 'oracle'] as const;
export type Variant = (typeof VARIANTS)[number];
