export { type BenchCollectionCase, benchCollection } from './collection.ts';
export { type BenchPairsCase, benchPairs } from './pairs.ts';
export { type BenchSearchCase, type BenchSearchReport, benchSearch } from './search/search.ts';
export { type BenchUpdatesCase, benchUpdates } from './search/updates.ts';
export { type BenchTrainCase, benchTrain } from './train.ts';
