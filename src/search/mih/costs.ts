/**
 * What the parts of a search cost, in ns: only their ratios matter. They steer which step is next and when a scan would
 * be faster; the answers do not depend on them.
 */
import type { Substring } from './plan.ts';

export interface Costs {
  /** Look up where a bucket begins and ends. */
  readonly bucket: number;
  /** Go to a bucket that holds codes. */
  readonly range: number;
  /** Compare a code that stands anywhere. */
  readonly entry: number;
  /** Compare a code in a run of consecutive ones. */
  readonly run: number;
  /** Compare all codes. */
  readonly scan: number;
}

/** Bytes that a processor of today keeps in its caches; beyond it, an access waits for main memory. */
const CACHE_BYTES = 16 * 1024 * 1024;

export function costsOf(rows: number, bits: number, substrings: readonly Substring[]): Costs {
  const words = Math.ceil(bits / 64);
  const codeBytes = 8 * words * rows;
  const bucketBytes = substrings.reduce((sum, { width }) => sum + 4 * 2 ** width, 0);
  const run = 0.45 * words;
  return {
    bucket: far(bucketBytes, 2, 3.5),
    range: far(codeBytes, 3, 8),
    entry: far(codeBytes, 1.5, 6) + run,
    run,
    scan: 500 + rows * run,
  };
}

/** From `near` in the cache to `distant` well beyond it. */
function far(bytes: number, near: number, distant: number): number {
  const part = Math.min(1, Math.max(0, Math.log2(bytes / CACHE_BYTES) / 4));
  return near + part * (distant - near);
}
