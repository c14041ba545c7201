/**
 * Seeded random numbers: the same seed gives the same stream on every machine.
 * The generator is xoroshiro128+ of `pure-rand`; this file only shapes its bits.
 */
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

const TWO_POW_32 = 4294967296;

export class Random {
  readonly #generator: ReturnType<typeof xoroshiro128plus>;
  #spareNormal: number | undefined;

  /** `stream` separates independent uses of one seed (initialisation, shuffling, splits …). */
  constructor(seed: number, stream = '') {
    let hash = (seed | 0) ^ 0x9e3779b9;
    for (const char of stream) hash = Math.imul(hash ^ char.codePointAt(0)!, 0x01000193);
    this.#generator = xoroshiro128plus(hash);
  }

  /** An unsigned 32-bit integer. */
  bits(): number {
    return this.#generator.next() >>> 0;
  }

  /** Uniform in [0, 1). */
  uniform(): number {
    return this.bits() / TWO_POW_32;
  }

  /** Uniform integer in [0, n), 1 ≤ n ≤ 2³². */
  below(n: number): number {
    const limit = TWO_POW_32 - (TWO_POW_32 % n);
    for (;;) {
      const value = this.bits();
      if (value < limit) return value % n; // rejection keeps it unbiased
    }
  }

  /** Standard normal (Box–Muller, polar form). */
  normal(): number {
    if (this.#spareNormal !== undefined) {
      const value = this.#spareNormal;
      this.#spareNormal = undefined;
      return value;
    }
    for (;;) {
      const u = 2 * this.uniform() - 1;
      const v = 2 * this.uniform() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) {
        const scale = Math.sqrt((-2 * Math.log(s)) / s);
        this.#spareNormal = v * scale;
        return u * scale;
      }
    }
  }

  /** Shuffles in place (Fisher–Yates) and returns the same array. */
  shuffle<T extends { [index: number]: number; length: number } | unknown[]>(items: T): T {
    const array = items as unknown[];
    for (let i = array.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const held = array[i];
      array[i] = array[j];
      array[j] = held;
    }
    return items;
  }

  /** A random order of 0 … n−1. */
  permutation(n: number): Int32Array {
    return this.shuffle(Int32Array.from({ length: n }, (_, i) => i));
  }
}
