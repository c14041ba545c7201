/** Settings of DCMH. */
import { z } from 'zod';
import { bitsSetting, inputSetting, seedSetting } from '../settings.ts';

export const dcmhSchema = z.object({
  bits: bitsSetting,
  seed: seedSetting,
  input: inputSetting,
  /** Pixels only: height and width that pictures are scaled to, 16 … 128 in steps of 8; default 32. */
  side: z.number().int().min(16).max(128).multipleOf(8).default(32),
  /** Width of the image network's hidden layer (features; default 512) or last stage (pixels; default 128). */
  hidden: z.number().int().min(16).max(8192).optional(),
  /** Width of the text network's hidden layer; default 8 a text dimension, 512 … 8192 (the paper's, for 1386 words). */
  textHidden: z.number().int().min(16).max(16_384).optional(),
  /** Passes over the pairs, each first with the image network, then with the text network. Default: about 1500 batches, 20 … 200 passes. */
  epochs: z.number().int().min(1).max(10_000).optional(),
  /** Pairs of one step; the paper's 128. At most as many as there are. */
  batch: z.number().int().min(8).max(4096).default(128),
  /** Peak rate of Adam; it falls to 0 along a cosine. */
  learningRate: z.number().positive().max(1).default(1e-3),
  weightDecay: z.number().min(0).max(1).default(1e-4),
  /** γ, weight of the mean of (B − F)² and (B − G)². */
  quantisation: z.number().min(0).max(1e4).default(1),
  /** η, weight of the mean over bits of (mean of F)² and (mean of G)². */
  balance: z.number().min(0).max(1e4).default(1),
  /** Threads of ONNX Runtime; default: all cores. Other counts change the last bits of the result. */
  threads: z.number().int().min(1).max(256).optional(),
});

/**
 * `bits` 8 … 4096 in steps of 8; `seed` 0 … 2³²−1, default 0; the rest as documented beside the fields of `dcmhSchema`, each
 * with its default and legal range.
 */
export type DcmhOptions = z.input<typeof dcmhSchema>;

export type DcmhSettings = ReturnType<typeof resolveSettings>;

/** An epoch of few pairs has few steps, and needs more of its like. */
const STEPS = 1500;
const HIDDEN = { features: 512, pixels: 128 } as const;

/** Fills in the defaults that depend on the data. */
export function resolveSettings(
  settings: z.output<typeof dcmhSchema>,
  {
    pairs,
    image,
    textDim,
  }: { readonly pairs: number; readonly image: keyof typeof HIDDEN; readonly textDim: number },
) {
  const batch = Math.min(settings.batch, pairs);
  const epochs = Math.min(200, Math.max(20, Math.ceil((STEPS * batch) / pairs)));
  return {
    ...settings,
    batch,
    hidden: settings.hidden ?? HIDDEN[image],
    textHidden: settings.textHidden ?? Math.min(8192, Math.max(512, 8 * textDim)),
    epochs: settings.epochs ?? epochs,
  };
}
