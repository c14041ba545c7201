/**
 * Random 32-bit words by the hundred million: sfc32, the 32-bit Small Fast Counting generator of Chris Doty-Humphrey's
 * PractRand. Written in bulk, because a call a word would cost more than the word. Seeded from `Random`.
 */
import { Random } from '../../random.ts';

/** Words made at a time: they stay in the L1 cache. */
const BLOCK = 4096;
/** Rounds after which the seed's bits have spread over the state; PractRand's own number for 32 bits is 12. */
const WARM_UP = 12;

export class Words {
  readonly #state: Int32Array;
  readonly #block = new Int32Array(BLOCK);
  #at = BLOCK;

  /** `stream` separates independent uses of one seed. */
  constructor(seed: number, stream: string) {
    const random = new Random(seed, stream);
    this.#state = Int32Array.of(random.bits(), random.bits(), random.bits(), 1);
    this.#make(new Int32Array(WARM_UP));
  }

  /** 32 fair bits as a signed integer. */
  next(): number {
    if (this.#at === BLOCK) {
      this.#make(this.#block);
      this.#at = 0;
    }
    return this.#block[this.#at++]!;
  }

  /** Uniform in 0 … n−1 up to a bias of n / 2³²: none that 10⁸ codes would show for n ≤ 4096. */
  below(n: number): number {
    return Math.floor(((this.next() >>> 0) * n) / 4294967296);
  }

  /** Fills `out` with fair bits. */
  fill(out: Int32Array): void {
    this.#make(out);
  }

  #make(out: Int32Array): void {
    let [a, b, c, counter] = this.#state as unknown as [number, number, number, number];
    for (let i = 0; i < out.length; i++) {
      const word = (a + b + counter) | 0;
      counter = (counter + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = (((c << 21) | (c >>> 11)) + word) | 0;
      out[i] = word;
    }
    this.#state.set([a, b, c, counter]);
  }
}
