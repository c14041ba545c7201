/** What takes part in the search benchmark: our indexes and their rivals behind one interface, and the list of them. */
import type { SearchWork } from '../../search/index.ts';

export const SEARCH_ENGINES = [
  'linear',
  'mih',
  'faiss-flat',
  'faiss-multihash',
  'faiss-ivf',
  'faiss-hnsw',
  'usearch-exact',
  'usearch',
  'edgevec-flat',
  'edgevec-hnsw',
  'pgvector-flat',
  'pgvector-hnsw',
] as const;
export type SearchEngineName = (typeof SEARCH_ENGINES)[number];

export interface Answers {
  /** `[queries, k]`, ascending in a row; −1 behind the last hit. */
  readonly distances: Int32Array;
  /** `[queries, k]`, row numbers. */
  readonly rows: Float64Array;
}

/** An engine that holds the codes of one setting. */
export interface LoadedEngine {
  readonly name: SearchEngineName;
  readonly version: string;
  readonly exact: boolean;
  /** What was chosen where the engine leaves a choice. */
  readonly setting: string;
  readonly buildSeconds: number;
  /** Memory that it holds; null where neither it nor the system says. */
  readonly bytes: number | null;
  /** Times of `calls` calls of `batch` queries each, in ms, from query `from` on. */
  time(k: number, batch: number, threads: number, from: number, calls: number): Promise<number[]>;
  /** Of the first `queries` queries. */
  answers(k: number, queries: number): Promise<Answers>;
  /** Of ours: what the last `answers` took, all queries together. */
  readonly work?: SearchWork | undefined;
  /** Lets go of the codes. */
  unload(): Promise<void>;
}

/** What is asked of an engine besides the codes. */
export interface EngineFacts {
  /** Answers are compared place by place, and a difference is an error. */
  readonly exact: boolean;
  /** Codes above which it takes no part. */
  readonly most: number;
  /** Why, where `most` is a bound in earnest. */
  readonly because: string;
  /** Has no threads of its own for a search: measured with one thread only. */
  readonly single?: true;
  /** Takes one query a call: measured without batches. */
  readonly alone?: true;
  /** Queries whose answers are looked at; default: all. */
  readonly answered?: number;
  readonly driver?: string;
  readonly install?: string;
}

const PIP =
  'in a checkout: python3 -m venv bench/rivals/.venv && bench/rivals/.venv/bin/pip install faiss-cpu numpy';
const NPM = 'in a checkout: npm install --prefix bench/rivals/npm --ignore-scripts';

/** Graphs of tens of microseconds a code to build: 200,000 codes take about 15 s. */
const FAST_GRAPH = { exact: false, most: 200_000, because: 'its graph takes some 70 µs a code to build' };
/** Graphs of up to a millisecond a code. */
const SLOW_GRAPH = {
  exact: false,
  most: 20_000,
  because: 'its graph takes up to a millisecond a code to build',
};
const FAISS = { driver: 'faiss_search.py', install: PIP };
const USEARCH = { driver: 'usearch_search.mjs', install: `${NPM} usearch`, single: true } as const;
const EDGEVEC = {
  driver: 'edgevec_search.mjs',
  install: `${NPM} edgevec`,
  single: true,
  alone: true,
} as const;
const PGVECTOR = {
  driver: 'pgvector_search.mjs',
  install: `${NPM} @electric-sql/pglite @electric-sql/pglite-pgvector`,
  single: true,
  alone: true,
} as const;
/** The most that `--sizes` takes. */
const ANY = { most: 1e9, because: 'no size is too large' };

export const ENGINE_FACTS: Readonly<Record<SearchEngineName, EngineFacts>> = {
  linear: { exact: true, ...ANY },
  mih: { exact: true, ...ANY },
  'faiss-flat': { exact: true, ...ANY, ...FAISS },
  'faiss-multihash': {
    exact: false,
    most: 100_000_000,
    because: 'its hash tables take some 60 bytes a code',
    ...FAISS,
  },
  'faiss-ivf': { exact: false, ...ANY, ...FAISS },
  'faiss-hnsw': { ...FAST_GRAPH, ...FAISS },
  'usearch-exact': {
    exact: true,
    most: 10_000_000,
    because: 'it scans a byte a bit, eight times the memory of the codes',
    answered: 50,
    ...USEARCH,
  },
  usearch: { ...FAST_GRAPH, ...USEARCH },
  'edgevec-flat': {
    exact: true,
    most: 1_000_000,
    because: 'a query of a million codes takes some 25 ms',
    answered: 50,
    ...EDGEVEC,
  },
  'edgevec-hnsw': { ...SLOW_GRAPH, ...EDGEVEC },
  'pgvector-flat': {
    exact: true,
    most: 1_000_000,
    because: 'a query of a million rows takes some 200 ms, and loading them 6 s',
    answered: 20,
    ...PGVECTOR,
  },
  'pgvector-hnsw': { ...SLOW_GRAPH, ...PGVECTOR },
};
