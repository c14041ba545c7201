import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { Random } from '../random.ts';
import * as g from './index.ts';

/** A small residual network on pixels: uint8 in, unit rows out, every kind of layer that an encoder has. */
function pixelNet() {
  const kernel = g.parameter('stem', [4, 3, 3, 3], g.heNormal());
  const bn = g.batchNormParameters('bn', 4);
  const block = g.parameter('block', [4, 4, 3, 3], g.heNormal());
  const gn = g.normParameters('gn', 4);
  const head = g.parameter('head', [16, 8], g.glorotUniform());
  return (pixels: g.Tensor, training: boolean) => {
    const x = g.div(g.cast(g.transpose(pixels, [0, 3, 1, 2]), 'float32'), 255);
    const stem = g.relu(g.batchNorm(g.conv2d(x, kernel, { padding: 'same', stride: 2 }), bn, { training }));
    const residual = g.add(stem, g.groupNorm(g.conv2d(stem, block, { padding: 1 }), gn, 2));
    const pooled = g.flatten(g.maxPool2d(residual, 2));
    return g.l2Normalize(g.matmul(pooled, head));
  };
}

const values = (parameters: readonly g.Parameter[], seed: number) =>
  new Map(parameters.map((p) => [p.name, p.initializer(p.shape as number[], new Random(seed, p.name))]));

describe('an exported model', () => {
  it('trains on pixels, keeps running statistics, and gives the same codes from the file with any batch', async () => {
    const encode = pixelNet();
    const images = g.input('images', [6, 8, 8, 3], 'uint8');
    const code = encode(images, true);
    const loss = g.mean(g.square(g.sub(g.slice(code, 1, 0, 1), 0.5)));
    const step = await g.compileStep({ inputs: [images], loss, optimizer: g.adam(), seed: 1, threads: 1 });
    const random = new Random(2);
    const pixels = Uint8Array.from({ length: 6 * 8 * 8 * 3 }, () => random.below(256));
    const first = await step.run({ images: pixels }, { learningRate: 0.01 });
    let last = first;
    for (let i = 0; i < 30; i++) last = await step.run({ images: pixels }, { learningRate: 0.01 });
    expect(last.loss).toBeLessThan(first.loss! / 4);
    expect(step.parameters().get('bn.mean')).not.toEqual(new Float32Array(4));

    const open = g.input('images', ['batch', 8, 8, 3], 'uint8');
    const graph = { inputs: [open], outputs: { code: encode(open, false) } };
    const live = await step.forward(graph);
    const bytes = g.exportModel({ ...graph, parameters: step.parameters(), metadata: { made: 'here' } });
    const session = await ort.InferenceSession.create(bytes, { intraOpNumThreads: 1 });
    for (const rows of [1, 4]) {
      const some = pixels.slice(0, rows * 8 * 8 * 3);
      const expected = (await live.run({ images: some })).code!;
      const found = (await session.run({ images: new ort.Tensor('uint8', some, [rows, 8, 8, 3]) })).code!;
      expect(found.dims).toEqual([rows, 8]);
      (found.data as Float32Array).forEach((value, i) => {
        expect(value).toBeCloseTo(expected.data[i]!, 5);
      });
    }
    await session.release();
    await step.dispose();
  });

  it('takes a named batch through products, reductions, softmax and reshapes', async () => {
    const x = g.input('x', ['batch', 2, 6]);
    const w = g.parameter('w', [6, 3], g.glorotUniform());
    const b = g.parameter('b', [3], g.ones());
    const rows = g.reshape(x, ['batch', 12]);
    const outputs = {
      product: g.add(g.matmul(x, w), b),
      softmax: g.softmax(rows),
      mean: g.mean(rows, { axes: 1 }),
      largest: g.max(x, { axes: -1, keepDims: true }),
      columns: g.matmul(g.transpose(g.reshape(x, [-1, 12])), rows),
      sliced: g.concat([g.slice(rows, 1, 0, 4), g.slice(rows, 1, -2)], 1),
    };
    const forward = await g.compileForward({
      inputs: [x],
      outputs,
      parameters: values([w, b], 0),
      threads: 1,
    });
    for (const batch of [1, 3]) {
      const data = Float32Array.from({ length: batch * 12 }, (_, i) => Math.sin(i));
      const out = await forward.run({ x: data });
      const shapes = Object.fromEntries(Object.entries(out).map(([name, { shape }]) => [name, shape]));
      expect(shapes).toEqual({
        product: [batch, 2, 3],
        softmax: [batch, 12],
        mean: [batch],
        largest: [batch, 2, 1],
        columns: [12, 12],
        sliced: [batch, 6],
      });
      expect(out.mean!.data[0]).toBeCloseTo(data.slice(0, 12).reduce((a, c) => a + c) / 12, 6);
    }
    await forward.dispose();
  });

  it('computes comparisons, one-hot rows and types', async () => {
    const y = g.input('y', [3], 'int32');
    const outputs = {
      hot: g.oneHot(y, 4),
      same: g.cast(g.equal(g.unsqueeze(y, [1]), g.unsqueeze(y, [0])), 'float32'),
      both: g.cast(g.logicalAnd(g.greater(y, 0), g.logicalNot(g.lessEqual(y, 1))), 'float32'),
    };
    const forward = await g.compileForward({ inputs: [y], outputs, parameters: new Map(), threads: 1 });
    const out = await forward.run({ y: Int32Array.of(2, 0, 2) });
    expect(Array.from(out.hot!.data)).toEqual([0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 1, 0]);
    expect(Array.from(out.same!.data)).toEqual([1, 0, 1, 0, 1, 0, 1, 0, 1]);
    expect(Array.from(out.both!.data)).toEqual([1, 0, 1]);
    await forward.dispose();
  });

  it('drops the same elements whenever a session starts again, others at every run, and keeps the mean', async () => {
    const x = g.input('x', [4000]);
    const graph = { inputs: [x], outputs: { y: g.dropout(x, 0.25, { seed: 3 }) }, parameters: new Map() };
    const feed = { x: new Float32Array(4000).fill(1) };
    const [first, second] = [await g.compileForward(graph), await g.compileForward(graph)];
    const [a, b, c] = [await first.run(feed), await first.run(feed), await second.run(feed)];
    expect(c.y!.data).toEqual(a.y!.data);
    expect(b.y!.data).not.toEqual(a.y!.data);
    const kept = a.y!.data.filter((value) => value > 0);
    expect(kept.length / 4000).toBeCloseTo(0.75, 1);
    expect(kept[0]).toBeCloseTo(4 / 3);
    await first.dispose();
    await second.dispose();
  });
});

describe('a graph that does not fit is refused while it is built', () => {
  const a = g.input('a', [3, 4]);
  const b = g.input('b', [5, 2]);
  const open = g.input('open', ['batch', 4]);
  const picture = g.input('picture', [2, 3, 8, 8]);
  const kernel = g.parameter('kernel', [4, 2, 3, 3], g.heNormal());
  it.each<[string, () => unknown, RegExp]>([
    ['matmul', () => g.matmul(a, b), /matmul: shapes \[3, 4\] and \[5, 2\]/],
    ['add', () => g.add(a, b), /add: shapes \[3, 4\] and \[5, 2\]/],
    ['a name against a number', () => g.mul(a, open), /mul: shapes \[3, 4\] and \[batch, 4\]/],
    ['concat', () => g.concat([a, b], 0), /concat: shapes \[3, 4\] and \[5, 2\]/],
    ['reshape', () => g.reshape(a, [5, 2]), /reshape: shapes \[3, 4\] and \[5, 2\]/],
    ['conv2d', () => g.conv2d(picture, kernel), /conv2d: shapes \[2, 3, 8, 8\] and \[4, 2, 3, 3\]/],
    [
      'batchNorm',
      () => g.batchNorm(a, g.batchNormParameters('n', 3), { training: true }),
      /\[3, 4\] and \[3\]/,
    ],
    ['slice', () => g.slice(a, 1, 2, 9), /slice: .*axis 1 of \[3, 4\]/],
    ['axis', () => g.sum(a, { axes: 2 }), /sum: axis 2 does not exist in \[3, 4\]/],
    ['loss', () => g.grad(a, []), /must be a scalar, received shape \[3, 4\]/],
    ['types', () => g.add(a, g.input('n', [4], 'int32')), /types float32 and int32/],
  ])('%s', (_, build, message) => {
    expect(build).toThrow(message);
  });

  it('names an input that is not listed and a parameter without a value', () => {
    expect(() => g.exportModel({ inputs: [], outputs: { y: g.relu(a) }, parameters: new Map() })).toThrow(
      /input "a"/,
    );
    const outputs = { y: g.relu(kernel) };
    expect(() => g.exportModel({ inputs: [], outputs, parameters: new Map() })).toThrow(/"kernel"/);
  });
});
