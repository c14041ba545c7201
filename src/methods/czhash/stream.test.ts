/** One modality in training: what its encoder computes against what it says of items, steps, and dropout's repeatability. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Labels } from '../../data/index.ts';
import { Random } from '../../random.ts';
import type { ModalityItems } from '../contract.ts';
import { rowOf } from '../dense.ts';
import { czhashSchema } from './options.ts';
import { prepare } from './prepare.ts';
import { logSoftmaxRow, softmaxRow } from './simplex.ts';
import { Stream } from './stream.ts';

const ROWS = 50;
const DIM = 6;
const CATEGORIES = 5;
const random = new Random(1);
const inputs = {
  data: Float32Array.from({ length: ROWS * DIM }, () => random.normal()),
  rows: ROWS,
  cols: DIM,
};
const items: ModalityItems = {
  inputs,
  trained: ROWS,
  labels: Labels.fromLists(
    Array.from({ length: ROWS }, () => []),
    1,
  ),
  labelSpace: Int32Array.of(0),
  pairs: new Int32Array(ROWS).fill(-1),
  preprocessing: { kind: 'features', dim: DIM },
  files: new Map(),
};
const all = Int32Array.from({ length: ROWS }, (_, i) => i);

const open = (settings: object = {}, taught = all): Promise<Stream> =>
  Stream.open('image', {
    items,
    prepared: prepare(inputs),
    taught,
    categories: CATEGORIES,
    settings: czhashSchema.parse({
      bits: 8,
      hidden: 16,
      batch: 16,
      epochs: 1,
      leastSteps: 60,
      threads: 1,
      ...settings,
    }),
    random: (stream) => new Random(2, stream),
    number: 0,
  });

/** Items belong to the category that the sign and the size of their first feature say. */
const target = (item: number): Float32Array => {
  const q = new Float32Array(CATEGORIES);
  q[Math.max(0, Math.min(CATEGORIES - 1, Math.floor(inputs.data[item * DIM]! + 2.5)))] = 1;
  return q;
};

describe('a stream', () => {
  let stream: Stream;
  beforeAll(async () => {
    stream = await open({ leastSteps: 300, learningRate: 0.01, dropout: 0.1, inputDropout: 0 });
  });
  afterAll(() => stream.dispose());

  it('learns what it is taught: the loss falls far below that of knowing nothing', async () => {
    let told = 0;
    const first = await stream.train(20, target, async () => {});
    await stream.train(280, target, async (share) => {
      told = share;
    });
    const logits = await stream.read(all, 'logits');
    let loss = 0;
    for (let i = 0; i < ROWS; i++)
      loss -= logSoftmaxRow(rowOf(logits, i).slice())[target(i).indexOf(1)]! / ROWS;
    expect(told).toBe(1);
    expect(loss).toBeLessThan(0.5 * Math.min(first, Math.log(CATEGORIES)));
  });

  it('writes the encoder Wᵀ(softmax(Θ + bonus)^α − mean) of raw inputs, Θ what it reads itself', async () => {
    const bits = 8;
    const bonus = Float32Array.of(0, 0, 0, 4, 4);
    const coding = {
      mean: Float32Array.from({ length: CATEGORIES }, () => random.uniform()),
      weights: Float32Array.from({ length: CATEGORIES * bits }, () => random.normal()),
    };
    for (const power of [0.5, 1]) {
      const session = await InferenceSession.create(stream.onnx(coding, bonus, power));
      const { code } = await session.run({ input: new Tensor('float32', inputs.data, [ROWS, DIM]) });
      await session.release();
      const logits = await stream.read(all, 'logits');
      for (let i = 0; i < ROWS; i++) {
        const p = softmaxRow(rowOf(logits, i).map((value, k) => value + bonus[k]!));
        for (let j = 0; j < bits; j++) {
          const expected = p.reduce(
            (sum, share, k) => sum + (share ** power - coding.mean[k]!) * coding.weights[k * bits + j]!,
            0,
          );
          expect((code!.data as Float32Array)[i * bits + j]).toBeCloseTo(expected, 3);
        }
      }
    }
  });

  it('reads with units dropped: other logits each pass, the same passes whenever it is asked', async () => {
    const [first, second] = await stream.readNoisy(all, 2);
    expect(second).not.toEqual(first);
    expect(await stream.readNoisy(all, 2)).toEqual([first, second]);
    const plain = await stream.read(all, 'logits');
    expect(first!.data).not.toEqual(plain.data);
    expect([first!.rows, first!.cols]).toEqual([ROWS, CATEGORIES]);
  });

  it('reads no items as no rows', async () => {
    expect(await stream.read(new Int32Array(0), 'features')).toMatchObject({ rows: 0, cols: 16 });
    expect((await stream.readNoisy(new Int32Array(0), 1))[0]).toMatchObject({ rows: 0, cols: CATEGORIES });
  });
});

it.each([
  [{ epochs: 1, leastSteps: 60 }, 60],
  [{ epochs: 100, leastSteps: 60 }, 312],
  [{ epochs: 10, leastSteps: 1, batch: 4096 }, 10],
])('steps are the epochs over the items, or the least number: %j → %d', async (settings, steps) => {
  const stream = await open(settings);
  expect(stream.steps).toBe(steps);
  await stream.dispose();
});

it('only the items that it is taught are asked for, each as often as any other within one', async () => {
  const taught = Int32Array.of(3, 7, 8, 20, 21, 22, 30, 31, 32, 33, 34, 35, 36, 40, 41, 42);
  const stream = await open({ batch: 8 }, taught);
  const asked = new Map<number, number>();
  await stream.train(
    10,
    (item) => {
      asked.set(item, (asked.get(item) ?? 0) + 1);
      return target(item);
    },
    async () => {},
  );
  await stream.dispose();
  expect([...asked.keys()].sort((a, b) => a - b)).toEqual([...taught]);
  expect([...new Set(asked.values())]).toEqual([5]);
});
