/**
 * Hits in a finer order: an exact Hamming search finds candidates, and the query's values before the sign order them.
 *
 * The score is the asymmetric distance Σ_j |v_j| over the bits where a code disagrees with the sign of the query's value
 * v_j: a bit that the query was sure of counts more than one that was close to 0. Only the query is real-valued, the codes
 * stay as they are. It orders like the negative inner product of v with the code's ±1. Source: the lower-bound asymmetric
 * distance of Gordo, Perronnin, Gong and Lazebnik, "Asymmetric Distances for Binary Embeddings", TPAMI 36(1), 2014, with
 * |·| in place of (·)²: on the project's data it finds more (docs/search.md).
 */
import { Codes } from '../codes/index.ts';
import { UnseenError } from '../errors.ts';
import type { HammingIndex, Hit, SearchOptions } from './types.ts';

/** Real-valued codes before the sign, `[rows, cols]`, row-major; `cols` are the bits. What `Model.outputs` gives. */
export interface RealCodes {
  readonly data: Float32Array;
  readonly rows: number;
  readonly cols: number;
}

export interface RankedHit extends Hit {
  /** Asymmetric distance, ≥ 0, in the unit of the query's values. */
  readonly score: number;
}

export interface RerankOptions extends SearchOptions {
  /** Hits a query, ≥ 1. Default: 10. */
  readonly k?: number;
  /** Nearest codes by Hamming distance that are put in order, ≥ k; more find more and cost more. Default: 4 k, at least 100. */
  readonly candidates?: number;
}

/** Queries whose candidates are held at once. */
const BATCH = 256;
const LEAST_CANDIDATES = 100;

/**
 * The k best of the candidates of every query, in the order (score, distance, id).
 * @throws as `index.search`; `CODES_VALUE_NAN`; `CODES_LENGTH_INVALID`; `ARGUMENT_INVALID` (k, candidates); `INDEX_CHANGED`
 * if rows were renumbered under way.
 */
export async function rerank(
  index: HammingIndex,
  queries: RealCodes,
  { k = 10, candidates = Math.max(LEAST_CANDIDATES, 4 * k), ...options }: RerankOptions = {},
): Promise<RankedHit[][]> {
  atLeast('k', k, 1);
  atLeast('candidates', candidates, k);
  const { data, cols: bits } = queries;
  const signs = Codes.fromReal(data, { bits });
  if (bits !== index.bits) throw new UnseenError('CODES_BITS_MISMATCH', { left: bits, right: index.bits });
  const ranked: RankedHit[][] = [];
  for (let from = 0; from < signs.count; from += BATCH) {
    const found = await index.search(signs.slice(from, from + BATCH), { ...options, k: candidates });
    for (const [i, hits] of found.entries()) {
      const query = from + i;
      const distance = new AsymmetricDistance(data.subarray(query * bits, (query + 1) * bits));
      ranked.push(order(index, hits, distance).slice(0, k));
    }
  }
  return ranked;
}

function atLeast(name: string, received: number, least: number): void {
  if (Number.isInteger(received) && received >= least) return;
  throw new UnseenError('ARGUMENT_INVALID', {
    name,
    reason: `must be a whole number ≥ ${least}`,
    received,
  });
}

/** The sort is stable, so hits of one score keep their order, which is (distance, id). */
function order(index: HammingIndex, hits: readonly Hit[], distance: AsymmetricDistance): RankedHit[] {
  return hits
    .map((hit) => {
      if (hit.row >= index.rows || index.idOf(hit.row) !== hit.id) throw new UnseenError('INDEX_CHANGED');
      return { ...hit, score: distance.to(index.codes(hit.row, hit.row + 1).bytes) };
    })
    .sort((a, b) => a.score - b.score);
}

/** Asymmetric distances of codes to one query, a table look-up a byte. */
export class AsymmetricDistance {
  /** `[bits/8, 256]`: what a code's byte costs at its place. */
  readonly #table: Float32Array;

  /** `values`: `[bits]`, bits a multiple of 8. */
  constructor(values: Float32Array) {
    this.#table = new Float32Array(values.length * 32);
    const costs = new Float64Array(256);
    for (let byte = 0; byte < values.length / 8; byte++) {
      let signs = 0;
      for (let bit = 0; bit < 8; bit++) {
        const value = values[8 * byte + bit]!;
        if (value > 0) signs |= 1 << bit;
        // Sets of disagreeing bits whose highest is this one: the sets without it, and its cost more.
        for (let set = 0; set < 1 << bit; set++) costs[set | (1 << bit)] = costs[set]! + Math.abs(value);
      }
      for (let set = 0; set < 256; set++) this.#table[256 * byte + (set ^ signs)] = costs[set]!;
    }
  }

  /** `code`: `[bits/8]`. */
  to(code: Uint8Array): number {
    let sum = 0;
    for (let byte = 0; byte < code.length; byte++) sum += this.#table[256 * byte + code[byte]!]!;
    return sum;
  }
}
