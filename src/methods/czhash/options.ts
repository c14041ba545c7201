/** Settings and variants of CZHash. */
import { z } from 'zod';
import { bitsSetting, inputSetting, seedSetting } from '../settings.ts';

/** `composite` is the method; the others leave out one of its parts. */
export const VARIANTS = [
  'composite',
  'label-only',
  'feature-only',
  'no-attributes',
  'labelled-only',
] as const;
export type Variant = (typeof VARIANTS)[number];

export const czhashSchema = z.object({
  bits: bitsSetting,
  seed: seedSetting,
  input: inputSetting,
  /** Pixels only: height and width that pictures are scaled to, 16 … 128 in steps of 8; default 32. */
  side: z.number().int().min(16).max(128).multipleOf(8).default(32),
  /** Name of the dataset's class embeddings; default: its first. */
  classEmbeddings: z.string().optional(),
  /** Width of the networks' hidden layer (features; default 512) or of the last stage (pixels; default 128). */
  hidden: z.number().int().min(16).max(8192).optional(),
  /** Share of input features that a step drops. Weak features overfit without. */
  inputDropout: z.number().min(0).max(0.9).default(0.2),
  /** Share of hidden units that a step drops. */
  dropout: z.number().min(0).max(0.9).default(0.5),
  /** Passes over the items in all; small sets take more, so that there are `leastSteps` batches at least. */
  epochs: z.number().int().min(1).max(10_000).default(20),
  /** Steps that each network takes at least: an epoch of few items has few. */
  leastSteps: z.number().int().min(1).max(1_000_000).default(600),
  /** Items of one step. */
  batch: z.number().int().min(8).max(4096).default(128),
  /** Peak rate of AdamW; it falls to 0 along a cosine. */
  learningRate: z.number().positive().max(1).default(1e-3),
  weightDecay: z.number().min(0).max(1).default(1e-4),
  /** Alternations: {image network, text network, attribute space, unlabelled items}. */
  rounds: z.number().int().min(1).max(100).default(1),
  /** Prototypes of unlabelled items for every unseen class. More follow the finer structure of a class; 1 must guess it whole. */
  prototypes: z.number().int().min(1).max(100).default(5),
  /** τ of the memberships in prototypes. Small: hard; large: all prototypes alike. */
  temperature: z.number().positive().max(10).default(0.15),
  /** κ: how much memberships follow the space of features rather than what networks say of the item. */
  fidelity: z.number().positive().max(1e6).default(10),
  /** Weight of pictures beside texts where unlabelled items are compared. */
  imageWeight: z.number().min(0).max(10).default(1),
  /** Weight of attribute vectors beside features where unlabelled items are compared. */
  attributes: z.number().min(0).max(10).default(0.3),
  /** ν: ridge of the attribute space, in units of the features' mean variance. */
  ridge: z.number().positive().max(1e6).default(1),
  /** Least shrinkage of the within-class covariance towards the sphere, 0 … 1; with n labelled items of d features it is d/(d + n) at least. */
  shrinkage: z.number().min(0).max(1).default(0.3),
  /** Neighbours that unlabelled items are smoothed over; 0: none. */
  neighbours: z.number().int().min(0).max(1000).default(10),
  /** Times that they are. */
  smoothing: z.number().int().min(1).max(20).default(2),
  /** Logit that prototypes of unlabelled items have ahead of labelled classes in a code: what nobody labelled is underestimated. */
  novelty: z.number().min(0).max(20).default(4),
  /** α: codes keep products of p^α. Small: many weak categories count as much as the strongest. */
  power: z.number().positive().max(1).default(0.5),
  /** Alternations of B and R. */
  iterations: z.number().int().min(1).max(1000).default(50),
  /** Threads of ONNX Runtime; default: all cores. Other counts change the last bits of the result. */
  threads: z.number().int().min(1).max(256).optional(),
});

/**
 * `bits` 8 … 4096 in steps of 8; `seed` 0 … 2³²−1, default 0; the rest as documented beside the fields of `czhashSchema`,
 * each with its default and legal range.
 */
export type CzhashOptions = z.input<typeof czhashSchema>;
export type CzhashSettings = z.output<typeof czhashSchema>;
