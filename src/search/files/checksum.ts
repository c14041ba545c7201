/**
 * XXH32 with seed 0, of bytes as they come (xxHash specification 0.1.1, "XXH32 algorithm"). It finds damage, not
 * forgery: whoever changes a file on purpose can make its checksums right again.
 */

const PRIME_1 = 0x9e3779b1 | 0;
const PRIME_2 = 0x85ebca77 | 0;
const PRIME_3 = 0xc2b2ae3d | 0;
const PRIME_4 = 0x27d4eb2f | 0;
const PRIME_5 = 0x165667b1 | 0;
/** Bytes that the four lanes take at once. */
const STRIPE = 16;

/** Takes `bytes`, a whole number of stripes, into the four lanes. */
export type Stripes = (lanes: Int32Array, bytes: Uint8Array) => void;

const rotate = (value: number, by: number): number => (value << by) | (value >>> (32 - by));

const round = (lane: number, input: number): number =>
  Math.imul(rotate((lane + Math.imul(input, PRIME_2)) | 0, 13), PRIME_1);

/** Step 2 without WebAssembly; `assembly/checksum.ts` is the same there. */
export const plainStripes: Stripes = (lanes, bytes) => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let a = lanes[0]!;
  let b = lanes[1]!;
  let c = lanes[2]!;
  let d = lanes[3]!;
  for (let at = 0; at < bytes.length; at += STRIPE) {
    a = round(a, view.getInt32(at, true));
    b = round(b, view.getInt32(at + 4, true));
    c = round(c, view.getInt32(at + 8, true));
    d = round(d, view.getInt32(at + 12, true));
  }
  lanes.set([a, b, c, d]);
};

export class Checksum {
  readonly #stripes: Stripes;
  readonly #lanes = Int32Array.of((PRIME_1 + PRIME_2) | 0, PRIME_2, 0, -PRIME_1 | 0);
  /** What does not fill a stripe yet. */
  readonly #rest = new Uint8Array(STRIPE);
  #length = 0;

  constructor(stripes: Stripes = plainStripes) {
    this.#stripes = stripes;
  }

  update(bytes: Uint8Array): this {
    const filled = this.#length % STRIPE;
    const missing = filled === 0 ? 0 : Math.min(STRIPE - filled, bytes.length);
    this.#length += bytes.length;
    if (missing > 0) {
      this.#rest.set(bytes.subarray(0, missing), filled);
      if (filled + missing < STRIPE) return this;
      plainStripes(this.#lanes, this.#rest);
    }
    const whole = missing + Math.floor((bytes.length - missing) / STRIPE) * STRIPE;
    if (whole > missing) this.#stripes(this.#lanes, bytes.subarray(missing, whole));
    this.#rest.set(bytes.subarray(whole));
    return this;
  }

  /** Of all bytes so far, 0 … 2³²−1; more may follow. */
  digest(): number {
    const [a, b, c, d] = this.#lanes as unknown as [number, number, number, number];
    let hash = PRIME_5;
    if (this.#length >= STRIPE) hash = rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18);
    hash = (hash + this.#length) | 0; // modulo 2³², also of lengths above it
    const rest = this.#length % STRIPE;
    const view = new DataView(this.#rest.buffer);
    let at = 0;
    for (; at + 4 <= rest; at += 4) {
      hash = Math.imul(rotate((hash + Math.imul(view.getInt32(at, true), PRIME_3)) | 0, 17), PRIME_4);
    }
    for (; at < rest; at++) {
      hash = Math.imul(rotate((hash + Math.imul(this.#rest[at]!, PRIME_5)) | 0, 11), PRIME_1);
    }
    hash = Math.imul(hash ^ (hash >>> 15), PRIME_2);
    hash = Math.imul(hash ^ (hash >>> 13), PRIME_3);
    return (hash ^ (hash >>> 16)) >>> 0;
  }
}
