/**
 * How codes are cut into substrings. Norouzi, Punjani and Fleet (arXiv 1307.2982, section 4) take substrings of about
 * log₂ n bits, so that a bucket holds about one code. Two things differ here: a substring is never wider than the table
 * of its 2^width buckets can afford, and substrings need not cover the code, since what a search may conclude rests on
 * their being disjoint only.
 */
import { UnseenError } from '../../errors.ts';

export interface Substring {
  /** Its first bit. */
  readonly offset: number;
  /** Its bits, 1 … MAX_WIDTH. */
  readonly width: number;
}

/** A place and a signature. */
export const ENTRY_BYTES = 7;
/** A table of 2²⁴ buckets takes 64 MiB. */
export const MAX_WIDTH = 24;
/** What the search's state has room for. */
export const MAX_SUBSTRINGS = 256;
/** Below it a scan takes a few microseconds: nothing to be gained. */
const MIN_ROWS = 16384;
/** Bits that a substring may be narrower than log₂ n: its buckets then hold up to 16 codes. */
const MAX_NARROWING = 4;
/** The whole index may take so many times the bytes of its codes. */
const MAX_BYTES_RATIO = 3.5;

/** Bytes of codes, their order, entries and buckets. */
export function indexBytes(substrings: readonly Substring[], rows: number, bits: number): number {
  const perRow = 8 * Math.ceil(bits / 64) + 4 + ENTRY_BYTES * Math.max(0, substrings.length - 1);
  return substrings.reduce((sum, { width }) => sum + 4 * (2 ** width + 2), rows * perRow);
}

/**
 * Disjoint substrings for so many rows; none where tables would gain nothing or take too much memory.
 * @param wanted number of substrings, 1 … min(bits, 256), whatever the memory they take; default: chosen.
 */
export function planSubstrings(rows: number, bits: number, wanted?: number): Substring[] {
  const best = Math.min(MAX_WIDTH, Math.max(4, Math.log2(Math.max(1, rows))));
  if (wanted !== undefined) {
    if (!Number.isInteger(wanted) || wanted < 1 || wanted > Math.min(bits, MAX_SUBSTRINGS)) {
      const reason = `must be a whole number from 1 to ${Math.min(bits, MAX_SUBSTRINGS)}`;
      throw new UnseenError('ARGUMENT_INVALID', { name: 'substrings', reason, received: wanted });
    }
    return cut(bits, wanted, Math.ceil(best));
  }
  if (rows < MIN_ROWS) return [];
  const most = MAX_BYTES_RATIO * rows * 8 * Math.ceil(bits / 64);
  const widest = Math.ceil(best);
  const narrowest = Math.min(bits, Math.ceil(best - MAX_NARROWING));
  for (let count = Math.min(MAX_SUBSTRINGS, Math.max(1, Math.round(bits / best))); count > 0; count--) {
    for (let width = widest; width >= narrowest; width--) {
      const substrings = cut(bits, count, width);
      const bytes = indexBytes(substrings, rows, bits);
      if (bytes > most) continue;
      return width < widest ? widened(substrings, cut(bits, count, width + 1), most - bytes) : substrings;
    }
  }
  return [];
}

/** As many of the substrings one bit wider, from the first on, as so many bytes more allow. */
function widened(narrow: readonly Substring[], wide: readonly Substring[], bytes: number): Substring[] {
  let left = bytes;
  return narrow.map((substring, t) => {
    left -= 4 * (2 ** wide[t]!.width - 2 ** substring.width);
    return left >= 0 ? wide[t]! : substring;
  });
}

/** So many substrings, each at the start of an equal part of the code, of at most so many bits. */
function cut(bits: number, count: number, width: number): Substring[] {
  return Array.from({ length: count }, (_, i) => {
    const offset = Math.ceil((i * bits) / count);
    const end = Math.ceil(((i + 1) * bits) / count);
    return { offset, width: Math.min(width, end - offset) };
  });
}
