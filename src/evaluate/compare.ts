/** The comparison runner: every method × bits on the same splits, one split a seed; in this process or in several. */
import type { Dataset, LabelBudget, Protocol, UnseenClasses } from '../data/index.ts';
import { UnseenError } from '../errors.ts';
import { setDefaultThreads } from '../graph/threads.ts';
import type { FitProgress } from '../methods/index.ts';
import { describeEnvironment, type Environment } from './environment.ts';
import type { Evaluation } from './evaluate.ts';
import type { RunRecord } from './run-record.ts';
import type { Cell } from './runner/cell.ts';
import { startChild } from './runner/child.ts';
import { planCells } from './runner/plan.ts';
import { CellQueue } from './runner/queue.ts';
import { runCells } from './runner/run-cells.ts';
import { RunStore } from './runner/run-store.ts';
import { workHere } from './runner/worker.ts';
import { type SummaryRow, summarize } from './summary.ts';
import type { Task } from './tasks.ts';

/** `labelShare` and `labelSpaces`: how much of the training rows' labels every method may read. */
export interface CompareOptions extends LabelBudget {
  readonly data: Dataset;
  /** Default `zero-shot`. */
  readonly protocol?: Protocol;
  /** How many classes the seed draws, what share of them, or which; needed by zero-shot protocols. */
  readonly unseen?: UnseenClasses;
  /** As on the command line: `lsh`, `tzsh`, `tzsh/source-only` … */
  readonly methods: readonly string[];
  /** Code lengths. */
  readonly bits: readonly number[];
  /** What to measure; every method must be able to do one of them. Default: all that a method can do. */
  readonly tasks?: readonly Task[];
  /** A seed draws the split and seeds the methods. Three or more give a spread worth reading. */
  readonly seeds: readonly number[];
  /**
   * Settings by method name. Settings of `tzsh` count for every `tzsh/…` too, unless the variant's own say otherwise.
   */
  readonly settings?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Measure what methods mined against the dataset's labels, for the log. Never fed back. */
  readonly monitor?: boolean;
  /**
   * Child processes that share the runs, 0 … 256; 0 (the default) and 1: this process does them. Each child opens the
   * dataset again, from `source`, and holds it in memory. Figures do not depend on their number.
   */
  readonly processes?: number;
  /** Where children open the dataset: its folder, or the name of a bundled set. Needed by two processes and more. */
  readonly source?: string;
  /**
   * Threads of ONNX Runtime a process, 1 … 256, default 1: figures then do not depend on how many cores there are. Other
   * counts change the last bits.
   */
  readonly threads?: number;
  /**
   * Keeps every finished run in `runs.jsonl` of this folder, and takes from there those that were finished before: a
   * comparison that was stopped goes on, one with more methods or seeds does only what is new.
   */
  readonly folder?: string;
  /** Forget what `folder` holds. */
  readonly force?: boolean;
  /** Stops after the batch at hand. Finished runs are kept: the result comes back with `aborted: true`. */
  readonly signal?: AbortSignal;
  /** Called once, before the first run. */
  readonly onPlan?: (plan: {
    readonly total: number;
    /** Those that `folder` had, in the plan's order. */
    readonly kept: readonly RunRecord[];
  }) => void;
  readonly onProgress?: (progress: CompareProgress) => void;
  /** Called with the results of every finished run (its databases), in the order of their ends. */
  readonly onRun?: (results: readonly Evaluation[], state: CompareState) => void;
  /** Called for a run that failed; the others go on. */
  readonly onFailure?: (failure: RunFailure) => void;
}

export interface CompareState {
  /** Share of the whole comparison, 0 … 1: every run counts the same. */
  readonly done: number;
  /** Until all runs are done, by how long others of their method and length took; missing before the first is timed. */
  readonly remainingSeconds?: number;
}

export interface CompareProgress extends CompareState {
  readonly method: string;
  readonly bits: number;
  readonly seed: number;
  /** Share of this run, 0 … 1. */
  readonly share: number;
  /** The method's or the evaluation's phase. */
  readonly phase: string;
  readonly metrics: FitProgress['metrics'];
}

export interface RunFailure {
  readonly method: string;
  readonly bits: number;
  readonly seed: number;
  readonly error: UnseenError;
}

export interface Comparison {
  /** Of this call; runs that were kept have their own in `records`. */
  readonly environment: Environment;
  /** Method × bits × seed × task × database, in the plan's order. */
  readonly runs: readonly Evaluation[];
  /** Means over seeds, and over both directions between pictures and texts. */
  readonly summary: readonly SummaryRow[];
  /** Whether the signal ended it before all runs were done. */
  readonly aborted: boolean;
  /** What is kept of every run, in the plan's order. */
  readonly records: readonly RunRecord[];
  /** Runs that failed, in the plan's order. */
  readonly failures: readonly RunFailure[];
}

const MOST = 256;

/**
 * Fits and evaluates every method × bits × seed. All settings and splits are checked before the first run.
 *
 * An abort is no error here: what is finished comes back with `aborted: true`. Runs that fail are `failures`, and the
 * others go on; if none succeeds, the first failure's error is thrown.
 *
 * @throws `ARGUMENT_INVALID`, `METHOD_UNKNOWN`, `METHOD_SETTING_UNKNOWN`, `TASKS_IMPOSSIBLE`, `TRAINING_INPUT_MISSING`; those of
 *   `makeSplit`, `HashMethod.fit`, `evaluate`; with `folder` `OUTPUT_FOREIGN`, `COMPARISON_RUNNING`, `COMPARISON_OTHER_DATASET`, `FILE_MALFORMED`,
 *   `FILE_UNWRITABLE`; with children `RUN_CRASHED`, `DATASET_CHANGED`
 */
export async function compare(options: CompareOptions): Promise<Comparison> {
  const { data, threads = 1, processes = 0, folder, force = false } = options;
  checkNumber('threads', threads, 1);
  checkNumber('processes', processes, 0);
  const cells = planCells(options, threads);
  if (processes > 1 && options.source === undefined) {
    const reason = 'must say where child processes open the dataset';
    throw new UnseenError('ARGUMENT_INVALID', { name: 'source', reason, received: 'nothing' });
  }
  const environment = await describeEnvironment();
  const { name, fingerprint } = data;
  const store =
    folder === undefined ? undefined : await RunStore.open(folder, { name, fingerprint }, { force });
  const before = setDefaultThreads(threads);
  try {
    return await runPlan(options, { cells, environment, store, threads, processes });
  } finally {
    setDefaultThreads(before);
    await store?.close();
  }
}

interface Plan {
  readonly cells: readonly Cell[];
  readonly environment: Environment;
  readonly store: RunStore | undefined;
  readonly threads: number;
  readonly processes: number;
}

async function runPlan(
  options: CompareOptions,
  { cells, environment, store, threads, processes }: Plan,
): Promise<Comparison> {
  const { data, source, monitor = false, onPlan, onProgress, onRun, onFailure } = options;
  const records = new Map<string, RunRecord>();
  const failures = new Map<string, RunFailure>();
  const running = new Map<string, { readonly cell: Cell; readonly share: number }>();
  for (const { key } of cells) {
    const kept = store?.kept.get(key);
    if (kept) records.set(key, kept);
  }
  const inOrder = <T>(of: ReadonlyMap<string, T>): T[] => cells.flatMap(({ key }) => of.get(key) ?? []);
  onPlan?.({ total: cells.length, kept: inOrder(records) });

  const todo = cells.filter(({ key }) => !records.has(key));
  const count = Math.max(1, Math.min(processes, todo.length));
  const queue = new CellQueue(todo, { longestFirst: count > 1 });
  for (const kept of records.values()) queue.note(kept, kept.evaluations[0]!.trainSeconds ?? 0);
  const state = (): CompareState => {
    const [shares, seconds] = [...running.values()].reduce(
      ([shared, left], { cell, share }) => [
        shared + share,
        left + (1 - share) * (queue.expected(cell) ?? Number.NaN),
      ],
      [0, queue.remaining() ?? Number.NaN] as [number, number],
    );
    return {
      done: (records.size + failures.size + shares) / cells.length,
      ...(Number.isFinite(seconds) && { remainingSeconds: seconds / count }),
    };
  };

  /** A disk that is full ends everything: nothing more could be kept. */
  const broken = new AbortController();
  const signal = AbortSignal.any([broken.signal, ...(options.signal ? [options.signal] : [])]);
  const context = { environment, threads, monitor, signal };
  const start = async () => (count > 1 ? startChild(source!, data, context) : workHere(data, context));
  await runCells(queue, count, start, {
    signal,
    progress(cell, { share, phase, metrics }) {
      running.set(cell.key, { cell, share });
      const { method, bits, seed } = cell;
      onProgress?.({ method, bits, seed, share, phase, metrics, ...state() });
    },
    async finished({ key }, record) {
      try {
        await store?.append(record);
      } catch (error) {
        broken.abort();
        throw error;
      }
      running.delete(key);
      records.set(key, record);
      onRun?.(record.evaluations, state());
    },
    failed({ key, method, bits, seed }, error) {
      running.delete(key);
      const failure = { method, bits, seed, error };
      failures.set(key, failure);
      onFailure?.(failure);
    },
  });
  const aborted = signal.aborted && records.size + failures.size < cells.length;
  const first = inOrder(failures)[0];
  if (first && records.size === 0 && !aborted) throw first.error;
  const done = inOrder(records);
  const runs = done.flatMap(({ evaluations }) => evaluations);
  return { environment, runs, summary: summarize(runs), aborted, records: done, failures: inOrder(failures) };
}

function checkNumber(name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least && value <= MOST) return;
  const reason = `must be a whole number from ${least} to ${MOST}`;
  throw new UnseenError('ARGUMENT_INVALID', { name, reason, received: value });
}
