/** Training: the source alone, then rounds of {label the pool, train on both}. */
import { takeRows } from '../../data/index.ts';
import type { TrainingStep } from '../../graph/index.ts';
import type { Random } from '../../random.ts';
import { randomRows, seenLabels, sourceSampler } from '../batches.ts';
import type { TrainingSet } from '../contract.ts';
import { exportEncoder, stretch, takeSteps } from '../deep-training.ts';
import { product } from '../dense.ts';
import { forwardRows } from '../forward-rows.ts';
import { gatherInputs } from '../gather-inputs.ts';
import { standardise } from '../trunk.ts';
import { conceptCount, labelPrecision, membershipsOf, topConcepts } from './concepts.ts';
import { buildPseudoLabelNetwork, compilePseudoLabel, type PseudoLabelNetwork } from './objective.ts';
import type { PseudoLabelSettings } from './options.ts';

export interface PseudoLabelTraining {
  readonly set: TrainingSet;
  readonly settings: PseudoLabelSettings;
  readonly random: (stream: string) => Random;
  readonly report: (phase: string, done: number, metrics?: Readonly<Record<string, number>>) => Promise<void>;
  readonly checkpoint: (phase: string, onnx: () => Uint8Array) => Promise<void>;
  /** Only for the log: `[pool]` true classes, counting unseen ones, −1 where unknown. */
  readonly truth?: Int32Array;
}

/** Trains and returns the encoder as ONNX. */
export async function trainPseudoLabel(training: PseudoLabelTraining): Promise<Uint8Array> {
  const { set, settings, random, report, checkpoint, truth } = training;
  const { source, pool, seen, unseen, classEmbeddings } = set;
  const { steps, rounds, batch } = settings;
  const network = buildPseudoLabelNetwork(set.preprocessing, standardise(source.inputs, pool.inputs), {
    hidden: settings.hidden,
    bits: settings.bits,
    semantics: classEmbeddings.cols,
  });
  const embeddings = takeRows(classEmbeddings, seen);
  const labels = seenLabels(set);
  const nextSource = sourceSampler(labels, seen.length, random('source batches'), settings);
  const augmentation = random('augmentation');
  const sourceFeeds = () => {
    const rows = nextSource();
    const own = rows.map((row) => labels[row]!);
    return { source: gatherInputs(source.inputs, rows, augmentation), labels: own };
  };
  const warmUp = Math.min(steps - 1, Math.round(steps * settings.warmUp));

  let step: TrainingStep | undefined;
  const encoder = (): Uint8Array => exportEncoder(network, step!);
  try {
    if (warmUp > 0) {
      step = await compilePseudoLabel(network, embeddings, unseen.length, settings, false);
      await takeSteps(step, { phase: 'source', from: 0, to: warmUp, settings, feeds: sourceFeeds, report });
      await checkpoint('source', encoder);
    }
    const joint = await compilePseudoLabel(network, embeddings, unseen.length, settings, true);
    if (step) {
      joint.load(step.state(), { step: step.step });
      await step.dispose();
    }
    step = joint;
    const everything = Int32Array.from({ length: pool.inputs.rows }, (_, i) => i);
    const poolBatches = random('pool batches');
    const label = await labeller(network, joint, training);
    for (let r = 0; r < rounds; r++) {
      const phase = `round ${r + 1}/${rounds}`;
      const [from, to] = stretch(warmUp, steps, r, rounds);
      const top = await label();
      const memberships = membershipsOf(top, unseen.length);
      const feeds = () => {
        const rows = randomRows(everything, batch, poolBatches);
        return {
          ...sourceFeeds(),
          pool: gatherInputs(pool.inputs, rows, augmentation),
          memberships: gatherInputs(memberships, rows),
        };
      };
      const extra = truth ? { ...labelPrecision(top, truth) } : {};
      await takeSteps(step, { phase, from, to, settings, feeds, report, extra });
      await checkpoint(phase, encoder);
    }
    return encoder();
  } finally {
    await step?.dispose();
  }
}

/** Labels the pool with the network as it is: the concepts of every item, the best first. */
async function labeller(
  network: PseudoLabelNetwork,
  step: TrainingStep,
  { set, settings }: PseudoLabelTraining,
): Promise<() => Promise<Int32Array[]>> {
  const x = network.input('input', 'batch');
  const outputs = { semantic: network.semantic(network.trunk(x, false)) };
  const forward = await step.forward({ inputs: [x], outputs });
  const embeddings = takeRows(set.classEmbeddings, set.unseen);
  const count = conceptCount(settings.concepts, set.unseen.length);
  return async () => {
    const { semantic } = await forwardRows(forward, set.pool.inputs, ['semantic']);
    const scores = await product(semantic, embeddings, { transposeB: true, threads: settings.threads });
    return topConcepts(scores, count);
  };
}
