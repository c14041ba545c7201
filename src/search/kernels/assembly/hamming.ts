// What the module exports; each file says what it is for.

export { stripes } from './checksum';
export { bind } from './layout';
export {
  chain,
  countBuckets,
  enterCodes,
  entriesAreSound,
  placeCodes,
  startsAreSound,
  sumBuckets,
} from './buckets';
export {
  FIND_BYTES,
  FIND_COMPARED,
  FIND_DISTANCES,
  FIND_HISTOGRAM,
  FIND_KEYS,
  FIND_QUERY,
  FIND_ROWS,
  HEAP_CAPACITY,
  HITS_CAPACITY,
  find,
  openFind,
} from './probe';
export { sweep } from './sweep';
export {
  BLOCK,
  DISTANCES,
  SLOT_HISTOGRAM,
  SLOTS_OFFSET,
  SURVIVOR_CAPACITY,
  SURVIVOR_DISTANCES,
  SURVIVOR_ROWS,
} from './layout';
export { distances, scan } from './scan';
export { setVariant } from './variant';
