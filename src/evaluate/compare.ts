/** The comparison runner: every method × bits on the same splits, one split a seed. */
import {
  type Dataset,
  type LabelBudget,
  type ModalityName,
  makeSplit,
  type Protocol,
  type Split,
  type UnseenClasses,
} from '../data/index.ts';
import { UnseenError } from '../errors.ts';
import { createMethod, type FitProgress, type HashMethod, METHODS } from '../methods/index.ts';
import { describeEnvironment, type Environment } from './environment.ts';
import { type Evaluation, evaluate } from './evaluate.ts';
import { type SummaryRow, summarize } from './summary.ts';
import { chooseTasks, type Task } from './tasks.ts';

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
  /** Stops after the batch at hand. Finished runs are kept: the result comes back with `aborted: true`. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: CompareProgress) => void;
  /** Called with the results of every finished run (its databases), before the next begins. */
  readonly onRun?: (results: readonly Evaluation[]) => void;
}

export interface CompareProgress {
  readonly method: string;
  readonly bits: number;
  readonly seed: number;
  /** Share of the whole comparison, 0 … 1: every run counts the same. */
  readonly done: number;
  /** The method's or the evaluation's phase. */
  readonly phase: string;
  readonly metrics: FitProgress['metrics'];
}

export interface Comparison {
  readonly environment: Environment;
  /** Method × bits × seed × task × database. */
  readonly runs: readonly Evaluation[];
  /** Means over seeds, and over both directions between pictures and texts. */
  readonly summary: readonly SummaryRow[];
  /** Whether the signal ended it before all runs were done. */
  readonly aborted: boolean;
}

/** Fit is most of a run of any method that learns. */
const FIT_SHARE = 0.8;

/**
 * Fits and evaluates every method × bits × seed. All settings and splits are checked before the first run.
 *
 * An abort is no error here: what is finished comes back with `aborted: true`. A run that fails throws its error;
 * `onRun` has seen the ones before it.
 *
 * @throws `ARGUMENT_INVALID`, `METHOD_UNKNOWN`, `METHOD_SETTING_UNKNOWN`, `TASKS_IMPOSSIBLE`, `TRAINING_INPUT_MISSING`; those of `makeSplit`,
 *   `HashMethod.fit`, `evaluate`
 */
export async function compare(options: CompareOptions): Promise<Comparison> {
  const planned = plan(options);
  const environment = await describeEnvironment();
  const runs: Evaluation[] = [];
  let aborted = false;
  for (const [i, run] of planned.entries()) {
    try {
      const results = await runOne(run, options, (share, phase, metrics) =>
        options.onProgress?.({
          method: run.method.name,
          bits: run.method.bits,
          seed: run.seed,
          done: (i + share) / planned.length,
          phase,
          metrics,
        }),
      );
      runs.push(...results);
      options.onRun?.(results);
    } catch (error) {
      if (!(error instanceof UnseenError && error.code === 'ABORTED')) throw error;
      aborted = true;
      break;
    }
  }
  return { environment, runs, summary: summarize(runs), aborted };
}

interface PlannedRun {
  readonly method: HashMethod;
  readonly seed: number;
  readonly split: Split;
  readonly tasks: readonly Task[];
}

/** Every run, the seeds outermost: an aborted comparison has whole seeds first. */
function plan(options: CompareOptions): PlannedRun[] {
  const { data, protocol = 'zero-shot', unseen, methods, bits, seeds, labelShare, labelSpaces } = options;
  checkList('methods', methods);
  checkList('bits', bits);
  checkList('seeds', seeds);
  if (options.tasks) checkList('tasks', options.tasks);
  checkSettings(options);
  const made = seeds.map((seed) => ({
    seed,
    methods: methods.flatMap((name) =>
      bits.map((length) => createMethod(name, { ...settingsOf(options, name), bits: length, seed })),
    ),
  }));
  return made.flatMap(({ seed, methods: ready }) => {
    const split = makeSplit(data, {
      protocol,
      seed,
      ...(unseen !== undefined && { unseen }),
      ...(labelShare !== undefined && { labelShare }),
      ...(labelSpaces !== undefined && { labelSpaces }),
    });
    return ready.map((method) => {
      const { name } = method;
      const { modalities } = METHODS[name]!;
      checkModalities(data, modalities);
      return { method, seed, split, tasks: chooseTasks({ name, modalities }, data, split, options.tasks) };
    });
  });
}

/** Fitting would say the same, but only when its turn has come. */
function checkModalities(data: Dataset, modalities: readonly ModalityName[]): void {
  const missing = modalities.find((modality) => !data.modalities[modality]);
  if (missing === undefined) return;
  const known = Object.keys(data.modalities).join(', ');
  const what = 'items';
  throw new UnseenError('TRAINING_INPUT_MISSING', { dataset: data.name, what, modality: missing, known });
}

async function runOne(
  { method, split, tasks }: PlannedRun,
  options: CompareOptions,
  report: (share: number, phase: string, metrics: FitProgress['metrics']) => void,
): Promise<Evaluation[]> {
  const { data, monitor } = options;
  const signal = options.signal ? { signal: options.signal } : {};
  const start = performance.now();
  const model = await method.fit(data, split, {
    ...signal,
    ...(monitor !== undefined && { monitor }),
    onProgress: ({ phase, done, metrics }) => report(FIT_SHARE * done, phase, metrics),
  });
  const trainSeconds = (performance.now() - start) / 1000;
  try {
    return await evaluate(model, data, split, {
      ...signal,
      tasks,
      trainSeconds,
      onProgress: ({ phase, done }) => report(FIT_SHARE + (1 - FIT_SHARE) * done, phase, {}),
    });
  } finally {
    await model.dispose();
  }
}

const familyOf = (name: string): string => name.split('/')[0]!;

const settingsOf = ({ settings = {} }: CompareOptions, name: string): Readonly<Record<string, unknown>> => ({
  ...settings[familyOf(name)],
  ...settings[name],
});

/** Settings of a method that does not run are a slip of the pen; `bits` and `seed` have their own lists. */
function checkSettings({ settings = {}, methods }: CompareOptions): void {
  for (const [name, values] of Object.entries(settings)) {
    if (!methods.some((method) => method === name || familyOf(method) === name)) {
      const reason = `must belong to one of ${methods.join(', ')}`;
      throw new UnseenError('ARGUMENT_INVALID', { name: 'settings', reason, received: name });
    }
    const taken = ['bits', 'seed'].find((key) => Object.hasOwn(values, key));
    if (taken) {
      const reason = 'is given by the lists of the comparison, not by a setting';
      throw new UnseenError('ARGUMENT_INVALID', {
        name: `settings.${name}.${taken}`,
        reason,
        received: values[taken],
      });
    }
  }
}

function checkList(name: string, values: readonly unknown[]): void {
  if (values.length > 0 && new Set(values).size === values.length) return;
  const reason = 'must name at least one, and none twice';
  throw new UnseenError('ARGUMENT_INVALID', { name, reason, received: values });
}
