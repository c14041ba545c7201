/** The training loop: warm-up on the source, then greedy rounds of mining and joint training. */
import { takeRows } from '../../data/index.ts';
import type { TrainingStep } from '../../graph/index.ts';
import type { Random } from '../../random.ts';
import { randomRows, seenLabels, sourceSampler } from '../batches.ts';
import type { TrainingSet } from '../contract.ts';
import { exportEncoder, stretch, takeSteps } from '../deep-training.ts';
import { gatherInputs } from '../gather-inputs.ts';
import { standardise } from '../trunk.ts';
import { representatives } from './coarse.ts';
import { coarsePairs, finePairs, type MinedPairs } from './fine.ts';
import { nextRound, type Round } from './greedy.ts';
import { Miner } from './mining.ts';
import { type PairPrecision, pairPrecision } from './monitor.ts';
import { buildNetwork, type Network } from './network.ts';
import { compileObjective, scoredPairs } from './objective.ts';
import type { TzshSettings, Variant } from './options.ts';

export interface TzshTraining {
  readonly set: TrainingSet;
  readonly settings: TzshSettings;
  readonly variant: Variant;
  readonly random: (stream: string) => Random;
  readonly report: (phase: string, done: number, metrics?: Readonly<Record<string, number>>) => Promise<void>;
  /** Called after every round with a way to get the encoder as it stands. */
  readonly checkpoint?: (phase: string, onnx: () => Uint8Array) => Promise<void>;
  /** Only for the variant `oracle`: the pool's true classes, 0 … unseen − 1. */
  readonly oracle?: Int32Array;
  /** Only for the log: the pool's true classes by any numbering, −1 where unknown. */
  readonly truth?: Int32Array;
}

/** What the joint step draws its target batches from. */
interface Target {
  readonly chosen: Int32Array;
  readonly pairs: MinedPairs;
}

/** The weight of mined pairs rises from 0 over this share of the joint steps, so that the first ones do not jolt. */
const TRANSFER_RAMP = 0.1;

/** Trains and returns the encoder as ONNX. */
export async function trainTzsh(training: TzshTraining): Promise<Uint8Array> {
  const { set, settings, variant } = training;
  const network = buildNetwork(set.preprocessing, standardise(set.source.inputs, set.pool.inputs), {
    bits: settings.bits,
    hidden: settings.hidden,
    semantics: set.classEmbeddings.cols,
  });
  const embeddings = takeRows(set.classEmbeddings, set.seen);
  const loop = new Loop(training);
  const { steps } = settings;
  const mines = variant !== 'source-only' && variant !== 'oracle';
  const warmUp = mines
    ? Math.min(steps - 1, Math.round(steps * settings.warmUp))
    : variant === 'oracle'
      ? 0
      : steps;

  const encoder = (): Uint8Array => exportEncoder(network, step!);
  const done = (phase: string): Promise<void> => training.checkpoint?.(phase, encoder) ?? Promise.resolve();

  let step: TrainingStep | undefined;
  try {
    if (warmUp > 0) {
      step = await compileObjective(network, embeddings, settings, false);
      const rounds = warmUp === steps ? settings.rounds : 1;
      for (let r = 0; r < rounds; r++) {
        const [from, to] = stretch(0, warmUp, r, rounds);
        await loop.run(step, 'source', from, to);
        await done('source');
      }
    }
    if (warmUp < steps) {
      const joint = await compileObjective(network, embeddings, settings, true);
      if (step) {
        joint.load(step.state(), { step: step.step });
        await step.dispose();
      }
      step = joint;
      if (variant === 'oracle') {
        const truth = training.oracle!;
        const chosen = Int32Array.from(truth.keys()).filter((row) => truth[row]! >= 0);
        for (let r = 0; r < settings.rounds; r++) {
          const [from, to] = stretch(0, steps, r, settings.rounds);
          await loop.run(step, 'oracle', from, to, { chosen, pairs: coarsePairs(truth) });
          await done('oracle');
        }
      } else await mineAndTrain(training, network, step, loop, warmUp, done);
    }
    return encoder();
  } finally {
    await step?.dispose();
  }
}

/** Rounds of {mine, train}; the variants `coarse` and `fine` have one. */
async function mineAndTrain(
  training: TzshTraining,
  network: Network,
  step: TrainingStep,
  loop: Loop,
  warmUp: number,
  done: (phase: string) => Promise<void>,
): Promise<void> {
  const { set, settings, variant, truth } = training;
  const miner = await Miner.over(step, network, set, settings, training.random('covariance'));
  const rounds = variant === 'greedy' ? settings.rounds : 1;
  const shares = variant === 'greedy' ? settings : { ...settings, firstShare: settings.lastShare };
  let round: Round | undefined;
  for (let r = 0; r < rounds; r++) {
    const [from, to] = stretch(warmUp, settings.steps, r, rounds);
    const phase = `round ${r + 1}/${rounds}`;
    const mined = await miner.mine(round?.assignment.classOf);
    round = nextRound(round, mined.assignment, { ...shares, rounds });
    const { classOf } = round.assignment;
    const chosen = representatives(round.assignment, set.unseen.length, round.share);
    const random = training.random(`thresholds/${r}`);
    const pairs =
      variant === 'coarse'
        ? coarsePairs(classOf)
        : finePairs(classOf, chosen, mined.z, mined.scorer, { ...settings, random });
    const precision: Partial<PairPrecision> = truth ? pairPrecision(chosen, pairs, truth) : {};
    await loop.run(
      step,
      phase,
      from,
      to,
      { chosen, pairs },
      {
        representatives: chosen.length,
        agreement: round.agreement,
        ...precision,
      },
    );
    await done(phase);
  }
}

/** Draws batches and takes steps. Its random streams go on from phase to phase. */
class Loop {
  readonly #training: TzshTraining;
  readonly #nextSource: () => Int32Array;
  readonly #labels: Int32Array;
  readonly #pairs: Random;
  readonly #targets: Random;
  readonly #augment: Random;
  #jointSteps = 0;

  constructor(training: TzshTraining) {
    const { set, settings, random } = training;
    this.#training = training;
    this.#labels = seenLabels(set);
    this.#nextSource = sourceSampler(this.#labels, set.seen.length, random('source batches'), settings);
    this.#pairs = random('scored pairs');
    this.#targets = random('target batches');
    this.#augment = random('augmentation');
  }

  /** Steps `from` … `to` − 1 of the whole training. */
  run(
    step: TrainingStep,
    phase: string,
    from: number,
    to: number,
    target?: Target,
    extra: Readonly<Record<string, number>> = {},
  ): Promise<void> {
    const { settings, report } = this.#training;
    const feeds = () => ({ ...this.#sourceFeeds(), ...(target && this.#targetFeeds(target)) });
    return takeSteps(step, { phase, from, to, settings, feeds, report, extra });
  }

  #sourceFeeds() {
    const { set, settings } = this.#training;
    const rows = this.#nextSource();
    const labels = rows.map((row) => this.#labels[row]!);
    return {
      source: gatherInputs(set.source.inputs, rows, this.#augment),
      labels,
      ...this.#scorerPairs(labels, scoredPairs(settings.batch)),
    };
  }

  /** Places in the batch: the first half similar pairs, where the batch has any, the second dissimilar ones. */
  #scorerPairs(labels: Int32Array, count: number) {
    const left = new Int32Array(count);
    const right = new Int32Array(count);
    const together = new Float32Array(count);
    for (let k = 0; k < count; k++) {
      const wanted = k < count / 2;
      const a = this.#pairs.below(labels.length);
      const start = this.#pairs.below(labels.length);
      let b = a;
      for (let tries = 0; tries < labels.length; tries++) {
        const candidate = (start + tries) % labels.length;
        if (candidate !== a && (labels[candidate] === labels[a]) === wanted) {
          b = candidate;
          break;
        }
      }
      left[k] = a;
      right[k] = b;
      together[k] = labels[a] === labels[b] ? 1 : 0;
    }
    return { left, right, together };
  }

  #targetFeeds({ chosen, pairs }: Target) {
    const { set, settings } = this.#training;
    const { batch, steps } = settings;
    const rows = randomRows(chosen, batch, this.#targets);
    const similar = new Float32Array(batch * batch);
    const dissimilar = new Float32Array(batch * batch);
    pairs.fill(rows, similar, dissimilar);
    const ramp = TRANSFER_RAMP * steps * (1 - settings.warmUp);
    const transfer = settings.transfer * Math.min(1, ++this.#jointSteps / ramp);
    return { target: gatherInputs(set.pool.inputs, rows, this.#augment), similar, dissimilar, transfer };
  }
}
