/**
 * The training step that every engine is given, down to the same numbers: features → 1024 ReLU units → 64 linear
 * outputs h, θ = ½ h hᵀ over the batch, loss = mean(softplus(θ) − s θ) (pairwise likelihood, s = 1 for a pair of one
 * class), and momentum SGD: v ← 0.9 v + g, w ← w − rate · v.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Random } from '../random.ts';

export const PARAMETERS = ['w1', 'b1', 'w2', 'b2'] as const;
export type ParameterName = (typeof PARAMETERS)[number];
export type Weights = Readonly<Record<ParameterName, Float32Array>>;

export interface TrainProblem {
  /** Features, hidden units, outputs. */
  readonly sizes: readonly [number, number, number];
  readonly batch: number;
  readonly learningRate: number;
  readonly momentum: number;
  /** First values: w1 [features, hidden], b1, w2 [hidden, outputs], b2. */
  readonly weights: Weights;
  /** Features of each batch, [batch, features]; steps take the batches in turn. */
  readonly x: readonly Float32Array[];
  /** 1 where two rows of the batch are of one class, else 0: [batch, batch]. */
  readonly s: readonly Float32Array[];
}

/** Enough that a step does not find its input in the cache nearest to the core. */
const BATCHES = 8;
const CLASSES = 10;

export function makeProblem(
  sizes: readonly [number, number, number],
  batch: number,
  seed: number,
): TrainProblem {
  const random = new Random(seed, 'bench train');
  const [features, hidden, outputs] = sizes;
  const normal = (count: number, scale: number): Float32Array =>
    Float32Array.from({ length: count }, () => scale * random.normal());
  const centres = normal(CLASSES * features, 0.5);
  const x: Float32Array[] = [];
  const s: Float32Array[] = [];
  for (let b = 0; b < BATCHES; b++) {
    const labels = Array.from({ length: batch }, () => random.below(CLASSES));
    x.push(
      Float32Array.from({ length: batch * features }, (_, i) => {
        const label = labels[Math.floor(i / features)]!;
        return centres[label * features + (i % features)]! + random.normal();
      }),
    );
    s.push(
      Float32Array.from({ length: batch * batch }, (_, i) =>
        labels[Math.floor(i / batch)] === labels[i % batch] ? 1 : 0,
      ),
    );
  }
  const weights = {
    w1: normal(features * hidden, Math.sqrt(2 / features)),
    b1: new Float32Array(hidden),
    w2: normal(hidden * outputs, 0.3 * Math.sqrt(1 / hidden)), // θ begins where softplus bends
    b2: new Float32Array(outputs),
  };
  // At ten times this rate the first steps overshoot, and two float32 engines drift apart as they would from float64.
  return { sizes, batch, learningRate: 0.001, momentum: 0.9, weights, x, s };
}

/**
 * Floating-point operations of the matrix products of one step, two a multiplication with its addition: the two layers
 * forward, their weights' gradients, the hidden layer's gradient, θ, and its gradient through one symmetric product.
 */
export const productFlops = ({ sizes: [d, h, k], batch }: TrainProblem): number =>
  2 * batch * (2 * d * h + 3 * h * k + 2 * batch * k);

/** Raw float32 files, row-major, which the rivals' drivers read. */
export async function writeProblem(problem: TrainProblem, folder: string): Promise<void> {
  const write = (name: string, arrays: readonly Float32Array[]): Promise<void> =>
    writeFile(join(folder, `${name}.f32`), arrays);
  for (const name of PARAMETERS) await write(name, [problem.weights[name]]);
  await write('x', problem.x);
  await write('s', problem.s);
}
