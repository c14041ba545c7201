/** One model on one split: codes of every row that is asked or searched, then the metrics of every database. */
import type { Codes } from '../codes/index.ts';
import type { Dataset, Labels, Split } from '../data/index.ts';
import { UnseenError } from '../errors.ts';
import { checkSplit } from '../methods/index.ts';
import type { Model } from '../model/index.ts';
import { evaluateRanking, harmonicMean, type RetrievalMetrics } from './metrics/index.ts';
import { inputsOf, labelsOf, seenQueries } from './rows.ts';

export const TASKS = ['image->image'] as const;
export type Task = (typeof TASKS)[number];

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
  /** Rows encoded a second, pictures' decoding included. */
  readonly encodeItemsPerSecond: number;
}

export interface EvaluateOptions {
  /** Default: all that the model encodes. */
  readonly tasks?: readonly Task[];
  /** Ranks of `precisionAt`. Default 1, 10, 100, 1000. */
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
 *   trained on; `ARGUMENT_INVALID`, `EVALUATION_EMPTY`, `ABORTED`, and what `Model.encode` throws
 */
export async function evaluate(
  model: Model,
  data: Dataset,
  split: Split,
  options: EvaluateOptions = {},
): Promise<Evaluation[]> {
  checkSplit(data, split);
  checkModel(model, data, split);
  const results: Evaluation[] = [];
  const tasks = options.tasks ?? TASKS;
  for (const [i, task] of tasks.entries()) {
    if (!TASKS.includes(task)) {
      const reason = `must be one of ${TASKS.join(', ')}`;
      throw new UnseenError('ARGUMENT_INVALID', { name: 'tasks', reason, received: task });
    }
    const onProgress: EvaluateOptions['onProgress'] = ({ phase, done }) =>
      options.onProgress?.({ phase, done: (i + done) / tasks.length });
    results.push(...(await evaluateTask(model, data, split, task, { ...options, onProgress })));
    onProgress({ phase: 'ranking', done: 1 });
  }
  return results;
}

async function evaluateTask(
  model: Model,
  data: Dataset,
  split: Split,
  task: Task,
  options: EvaluateOptions,
): Promise<Evaluation[]> {
  const supervised = split.unseen.length === 0;
  const asked = seenQueries(data, 'image', split);
  // In this order both databases are one stretch of codes.
  const rows = [...split.query, ...split.database, ...(supervised ? [] : split.train), ...asked];
  const signal = options.signal ? { signal: options.signal } : {};
  const start = performance.now();
  const codes = await model.encode('image', inputsOf(model, data, 'image', rows), {
    ...signal,
    onProgress: ({ done, total }) =>
      options.onProgress?.({ phase: 'encoding', done: (ENCODING_SHARE * done) / total }),
  });
  const seconds = (performance.now() - start) / 1000;

  const stretch = (from: number, length: number): Side => ({
    codes: codes.slice(from, from + length),
    labels: labelsOf(data, 'image', rows.slice(from, from + length)),
  });
  const rank = (queries: Side, database: Side): Promise<RetrievalMetrics> =>
    evaluateRanking(
      {
        queries: queries.codes,
        database: database.codes,
        relevant: { queries: queries.labels, database: database.labels },
      },
      { ...signal, ...(options.precisionAt && { precisionAt: options.precisionAt }) },
    );
  const facts = {
    method: model.method,
    bits: model.bits,
    seed: model.manifest.seed,
    split: split.hash,
    protocol: split.protocol,
    task,
    trainSeconds: options.trainSeconds ?? null,
    encodeItemsPerSecond: rows.length / seconds,
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

  const queries = stretch(0, split.query.length);
  const own = await rank(queries, stretch(split.query.length, split.database.length));
  if (supervised) return [entry('all', own)];
  options.onProgress?.({ phase: 'ranking', done: 0.7 });
  const everything = stretch(split.query.length, split.database.length + split.train.length);
  const generalized = entry('generalized', await rank(queries, everything));
  if (asked.length === 0) return [entry('unseen', own), generalized];
  options.onProgress?.({ phase: 'ranking', done: 0.85 });
  const { map: mapSeen } = await rank(stretch(rows.length - asked.length, asked.length), everything);
  const both = { mapSeen, harmonicMean: harmonicMean(mapSeen, generalized.map) };
  return [entry('unseen', own), { ...generalized, ...both }];
}

/** Codes and labels of the same rows. */
interface Side {
  readonly codes: Codes;
  readonly labels: Labels;
}

/** A model that trained on another split of this dataset may have trained on this split's queries. */
function checkModel(model: Model, data: Dataset, split: Split): void {
  const { dataset, split: trained } = model.manifest;
  if (dataset.fingerprint !== data.fingerprint || trained.hash === split.hash) return;
  throw new UnseenError('SPLIT_OTHER_MODEL', { expected: trained.hash, received: split.hash });
}
