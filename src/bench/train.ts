/**
 * One training step against PyTorch, JAX, jax-js and TensorFlow.js in one run: the same net, first weights and batches,
 * as many threads, rounds taken in turn so that a busy machine is busy for all, and parameters compared.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { throwIfAborted, UnseenError } from '../errors.ts';
import { UNSEEN_VERSION } from '../model/index.ts';
import { ownEngine, startRival, type Timing, TRAIN_RIVALS, type TrainEngine } from './train-engines.ts';
import { makeProblem, PARAMETERS, productFlops, type Weights, writeProblem } from './train-problem.ts';

interface BenchTrainOptions {
  /** Features, hidden units, outputs. Default: 2048, 1024, 64. */
  readonly net?: readonly [number, number, number];
  /** Rows a step, ≥ 2. Default: 128. */
  readonly batch?: number;
  /** Of every engine that has threads, 1 … the machine's. Default: the machine's. */
  readonly threads?: number;
  /** Rounds of each engine, 1 … 1000. Default: 9. */
  readonly rounds?: number;
  /** Side of the matrices whose product is the roof, 64 … 8192. Default: 2048. */
  readonly gemmSize?: number;
  /** Default: 0. */
  readonly seed?: number;
  /** Which rivals to race; default: all. */
  readonly rivals?: readonly string[];
  readonly signal?: AbortSignal;
  /** Told what is measured next. */
  readonly onProgress?: (what: string) => void;
}

export interface BenchTrainCase {
  readonly engine: 'unseen' | 'torch' | 'jax' | 'jax-js' | 'tfjs-wasm';
  readonly version: string;
  /** What was chosen where the engine leaves a choice: of all ways that were raced, the fastest. */
  readonly setting: string;
  /** `features-hidden-outputs`. */
  readonly net: string;
  readonly batch: number;
  /** As many as were asked for, or 1 where the engine has none. */
  readonly threads: number;
  /** Of one step, over all timed steps of all rounds. */
  readonly medianMs: number;
  readonly p10Ms: number;
  readonly p90Ms: number;
  /** Processor time of a step, all threads together, median of the rounds' means. */
  readonly cpuMs: number;
  /** The step's matrix products alone ÷ its median time ÷ the roof. */
  readonly gemmShare: number;
  /** Rivals only. */
  readonly againstOurs?: AgainstOurs;
}

interface AgainstOurs {
  /** Its time ÷ ours, each the median of a round; above 1 we are faster. Median, least and greatest of the rounds. */
  readonly ratio: number;
  readonly ratioLow: number;
  readonly ratioHigh: number;
  /** After 20 steps: the greatest of the four tensors' max |ours − theirs| ÷ max |theirs|. */
  readonly maxRelativeDifference: number;
  /** After 20 steps, all parameters as one vector: ‖ours − theirs‖ ÷ ‖theirs − first weights‖. */
  readonly updateRelativeDifference: number;
  /** Median ms of its other ways, which were slower. */
  readonly slower: Readonly<Record<string, number>>;
}

interface BenchTrainReport {
  readonly cases: readonly BenchTrainCase[];
  /** Rivals that are not on this machine, and how to install them. They are never estimated. */
  readonly missing: readonly { readonly engine: string; readonly install: string }[];
  /** The fastest float32 matrix product that any engine here was seen to take, in 10⁹ operations a second. */
  readonly gemmRoofGflops: number;
  readonly gemmRoofEngine: string;
}

/** Steps after which parameters are compared. */
const COMPARED_STEPS = 20;
/** Untimed steps of a round, after which caches, threads and code are warm. */
const WARM = 2;
/** A round has as many steps as take about this long, within the limits. */
const ROUND_MS = 300;
const MIN_STEPS = 2;
const MAX_STEPS = 50;
/** The roof is what was reached once: a few calls in each of a few rounds show it. */
const GEMM_CALLS = 3;
const GEMM_ROUNDS = 3;

interface Entrant {
  readonly name: BenchTrainCase['engine'];
  readonly engine: TrainEngine;
  readonly steps: number;
  readonly after: Weights;
  /** One a round. */
  readonly rounds: Timing[];
}

/** @throws `ABORTED`, `ARGUMENT_INVALID`; `INTERNAL` if a rival breaks off. */
export async function benchTrain(options: BenchTrainOptions = {}): Promise<BenchTrainReport> {
  const { net = [2048, 1024, 64], batch = 128, rounds = 9, gemmSize = 2048, seed = 0 } = options;
  const { threads = availableParallelism(), rivals, signal, onProgress } = options;
  for (const size of net) check('net', size, 1, 65536);
  check('batch', batch, 2, 65536);
  check('threads', threads, 1, availableParallelism());
  check('rounds', rounds, 1, 1000);
  check('gemmSize', gemmSize, 64, 8192);
  throwIfAborted(signal, 'benchmark');
  const problem = makeProblem(net, batch, seed);
  const folder = await mkdtemp(join(tmpdir(), 'unseen-bench-'));
  const engines: { name: BenchTrainCase['engine']; engine: TrainEngine }[] = [];
  try {
    await writeProblem(problem, folder);
    engines.push({ name: 'unseen', engine: await ownEngine(problem, threads, UNSEEN_VERSION) });
    const missing: { engine: string; install: string }[] = [];
    for (const rival of TRAIN_RIVALS.filter(({ engine }) => rivals?.includes(engine) ?? true)) {
      throwIfAborted(signal, 'benchmark');
      onProgress?.(`${rival.engine}: set-up`);
      const ways = await startRival(rival, problem, threads, folder);
      if (ways.length === 0) missing.push({ engine: rival.engine, install: rival.install });
      for (const engine of ways) engines.push({ name: rival.engine, engine });
    }
    const entrants: Entrant[] = [];
    for (const { name, engine } of engines) {
      throwIfAborted(signal, 'benchmark');
      onProgress?.(`${name} (${engine.setting}): ${COMPARED_STEPS} steps to compare`);
      const { times } = await engine.run(0, COMPARED_STEPS);
      const pace = Math.ceil(ROUND_MS / quantile(times, 0.5));
      const steps = Math.max(MIN_STEPS, Math.min(MAX_STEPS, pace));
      entrants.push({ name, engine, steps, after: await engine.parameters(), rounds: [] });
    }
    let roof = { gflops: 0, engine: '' };
    for (let round = 0; round < rounds; round++) {
      onProgress?.(`round ${round + 1} of ${rounds}`);
      for (const { name, engine, steps, rounds: done } of entrants) {
        throwIfAborted(signal, 'benchmark');
        done.push(await engine.run(WARM, steps));
        if (round >= GEMM_ROUNDS) continue;
        const best = Math.min(...(await engine.gemm(gemmSize, GEMM_CALLS)));
        const gflops = (2 * gemmSize ** 3) / best / 1e6;
        if (gflops > roof.gflops) roof = { gflops, engine: name };
      }
    }
    return {
      cases: report(entrants, problem.weights, productFlops(problem) / 1e6 / roof.gflops).map((one) => ({
        ...one,
        net: net.join('-'),
        batch,
      })),
      missing,
      gemmRoofGflops: roof.gflops,
      gemmRoofEngine: roof.engine,
    };
  } finally {
    for (const { engine } of engines) await engine.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const stepTimes = (one: Entrant): number[] => one.rounds.flatMap(({ times }) => times);

/** One case an engine: of its ways the fastest. `roofMs`: the step's products at the roof. */
function report(
  entrants: readonly Entrant[],
  first: Weights,
  roofMs: number,
): Omit<BenchTrainCase, 'net' | 'batch'>[] {
  const median = (one: Entrant): number => quantile(stepTimes(one), 0.5);
  const ours = entrants[0]!;
  return [...new Set(entrants.map(({ name }) => name))].map((name) => {
    const [best, ...slower] = entrants
      .filter((one) => one.name === name)
      .sort((a, b) => median(a) - median(b)) as [Entrant, ...Entrant[]];
    const times = stepTimes(best);
    const { version, setting, threads } = best.engine;
    const medianMs = median(best);
    const measured = { medianMs, p10Ms: quantile(times, 0.1), p90Ms: quantile(times, 0.9) };
    const cpuMs = quantile(
      best.rounds.map(({ cpu, times: { length } }) => cpu / length),
      0.5,
    );
    const common = {
      engine: name,
      version,
      setting,
      threads,
      ...measured,
      cpuMs,
      gemmShare: roofMs / medianMs,
    };
    if (best === ours) return common;
    const ratios = best.rounds.map(
      ({ times }, i) => quantile(times, 0.5) / quantile(ours.rounds[i]!.times, 0.5),
    );
    const againstOurs = {
      ratio: quantile(ratios, 0.5),
      ratioLow: Math.min(...ratios),
      ratioHigh: Math.max(...ratios),
      ...differences(ours.after, best.after, first),
      slower: Object.fromEntries(slower.map((one) => [one.engine.setting, median(one)])),
    };
    return { ...common, againstOurs };
  });
}

/** How far our parameters are from theirs; `BenchTrainCase` defines both measures. */
export function differences(
  ours: Weights,
  theirs: Weights,
  first: Weights,
): Pick<AgainstOurs, 'maxRelativeDifference' | 'updateRelativeDifference'> {
  let maxRelativeDifference = 0;
  let [apart, moved] = [0, 0];
  for (const name of PARAMETERS) {
    let [greatest, scale] = [0, 0];
    for (const [i, b] of theirs[name].entries()) {
      const difference = Math.abs(ours[name][i]! - b);
      greatest = Math.max(greatest, difference);
      scale = Math.max(scale, Math.abs(b));
      apart += difference ** 2;
      moved += (b - first[name][i]!) ** 2;
    }
    maxRelativeDifference = Math.max(maxRelativeDifference, greatest / scale);
  }
  return { maxRelativeDifference, updateRelativeDifference: Math.sqrt(apart / moved) };
}

/** The value below which a share `q` of the times lies. */
function quantile(times: readonly number[], q: number): number {
  const order = [...times].sort((a, b) => a - b);
  return order[Math.min(order.length - 1, Math.floor(q * order.length))]!;
}

function check(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  const reason = `must be a whole number from ${min} to ${max}`;
  throw new UnseenError('ARGUMENT_INVALID', { name, reason, received: value });
}
