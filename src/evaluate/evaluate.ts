/** One model on one split: codes of every row that is asked or searched, then the metrics of every task and database. */
import type { Dataset, ModalityName, Split } from '../data/index.ts';
import { UnseenError } from '../errors.ts';
import { checkSplit } from '../methods/index.ts';
import type { Model } from '../model/index.ts';
import { type Encoded, encodeRows } from './encoded.ts';
import { InsightReader } from './insight.ts';
import { evaluateRanking, harmonicMean, type RetrievalMetrics } from './metrics/index.ts';
import { labelsOf, rowsWith, seenQueries } from './rows.ts';
import type { RunInsight, TaskInsight } from './run-record.ts';
import { chooseTasks, sidesOf, type Task } from './tasks.ts';

/**
 * What is searched. `unseen`: the split's database, unseen classes only. `generalized`: that and the training rows.
 * `all`: the database of a supervised protocol, which has no unseen classes.
 */
export type DatabaseName = 'unseen' | 'generalized' | 'all';

/** One row of results: method × bits × seed × task × database. All metrics are those of `RetrievalMetrics`. */
export interface Evaluation extends Omit<RetrievalMetrics, 'database' | 'queries'> {
  readonly method: string;
  readonly bits: number;
  readonly seed: number;
  /** SHA-256 of the split. */
  readonly split: string;
  readonly protocol: string;
  readonly task: Task;
  readonly database: DatabaseName;
  /** Queries that the means are over. */
  readonly queries: number;
  /** Items in the database. */
  readonly databaseItems: number;
  /** mAP of queries of seen classes; only for `generalized` where the dataset has `parts` (see `docs/evaluation.md`). */
  readonly mapSeen?: number;
  /** Harmonic mean of `map` (unseen queries) and `mapSeen`, where there is a `mapSeen`. */
  readonly harmonicMean?: number;
  /** Wall time of `fit`; null where the model was not trained in this process. */
  readonly trainSeconds: number | null;
  /** Items of the task's modalities encoded a second, pictures' decoding included. */
  readonly encodeItemsPerSecond: number;
}

export interface EvaluateOptions {
  /** Those of them that the model and the split's rows make possible are measured. Default: all. */
  readonly tasks?: readonly Task[];
  /** Ranks of `precisionAt`. Default 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000. */
  readonly precisionAt?: readonly number[];
  /** Copied into the results. */
  readonly trainSeconds?: number;
  readonly signal?: AbortSignal;
  /** `done` counts 0 … 1 over the whole evaluation. */
  readonly onProgress?: (progress: { readonly phase: 'encoding' | 'ranking'; readonly done: number }) => void;
}

/** Encoding is most of the work for pictures, ranking for features: half each keeps a bar moving. */
const ENCODING_SHARE = 0.5;

/**
 * Evaluates a model on the split that it was trained on.
 * @throws `SPLIT_OTHER_DATASET`; `SPLIT_OTHER_MODEL` for another split of the same dataset, whose queries may have been
 *   trained on; `ARGUMENT_INVALID`, `TASKS_IMPOSSIBLE`, `EVALUATION_EMPTY`, `ABORTED`, and what `Model.encode` throws
 */
export async function evaluate(
  model: Model,
  data: Dataset,
  split: Split,
  options: EvaluateOptions = {},
): Promise<Evaluation[]> {
  return (await evaluateTasks({ model, data, split, options }, false)).evaluations;
}

/**
 * Evaluates, and keeps what a report shows beside the figures. Nothing is encoded or compared twice for it.
 * @throws as `evaluate`
 */
export async function evaluateInDepth(
  model: Model,
  data: Dataset,
  split: Split,
  options: EvaluateOptions = {},
): Promise<{ evaluations: Evaluation[]; insight: RunInsight }> {
  const { evaluations, insights } = await evaluateTasks({ model, data, split, options }, true);
  return { evaluations, insight: { tasks: insights } };
}

interface Work {
  readonly model: Model;
  readonly data: Dataset;
  readonly split: Split;
  readonly options: EvaluateOptions;
}

async function evaluateTasks(
  work: Work,
  inDepth: boolean,
): Promise<{ evaluations: Evaluation[]; insights: TaskInsight[] }> {
  const { model, data, split, options } = work;
  checkSplit(data, split);
  checkModel(model, data, split);
  const { method: name, modalities } = model;
  const tasks = chooseTasks({ name, modalities }, data, split, options.tasks);
  const encoded = await encodeRows(model, data, split, tasks, {
    ...(options.signal && { signal: options.signal }),
    onDone: (share) => options.onProgress?.({ phase: 'encoding', done: ENCODING_SHARE * share }),
  });
  const evaluations: Evaluation[] = [];
  const insights: TaskInsight[] = [];
  for (const [i, task] of tasks.entries()) {
    const report = (done: number): void =>
      options.onProgress?.({
        phase: 'ranking',
        done: ENCODING_SHARE + ((1 - ENCODING_SHARE) * (i + done)) / tasks.length,
      });
    const { results, insight } = await evaluateTask(work, { task, encoded, report, inDepth });
    evaluations.push(...results);
    if (insight) insights.push(insight);
    report(1);
  }
  return { evaluations, insights };
}

interface TaskWork {
  readonly task: Task;
  readonly encoded: ReadonlyMap<ModalityName, Encoded>;
  readonly report: (done: number) => void;
  readonly inDepth: boolean;
}

async function evaluateTask(
  { model, data, split, options }: Work,
  { task, encoded, report, inDepth }: TaskWork,
): Promise<{ results: Evaluation[]; insight?: TaskInsight }> {
  const [from, to] = sidesOf(task);
  const [asked, searched] = [encoded.get(from)!, encoded.get(to)!];
  const rank = (
    queries: readonly number[],
    database: readonly number[],
    onQuery?: InsightReader['onQuery'],
  ): Promise<RetrievalMetrics> =>
    evaluateRanking(
      {
        queries: asked.of(queries),
        database: searched.of(database),
        relevant: { queries: labelsOf(data, queries), database: labelsOf(data, database) },
      },
      {
        ...(options.signal && { signal: options.signal }),
        ...(options.precisionAt && { precisionAt: options.precisionAt }),
        ...(onQuery && { onQuery }),
      },
    );
  const sides = [...new Set([asked, searched])];
  const facts = {
    method: model.method,
    bits: model.bits,
    seed: model.manifest.seed,
    split: split.hash,
    protocol: split.protocol,
    task,
    trainSeconds: options.trainSeconds ?? null,
    encodeItemsPerSecond:
      sides.reduce((sum, { count }) => sum + count, 0) / sides.reduce((sum, { seconds }) => sum + seconds, 0),
  };
  const entry = (
    name: DatabaseName,
    { database: databaseItems, ...metrics }: RetrievalMetrics,
  ): Evaluation => ({
    ...facts,
    database: name,
    databaseItems,
    ...metrics,
  });

  const queries = rowsWith(data, from, split.query);
  const own = rowsWith(data, to, split.database);
  const supervised = split.unseen.length === 0;
  const everything = supervised ? own : rowsWith(data, to, [...split.database, ...split.train]);
  const reader = inDepth
    ? new InsightReader({ data, split, task, queries, database: everything, codesOf: searched.of })
    : undefined;
  const rankEverything = (): Promise<RetrievalMetrics> => rank(queries, everything, reader?.onQuery);
  const done = (results: Evaluation[]) => ({ results, ...(reader && { insight: reader.result() }) });

  if (supervised) return done([entry('all', await rankEverything())]);
  const unseen = entry('unseen', await rank(queries, own));
  report(0.4);
  const generalized = entry('generalized', await rankEverything());
  const seen = rowsWith(data, from, seenQueries(data, split));
  if (seen.length === 0) return done([unseen, generalized]);
  report(0.7);
  const { map: mapSeen } = await rank(seen, everything);
  return done([unseen, { ...generalized, mapSeen, harmonicMean: harmonicMean(mapSeen, generalized.map) }]);
}

/** A model that trained on another split of this dataset may have trained on this split's queries. */
function checkModel(model: Model, data: Dataset, split: Split): void {
  const { dataset, split: trained } = model.manifest;
  if (dataset.fingerprint !== data.fingerprint || trained.hash === split.hash) return;
  throw new UnseenError('SPLIT_OTHER_MODEL', { expected: trained.hash, received: split.hash });
}
