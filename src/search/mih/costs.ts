/**
 * What the parts of a search cost, in ns: only their ratios matter. They steer which step is next and when a scan would
 * be faster; the answers do not depend on them.
 */
import { indexBytes, type Substring } from './plan.ts';

export interface Costs {
  /** Look up where a bucket begins and ends. */
  readonly bucket: number;
  /** Go to a bucket that holds codes. */
  readonly range: number;
  /** Look at an entry, and at its code where need be. */
  readonly entry: number;
  /** Compare a code in a run of consecutive ones. */
  readonly run: number;
  /** Compare all codes. */
  readonly scan: number;
}

/** An index up to the first lies in caches; one beyond the second waits for main memory, at new pages mostly. */
const NEAR_BYTES = 2 ** 20;
const FAR_BYTES = 2 ** 28;

/** Measured on a server's processor (Zen 4). */
export function costsOf(rows: number, bits: number, substrings: readonly Substring[]): Costs {
  const words = Math.ceil(bits / 64);
  const doublings = Math.log2(indexBytes(substrings, rows, bits) / NEAR_BYTES);
  const part = Math.min(1, Math.max(0, doublings / Math.log2(FAR_BYTES / NEAR_BYTES)));
  const between = (near: number, far: number): number => near + part * (far - near);
  return {
    bucket: between(4, 10),
    range: between(6, 25),
    entry: between(1.5, 2),
    run: between(1.2, 1.5),
    scan: 500 + rows * words * between(0.23, 0.33),
  };
}
