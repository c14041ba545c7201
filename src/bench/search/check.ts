/** Answers against the exact ones: exact engines must agree place by place, the others are given their recall. */
import { type Codes, hammingDistance } from '../../codes/index.ts';
import { UnseenError } from '../../errors.ts';
import type { Answers } from './engine.ts';

const different = (engine: string, query: number, what: string): UnseenError =>
  new UnseenError('INTERNAL', { reason: `${engine}: the answer to query ${query} ${what}` });

/**
 * Distances must be equal place by place, and rows at every distance but the last, where an engine is free to choose
 * among equally far ones.
 * @throws `INTERNAL` naming the query.
 */
export function checkExact(engine: string, answers: Answers, truth: Answers, k: number): void {
  const queries = answers.distances.length / k;
  for (let q = 0; q < queries; q++) {
    const theirs = hitsOf(answers, q, k);
    const exact = hitsOf(truth, q, k);
    if (theirs.length !== exact.length)
      throw different(engine, q, `has ${theirs.length} hits, not ${exact.length}`);
    const last = exact.at(-1)!.distance;
    for (const [i, { distance, row }] of exact.entries()) {
      const hit = theirs[i]!;
      if (hit.distance === distance && (distance === last || hit.row === row)) continue;
      throw different(engine, q, `differs from the exact one at place ${i}`);
    }
  }
}

/** Hits of one query in the order (distance, row). */
function hitsOf({ distances, rows }: Answers, q: number, k: number): { distance: number; row: number }[] {
  const hits = Array.from({ length: k }, (_, i) => ({
    distance: distances[q * k + i]!,
    row: rows[q * k + i]!,
  })).filter(({ row }) => row >= 0);
  return hits.sort((a, b) => a.distance - b.distance || a.row - b.row);
}

/**
 * Share of the places that hold a row no farther than the true k-th: which of equally far rows is named does not count.
 */
export function recall(answers: Answers, truth: Answers, k: number): number {
  const queries = answers.distances.length / k;
  let right = 0;
  let places = 0;
  for (let q = 0; q < queries; q++) {
    const exact = hitsOf(truth, q, k);
    const last = exact.at(-1)!.distance;
    const distinct = new Map(hitsOf(answers, q, k).map(({ row, distance }) => [row, distance]));
    right += [...distinct.values()].filter((distance) => distance <= last).length;
    places += exact.length;
  }
  return right / places;
}

/**
 * That every row named is at the distance that the engine states.
 * @throws `INTERNAL` naming the query.
 */
export function checkDistances(
  engine: string,
  answers: Answers,
  k: number,
  queries: Codes,
  rowOf: (row: number) => Uint8Array,
): void {
  for (let q = 0; q * k < answers.distances.length; q++) {
    for (const { row, distance } of hitsOf(answers, q, k)) {
      if (hammingDistance(queries.row(q), rowOf(row)) === distance) continue;
      throw different(engine, q, `puts row ${row} at a distance where it is not`);
    }
  }
}
