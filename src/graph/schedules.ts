/** Learning rates over time, evaluated on the host: step index (from 0) → rate. */
import { UnseenError } from '../errors.ts';

export type Schedule = (step: number) => number;

export const constantRate =
  (rate: number): Schedule =>
  () =>
    rate;

export interface CosineOptions {
  /** Steps of linear warm-up from `peak / warmUp` to the peak; default 0. */
  readonly warmUp?: number;
  /** Rate at the end and after; default 0. */
  readonly end?: number;
}

/** Half a cosine from `peak` down to `end` over `steps` steps, warm-up included (Loshchilov and Hutter 2017). */
export function cosine(peak: number, steps: number, { warmUp = 0, end = 0 }: CosineOptions = {}): Schedule {
  if (!(steps > warmUp)) {
    throw new UnseenError('ARGUMENT_INVALID', {
      name: 'steps',
      reason: `must be more than warmUp (${warmUp})`,
      received: steps,
    });
  }
  return (step) => {
    if (step < warmUp) return (peak * (step + 1)) / warmUp;
    const done = Math.min(1, (step - warmUp) / (steps - warmUp));
    return end + (peak - end) * 0.5 * (1 + Math.cos(Math.PI * done));
  };
}

/** Multiplies by `factor` every `every` steps. */
export const stepDecay =
  (rate: number, factor: number, every: number): Schedule =>
  (step) =>
    rate * factor ** Math.floor(step / every);

/** Multiplies by `factor` over every `over` steps, smoothly. */
export const exponentialDecay =
  (rate: number, factor: number, over: number): Schedule =>
  (step) =>
    rate * factor ** (step / over);
