export {
  type CompareOptions,
  type CompareProgress,
  type CompareState,
  type Comparison,
  compare,
  type RunFailure,
} from './compare.ts';
export { describeEnvironment, type Environment } from './environment.ts';
export {
  type DatabaseName,
  type EvaluateOptions,
  type Evaluation,
  evaluate,
  evaluateInDepth,
} from './evaluate.ts';
export * from './metrics/index.ts';
export type { RunInsight, RunRecord, TaskInsight } from './run-record.ts';
export { BOTH_WAYS, type Spread, type SummaryRow, summarize } from './summary.ts';
export { TASKS, type Task } from './tasks.ts';
export type { Choice } from './tune/choose.ts';
export type { Space } from './tune/space.ts';
export {
  type Fold,
  type Trial,
  type TuneOptions,
  type TuneProgress,
  type Tuning,
  tune,
} from './tune/tune.ts';
