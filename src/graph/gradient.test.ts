import { describe, expect, it } from 'vitest';
import { Random } from '../random.ts';
import * as g from './index.ts';

/** A graph over float32 parameters `a`, `b`, … of these shapes; the loss is its output times fixed random weights, summed. */
interface Case {
  readonly shapes: readonly (readonly number[])[];
  readonly build: (...tensors: g.Tensor[]) => g.Tensor;
  /** Values are drawn normal, made positive, or kept this far apart (for functions with kinks). */
  readonly values?: 'normal' | 'positive' | 'apart';
}

const STATISTICS = g.batchNormParameters('bn', 2);

const CASES: Record<string, Case> = {
  add: { shapes: [[3, 4], [4]], build: g.add },
  'add, stretched both ways': {
    shapes: [
      [3, 1],
      [1, 4],
    ],
    build: g.add,
  },
  sub: {
    shapes: [
      [2, 3, 4],
      [3, 1],
    ],
    build: g.sub,
  },
  mul: {
    shapes: [
      [3, 4],
      [3, 4],
    ],
    build: g.mul,
  },
  'mul, stretched': { shapes: [[3, 4], []], build: g.mul },
  div: { shapes: [[3, 4], [4]], values: 'positive', build: g.div },
  'number over tensor': { shapes: [[3]], values: 'positive', build: (a) => g.div(2, a!) },
  neg: { shapes: [[3]], build: g.neg },
  square: { shapes: [[3]], build: g.square },
  pow: { shapes: [[3]], values: 'positive', build: (a) => g.pow(a!, 1.7) },
  'pow, negative': { shapes: [[3]], values: 'positive', build: (a) => g.pow(a!, -1) },
  maximum: { shapes: [[3, 4], [4]], values: 'apart', build: g.maximum },
  minimum: {
    shapes: [
      [3, 4],
      [3, 1],
    ],
    values: 'apart',
    build: g.minimum,
  },
  relu: { shapes: [[3, 4]], values: 'apart', build: g.relu },
  sigmoid: { shapes: [[3, 4]], build: g.sigmoid },
  tanh: { shapes: [[3, 4]], build: g.tanh },
  exp: { shapes: [[3, 4]], build: g.exp },
  log: { shapes: [[3, 4]], values: 'positive', build: g.log },
  softplus: { shapes: [[3, 4]], build: g.softplus },
  sqrt: { shapes: [[3, 4]], values: 'positive', build: g.sqrt },
  abs: { shapes: [[3, 4]], values: 'apart', build: g.abs },
  where: { shapes: [[3, 4], [4]], values: 'apart', build: (a, b) => g.where(g.greater(a!, 0), a!, b!) },
  expand: { shapes: [[3, 1]], build: (a) => g.expand(a!, [2, 3, 4]) },
  'sum, all': { shapes: [[3, 4]], build: (a) => g.sum(a!) },
  'sum, one axis': { shapes: [[3, 4, 2]], build: (a) => g.square(g.sum(a!, { axes: 1 })) },
  'sum, kept axes': {
    shapes: [[3, 4, 2]],
    build: (a) => g.square(g.sum(a!, { axes: [0, 2], keepDims: true })),
  },
  'sum of a stretched product': {
    shapes: [
      [3, 1],
      [1, 4],
    ],
    build: (a, b) => g.sum(g.mul(a!, b!)),
  },
  mean: { shapes: [[3, 4]], build: (a) => g.square(g.mean(a!, { axes: 0 })) },
  'mean, all': { shapes: [[3, 4]], build: (a) => g.mean(g.square(a!)) },
  max: { shapes: [[3, 4]], values: 'apart', build: (a) => g.max(a!, { axes: 1 }) },
  'max, all, kept': { shapes: [[3, 4]], values: 'apart', build: (a) => g.max(a!, { keepDims: true }) },
  softmax: { shapes: [[3, 4]], build: (a) => g.softmax(a!) },
  'softmax, first axis': { shapes: [[3, 4]], build: (a) => g.softmax(a!, 0) },
  logSoftmax: { shapes: [[3, 4]], build: (a) => g.logSoftmax(a!) },
  'logSoftmax under a sum': { shapes: [[3, 4]], build: (a) => g.sum(g.logSoftmax(a!), { axes: 1 }) },
  l2Normalize: { shapes: [[3, 4]], build: (a) => g.l2Normalize(a!) },
  matmul: {
    shapes: [
      [3, 4],
      [4, 2],
    ],
    build: (a, b) => g.matmul(a!, b!),
  },
  'matmul, transposed left': {
    shapes: [
      [4, 3],
      [4, 2],
    ],
    build: (a, b) => g.matmul(a!, b!, { transposeA: true }),
  },
  'matmul, transposed right': {
    shapes: [
      [3, 4],
      [2, 4],
    ],
    build: (a, b) => g.matmul(a!, g.transpose(b!)),
  },
  'matmul, both transposed': {
    shapes: [
      [4, 3],
      [2, 4],
    ],
    build: (a, b) => g.matmul(a!, b!, { transposeA: true, transposeB: true }),
  },
  'matmul with itself': { shapes: [[3, 4]], build: (a) => g.matmul(a!, g.transpose(a!)) },
  'matmul, batched': {
    shapes: [
      [2, 3, 4],
      [2, 4, 2],
    ],
    build: (a, b) => g.matmul(a!, b!),
  },
  'matmul, stretched batch': {
    shapes: [
      [2, 3, 4],
      [1, 2, 4],
    ],
    build: (a, b) => g.matmul(a!, b!, { transposeB: true }),
  },
  'matmul, rows of a batch': {
    shapes: [
      [2, 3, 4],
      [4, 2],
    ],
    build: (a, b) => g.matmul(a!, b!),
  },
  'matmul with bias and factor': {
    shapes: [[3, 4], [4, 2], [2]],
    build: (a, b, c) => g.add(g.mul(g.matmul(a!, b!), 0.5), g.mul(c!, 3)),
  },
  reshape: { shapes: [[3, 4]], build: (a) => g.reshape(a!, [2, -1]) },
  flatten: { shapes: [[2, 3, 2]], build: (a) => g.flatten(a!) },
  transpose: { shapes: [[2, 3, 4]], build: (a) => g.transpose(a!, [1, 2, 0]) },
  concat: {
    shapes: [
      [2, 3],
      [2, 1],
    ],
    build: (a, b) => g.concat([a!, b!], 1),
  },
  slice: { shapes: [[5, 3]], build: (a) => g.slice(a!, 0, 1, 4) },
  'slice, every second': { shapes: [[3, 6]], build: (a) => g.slice(a!, 1, 1, 6, 2) },
  pad: { shapes: [[2, 3]], build: (a) => g.pad(a!, [1, 0], [0, 2]) },
  gather: { shapes: [[4, 3]], build: (a) => g.gather(a!, g.constant([2, 0, 2], [3], 'int64')) },
  'gather, second axis': {
    shapes: [[2, 4, 3]],
    build: (a) => g.gather(a!, g.constant([3, 3, 1, 0], [2, 2], 'int32'), 1),
  },
  squeeze: { shapes: [[3, 1, 2]], build: (a) => g.squeeze(a!, [1]) },
  unsqueeze: { shapes: [[3, 2]], build: (a) => g.unsqueeze(a!, [0, 2]) },
  conv2d: {
    shapes: [
      [2, 3, 5, 4],
      [2, 3, 3, 3],
    ],
    build: (a, b) => g.conv2d(a!, b!),
  },
  'conv2d, padded, with bias': {
    shapes: [[2, 2, 4, 5], [3, 2, 3, 3], [3]],
    build: (a, b, c) => g.conv2d(a!, b!, { padding: 'same', bias: c! }),
  },
  'conv2d, wide kernel, padding 1': {
    shapes: [
      [2, 2, 6, 5],
      [3, 2, 4, 2],
    ],
    build: (a, b) => g.conv2d(a!, b!, { padding: 1 }),
  },
  'conv2d, stride 2': {
    shapes: [
      [2, 2, 5, 5],
      [3, 2, 3, 3],
    ],
    build: (a, b) => g.conv2d(a!, b!, { stride: 2 }),
  },
  'conv2d, stride 2, padding, unreached border': {
    shapes: [
      [2, 2, 6, 8],
      [3, 2, 3, 3],
    ],
    build: (a, b) => g.conv2d(a!, b!, { stride: 2, padding: 1 }),
  },
  'conv2d, stride 3': {
    shapes: [
      [1, 2, 7, 9],
      [2, 2, 3, 3],
    ],
    build: (a, b) => g.conv2d(a!, b!, { stride: 3, padding: 1 }),
  },
  'conv2d, one tap': {
    shapes: [
      [2, 3, 4, 4],
      [2, 3, 1, 1],
    ],
    build: (a, b) => g.conv2d(a!, b!),
  },
  'conv2d, one tap, stride 2': {
    shapes: [
      [2, 3, 4, 4],
      [2, 3, 1, 1],
    ],
    build: (a, b) => g.conv2d(a!, b!, { stride: 2 }),
  },
  maxPool2d: { shapes: [[1, 2, 4, 4]], values: 'apart', build: (a) => g.maxPool2d(a!, 2) },
  'maxPool2d, overlapping, padded': {
    shapes: [[1, 1, 5, 6]],
    values: 'apart',
    build: (a) => g.maxPool2d(a!, 3, { stride: 2, padding: 1 }),
  },
  avgPool2d: { shapes: [[2, 2, 4, 5]], build: (a) => g.avgPool2d(a!, 2) },
  'avgPool2d, overlapping': { shapes: [[2, 2, 6, 5]], build: (a) => g.avgPool2d(a!, 3, { stride: 2 }) },
  globalAveragePool: { shapes: [[2, 3, 2, 4]], build: (a) => g.globalAveragePool(a!) },
  'batchNorm of pictures': {
    shapes: [[3, 2, 3, 2], [2], [2]],
    build: (a, b, c) => g.batchNorm(a!, { ...STATISTICS, scale: b!, shift: c! }, { training: true }),
  },
  'batchNorm of rows': {
    shapes: [[6, 2], [2], [2]],
    build: (a, b, c) => g.batchNorm(a!, { ...STATISTICS, scale: b!, shift: c! }, { training: true }),
  },
  groupNorm: {
    shapes: [[2, 4, 3, 2], [4], [4]],
    build: (a, b, c) => g.groupNorm(a!, { scale: b!, shift: c! }, 2),
  },
  layerNorm: {
    shapes: [[3, 6], [6], [6]],
    build: (a, b, c) => g.layerNorm(a!, { scale: b!, shift: c! }),
  },
};

/** Central differences of a float32 graph: this step balances rounding against curvature. */
const STEP = 1e-2;

describe('gradients agree with central differences', () => {
  it.each(Object.entries(CASES))('%s', async (_, { shapes, build, values = 'normal' }) => {
    const random = new Random(7);
    const parameters = shapes.map((shape, i) => g.parameter('abc'[i]!, shape, g.normal(1)));
    const current = new Map(
      parameters.map(({ name, size }) => [
        name,
        Float32Array.from({ length: size }, () => draw(values, random)),
      ]),
    );
    const output = build(...parameters);
    const weights = Float32Array.from({ length: (output.shape as number[]).reduce((a, b) => a * b, 1) }, () =>
      random.normal(),
    );
    const loss = g.sum(g.mul(output, g.constant(weights, output.shape as number[])));
    const gradients = g.grad(loss, parameters);
    // Parameters as inputs of one session: a difference costs one run, not one compilation.
    const inputs = parameters.map(({ name, shape }) => g.input(`${name}_in`, shape));
    const rebuilt = build(...inputs);
    const forward = await g.compileForward({
      inputs,
      outputs: { y: rebuilt },
      parameters: new Map(),
      threads: 1,
    });
    const evaluate = async () => {
      const feeds = Object.fromEntries([...current].map(([name, value]) => [`${name}_in`, value]));
      const { data } = (await forward.run(feeds)).y!;
      return data.reduce((total, value, i) => total + value * weights[i]!, 0);
    };
    const analytic = await g.compileForward({
      inputs: [],
      outputs: Object.fromEntries(gradients.map((gradient, i) => [`d${i}`, gradient])),
      parameters: current,
      threads: 1,
    });
    const found = await analytic.run({});
    for (const [i, parameter] of parameters.entries()) {
      const { data, shape } = found[`d${i}`]!;
      expect(shape).toEqual(parameter.shape);
      const value = current.get(parameter.name)!;
      const scale = Math.max(1e-2, ...data.map(Math.abs));
      for (let k = 0; k < value.length; k++) {
        const before = value[k]!;
        value[k] = before + STEP;
        const up = await evaluate();
        const high = value[k]!;
        value[k] = before - STEP;
        const down = await evaluate();
        const difference = (up - down) / (high - value[k]!);
        value[k] = before;
        expect(Math.abs(difference - data[k]!) / scale, `element ${k} of ${parameter.name}`).toBeLessThan(
          1e-3,
        );
      }
    }
    await forward.dispose();
    await analytic.dispose();
  });
});

let last = 0;
function draw(kind: Case['values'], random: Random): number {
  if (kind === 'positive') return 0.5 + random.uniform();
  if (kind === 'normal') return random.normal();
  // At least 0.1 from each other and from 0, in a shuffled order.
  last = (last + 7) % 40;
  return 0.1 * (last - 20) + 0.05;
}
