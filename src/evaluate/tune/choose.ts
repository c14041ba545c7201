/**
 * Whether the best setting is worth leaving the default for. The one-standard-error rule (Breiman et al., Classification and
 * Regression Trees, 1984, 3.4.3) on the gains of each fold, made stricter with the number of settings: the best of many is
 * the luckiest as well.
 */
import { spread } from '../summary.ts';

export interface Choice {
  /** Index of the setting with the highest mean; 0 is the default. */
  readonly best: number;
  /** The best one, or 0 where its gain may be luck. */
  readonly recommended: number;
  /** Mean over folds of the best one's score less the default's. */
  readonly gain: number;
  /** Of that mean: of its own folds, or the median of all settings' where that is larger. */
  readonly standardError: number;
  /** What the gain must exceed: `standardError` times max(1, √(2 ln m)), m settings having been tried beside the default. */
  readonly needed: number;
}

/**
 * `scores[t][f]` of setting t on fold f, the default's first; a list shorter than the default's was dropped, and only counts as
 * a try. Two folds at least.
 */
export function choose(scores: readonly (readonly number[])[]): Choice {
  const [base] = scores as [readonly number[]];
  const gains = scores.map((one) =>
    one.length === base.length ? spread(one.map((score, fold) => score - base[fold]!)) : undefined,
  );
  let best = 0;
  gains.forEach((gain, i) => {
    if (gain && gain.mean > gains[best]!.mean) best = i;
  });
  const sds = gains.slice(1).flatMap((gain) => (gain ? [gain.sd!] : []));
  const { mean: gain, sd } = gains[best]!;
  // Three folds say little of their own spread: by luck it is small where the gain is large.
  const standardError = Math.max(sd!, median(sds)) / Math.sqrt(base.length);
  const tried = Math.max(1, scores.length - 1);
  const needed = standardError * Math.max(1, Math.sqrt(2 * Math.log(tried)));
  return { best, recommended: gain > needed ? best : 0, gain, standardError, needed };
}

function median(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
