export {
  averagePrecisionBounds,
  chanceAveragePrecision,
  expectedAveragePrecision,
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
export { expectedPrecisionAt } from './precision.ts';
export type { LabelColumn, Relevance } from './relevance.ts';
