/** Of the queries of each class: how the nearest items are spread over classes. Ties count by their expectation. */
import type { Labels } from '../data/index.ts';
import type { RankedQuery } from './metrics/index.ts';
import type { TaskInsight } from './run-record.ts';

/** Nearest items a query; with fewer in the database, all of them. */
const NEAREST = 10;
/** Classes kept of each class that is asked. */
const KEPT = 10;

export class Confusion {
  readonly #labels: Labels;
  readonly #places: number;
  /** Class asked -> how many queries, and `[classes]` what they found. */
  readonly #asked = new Map<number, { queries: number; readonly found: Float64Array }>();

  /** @param labels of the database that is searched */
  constructor(labels: Labels) {
    this.#labels = labels;
    this.#places = Math.min(NEAREST, labels.rows);
  }

  /**
   * Counts one query for each of its classes. Items of the distance at which the places end share the places left
   * evenly: what a random order of them puts there. An item of several classes is divided among them.
   */
  add(classes: readonly number[], { distances, items }: RankedQuery): void {
    const counts = classes.map((label) => this.#countsOf(label));
    const [edge, share] = placesUntil(items, this.#places);
    for (let row = 0; row < distances.length; row++) {
      const distance = distances[row]!;
      if (distance > edge) continue;
      const found = this.#labels.of(row);
      const weight = (distance < edge ? 1 : share) / (this.#places * found.length);
      for (const label of found) for (const { found: sums } of counts) sums[label]! += weight;
    }
  }

  #countsOf(label: number): { readonly found: Float64Array } {
    const held = this.#asked.get(label) ?? { queries: 0, found: new Float64Array(this.#labels.classCount) };
    held.queries++;
    this.#asked.set(label, held);
    return held;
  }

  result(): TaskInsight['confusion'] {
    const entries = [...this.#asked].sort(([a], [b]) => a - b);
    return {
      asked: entries.map(([label]) => label),
      found: entries.map(([own, { queries, found }]) => {
        const shares = Array.from(found, (sum, label) => ({ label, share: sum / queries }))
          .filter(({ label, share }) => share > 0 || label === own)
          .sort((a, b) => b.share - a.share || a.label - b.label);
        const place = shares.findIndex(({ label }) => label === own);
        return place < KEPT ? shares.slice(0, KEPT) : [...shares.slice(0, KEPT - 1), shares[place]!];
      }),
    };
  }
}

/**
 * Where the first `places` end, given the items at each distance (at least so many in all): the distance of the last
 * place, and the share of that distance's items that are still within.
 */
export function placesUntil(items: Uint32Array, places: number): [edge: number, share: number] {
  let before = 0;
  let edge = 0;
  while (before + items[edge]! < places) before += items[edge++]!;
  return [edge, (places - before) / items[edge]!];
}
