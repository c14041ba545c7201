/** One run: split, fit, evaluation, record. The same in this process and in a child. */
import { type Dataset, makeSplit, type Split } from '../../data/index.ts';
import { UnseenError } from '../../errors.ts';
import { createMethod, type FitProgress } from '../../methods/index.ts';
import type { Environment } from '../environment.ts';
import { evaluateInDepth } from '../evaluate.ts';
import type { RunRecord } from '../run-record.ts';
import type { Cell } from './cell.ts';
import { FitHistory } from './fit-history.ts';

/** Fit is most of a run of any method that learns. */
const FIT_SHARE = 0.8;

export interface CellProgress {
  /** Share of the run, 0 … 1. */
  readonly share: number;
  readonly phase: string;
  readonly metrics: FitProgress['metrics'];
}

export interface CellContext {
  readonly data: Dataset;
  readonly environment: Environment;
  readonly monitor: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Fits and evaluates.
 * @throws `DATASET_CHANGED` where the split cannot be made again; those of `HashMethod.fit` and `evaluate`
 */
export async function runCell(
  cell: Cell,
  { data, environment, monitor, signal }: CellContext,
  report: (progress: CellProgress) => void,
): Promise<RunRecord> {
  const { key, method: name, bits, seed, settings, tasks } = cell;
  const split = splitOf(data, cell);
  const stop = signal ? { signal } : {};
  const history = new FitHistory();
  const start = performance.now();
  const model = await createMethod(name, { ...settings, bits, seed }).fit(data, split, {
    ...stop,
    monitor,
    onProgress(event) {
      history.add(event);
      report({ share: FIT_SHARE * event.done, phase: event.phase, metrics: event.metrics });
    },
  });
  history.close();
  const trainSeconds = (performance.now() - start) / 1000;
  try {
    const { evaluations, insight } = await evaluateInDepth(model, data, split, {
      ...stop,
      tasks,
      trainSeconds,
      onProgress: ({ phase, done }) =>
        report({ share: FIT_SHARE + (1 - FIT_SHARE) * done, phase, metrics: {} }),
    });
    return {
      key,
      method: name,
      bits,
      seed,
      settings,
      dataset: { name: data.name, fingerprint: data.fingerprint },
      split: split.hash,
      evaluations,
      history: history.events,
      insight,
      environment,
      finishedAt: new Date().toISOString(),
    };
  } finally {
    await model.dispose();
  }
}

/** Runs of one seed come one after the other: the last split is at hand. */
const lastSplit = new WeakMap<Dataset, Split>();

function splitOf(data: Dataset, { split: options, splitHash }: Cell): Split {
  const last = lastSplit.get(data);
  if (last?.hash === splitHash) return last;
  const split = makeSplit(data, options);
  if (split.hash !== splitHash)
    throw new UnseenError('DATASET_CHANGED', {
      source: `the split of seed ${split.seed}`,
      expected: splitHash,
      received: split.hash,
    });
  lastSplit.set(data, split);
  return split;
}
