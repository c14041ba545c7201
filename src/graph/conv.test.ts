import { describe, expect, it } from 'vitest';
import { Random } from '../random.ts';
import * as g from './index.ts';

/** Cross-correlation and pools as loops. */
function naive(
  x: Float32Array,
  [n, c, h, w]: number[],
  k: Float32Array,
  [o, , kh, kw]: number[],
  stride: number,
  padding: number,
) {
  const [oh, ow] = [h! + 2 * padding - kh!, w! + 2 * padding - kw!].map(
    (rest) => Math.floor(rest / stride) + 1,
  );
  const out: number[] = [];
  for (let b = 0; b < n!; b++) {
    for (let f = 0; f < o!; f++) {
      for (let r = 0; r < oh!; r++) {
        for (let q = 0; q < ow!; q++) {
          let total = 0;
          for (let ch = 0; ch < c!; ch++) {
            for (let i = 0; i < kh!; i++) {
              for (let j = 0; j < kw!; j++) {
                const [y, z] = [r * stride + i - padding, q * stride + j - padding];
                if (y < 0 || z < 0 || y >= h! || z >= w!) continue;
                total += x[((b * c! + ch) * h! + y) * w! + z]! * k[((f * c! + ch) * kh! + i) * kw! + j]!;
              }
            }
          }
          out.push(total);
        }
      }
    }
  }
  return out;
}

describe('convolution', () => {
  it.each([
    [1, 0],
    [1, 1],
    [2, 1],
    [3, 2],
  ])('agrees with loops at stride %i and padding %i', async (stride, padding) => {
    const random = new Random(stride + padding);
    const [shape, kernelShape] = [
      [2, 3, 7, 6],
      [4, 3, 3, 3],
    ];
    const fill = (dims: number[]) =>
      Float32Array.from({ length: dims.reduce((a, b) => a * b) }, () => random.normal());
    const [x, k] = [fill(shape), fill(kernelShape)];
    const input = g.input('x', ['batch', 3, 7, 6]);
    const y = g.conv2d(input, g.constant(k, kernelShape), { stride, padding });
    const forward = await g.compileForward({
      inputs: [input],
      outputs: { y },
      parameters: new Map(),
      threads: 1,
    });
    const { y: found } = await forward.run({ x });
    const expected = naive(x, shape, k, kernelShape, stride, padding);
    expect(found!.shape.slice(1)).toEqual(y.shape.slice(1));
    expect(found!.data.length).toBe(expected.length);
    expected.forEach((value, i) => {
      expect(found!.data[i]).toBeCloseTo(value, 4);
    });
    await forward.dispose();
  });

  it('gives the same bits on two threads whenever it trains', async () => {
    const train = async () => {
      const x = g.input('x', [8, 3, 12, 12]);
      const [k, l] = [
        g.parameter('k', [8, 3, 3, 3], g.heNormal()),
        g.parameter('l', [8, 8, 3, 3], g.heNormal()),
      ];
      const norm = g.batchNormParameters('norm', 8);
      const a = g.relu(g.batchNorm(g.conv2d(x, k, { padding: 'same' }), norm, { training: true }));
      const y = g.maxPool2d(g.conv2d(a, l, { stride: 2, padding: 1 }), 2);
      const loss = g.mean(g.square(g.sub(y, 1)));
      const optimizer = g.sgd({ momentum: 0.9, learningRate: 0.01 });
      const step = await g.compileStep({ inputs: [x], loss, optimizer, seed: 2, threads: 2 });
      const random = new Random(1);
      const data = Float32Array.from({ length: 8 * 3 * 144 }, () => random.normal());
      const losses: number[] = [];
      for (let t = 0; t < 10; t++) losses.push((await step.run({ x: data })).loss!);
      const result = { losses, parameters: step.parameters() };
      await step.dispose();
      return result;
    };
    const first = await train();
    expect(await train()).toEqual(first);
    expect(first.losses.at(-1)).toBeLessThan(first.losses[0]!);
  });
});
