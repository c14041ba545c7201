/**
 * Hash centres of CSQ: one fixed code a class, far from all others (the paper's Algorithm 1).
 *
 * Where bits K are a power of two and there are at most 2K classes: rows of the Hadamard matrix H_K and, beyond K classes, of
 * −H_K. Any two rows differ in exactly K/2 bits, a row and its negative in K. The paper takes the first rows; there the columns
 * repeat (of the first 8 rows, every 8 bits), so that bits say the same. Here the rows are drawn by the seed: the same
 * distances, and bits that differ. Else: random centres, every bit ±1 with probability ½. The authors draw whole sets until the
 * least distance is large enough; here each centre is the best of several draws, which gets there by construction.
 */
import type { Random } from '../../random.ts';
import type { Matrix } from '../contract.ts';

/** Draws for a random centre: the one that is farthest from the nearest centre so far is kept. */
const CANDIDATES = 64;
/** Sets of random centres that are drawn for a mean distance of at least K/2; else the one of the largest mean is taken. */
const MAX_SETS = 20;

/** `[classes, bits]`, entries ±1. Classes ≥ 1, bits a multiple of 8. */
export function hashCentres(classes: number, bits: number, random: Random): Matrix {
  const powerOfTwo = (bits & (bits - 1)) === 0;
  return powerOfTwo && classes <= 2 * bits
    ? hadamardCentres(classes, bits, random)
    : randomCentres(classes, bits, random);
}

/** Sylvester's H_ij = (−1)^(number of ones that i and j share), all rows before any negative. */
function hadamardCentres(classes: number, bits: number, random: Random): Matrix {
  const data = new Float32Array(classes * bits);
  const order = [...random.permutation(bits), ...random.permutation(bits)];
  for (let c = 0; c < classes; c++) {
    const sign = c < bits ? 1 : -1;
    for (let k = 0; k < bits; k++) data[c * bits + k] = popcount(order[c]! & k) % 2 === 0 ? sign : -sign;
  }
  return { data, rows: classes, cols: bits };
}

function randomCentres(classes: number, bits: number, random: Random): Matrix {
  let best: Uint32Array[] = [];
  let furthest = -1;
  for (let set = 0; set < MAX_SETS && furthest < bits / 2; set++) {
    const centres = spreadWords(classes, bits, random);
    const mean = meanDistance(centres, bits);
    if (mean > furthest) [best, furthest] = [centres, mean];
  }
  const data = new Float32Array(classes * bits);
  for (const [c, words] of best.entries())
    for (let k = 0; k < bits; k++) data[c * bits + k] = (words[k >> 5]! >>> (k & 31)) & 1 ? 1 : -1;
  return { data, rows: classes, cols: bits };
}

/** Centres as bits in 32-bit words. */
function spreadWords(classes: number, bits: number, random: Random): Uint32Array[] {
  const centres: Uint32Array[] = [];
  const draw = (): Uint32Array =>
    Uint32Array.from(
      { length: Math.ceil(bits / 32) },
      (_, w) => random.bits() >>> Math.max(0, 32 * (w + 1) - bits),
    );
  while (centres.length < classes) {
    let chosen = draw();
    let least = Math.min(...centres.map((centre) => distance(centre, chosen)));
    for (let n = 1; n < CANDIDATES && centres.length > 0; n++) {
      const candidate = draw();
      const nearest = Math.min(...centres.map((centre) => distance(centre, candidate)));
      if (nearest > least) [chosen, least] = [candidate, nearest];
    }
    centres.push(chosen);
  }
  return centres;
}

function distance(a: Uint32Array, b: Uint32Array): number {
  let ones = 0;
  for (let w = 0; w < a.length; w++) ones += popcount(a[w]! ^ b[w]!);
  return ones;
}

/** Over pairs of centres; of one centre, K. */
function meanDistance(centres: readonly Uint32Array[], bits: number): number {
  let total = 0;
  for (const [i, a] of centres.entries()) for (let j = 0; j < i; j++) total += distance(a, centres[j]!);
  const pairs = (centres.length * (centres.length - 1)) / 2;
  return pairs === 0 ? bits : total / pairs;
}

/** Ones among the 32 bits of x. */
function popcount(x: number): number {
  let v = x - ((x >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return (((v + (v >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
