export { type BenchPairsCase, benchPairs } from './pairs.ts';
export { type BenchSearchCase, benchSearch } from './search.ts';
export { type BenchTrainCase, benchTrain } from './train.ts';
