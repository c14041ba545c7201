/** One setting on one fold: fit, encode what is asked and searched, mAP of the method's main task. */
import { classesOfRow, type Dataset, type ModalityName, type Split } from '../../data/index.ts';
import type { HashMethod } from '../../methods/index.ts';
import type { Model } from '../../model/index.ts';
import { evaluateRanking } from '../metrics/index.ts';
import { inputsOf, labelsOf, rowsWith } from '../rows.ts';
import { chooseTasks, sidesOf, type Task } from '../tasks.ts';

/** What a method is judged by: both directions between pictures and texts, else pictures by pictures. */
export const mainTasks = (
  method: { readonly name: string; readonly modalities: readonly ModalityName[] },
  data: Dataset,
  split: Split,
): Task[] =>
  chooseTasks(
    method,
    data,
    split,
    method.modalities.includes('text') ? ['image->text', 'text->image'] : ['image->image'],
  );

export interface Score {
  /** Mean over the tasks of the tie-aware mAP among the split's database. */
  readonly map: number;
  readonly trainSeconds: number;
}

/** Fit is most of the work. */
const FIT_SHARE = 0.9;

/** @throws those of `HashMethod.fit`, `Model.encode` and `evaluateRanking` */
export async function score(
  method: HashMethod,
  data: Dataset,
  split: Split,
  options: {
    readonly tasks: readonly Task[];
    readonly signal?: AbortSignal;
    readonly onProgress?: (phase: string, done: number) => void;
  },
): Promise<Score> {
  const { tasks, onProgress } = options;
  const signal = options.signal ? { signal: options.signal } : {};
  const start = performance.now();
  const model = await method.fit(data, split, {
    ...signal,
    onProgress: ({ phase, done }) => onProgress?.(phase, FIT_SHARE * done),
  });
  const trainSeconds = (performance.now() - start) / 1000;
  try {
    let sum = 0;
    for (const [i, task] of tasks.entries()) {
      sum += await meanAveragePrecision(model, data, split, task, signal);
      onProgress?.('measuring', FIT_SHARE + ((1 - FIT_SHARE) * (i + 1)) / tasks.length);
    }
    return { map: sum / tasks.length, trainSeconds };
  } finally {
    await model.dispose();
  }
}

async function meanAveragePrecision(
  model: Model,
  data: Dataset,
  split: Split,
  task: Task,
  signal: { readonly signal?: AbortSignal },
): Promise<number> {
  const [from, to] = sidesOf(task);
  const side = async (name: ModalityName, rows: readonly number[]) => {
    // A row whose label may not be read would count as wrong wherever it is found.
    const present = rowsWith(data, name, rows).filter((row) => classesOfRow(data, row).length > 0);
    const codes = await model.encode(name, inputsOf(model, data, name, present), signal);
    return { codes, labels: labelsOf(data, present) };
  };
  const queries = await side(from, split.query);
  const database = await side(to, split.database);
  const { map } = await evaluateRanking(
    {
      queries: queries.codes,
      database: database.codes,
      relevant: { queries: queries.labels, database: database.labels },
    },
    { ...signal, precisionAt: [] },
  );
  return map;
}
