/** Every loss against a loop in float64, and its gradient against central differences of that loop. */
import { describe, expect, it } from 'vitest';
import { compileForward, constant, grad, input, type Tensor } from '../graph/index.ts';
import { Random } from '../random.ts';
import {
  balanceLoss,
  binaryLoss,
  pairsOfLabels,
  pairwiseLoss,
  quantisationLoss,
  semanticLoss,
  tripletLoss,
} from './losses.ts';

const N = 7;
const BITS = 5;
const random = new Random(11, 'losses');
const normals = (length: number): number[] => Array.from({ length }, () => random.normal());

const LABELS = [0, 2, 1, 0, 2, 2, 3];
const CODES = normals(N * BITS).map(Math.tanh);
/** Weights as mining gives them: symmetric, no item with itself, some pairs unknown, all of them 0 or 1. */
const KNOWN = { similar: new Array<number>(N * N).fill(0), dissimilar: new Array<number>(N * N).fill(0) };
for (let i = 0; i < N; i++) {
  for (let j = i + 1; j < N; j++) {
    const kind = random.below(3);
    if (kind < 2) {
      const pairs = kind === 0 ? KNOWN.similar : KNOWN.dissimilar;
      pairs[i * N + j] = pairs[j * N + i] = 1;
    }
  }
}
const EMBEDDINGS = normals(4 * 3);
const TARGETS = [1, 0, 0, 1, 1, 0, 1];

const square = (n: number, values: readonly number[]): Tensor => constant([...values], [n, n]);
const pairs = { similar: square(N, KNOWN.similar), dissimilar: square(N, KNOWN.dissimilar) };
const none = {
  similar: square(
    N,
    KNOWN.similar.map(() => 0),
  ),
  dissimilar: square(
    N,
    KNOWN.dissimilar.map(() => 0),
  ),
};

const inner = (x: readonly number[], i: number, j: number): number => {
  let total = 0;
  for (let k = 0; k < BITS; k++) total += x[i * BITS + k]! * x[j * BITS + k]!;
  return total;
};
const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((total, value) => total + value, 0) / values.length;
const places = Array.from({ length: N }, (_, i) => i);
const pairsWith = (weights: readonly number[]) =>
  places.flatMap((i) => places.filter((j) => weights[i * N + j] === 1).map((j) => [i, j] as const));

function naivePairwise(x: readonly number[], sharpness: number): number {
  const theta = ([i, j]: readonly [number, number]): number => (sharpness * inner(x, i, j)) / BITS;
  return (
    mean(pairsWith(KNOWN.similar).map((pair) => Math.log(1 + Math.exp(-theta(pair))))) +
    mean(pairsWith(KNOWN.dissimilar).map((pair) => Math.log(1 + Math.exp(theta(pair)))))
  );
}

function naiveTriplet(x: readonly number[], margin: number): number {
  const distance = (i: number, j: number): number =>
    (inner(x, i, i) + inner(x, j, j) - 2 * inner(x, i, j)) / BITS;
  const hinges = pairsWith(KNOWN.similar).flatMap(([i, positive]) =>
    pairsWith(KNOWN.dissimilar)
      .filter(([anchor]) => anchor === i)
      .map(([, negative]) => Math.max(0, margin + distance(i, positive) - distance(i, negative))),
  );
  return mean(hinges);
}

function naiveSemantic(x: readonly number[], temperature: number): number {
  return mean(
    LABELS.map((label, i) => {
      const logits = [0, 1, 2, 3].map(
        (c) => [0, 1, 2].reduce((sum, k) => sum + x[i * 3 + k]! * EMBEDDINGS[c * 3 + k]!, 0) / temperature,
      );
      return Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0)) - logits[label]!;
    }),
  );
}

const columnMean = (x: readonly number[], k: number): number => mean(places.map((i) => x[i * BITS + k]!));

interface Case {
  readonly at: readonly number[];
  readonly shape: readonly number[];
  readonly graph: (x: Tensor) => Tensor;
  readonly naive: (x: readonly number[]) => number;
}

const codes = { at: CODES, shape: [N, BITS] };
const CASES: Record<string, Case> = {
  pairwise: { ...codes, graph: (x) => pairwiseLoss(x, pairs, 8), naive: (x) => naivePairwise(x, 8) },
  'pairwise, blunt': { ...codes, graph: (x) => pairwiseLoss(x, pairs, 1), naive: (x) => naivePairwise(x, 1) },
  'pairwise without pairs': { ...codes, graph: (x) => pairwiseLoss(x, none, 8), naive: () => 0 },
  triplet: { ...codes, graph: (x) => tripletLoss(x, pairs, 1), naive: (x) => naiveTriplet(x, 1) },
  'triplet, narrow': {
    ...codes,
    graph: (x) => tripletLoss(x, pairs, 0.2),
    naive: (x) => naiveTriplet(x, 0.2),
  },
  'triplet without pairs': { ...codes, graph: (x) => tripletLoss(x, none, 1), naive: () => 0 },
  semantic: {
    at: normals(N * 3),
    shape: [N, 3],
    graph: (x) => semanticLoss(x, constant(EMBEDDINGS, [4, 3]), constant(LABELS, [N], 'int32'), 0.5),
    naive: (x) => naiveSemantic(x, 0.5),
  },
  quantisation: {
    ...codes,
    graph: quantisationLoss,
    naive: (x) => mean(x.map((value) => (Math.abs(value) - 1) ** 2)),
  },
  balance: {
    ...codes,
    graph: balanceLoss,
    naive: (x) => mean(Array.from({ length: BITS }, (_, k) => columnMean(x, k) ** 2)),
  },
  binary: {
    at: normals(N).map((value) => 3 * value),
    shape: [N],
    graph: (x) => binaryLoss(x, constant(TARGETS, [N])),
    naive: (x) =>
      -mean(
        x.map((logit, i) => {
          const p = 1 / (1 + Math.exp(-logit));
          return TARGETS[i] === 1 ? Math.log(p) : Math.log(1 - p);
        }),
      ),
  },
};

const STEP = 1e-5;

describe('a loss is its formula, and its gradient that of the formula', () => {
  it.each(Object.entries(CASES))('%s', async (_, { at, shape, graph, naive }) => {
    // The gradient belongs to the input itself: no parameters are needed.
    const x = input('x', shape);
    const loss = graph(x);
    const forward = await compileForward({
      inputs: [x],
      outputs: { loss, gradient: grad(loss, [x])[0]! },
      parameters: new Map(),
      threads: 1,
    });
    const found = await forward.run({ x: Float32Array.from(at) });
    await forward.dispose();
    expect(found.loss!.data[0]).toBeCloseTo(naive(at), 5);
    const slopes = at.map((_, k) => {
      const moved = (by: number): number => naive(at.map((value, i) => (i === k ? value + by : value)));
      return (moved(STEP) - moved(-STEP)) / (2 * STEP);
    });
    slopes.forEach((slope, k) => {
      expect(found.gradient!.data[k], `element ${k}`).toBeCloseTo(slope, 4);
    });
  });
});

it('pairs of labels are the equal ones, no item with itself', async () => {
  const labels = input('labels', [N], 'int32');
  const outputs = { ...pairsOfLabels(labels) };
  const forward = await compileForward({ inputs: [labels], outputs, parameters: new Map(), threads: 1 });
  const { similar, dissimilar } = await forward.run({ labels: Int32Array.from(LABELS) });
  await forward.dispose();
  for (const i of places) {
    for (const j of places) {
      const same = LABELS[i] === LABELS[j];
      expect(similar!.data[i * N + j]).toBe(same && i !== j ? 1 : 0);
      expect(dissimilar!.data[i * N + j]).toBe(same ? 0 : 1);
    }
  }
});
