export { LinearIndex, type LinearIndexOptions } from './linear-index.ts';
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
