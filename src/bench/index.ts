export { BENCH_DATA, type BenchData } from './codes.ts';
export {
  type BenchSearchCase,
  type BenchSearchOptions,
  type BenchSearchReport,
  benchSearch,
} from './search.ts';
