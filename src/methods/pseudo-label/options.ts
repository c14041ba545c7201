/** Settings of pseudo-label hashing. */
import { z } from 'zod';
import { deepSettings, type resolveSizes } from '../deep-settings.ts';

export const pseudoLabelSchema = z.object({
  ...deepSettings,
  /** Name of the class embeddings; default: the dataset's first. */
  classEmbeddings: z.string().optional(),
  /** Classes that a pool item takes as pseudo labels, at most half of the unseen ones; the paper's 3. */
  concepts: z.number().int().min(1).max(1000).default(3),
  /** Θ = sharpness · cos-like inner product in [−1, 1]; small underfits, large saturates. */
  sharpness: z.number().positive().max(100).default(8),
  /** Weight α of the ranking of classes. */
  semantic: z.number().min(0).max(100).default(1),
  /** Weight β of pairs with a pool item. */
  transfer: z.number().min(0).max(100).default(1),
  /** Weight γ of the focal quantisation. */
  quantisation: z.number().min(0).max(100).default(0.1),
  /** Share of all steps on the source alone, before the first pseudo labels. */
  warmUp: z
    .number()
    .min(0)
    .max(0.95)
    .default(1 / 3),
  /** Rounds of {label the pool, train}, 1 … 50; the authors' code has 3. */
  rounds: z.number().int().min(1).max(50).default(3),
});

/** As documented beside the fields of `pseudoLabelSchema` and `deepSettings`, each with its default and legal range. */
export type PseudoLabelOptions = z.input<typeof pseudoLabelSchema>;

export type PseudoLabelSettings = ReturnType<typeof resolveSizes<z.output<typeof pseudoLabelSchema>>>;
