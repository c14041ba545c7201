export { type BenchSearchCase, benchSearch } from './search.ts';
