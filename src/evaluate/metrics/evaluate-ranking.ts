/** Every retrieval figure of one set of queries against one database, none of which depends on how ties are sorted. */
import type { Codes } from '../../codes/index.ts';
import { throwIfAborted, UnseenError } from '../../errors.ts';
import { LinearIndex } from '../../search/index.ts';
import {
  averagePrecisionBounds,
  chanceAveragePrecision,
  expectedAveragePrecision,
  expectedAveragePrecisionByHits,
} from './average-precision.ts';
import { countRanking, makeHistogram, total } from './histogram.ts';
import { discountSums, expectedNdcg } from './ndcg.ts';
import { countBall, expectedPrecisionAt } from './precision.ts';
import { type Relevance, readGains } from './relevance.ts';

export interface RankingInput {
  readonly queries: Codes;
  readonly database: Codes;
  readonly relevant: Relevance;
}

export interface RankingOptions {
  /** Ranks of `precisionAt`, each ≥ 1. Default: 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000. */
  readonly precisionAt?: readonly number[];
  /** Called with what every query found, those without a relevant item included. */
  readonly onQuery?: (found: RankedQuery) => void;
  /** Stops with `ABORTED`; looked at about every 20 ms. */
  readonly signal?: AbortSignal;
}

/** One query's distances. The arrays are used again for the next query: copy what is kept. */
export interface RankedQuery {
  readonly query: number;
  /** `[database]`. */
  readonly distances: Uint16Array;
  /** `[bits + 1]`: items of the database at each distance. */
  readonly items: Uint32Array;
}

/**
 * Means over the queries that have at least one relevant item in the database; the others are only counted. All
 * figures are 0 … 1 except the counts.
 */
export interface RetrievalMetrics {
  /** Mean expected AP under a random order of ties. */
  readonly map: number;
  /** Mean AP of the worst and of the best order of ties. */
  readonly mapLow: number;
  readonly mapHigh: number;
  /** Mean expected AP over the first 5000 places, divided by min(5000, relevant items of the database). */
  readonly mapAt5000: number;
  /**
   * The same, divided by the hits among the 5000 instead, as much public code has it: never below `mapAt5000`, and a
   * query with one hit, at the first place, scores 1. To compare with such figures only.
   */
  readonly mapAt5000ByHits: number;
  /** Expected precision at each asked rank. */
  readonly precisionAt: Readonly<Record<number, number>>;
  /** Mean precision within Hamming radius 2, an empty ball counting as 0. */
  readonly precisionAtRadius2: number;
  /** Share of queries with an empty ball of radius 2. */
  readonly emptyAtRadius2: number;
  /** `map` of a database in random order: the same expectation with all distances equal. */
  readonly chance: number;
  /**
   * Precision and recall of hash lookup at each radius, micro-averaged: pairs of all queries are pooled. Begins at
   * the first radius that finds anything.
   */
  readonly prCurve: {
    readonly radius: readonly number[];
    readonly recall: readonly number[];
    readonly precision: readonly number[];
  };
  /** Mean expected NDCG, gain 2^(shared labels) − 1; only with several labels a row. */
  readonly ndcg?: number;
  /** Queries that the means are over. */
  readonly queries: number;
  /** Queries without a relevant item in the database. */
  readonly skippedQueries: number;
  readonly database: number;
}

const SLICE_MS = 20;
/** The cutoff of `mapAt5000`. */
const R = 5000;
/** Close enough for a curve. */
const RANKS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

/** Places of the sums over queries in their array. */
const AT = {
  map: 0,
  low: 1,
  high: 2,
  at5000: 3,
  at5000ByHits: 4,
  ball: 5,
  empty: 6,
  chance: 7,
  ndcg: 8,
} as const;

/**
 * Compares every query with the whole database: O(queries · database) time, O(database) memory.
 * @throws `CODES_BITS_MISMATCH`, `ARGUMENT_INVALID`, `EVALUATION_EMPTY` if no query has a relevant item, `ABORTED`.
 */
export async function evaluateRanking(
  { queries, database, relevant }: RankingInput,
  { precisionAt = RANKS, onQuery, signal }: RankingOptions = {},
): Promise<RetrievalMetrics> {
  for (const n of precisionAt) {
    if (!Number.isInteger(n) || n < 1) {
      throw new UnseenError('ARGUMENT_INVALID', {
        name: 'precisionAt',
        reason: 'ranks are whole numbers ≥ 1',
        received: n,
      });
    }
  }
  const reader = readGains(relevant, queries.count, database.count);
  const index = LinearIndex.from(database);
  const distances = new Uint16Array(database.count);
  const gains = new Uint8Array(database.count);
  const histogram = makeHistogram(queries.bits);
  const pooled = { items: new Float64Array(queries.bits + 1), relevant: new Float64Array(queries.bits + 1) };
  const sums = reader.graded ? discountSums(database.count) : undefined;
  // A typed array of its own: as fields of an object, the sums of one of three evaluations at a time came out wrong once
  // on Node 24, while everything that lay in typed arrays was right. It could not be made to happen again.
  const sum = new Float64Array(Object.keys(AT).length);
  const sumAt = new Float64Array(precisionAt.length);
  const chances = new Map<number, number>(); // by relevant items: queries of one class share it
  let counted = 0;
  let slice = performance.now();

  for (let q = 0; q < queries.count; q++) {
    if (performance.now() - slice > SLICE_MS) {
      await new Promise((resume) => setTimeout(resume));
      slice = performance.now();
    }
    throwIfAborted(signal, 'evaluation');
    reader.write(q, gains);
    index.distances(queries, q, distances);
    countRanking(histogram, distances, gains);
    onQuery?.({ query: q, distances, items: histogram.items });
    const relevantItems = total(histogram.relevant);
    if (relevantItems === 0) continue;
    counted++;
    const { low, high } = averagePrecisionBounds(histogram);
    const ap = expectedAveragePrecision(histogram);
    sum[AT.map]! += ap;
    sum[AT.low]! += low;
    sum[AT.high]! += high;
    const whole = database.count <= R; // then the first R are all, and every hit is among them
    sum[AT.at5000]! += whole ? ap : expectedAveragePrecision(histogram, R);
    sum[AT.at5000ByHits]! += whole ? ap : expectedAveragePrecisionByHits(histogram, R);
    let chance = chances.get(relevantItems);
    if (chance === undefined) {
      chance = chanceAveragePrecision(database.count, relevantItems);
      chances.set(relevantItems, chance);
    }
    sum[AT.chance]! += chance;
    for (const [i, n] of precisionAt.entries()) sumAt[i]! += expectedPrecisionAt(histogram, n);
    const [inBall, relevantInBall] = countBall(histogram, 2);
    if (inBall === 0) sum[AT.empty]!++;
    else sum[AT.ball]! += relevantInBall / inBall;
    if (sums) sum[AT.ndcg]! += expectedNdcg(histogram.items, distances, gains, sums);
    for (let d = 0; d <= queries.bits; d++) {
      pooled.items[d]! += histogram.items[d]!;
      pooled.relevant[d]! += histogram.relevant[d]!;
    }
  }
  if (counted === 0) {
    throw new UnseenError('EVALUATION_EMPTY', { queries: queries.count, database: database.count });
  }
  return {
    map: sum[AT.map]! / counted,
    mapLow: sum[AT.low]! / counted,
    mapHigh: sum[AT.high]! / counted,
    mapAt5000: sum[AT.at5000]! / counted,
    mapAt5000ByHits: sum[AT.at5000ByHits]! / counted,
    precisionAt: Object.fromEntries(precisionAt.map((n, i) => [n, sumAt[i]! / counted])),
    precisionAtRadius2: sum[AT.ball]! / counted,
    emptyAtRadius2: sum[AT.empty]! / counted,
    chance: sum[AT.chance]! / counted,
    prCurve: lookupCurve(pooled.items, pooled.relevant),
    ...(sums ? { ndcg: sum[AT.ndcg]! / counted } : {}),
    queries: counted,
    skippedQueries: queries.count - counted,
    database: database.count,
  };
}

function lookupCurve(items: Float64Array, relevant: Float64Array): RetrievalMetrics['prCurve'] {
  const curve = { radius: [] as number[], recall: [] as number[], precision: [] as number[] };
  const all = relevant.reduce((a, b) => a + b, 0);
  let found = 0;
  let hits = 0;
  for (let d = 0; d < items.length; d++) {
    found += items[d]!;
    hits += relevant[d]!;
    if (found === 0) continue;
    curve.radius.push(d);
    curve.recall.push(hits / all);
    curve.precision.push(hits / found);
  }
  return curve;
}
