export { type DedupOptions, type DuplicateGroup, dedup } from './dedup.ts';
export { type KnnGraph, type KnnGraphOptions, knnGraph } from './knn-graph.ts';
export { LinearIndex, type LinearIndexOptions } from './linear-index.ts';
export { type RankedHit, type RealCodes, type RerankOptions, rerank } from './rerank.ts';
export type {
  AddOptions,
  EngineName,
  HammingIndex,
  Hit,
  Id,
  IndexKind,
  SearchOptions,
  SearchWork,
} from './types.ts';
