/** How much graphs find: the same searches made both ways. */
import type { CollectionHit } from '../contract.ts';

export interface RecallReport {
  readonly queries: number;
  /** Share of the exact hits that the graphs gave too, or one at the same distance: 0 … 1. */
  readonly recall: number;
  /** A search, on average. */
  readonly milliseconds: { readonly exact: number; readonly hnsw: number };
}

type Search<Query> = (query: Query) => Promise<{ readonly hits: readonly CollectionHit[] }>;

export async function recallOf<Query>(
  queries: readonly Query[],
  { exact, hnsw }: { readonly exact: Search<Query>; readonly hnsw: Search<Query> },
): Promise<RecallReport> {
  let [found, wanted, exactSpent, hnswSpent] = [0, 0, 0, 0];
  for (const query of queries) {
    const started = performance.now();
    const right = (await exact(query)).hits;
    const between = performance.now();
    const given = (await hnsw(query)).hits;
    exactSpent += between - started;
    hnswSpent += performance.now() - between;
    // By distance: which of equally near items are there is no fault.
    const last = right.at(-1)?.distance ?? -1;
    wanted += right.length;
    found += given.filter(({ distance }) => distance <= last).length;
  }
  const { length } = queries;
  return {
    queries: length,
    recall: wanted === 0 ? 1 : found / wanted,
    milliseconds: { exact: exactSpent / length, hnsw: hnswSpent / length },
  };
}
