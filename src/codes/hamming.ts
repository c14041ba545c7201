/** Hamming distance between two single codes. Searches use the kernels of `search/`; this is for one pair. */
import { UnseenError } from '../errors.ts';

const BITS_IN_BYTE = Uint8Array.from({ length: 256 }, (_, byte) => {
  let ones = 0;
  for (let rest = byte; rest > 0; rest >>= 1) ones += rest & 1;
  return ones;
});

/**
 * Number of differing bits, 0 … 8 · length.
 * @throws `CODES_BITS_MISMATCH` if the lengths differ.
 */
export function hammingDistance(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) {
    throw new UnseenError('CODES_BITS_MISMATCH', { left: 8 * a.length, right: 8 * b.length });
  }
  let distance = 0;
  for (let i = 0; i < a.length; i++) distance += BITS_IN_BYTE[a[i]! ^ b[i]!]!;
  return distance;
}
