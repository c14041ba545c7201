/** One model on one split: codes of every row that is asked or searched, then the metrics of every task and database. */
import type { Codes } from '../codes/index.ts';
import type { Dataset, Labels, ModalityName, Split } from '../data/index.ts';
import { UnseenError } from '../errors.ts';
import { checkSplit } from '../methods/index.ts';
import type { Model } from '../model/index.ts';
import { evaluateRanking, harmonicMean, type RetrievalMetrics } from './metrics/index.ts';
import { inputsOf, labelsOf, rowsWith, seenQueries } from './rows.ts';
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
 *   trained on; `ARGUMENT_INVALID`, `TASKS_IMPOSSIBLE`, `EVALUATION_EMPTY`, `ABORTED`, and what `Model.encode` throws
 */
export async function evaluate(
  model: Model,
  data: Dataset,
  split: Split,
  options: EvaluateOptions = {},
): Promise<Evaluation[]> {
  checkSplit(data, split);
  checkModel(model, data, split);
  const { method: name, modalities } = model;
  const tasks = chooseTasks({ name, modalities }, data, split, options.tasks);
  const encoded = await encodeRows(model, data, split, tasks, options);
  const results: Evaluation[] = [];
  for (const [i, task] of tasks.entries()) {
    const report = (done: number): void =>
      options.onProgress?.({
        phase: 'ranking',
        done: ENCODING_SHARE + ((1 - ENCODING_SHARE) * (i + done)) / tasks.length,
      });
    results.push(...(await evaluateTask({ model, data, split, task, encoded, report }, options)));
    report(1);
  }
  return results;
}

/** One modality's codes, and where each row's code is among them. */
interface Encoded {
  readonly codes: Codes;
  readonly place: ReadonlyMap<number, number>;
  readonly seconds: number;
}

/** Every modality once, whatever number of tasks it takes part in. */
async function encodeRows(
  model: Model,
  data: Dataset,
  split: Split,
  tasks: readonly Task[],
  { signal, onProgress }: EvaluateOptions,
): Promise<Map<ModalityName, Encoded>> {
  const searched = split.unseen.length > 0 ? [...split.database, ...split.train] : split.database;
  const needed = [...split.query, ...searched, ...seenQueries(data, split)];
  const wanted = [...new Set(needed)];
  const names = [...new Set(tasks.flatMap(sidesOf))];
  const encoded = new Map<ModalityName, Encoded>();
  for (const [i, name] of names.entries()) {
    const rows = rowsWith(data, name, wanted);
    const start = performance.now();
    const codes = await model.encode(name, inputsOf(model, data, name, rows), {
      ...(signal && { signal }),
      onProgress: ({ done, total }) =>
        onProgress?.({ phase: 'encoding', done: (ENCODING_SHARE * (i + done / total)) / names.length }),
    });
    const seconds = (performance.now() - start) / 1000;
    encoded.set(name, { codes, place: new Map(rows.map((row, at) => [row, at])), seconds });
  }
  return encoded;
}

interface TaskWork {
  readonly model: Model;
  readonly data: Dataset;
  readonly split: Split;
  readonly task: Task;
  readonly encoded: ReadonlyMap<ModalityName, Encoded>;
  readonly report: (done: number) => void;
}

async function evaluateTask(
  { model, data, split, task, encoded, report }: TaskWork,
  options: EvaluateOptions,
): Promise<Evaluation[]> {
  const supervised = split.unseen.length === 0;
  const [from, to] = sidesOf(task);
  const side = (name: ModalityName, rows: readonly number[]): Side => {
    const present = rowsWith(data, name, rows);
    const { codes, place } = encoded.get(name)!;
    return { codes: codes.take(present.map((row) => place.get(row)!)), labels: labelsOf(data, present) };
  };
  const rank = (queries: Side, database: Side): Promise<RetrievalMetrics> =>
    evaluateRanking(
      {
        queries: queries.codes,
        database: database.codes,
        relevant: { queries: queries.labels, database: database.labels },
      },
      {
        ...(options.signal && { signal: options.signal }),
        ...(options.precisionAt && { precisionAt: options.precisionAt }),
      },
    );
  const sides = [...new Set([from, to])].map((name) => encoded.get(name)!);
  const items = sides.reduce((sum, { codes }) => sum + codes.count, 0);
  const facts = {
    method: model.method,
    bits: model.bits,
    seed: model.manifest.seed,
    split: split.hash,
    protocol: split.protocol,
    task,
    trainSeconds: options.trainSeconds ?? null,
    encodeItemsPerSecond: items / sides.reduce((sum, { seconds }) => sum + seconds, 0),
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

  const queries = side(from, split.query);
  const own = await rank(queries, side(to, split.database));
  if (supervised) return [entry('all', own)];
  report(0.4);
  const everything = side(to, [...split.database, ...split.train]);
  const generalized = entry('generalized', await rank(queries, everything));
  const asked = rowsWith(data, from, seenQueries(data, split));
  if (asked.length === 0) return [entry('unseen', own), generalized];
  report(0.7);
  const { map: mapSeen } = await rank(side(from, asked), everything);
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
