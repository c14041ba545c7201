export {
  averagePrecisionBounds,
  chanceAveragePrecision,
  expectedAveragePrecision,
  expectedAveragePrecisionByHits,
} from './average-precision.ts';
export {
  evaluateRanking,
  type RankedQuery,
  type RankingInput,
  type RankingOptions,
  type RetrievalMetrics,
} from './evaluate-ranking.ts';
export { harmonicMean } from './harmonic-mean.ts';
export type { RankingHistogram } from './histogram.ts';
export {
  averagePrecision,
  averagePrecisionAt,
  averagePrecisionByHits,
  type OrderedRelevance,
} from './ordered-list.ts';
export { expectedPrecisionAt } from './precision.ts';
export type { LabelColumn, Relevance } from './relevance.ts';
