import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { halfBackbone, tinyBackbone, tinyPlaces } from '../../../test/backbones.ts';
import { mobileNetV2, squeezeNet } from '../../../test/pretrained.ts';
import { readNpy } from '../../data/npy.ts';
import { Random } from '../../random.ts';
import { decodePicture } from '../decode.ts';
import { Backbone, type BackboneRequest } from './backbone.ts';
import type { BackboneSettings } from './config.ts';

const DIM = 5;
const plain: BackboneSettings = { mean: 0, std: 1 };
const random = new Random(3, 'backbone');
const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => random.below(256));

/** One picture `[side, side, 3]` as `[3, side, side]`, normalised by a plain loop. */
function planes(
  pixels: Uint8Array,
  side: number,
  normalise: (value: number, channel: number) => number,
): number[] {
  return [0, 1, 2].flatMap((c) =>
    Array.from({ length: side * side }, (_, i) => normalise(pixels[i * 3 + c]!, c)),
  );
}

const meanOf = (places: readonly number[][]): number[] =>
  Array.from({ length: DIM }, (_, k) => places.reduce((sum, place) => sum + place[k]!, 0) / places.length);

function expectClose(received: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-5): void {
  expect(received.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    expect(Math.abs(received[i]! - expected[i]!)).toBeLessThan(
      tolerance * Math.max(1, Math.abs(expected[i]!)),
    );
  }
}

async function using<T>(
  onnx: Uint8Array,
  request: BackboneRequest,
  use: (backbone: Backbone) => Promise<T> | T,
): Promise<T> {
  const backbone = await Backbone.create(onnx, request);
  try {
    return await use(backbone);
  } finally {
    await backbone.dispose();
  }
}

describe('features of a small network', () => {
  it.each([
    ['any batch', {}],
    ['a batch of one', { batch: 1 }],
    ['a batch of four', { batch: 4 }],
    ['channels last', { layout: 'nhwc' }],
    ['bytes', { type: 'uint8', layout: 'nhwc' }],
  ] as const)('are what a naive loop computes: %s', async (_, options) => {
    const side = 8;
    const count = 7;
    const pixels = bytes(count * side * side * 3);
    const isBytes = 'type' in options;
    const given = isBytes ? {} : { mean: [0.4, 0.5, 0.6], std: [0.2, 0.25, 0.3] };
    const normalise = isBytes
      ? (value: number) => value
      : (value: number, c: number) => (value / 255 - [0.4, 0.5, 0.6][c]!) / [0.2, 0.25, 0.3][c]!;
    await using(tinyBackbone(options), { given: given as BackboneSettings }, async (backbone) => {
      expect(backbone).toMatchObject({ side, dim: DIM });
      const features = await backbone.extract(pixels);
      const size = side * side * 3;
      const expected = Array.from({ length: count }, (_, n) =>
        meanOf(tinyPlaces(planes(pixels.subarray(n * size, (n + 1) * size), side, normalise), side, DIM)),
      );
      expectClose(features, expected.flat());
    });
  });

  it('are those of the middle, of blue for red, and of the output and the pooling that are asked for', async () => {
    const onnx = tinyBackbone({ outputs: { tokens: 'tokens', map: 'map', last_hidden_state: 'tokens' } });
    const pixels = bytes(12 * 12 * 3);
    const middle = new Uint8Array(8 * 8 * 3);
    for (let y = 0; y < 8; y++)
      for (let x = 0; x < 8; x++)
        for (let c = 0; c < 3; c++)
          middle[(y * 8 + x) * 3 + c] = pixels[((y + 2) * 12 + x + 2) * 3 + (2 - c)]!;
    const places = tinyPlaces(
      planes(middle, 8, (value) => value / 255),
      8,
      DIM,
    );
    const given: BackboneSettings = { ...plain, resize: 12, channels: 'bgr' };
    for (const [settings, expected] of [
      [{}, places[0]!],
      [{ pooling: 'mean' }, meanOf(places)],
      [{ output: 'map' }, meanOf(places)],
      [{ output: 'tokens', pooling: 'none' }, places.flat()],
    ] as const) {
      await using(onnx, { given: { ...given, ...settings } }, async (backbone) => {
        expect(backbone).toMatchObject({ side: 12, dim: expected.length });
        expectClose(await backbone.extract(pixels), expected);
      });
    }
  });

  it('go through half precision where the network wants it', async () => {
    const pixels = new Uint8Array(2 * 4 * 4 * 3).map((_, i) => [255, 51, 0][i % 3]!);
    await using(halfBackbone(4), { given: { mean: 0, std: 0.5 } }, async (backbone) => {
      expect(backbone.config.output).toBe('feature');
      expectClose(await backbone.extract(pixels), [2, 0.4, 0, 2, 0.4, 0], 1e-3);
    });
  });
});

describe('the name of a backbone', () => {
  it('follows the file and every setting, and nothing else', async () => {
    const name = (onnx: Uint8Array, given: BackboneSettings) =>
      using(onnx, { given, file: 'a' }, ({ name }) => name);
    const first = await name(tinyBackbone(), plain);
    expect(first).toMatch(/^onnx:[0-9a-f]{16}$/);
    const same = await name(tinyBackbone(), { mean: [0, 0, 0], std: 1, side: 8, layout: 'nchw' });
    const others = [
      await name(tinyBackbone({ outputs: { pooler_output: 'vector' } }), plain),
      await name(tinyBackbone(), { ...plain, kernel: 'cubic' }),
      await name(tinyBackbone(), { ...plain, scale: 1 }),
    ];
    expect(same).toBe(first);
    expect(new Set([first, ...others]).size).toBe(4);
  });
});

describe('a backbone that was kept', () => {
  it('opens to the same features and name', async () => {
    const pixels = bytes(3 * 64 * 3);
    const first = await Backbone.create(tinyBackbone(), { given: plain });
    const again = await Backbone.open(first.files, { name: first.name });
    expect(again.config).toEqual(first.config);
    expect(await again.extract(pixels)).toEqual(await first.extract(pixels));
    await Promise.all([first.dispose(), again.dispose()]);
  });

  it('is refused when it is another, or when its two files do not belong together', async () => {
    const { files, name } = await using(tinyBackbone(), { given: plain }, ({ files, name }) => ({
      files,
      name,
    }));
    const config = JSON.parse(files.config);
    const open = (changes: Record<string, unknown>, onnx = files.onnx, options = {}) =>
      Backbone.open({ onnx, config: JSON.stringify({ ...config, ...changes }) }, options);
    await expect(open({ scale: 1 }, files.onnx, { name })).rejects.toMatchObject({
      code: 'BACKBONE_CHANGED',
    });
    const other = tinyBackbone({ side: 6, outputs: { a: 'vector' } });
    await expect(open({}, other, { name })).rejects.toMatchObject({ code: 'BACKBONE_CHANGED' });
    await expect(open({}, other)).rejects.toMatchObject({ code: 'BACKBONE_INVALID' });
    await expect(open({ output: 'logits' })).rejects.toThrow(/no output called "logits"/);
    await expect(open({ pooling: 'cls' })).rejects.toMatchObject({ code: 'BACKBONE_INVALID' });
    await expect(open({ resize: 4 })).rejects.toMatchObject({ code: 'BACKBONE_CONFIG_INVALID' });
    await expect(open({ format: 'unseen-backbone/2' })).rejects.toMatchObject({
      code: 'BACKBONE_CONFIG_INVALID',
    });
    await expect(open({ std: [1, 0, 1] })).rejects.toMatchObject({ values: { where: 'std.1' } });
    await expect(Backbone.open({ ...files, config: 'no' })).rejects.toMatchObject({
      code: 'BACKBONE_CONFIG_INVALID',
      values: { file: 'backbone.json' },
    });
  });
});

describe('what is no backbone', () => {
  it('is refused with what was found and what to do', async () => {
    const create = (onnx: Uint8Array, given: BackboneSettings = plain) =>
      Backbone.create(onnx, { given, file: 'x.onnx' });
    const pointer = new TextEncoder().encode('version https://git-lfs.github.com/spec/v1\n');
    await expect(create(pointer)).rejects.toMatchObject({
      code: 'BACKBONE_INVALID',
      hint: expect.stringMatching(/LFS/),
    });
    await expect(create(tinyBackbone(), {})).rejects.toThrow(/normalised/);
    await expect(create(tinyBackbone(), { ...plain, side: 16 })).rejects.toThrow(/8 × 8 pixels, not 16 × 16/);
    await expect(create(tinyBackbone(), { ...plain, pooling: 'mean' })).rejects.toThrow(
      /pooling "mean" does not fit/,
    );
    await expect(create(tinyBackbone(), { ...plain, layout: 'nhwc' })).rejects.toThrow(/8 channels as nhwc/);
  });
});

const folder = path.join(process.env.UNSEEN_DATA ?? '', 'backbones');

describe.skipIf(!process.env.UNSEEN_DATA || !existsSync(folder))('pretrained networks', () => {
  const array = async <T>(name: string) => (await readNpy(path.join(folder, name))).data as T;
  /** Largest difference over the largest value: single logits near 0 say nothing relative to themselves. */
  const relative = (received: Float32Array, expected: Float32Array): number => {
    const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    return expected.reduce((most, value, i) => Math.max(most, Math.abs(value - received[i]!)), 0) / largest;
  };

  it('MobileNetV2 gives its golden feature and logits', { timeout: 60_000 }, async () => {
    const onnx = await mobileNetV2(folder);
    const picture = await array<Uint8Array>('golden_input_224x224x3.npy');
    const three = new Uint8Array(3 * picture.length);
    three.set(picture, picture.length);
    for (const [output, golden, dim] of [
      ['feature', 'golden_mnv2_feature_1280.npy', 1280],
      ['logits', 'golden_mnv2_logits_1001.npy', 1001],
    ] as const) {
      await using(onnx, { given: { mean: 0.5, std: 0.5, output } }, async (backbone) => {
        expect(backbone).toMatchObject({ side: 224, dim });
        const features = await backbone.extract(three);
        const error = relative(features.subarray(dim, 2 * dim), await array<Float32Array>(golden));
        expect(error).toBeLessThan(1e-3);
      });
    }
  });

  it('SqueezeNet, blue first and one picture a run, knows the hot dog', { timeout: 60_000 }, async () => {
    const data = await array<Uint8Array>('golden_input_224x224x3.npy');
    const picture = await decodePicture({ data, width: 224, height: 224 }, 'hot dog', { side: 227 });
    const labels = (await readFile(path.join(folder, 'imagenet1001_labels.txt'), 'utf8'))
      .split('\n')
      .slice(1);
    const given: BackboneSettings = {
      channels: 'bgr',
      scale: 1,
      mean: [123, 117, 104],
      std: 1,
      output: 'logits',
    };
    await using(await squeezeNet(folder), { given }, async (backbone) => {
      const logits = await backbone.extract(picture);
      expect(backbone.dim).toBe(1000);
      expect(labels[logits.indexOf(Math.max(...logits))]).toMatch(/hot ?dog/);
    });
  });
});
