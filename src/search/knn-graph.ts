/** The nearest neighbours of every row of an index, as a graph: what clustering and layouts (UMAP, t-SNE) begin with. */
import { Codes } from '../codes/index.ts';
import { UnseenError } from '../errors.ts';
import { hasBit } from './bitmap.ts';
import { indexForRadius } from './index-for-radius.ts';
import type { HammingIndex, SearchOptions } from './types.ts';

export interface KnnGraphOptions extends Pick<SearchOptions, 'radius' | 'signal'> {
  /** Neighbours a row, ≥ 1. Default: 10, or no bound when a radius is given. */
  readonly k?: number;
  /** Threads to use. Default: as many as the index has; 1 for codes without an index. */
  readonly threads?: number;
  /** Called after every batch; counts rows. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/** Compressed sparse rows: the neighbours of row i are entries `offsets[i] … offsets[i+1]−1`, in the order (distance, id). */
export interface KnnGraph {
  /** `[rows+1]`. A row that lacks neighbours has fewer entries, a deleted one none. */
  readonly offsets: Uint32Array;
  /** Rows of the index, `[entries]`. */
  readonly neighbours: Uint32Array;
  /** In bits, `[entries]`. */
  readonly distances: Uint16Array;
}

/** Rows asked about at once. */
const BATCH = 512;

/**
 * A row is never its own neighbour; other rows with the same code are. Exact, whatever index it is; codes without an index
 * get one of their own.
 * @throws as a search of the index; `INDEX_CHANGED` when rows were added, deleted or compacted under way.
 */
export async function knnGraph(
  source: HammingIndex | Codes,
  options: KnnGraphOptions = {},
): Promise<KnnGraph> {
  const { k, radius, threads } = options;
  if (k !== undefined && (!Number.isInteger(k) || k < 1)) {
    const reason = 'must be a whole number ≥ 1';
    throw new UnseenError('ARGUMENT_INVALID', { name: 'k', reason, received: k });
  }
  if (!(source instanceof Codes)) return graphOf(source, options);
  const index = indexForRadius(source, radius, threads);
  try {
    return await graphOf(index, options);
  } finally {
    index.close();
  }
}

async function graphOf(index: HammingIndex, options: KnnGraphOptions): Promise<KnnGraph> {
  const { radius, threads, signal, onProgress } = options;
  const k = options.k ?? (radius === undefined ? 10 : undefined);
  const { rows, count } = index;
  const live = index.bitmap(() => true);
  const offsets = new Uint32Array(rows + 1);
  const entries = new Entries();
  for (let from = 0; from < rows; from += BATCH) {
    const to = Math.min(from + BATCH, rows);
    const asked = Array.from({ length: to - from }, (_, i) => from + i).filter((row) => hasBit(live, row));
    const found = await index.search(index.codes(from, to).take(asked.map((row) => row - from)), {
      ...(k !== undefined && { k: k + 1 }), // the row itself is one of them
      ...(radius !== undefined && { radius }),
      ...(threads !== undefined && { threads }),
      ...(signal && { signal }),
    });
    if (index.rows !== rows || index.count !== count) throw new UnseenError('INDEX_CHANGED');
    for (const [i, row] of asked.entries()) {
      const others = found[i]!.filter((hit) => hit.row !== row);
      // Among more than k equal codes the row itself may come after the k+1 first.
      const kept = k === undefined ? others : others.slice(0, k);
      for (const hit of kept) entries.push(hit.row, hit.distance);
      offsets[row + 1] = kept.length;
    }
    for (let row = from; row < to; row++) offsets[row + 1]! += offsets[row]!;
    onProgress?.({ done: to, total: rows });
  }
  return { offsets, ...entries.done() };
}

/** Two arrays that grow. */
class Entries {
  #count = 0;
  #rows = new Uint32Array(1024);
  #distances = new Uint16Array(1024);

  push(row: number, distance: number): void {
    if (this.#count === this.#rows.length) {
      const [rows, distances] = [this.#rows, this.#distances];
      this.#rows = new Uint32Array(2 * rows.length);
      this.#distances = new Uint16Array(2 * rows.length);
      this.#rows.set(rows);
      this.#distances.set(distances);
    }
    this.#rows[this.#count] = row;
    this.#distances[this.#count++] = distance;
  }

  done(): { neighbours: Uint32Array; distances: Uint16Array } {
    return { neighbours: this.#rows.slice(0, this.#count), distances: this.#distances.slice(0, this.#count) };
  }
}
