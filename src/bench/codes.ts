/** Codes to search in, drawn from a seed. */
import { Codes } from '../codes/index.ts';
import { Random } from '../random.ts';

/**
 * `random`: independent fair bits, the hardest to prune. `clustered`: 1,000 centres, each code one of them with up to
 * 12 bits flipped, which is nearer to what learnt codes look like.
 */
export const BENCH_DATA = ['random', 'clustered'] as const;
export type BenchData = (typeof BENCH_DATA)[number];

const CENTRES = 1000;
const MOST_FLIPS = 12;

export function benchCodes(data: BenchData, n: number, bits: number, random: Random): Codes {
  const width = bits / 8;
  const bytes = new Uint8Array(n * width);
  if (data === 'random') {
    for (let i = 0; i < bytes.length; i += 4) {
      const word = random.bits();
      for (let j = 0; j < Math.min(4, bytes.length - i); j++) bytes[i + j] = word >>> (8 * j);
    }
    return Codes.fromBytes(bytes, { bits });
  }
  // Queries and database must share their centres: these come from their own stream.
  const centres = benchCodes('random', CENTRES, bits, new Random(0, 'bench centres'));
  for (let row = 0; row < n; row++) {
    bytes.set(centres.row(random.below(CENTRES)), row * width);
    for (let flips = random.below(MOST_FLIPS + 1); flips > 0; flips--) {
      const bit = random.below(bits);
      bytes[row * width + (bit >> 3)]! ^= 1 << (bit & 7);
    }
  }
  return Codes.fromBytes(bytes, { bits });
}
