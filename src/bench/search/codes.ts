/** Codes to search in, drawn from a seed: 100 million of 64 bits take seconds. */
import { Codes } from '../../codes/index.ts';
import { Words } from './words.ts';

/**
 * `random`: independent fair bits, the hardest to prune. `clustered`: 1,000 centres of fair bits, each code one of them
 * with 0 to 12 flips at independent places, which is nearer to what learnt codes look like. `real`: codes of real
 * features (`real.ts`), each one of them with every bit flipped with probability 1/16, independently; what is asked are
 * codes of other pictures as they are. `real-noisy`: these are flipped as well, and so are twice as far.
 */
export const BENCH_DATA = ['random', 'clustered', 'real', 'real-noisy'] as const;
export type BenchData = (typeof BENCH_DATA)[number];

export const isReal = (data: BenchData): boolean => data === 'real' || data === 'real-noisy';

const CENTRES = 1000;
const MOST_FLIPS = 12;

export interface CodeStreamOptions {
  readonly bits: number;
  readonly seed: number;
  /** Names the stream: database and queries have one each. */
  readonly stream: string;
  /** For `real` and `real-noisy`: what is enlarged. */
  readonly base?: Codes;
}

/** An endless list of codes; the same list whatever the pieces it is taken in. */
export class CodeStream {
  readonly #data: BenchData;
  readonly #bits: number;
  readonly #words: Words;
  /** 32-bit words a code; the last one is cut where the length is no multiple of 32. */
  readonly #width: number;
  /** Centres or real codes, `[n, width]`. */
  readonly #base: Int32Array;

  constructor(data: BenchData, { bits, seed, stream, base }: CodeStreamOptions) {
    this.#data = data;
    this.#bits = bits;
    this.#words = new Words(seed, `bench ${isReal(data) ? 'real' : data} ${stream}`);
    this.#width = Math.ceil(bits / 32);
    if (isReal(data)) this.#base = padded(base!);
    else {
      this.#base = new Int32Array(CENTRES * this.#width);
      // Queries and database must share their centres: these come from a stream of their own.
      new Words(seed, 'bench centres').fill(this.#base);
    }
  }

  take(count: number): Codes {
    const bytes = new Uint8Array((count * this.#bits) / 8);
    this.fill(bytes);
    return Codes.fromBytes(bytes, { bits: this.#bits });
  }

  /** The next codes, as many as `out` has room for; whole codes only. */
  fill(out: Uint8Array): void {
    const bytes = this.#bits / 8;
    if (bytes === 4 * this.#width && out.byteOffset % 4 === 0) {
      this.#draw(new Int32Array(out.buffer, out.byteOffset, out.length / 4));
      return;
    }
    const row = new Int32Array(this.#width);
    const cut = new Uint8Array(row.buffer).subarray(0, bytes);
    for (let at = 0; at < out.length; at += bytes) {
      this.#draw(row);
      out.set(cut, at);
    }
  }

  #draw(rows: Int32Array): void {
    if (this.#data === 'random') this.#words.fill(rows);
    else if (this.#data === 'clustered') this.#cluster(rows);
    else this.#perturb(rows);
  }

  #cluster(rows: Int32Array): void {
    const words = this.#words;
    const width = this.#width;
    for (let at = 0; at < rows.length; at += width) {
      const from = words.below(CENTRES) * width;
      for (let i = 0; i < width; i++) rows[at + i] = this.#base[from + i]!;
      for (let flips = words.below(MOST_FLIPS + 1); flips > 0; flips--) {
        const bit = words.below(this.#bits);
        rows[at + (bit >> 5)]! ^= 1 << (bit & 31);
      }
    }
  }

  #perturb(rows: Int32Array): void {
    const words = this.#words;
    const width = this.#width;
    const count = this.#base.length / width;
    for (let at = 0; at < rows.length; at += width) {
      const from = words.below(count) * width;
      for (let i = 0; i < width; i++) {
        // A bit is 1 in all four of four fair words with probability 1/16.
        const flips = words.next() & words.next() & words.next() & words.next();
        rows[at + i] = this.#base[from + i]! ^ flips;
      }
    }
  }
}

/** Rows on whole 32-bit words. */
function padded(codes: Codes): Int32Array {
  const width = Math.ceil(codes.bits / 32);
  const words = new Int32Array(codes.count * width);
  const bytes = new Uint8Array(words.buffer);
  for (let row = 0; row < codes.count; row++) bytes.set(codes.row(row), row * width * 4);
  return words;
}
