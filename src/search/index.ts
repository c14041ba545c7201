export { type DedupOptions, type DuplicateGroup, dedup } from './dedup.ts';
export {
  type FaissFlat,
  type FaissWriteOptions,
  faissFlatToBytes,
  readFaissFlat,
  writeFaissFlat,
} from './files/faiss.ts';
export {
  indexFromBytes,
  indexToBytes,
  type OpenIndexOptions,
  openIndex,
  type SavedIndex,
  type SaveIndexOptions,
  saveIndex,
} from './files/index-file.ts';
export { type KnnGraph, type KnnGraphOptions, knnGraph } from './knn-graph.ts';
export { LinearIndex, type LinearIndexOptions } from './linear-index.ts';
export { MultiIndexHash, type MultiIndexHashOptions } from './multi-index-hash.ts';
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
