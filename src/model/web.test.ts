/** The browser's half of this room, run in Node: the WebAssembly build of ONNX Runtime runs there, too. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { halfBackbone } from '../../test/backbones.ts';
import { type Drawing, drawings, imageFilesOf, modelOf } from '../../test/drawings.ts';
import type { Matrix } from '../data/index.ts';
import { Backbone } from '../encoders/backbone/index.ts';
import { readFeatures } from '../encoders/pictures.ts';
import { cast, constant, exportModel, flatten, input, matmul } from '../graph/index.ts';
import { Random } from '../random.ts';
import { Model } from './index.ts';

/** Two builds of one runtime add up in another order: values this close to zero may have another sign. */
const ROUNDING = 1e-5;
const TEXTS = ['a teal circle', 'CRIMSON cross!', 'ring, ring, ring', 'an arrow of no known colour', ''];

const random = new Random(3, 'web');
const pixels = (count: number, side: number) => ({
  kind: 'pixels' as const,
  count,
  height: side,
  width: side,
  data: Uint8Array.from({ length: count * side * side * 3 }, () => random.below(256)),
});

/** Pixels through one fixed random matrix, to values about 1. */
async function pixelModel(side: number, bits: number): Promise<Model> {
  const dim = side * side * 3;
  const weights = Float32Array.from({ length: dim * bits }, () => random.normal() / (255 * Math.sqrt(dim)));
  const x = input('input', ['batch', side, side, 3], 'uint8');
  const code = matmul(flatten(cast(x, 'float32')), constant(weights, [dim, bits]));
  const onnx = exportModel({ inputs: [x], outputs: { code }, parameters: new Map() });
  return Model.create({
    method: 'lsh',
    bits,
    seed: 3,
    settings: {},
    dataset: { name: 'none', fingerprint: 'none' },
    split: { protocol: 'none', hash: 'none' },
    classes: { names: [], seen: [], unseen: [] },
    encoders: { image: { onnx, preprocessing: { kind: 'pixels', side } } },
  });
}

/** What is not certain is left out; the codes are those of the signs. */
function expectSameCodes(web: Matrix, node: Matrix): void {
  expect([web.rows, web.cols]).toEqual([node.rows, node.cols]);
  let certain = 0;
  node.data.forEach((value, i) => {
    expect(Math.abs(web.data[i]! - value)).toBeLessThan(ROUNDING);
    if (Math.abs(value) < ROUNDING) return;
    certain++;
    expect(web.data[i]! > 0).toBe(value > 0);
  });
  expect(certain).toBeGreaterThan(0.9 * node.data.length);
}

let folder: string;
let server: Server;
let url: string;
let items: Drawing[];
let model: Model;
let pixelNode: Model;
let WebModel: typeof Model;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'unseen-web-'));
  items = await drawings();
  [model, pixelNode] = [await modelOf(items), await pixelModel(8, 64)];
  await model.save(path.join(folder, 'model'));
  await pixelNode.save(path.join(folder, 'pixels'));
  server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url!, 'http://localhost');
    const content = await readFile(path.join(folder, pathname)).catch(() => undefined);
    response.writeHead(content ? 200 : 404).end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  vi.resetModules();
  vi.doMock('../encoders/ort.ts', () => import('../encoders/ort.web.ts'));
  vi.doMock('./folder.ts', () => import('./folder.web.ts'));
  const { env } = await import('../encoders/ort.web.ts');
  env.wasm.numThreads = 1; // as on a page without cross-origin isolation
  ({ Model: WebModel } = await import('./index.ts'));
});
afterEach(() => {
  vi.unstubAllGlobals();
});
afterAll(async () => {
  await Promise.all([model, pixelNode].map((each) => each.dispose()));
  server.close();
  await rm(folder, { recursive: true, force: true });
});

describe('a model that a browser loads by URL', () => {
  it('is the model that Node saved', async () => {
    const loaded = await WebModel.load(`${url}/model/`);
    expect(WebModel).not.toBe(Model);
    expect(loaded.manifest).toEqual(model.manifest);
    expect(loaded.fingerprint).toBe(model.fingerprint);
  });

  it('gives raw texts the values of Node to 1e-5, and so the same codes', async () => {
    const loaded = await WebModel.load(`${url}/model`);
    const texts = [...TEXTS, ...items.map(({ caption }) => caption)];
    expectSameCodes(await loaded.outputs('text', texts), await model.outputs('text', texts));
    expect(await loaded.encode('text', texts)).toEqual(await model.encode('text', texts));
    expect(loaded.unknownTexts(TEXTS)).toEqual(model.unknownTexts(TEXTS));
    await loaded.dispose();
  });

  it('gives features and pixels the values of Node to 1e-5, and so the same codes', async () => {
    const loaded = await WebModel.load(`${url}/model?signature=abc`);
    const { features } = await readFeatures(imageFilesOf(items), 'gradients/1');
    expectSameCodes(await loaded.outputs('image', features), await model.outputs('image', features));
    const fromPixels = await WebModel.load(`${url}/pixels`);
    const batch = pixels(20, 8);
    expectSameCodes(await fromPixels.outputs('image', batch), await pixelNode.outputs('image', batch));
    await Promise.all([loaded.dispose(), fromPixels.dispose()]);
  });

  it('is made anew from its parts as well', async () => {
    const { onnx } = { onnx: await readFile(path.join(folder, 'pixels/image.onnx')) };
    const { method, bits, seed, settings, dataset, split, classes, encoders } = pixelNode.manifest;
    const parts = { method, bits, seed, settings, dataset, split, classes };
    const { preprocessing } = encoders.image!;
    const made = await WebModel.create({
      ...parts,
      encoders: { image: { onnx, preprocessing: preprocessing as { kind: 'pixels'; side: number } } },
    });
    expect(made.fingerprint).toBe(pixelNode.fingerprint);
    await made.dispose();
  });
});

describe('a backbone', () => {
  it('makes the features of Node in half precision, to the last bits that it has', async () => {
    const { Backbone: WebBackbone } = await import('../encoders/backbone/index.ts');
    expect(WebBackbone).not.toBe(Backbone);
    const request = { given: { side: 16, mean: 0.5, std: 0.5 } };
    const [node, web] = await Promise.all(
      [Backbone, WebBackbone].map((each) => each.create(halfBackbone(16), request)),
    );
    const { data } = pixels(7, node!.side);
    const [expected, received] = [await node!.extract(data), await web!.extract(data)];
    expect([web!.name, received.length]).toEqual([node!.name, 7 * 3]);
    expected.forEach((value, i) => {
      expect(Math.abs(received[i]! - value)).toBeLessThan(1e-4);
    });
    await Promise.all([node!.dispose(), web!.dispose()]);
  });
});

describe('what a browser refuses', () => {
  const damage = async (file: string, change: (bytes: Buffer) => Uint8Array): Promise<void> => {
    const whole = path.join(folder, file);
    const good = await readFile(whole);
    await writeFile(whole, change(Buffer.from(good)));
    try {
      await expect(WebModel.load(`${url}/${path.dirname(file)}`)).rejects.toMatchObject({
        code: 'MODEL_HASH_MISMATCH',
        values: { file: `${url}/${file}` },
      });
    } finally {
      await writeFile(whole, good);
    }
  };

  it('a file with another bit, with more bytes, or with fewer', async () => {
    await damage('model/text.onnx', (bytes) => {
      bytes[bytes.length >> 1]! ^= 1;
      return bytes;
    });
    await damage('model/text.onnx', (bytes) => Buffer.concat([bytes, Buffer.alloc(1)]));
    await damage('model/text.onnx', (bytes) => bytes.subarray(1));
  });

  it('a folder that is not there, a page that is no manifest, a file that is missing', async () => {
    await expect(WebModel.load(`${url}/nowhere`)).rejects.toMatchObject({
      code: 'MODEL_FILE_MISSING',
      values: { reason: 'HTTP 404' },
    });
    await writeFile(path.join(folder, 'model.json'), '<!doctype html>');
    await expect(WebModel.load(url)).rejects.toMatchObject({ code: 'MODEL_MANIFEST_INVALID' });
    await expect(WebModel.load('http://127.0.0.1:1/model')).rejects.toMatchObject({
      code: 'MODEL_FILE_MISSING',
    });
  });

  it('a manifest above 16 MB, without reading all of it', async () => {
    await writeFile(path.join(folder, 'model.json'), Buffer.alloc(17 << 20));
    await expect(WebModel.load(url)).rejects.toMatchObject({ code: 'FILE_LENGTH' });
  });

  it('to save, and to believe files where the page has no SHA-256', async () => {
    const loaded = await WebModel.load(`${url}/model`);
    await expect(loaded.save('model')).rejects.toMatchObject({ code: 'BROWSER_UNSUPPORTED' });
    vi.stubGlobal('crypto', {});
    await expect(WebModel.load(`${url}/model`)).rejects.toMatchObject({ code: 'CRYPTO_UNAVAILABLE' });
  });
});
