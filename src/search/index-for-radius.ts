/** An index of its own for work that asks about every code: made for one radius, and let go of afterwards. */
import type { Codes } from '../codes/index.ts';
import { MultiIndexHash } from './multi-index-hash.ts';

/** Below it all codes are compared in microseconds, and tables gain nothing. */
const LEAST_ROWS = 16_384;
const MOST_SUBSTRINGS = 256;

/**
 * Of radius + 1 substrings one at least is the same in two codes within the radius, so that more would gain nothing; and
 * a substring narrower than log₂ n has more than one code a bucket. Without a radius the index chooses by itself.
 */
export function indexForRadius(codes: Codes, radius: number | undefined, threads = 1): MultiIndexHash {
  const { count, bits } = codes;
  if (radius === undefined || count < LEAST_ROWS) return MultiIndexHash.from(codes, { threads });
  const wide = Math.max(1, Math.round(bits / Math.log2(count)));
  const substrings = Math.min(wide, radius + 1, MOST_SUBSTRINGS);
  return MultiIndexHash.from(codes, { threads, substrings });
}
