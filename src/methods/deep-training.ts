/** What the training of deep methods shares: the optimiser, a stretch of steps with its log, and the encoder's export. */
import {
  adamw,
  chain,
  clipByGlobalNorm,
  exportModel,
  type Feed,
  type Optimizer,
  type Tensor,
  type TrainingStep,
} from '../graph/index.ts';
import type { Trunk } from './trunk.ts';

/** Gradients longer than this are cut to it: pixels trained from scratch spike in their first steps. */
const GRADIENT_LIMIT = 5;
/** Steps between two lines of progress within a phase. */
const REPORT_EVERY = 25;

/** AdamW with cut gradients; the rate is given step by step. */
export const deepOptimizer = (weightDecay: number): Optimizer =>
  chain(clipByGlobalNorm(GRADIENT_LIMIT), adamw({ weightDecay }));

/** Steps `[from, to)` of round `r` when `rounds` rounds share the steps `[start, end)`. */
export const stretch = (start: number, end: number, r: number, rounds: number): [number, number] => [
  start + Math.round(((end - start) * r) / rounds),
  start + Math.round(((end - start) * (r + 1)) / rounds),
];

export interface Steps {
  readonly phase: string;
  /** Steps `from` … `to` − 1 of the whole training. */
  readonly from: number;
  readonly to: number;
  readonly settings: { readonly steps: number; readonly learningRate: number };
  readonly feeds: () => Readonly<Record<string, Feed>>;
  readonly report: (phase: string, done: number, metrics: Readonly<Record<string, number>>) => Promise<void>;
  /** Added to every line of the log. */
  readonly extra?: Readonly<Record<string, number>>;
}

/** Takes steps at a rate that falls to 0 along a cosine over the whole training; reports the mean losses since the last report. */
export async function takeSteps(
  step: TrainingStep,
  { phase, from, to, settings, feeds, report, extra = {} }: Steps,
): Promise<void> {
  let sums: Record<string, number> = {};
  let count = 0;
  for (let at = from; at < to; at++) {
    const learningRate = settings.learningRate * 0.5 * (1 + Math.cos((Math.PI * at) / settings.steps));
    const losses = await step.run(feeds(), { learningRate });
    for (const [name, value] of Object.entries(losses)) sums[name] = (sums[name] ?? 0) + value;
    count++;
    if (count === REPORT_EVERY || at === to - 1) {
      const means = Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / count]));
      await report(phase, (at + 1) / settings.steps, { ...means, ...extra });
      sums = {};
      count = 0;
    }
  }
}

export interface HashNetwork extends Trunk {
  /** `[n, width]` → `[n, bits]` in (−1, 1). */
  hash(features: Tensor): Tensor;
}

/** The encoder as it stands: ONNX from `input` to `code`. */
export function exportEncoder(network: HashNetwork, step: TrainingStep): Uint8Array {
  const x = network.input('input', 'batch');
  const code = network.hash(network.trunk(x, false));
  return exportModel({ inputs: [x], outputs: { code }, parameters: step.parameters() });
}
