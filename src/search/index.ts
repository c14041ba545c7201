export { LinearIndex, type LinearIndexOptions } from './linear-index.ts';
export type { EngineName, HammingIndex, Hit, Id, SearchOptions } from './types.ts';
