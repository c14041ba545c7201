/** Settings of CSQ. */
import { z } from 'zod';
import { deepSettings, type resolveSizes } from '../deep-settings.ts';

export const csqSchema = z.object({
  ...deepSettings,
  /** λ, weight of the quantisation loss. */
  quantisation: z.number().min(0).max(100).default(1e-4),
});

/** As documented beside the fields of `csqSchema` and `deepSettings`, each with its default and legal range. */
export type CsqOptions = z.input<typeof csqSchema>;

export type CsqSettings = ReturnType<typeof resolveSizes<z.output<typeof csqSchema>>>;
