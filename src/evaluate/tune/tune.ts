/**
 * Tuning without cheating: hyper-parameters by cross-validation over the training rows alone. For the zero-shot protocols the
 * held-out folds are seen *classes* that play the unseen ones, not rows of classes that also train (docs/tuning.md).
 */
import type { Dataset, Protocol, Split } from '../../data/index.ts';
import { throwIfAborted, UnseenError } from '../../errors.ts';
import { createMethod, type HashMethod, METHODS } from '../../methods/index.ts';
import { describeEnvironment, type Environment } from '../environment.ts';
import { spread } from '../summary.ts';
import type { Task } from '../tasks.ts';
import { type Choice, choose } from './choose.ts';
import { innerSplits } from './folds.ts';
import { mainTasks, score } from './score.ts';
import { type Settings, type Space, settingsToTry } from './space.ts';
import { trainingPart } from './training-part.ts';

export interface TuneOptions {
  /** As on the command line: `itq`, `tzsh`, `tzsh/source-only` … */
  readonly method: string;
  /** Length of the codes. */
  readonly bits: number;
  /**
   * Values by setting: a single one is set in every trial, of several each is tried. Where none has several, the values are
   * the method's own (`METHODS[method].search`).
   */
  readonly settings?: Space;
  /** At most so many settings, the default among them; 2 or more, default 20. A larger grid is sampled by the seed. */
  readonly trials?: number;
  /** Parts that the seen classes (supervised: the training rows) are dealt into; 2 … 20, default 3. */
  readonly folds?: number;
  /** Deals the folds, draws settings and seeds the method; default 0. */
  readonly seed?: number;
  /**
   * Give a setting up after the first fold where its mean is more than a tenth below that of the best finished setting on the
   * same folds. Default true.
   */
  readonly prune?: boolean;
  /** Stops at the fit at hand. Finished trials are kept: the result comes back with `aborted: true`. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TuneProgress) => void;
  /** Called with every finished trial, before the next begins. */
  readonly onTrial?: (trial: Trial, index: number, total: number) => void;
}

export interface TuneProgress {
  readonly settings: Settings;
  /** Index of the trial and of the fold. */
  readonly trial: number;
  readonly fold: number;
  readonly phase: string;
  /** Share of all trials and folds, 0 … 1; those given up count as done. */
  readonly done: number;
}

export interface Trial {
  /** Without `bits` and `seed`; what is not named has its default. */
  readonly settings: Settings;
  /** Mean mAP of the main tasks on each fold; fewer where the trial was given up. */
  readonly scores: readonly number[];
  readonly mean: number;
  /** Sample standard deviation over folds; null for a single one. */
  readonly sd: number | null;
  /** Mean wall time of one fit. */
  readonly trainSeconds: number;
  /** Given up: clearly worse than the best on the same folds. */
  readonly pruned: boolean;
}

export interface Fold {
  /** Names of the classes held out; none for the supervised protocols, whose folds hold rows of all classes. */
  readonly classes: readonly string[];
  /** Numbers of rows. */
  readonly train: number;
  readonly pool: number;
  readonly query: number;
  readonly database: number;
}

export interface Tuning {
  readonly environment: Environment;
  readonly method: string;
  readonly bits: number;
  readonly seed: number;
  readonly dataset: { readonly name: string; readonly fingerprint: string };
  /** SHA-256 of the split whose training rows were used. */
  readonly split: string;
  readonly protocol: Protocol;
  readonly tasks: readonly Task[];
  readonly folds: readonly Fold[];
  /** The default first, then in the order in which they ran. */
  readonly trials: readonly Trial[];
  /** Null when not one trial was finished. */
  readonly choice: Choice | null;
  /** What is recommended: those of `trials[choice.recommended]`. */
  readonly settings: Settings;
  readonly aborted: boolean;
}

/** How far below the best finished trial, as a share of its mean, a trial is given up. */
const CLEARLY_WORSE = 0.1;

/**
 * Searches settings of a method for a split. Of the dataset only the split's training rows are read, and of their labels only
 * those that the split lets methods read: pool, queries and database have no part in it. All settings and folds are checked
 * before the first fit.
 *
 * An abort is no error here: finished trials come back with `aborted: true`.
 *
 * @throws `ARGUMENT_INVALID`, `METHOD_UNKNOWN`, `METHOD_SETTING_UNKNOWN`, `SPLIT_OTHER_DATASET`, `TUNE_NOTHING`, `TUNE_FOLDS`,
 *   `TASKS_IMPOSSIBLE`; those of `HashMethod.fit`
 */
export async function tune(data: Dataset, split: Split, options: TuneOptions): Promise<Tuning> {
  const { method, bits, folds = 3, seed = 0, trials: most = 20, prune = true, signal } = options;
  checkNumber('folds', folds, 2, 20);
  checkNumber('trials', most, 2, 10_000);
  const tried = settingsToTry({ ...options, seed, trials: most });
  const methods = tried.map((settings) => createMethod(method, { ...settings, bits, seed }));
  const part = trainingPart(data, split);
  const splits = innerSplits(part, split, { folds, seed });
  const { modalities } = METHODS[method]!;
  const tasks = splits.map((inner) => mainTasks({ name: method, modalities }, part, inner));
  const trials: Trial[] = [];
  let aborted = false;
  for (const [i, settings] of tried.entries()) {
    try {
      const trial = await runTrial(methods[i]!, settings, {
        part,
        splits,
        tasks,
        ...(signal && { signal }),
        ...(prune && { best: bestOf(trials) }),
        report: (fold, phase, share) => {
          const done = (i + (fold + share) / folds) / tried.length;
          options.onProgress?.({ settings, trial: i, fold, phase, done });
        },
      });
      trials.push(trial);
      options.onTrial?.(trial, i, tried.length);
    } catch (error) {
      if (!(error instanceof UnseenError && error.code === 'ABORTED')) throw error;
      aborted = true;
      break;
    }
  }
  const choice = trials.length > 0 ? choose(trials.map(({ scores }) => scores)) : null;
  return {
    environment: await describeEnvironment(),
    method,
    bits,
    seed,
    dataset: { name: data.name, fingerprint: data.fingerprint },
    split: split.hash,
    protocol: split.protocol,
    tasks: [...new Set(tasks.flat())],
    folds: splits.map((inner) => describeFold(part, inner)),
    trials,
    choice,
    settings: tried[choice?.recommended ?? 0]!,
    aborted,
  };
}

interface TrialWork {
  readonly part: Dataset;
  readonly splits: readonly Split[];
  /** Of every fold. */
  readonly tasks: readonly (readonly Task[])[];
  readonly signal?: AbortSignal;
  /** The best finished trial, if one much worse is to be given up. */
  readonly best?: Trial | undefined;
  readonly report: (fold: number, phase: string, share: number) => void;
}

async function runTrial(method: HashMethod, settings: Settings, work: TrialWork): Promise<Trial> {
  const { part, splits, tasks, signal, best, report } = work;
  const scores: number[] = [];
  const seconds: number[] = [];
  for (const [fold, split] of splits.entries()) {
    throwIfAborted(signal, 'tuning');
    const { map, trainSeconds } = await score(method, part, split, {
      tasks: tasks[fold]!,
      ...(signal && { signal }),
      onProgress: (phase, done) => report(fold, phase, done),
    });
    scores.push(map);
    seconds.push(trainSeconds);
    if (best && isClearlyWorse(scores, best.scores)) break;
  }
  const pruned = scores.length < splits.length;
  return { settings, scores, ...spread(scores), trainSeconds: spread(seconds).mean, pruned };
}

const bestOf = (trials: readonly Trial[]): Trial | undefined =>
  trials
    .filter(({ pruned }) => !pruned)
    .reduce<Trial | undefined>((best, one) => (best && best.mean >= one.mean ? best : one), undefined);

const isClearlyWorse = (scores: readonly number[], best: readonly number[]): boolean =>
  spread(scores).mean < (1 - CLEARLY_WORSE) * spread(best.slice(0, scores.length)).mean;

const describeFold = ({ classes }: Dataset, { unseen, train, pool, query, database }: Split): Fold => ({
  classes: unseen.map((label) => classes[label]!),
  train: train.length,
  pool: pool.length,
  query: query.length,
  database: database.length,
});

function checkNumber(name: string, received: number, min: number, max: number): void {
  if (Number.isInteger(received) && received >= min && received <= max) return;
  const reason = `must be a whole number from ${min} to ${max}`;
  throw new UnseenError('ARGUMENT_INVALID', { name, reason, received });
}
