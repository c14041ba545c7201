/**
 * Settings of deep methods on one modality: the trunk, the steps and the optimiser. One table of defaults for all of them, so
 * that a comparison gives each the same network and the same work.
 */
import { z } from 'zod';
import { UnseenError } from '../errors.ts';
import { bitsSetting, inputSetting, seedSetting } from './settings.ts';

export const deepSettings = {
  bits: bitsSetting,
  seed: seedSetting,
  input: inputSetting,
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
  /** Threads of ONNX Runtime; default: all cores. Other counts change the last bits of the result. */
  threads: z.number().int().min(1).max(256).optional(),
};

const BY_INPUT = {
  features: { hidden: 512, batch: 128, epochs: 12, fewest: 600, most: 3000 },
  pixels: { hidden: 128, batch: 64, epochs: 6, fewest: 1200, most: 6000 },
} as const;

export interface Sized {
  readonly hidden?: number | undefined;
  readonly steps?: number | undefined;
  readonly batch?: number | undefined;
  readonly perClass: number;
}

/**
 * Fills in the defaults that depend on the kind of input and on the number of source rows.
 * @throws `ARGUMENT_INVALID` if `perClass` is above `batch`
 */
export function resolveSizes<Settings extends Sized>(
  settings: Settings,
  kind: keyof typeof BY_INPUT,
  sourceRows: number,
) {
  const { epochs, fewest, most, ...defaults } = BY_INPUT[kind];
  const batch = settings.batch ?? defaults.batch;
  if (settings.perClass > batch) {
    const reason = `is at most batch, which is ${batch}`;
    throw new UnseenError('ARGUMENT_INVALID', { name: 'perClass', reason, received: settings.perClass });
  }
  const steps = Math.min(most, Math.max(fewest, Math.ceil((epochs * sourceRows) / batch)));
  return {
    ...settings,
    batch,
    hidden: settings.hidden ?? defaults.hidden,
    steps: settings.steps ?? steps,
  };
}
