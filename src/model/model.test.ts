import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Matrix } from '../data/index.ts';
import { cast, constant, exportModel, flatten, input, matmul } from '../graph/index.ts';
import { Random } from '../random.ts';
import { Model, type Preprocessing, UNSEEN_VERSION } from './index.ts';
import type { TrainedEncoders } from './model.ts';

const BITS = 16;

/** `code = x · W` with a fixed random W. */
function linearEncoder(preprocessing: Preprocessing, bits = BITS): Uint8Array {
  const side = preprocessing.kind === 'pixels' ? preprocessing.side : 0;
  const raw =
    preprocessing.kind === 'features'
      ? input('input', ['batch', preprocessing.dim])
      : input('input', ['batch', side, side, 3], 'uint8');
  const x = preprocessing.kind === 'features' ? raw : flatten(cast(raw, 'float32'));
  const dim = preprocessing.kind === 'features' ? preprocessing.dim : side * side * 3;
  const random = new Random(1, 'weights');
  const weights = constant(
    Float32Array.from({ length: dim * bits }, () => random.normal()),
    [dim, bits],
  );
  return exportModel({ inputs: [raw], outputs: { code: matmul(x, weights) }, parameters: new Map() });
}

function trained(preprocessing: Preprocessing, onnx = linearEncoder(preprocessing)): TrainedEncoders {
  return {
    method: 'lsh',
    bits: BITS,
    seed: 7,
    settings: { input: 'features' },
    dataset: { name: 'made up', fingerprint: 'f'.repeat(64) },
    split: { protocol: 'zero-shot', hash: '0'.repeat(64) },
    classes: { names: ['cat', 'dog', '__proto__'], seen: [0, 1], unseen: [2] },
    classEmbeddings: { data: Float32Array.of(1, 0, 0, 1, 0.6, 0.8), rows: 3, cols: 2 },
    encoders: { image: { onnx, preprocessing } },
  };
}

function features(rows: number, cols: number): Matrix {
  const random = new Random(2, 'features');
  return { data: Float32Array.from({ length: rows * cols }, () => random.normal()), rows, cols };
}

const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(() => 'no error').catch((error) => error);
const six: Preprocessing = { kind: 'features', dim: 6 };

let base: string;
let folder: string;
beforeEach(async () => {
  base = await mkdtemp(path.join(tmpdir(), 'unseen-model-'));
  folder = path.join(base, 'model');
});
afterEach(() => rm(base, { recursive: true, force: true }));

describe('a saved model', () => {
  it('loads to the same codes, fingerprint and class embeddings', async () => {
    const model = await Model.create(trained(six));
    await model.save(folder);
    expect((await readdir(folder)).sort()).toEqual(['class_embeddings.f32', 'image.onnx', 'model.json']);
    const loaded = await Model.load(folder);
    expect(loaded.manifest).toEqual(model.manifest);
    expect(loaded.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(loaded.classEmbeddings).toEqual(trained(six).classEmbeddings);
    const x = features(50, 6);
    const [a, b] = [await model.encode('image', x), await loaded.encode('image', x)];
    expect(b).toEqual(a);
    expect(a.count).toBe(50);
    await Promise.all([model.dispose(), loaded.dispose()]);
  });

  it('loads after its text was laid out anew: the fingerprint is of the meaning', async () => {
    const model = await Model.create(trained(six));
    await model.save(folder);
    const file = path.join(folder, 'model.json');
    await writeFile(file, JSON.stringify(JSON.parse(await readFile(file, 'utf8'))));
    expect((await Model.load(folder)).fingerprint).toBe(model.fingerprint);
    await model.dispose();
  });

  it('has another fingerprint as soon as anything differs', async () => {
    const a = await Model.create(trained(six));
    const b = await Model.create({ ...trained(six), seed: 8 });
    const c = await Model.create({
      ...trained(six),
      encoders: { image: { onnx: linearEncoder(six), preprocessing: { ...six, extractor: 'gradients/1' } } },
    });
    expect(new Set([a.fingerprint, b.fingerprint, c.fingerprint]).size).toBe(3);
    await Promise.all([a, b, c].map((model) => model.dispose()));
  });

  it('is not replaced by accident, and replaced whole on purpose', async () => {
    const first = await Model.create(trained(six));
    const second = await Model.create({ ...trained(six), seed: 8 });
    await first.save(folder);
    expect(await failure(second.save(folder))).toMatchObject({ code: 'MODEL_EXISTS' });
    expect((await Model.load(folder)).fingerprint).toBe(first.fingerprint);
    await second.save(folder, { overwrite: true });
    expect((await Model.load(folder)).fingerprint).toBe(second.fingerprint);
    expect(await readdir(base)).toEqual(['model']);
    await Promise.all([first.dispose(), second.dispose()]);
  });

  it('never takes the place of anything that is no model', async () => {
    const model = await Model.create(trained(six));
    await mkdir(folder);
    await model.save(folder); // an empty folder is free
    const photos = path.join(base, 'photos');
    await mkdir(photos);
    await writeFile(path.join(photos, 'a.jpg'), 'x');
    expect(await failure(model.save(photos, { overwrite: true }))).toMatchObject({
      code: 'MODEL_FOLDER_OCCUPIED',
    });
    await writeFile(path.join(photos, 'model.json'), '{"of": "another program"}');
    expect(await failure(model.save(photos, { overwrite: true }))).toMatchObject({
      code: 'MODEL_FOLDER_OCCUPIED',
    });
    const noted = path.join(base, 'noted');
    await model.save(noted);
    await writeFile(path.join(noted, 'notes.txt'), 'mine');
    expect(await failure(model.save(noted, { overwrite: true }))).toMatchObject({
      code: 'MODEL_FOLDER_OCCUPIED',
    });
    const file = path.join(base, 'file');
    await writeFile(file, 'x');
    expect(await failure(model.save(file, { overwrite: true }))).toMatchObject({
      code: 'MODEL_FOLDER_OCCUPIED',
    });
    expect((await readdir(photos)).sort()).toEqual(['a.jpg', 'model.json']);
    await model.dispose();
  });
});

describe('a damaged or hostile folder', () => {
  let manifest: Record<string, never>;
  beforeEach(async () => {
    const model = await Model.create(trained(six));
    await model.save(folder);
    await model.dispose();
    manifest = JSON.parse(await readFile(path.join(folder, 'model.json'), 'utf8'));
  });
  const write = (change: object): Promise<void> =>
    writeFile(path.join(folder, 'model.json'), JSON.stringify({ ...manifest, ...change }));

  it('is refused for any flipped bit of an encoder', async () => {
    const file = path.join(folder, 'image.onnx');
    const good = await readFile(file);
    for (const at of [0, 40, good.length >> 1, good.length - 1]) {
      const bad = Buffer.from(good);
      bad[at]! ^= 1;
      await writeFile(file, bad);
      expect(await failure(Model.load(folder))).toMatchObject({ code: 'MODEL_HASH_MISMATCH' });
    }
    await writeFile(file, good.subarray(1));
    expect(await failure(Model.load(folder))).toMatchObject({ code: 'MODEL_HASH_MISMATCH' });
  });

  it('is refused for a flipped bit anywhere in the manifest', async () => {
    const file = path.join(folder, 'model.json');
    const good = await readFile(file);
    for (let at = 0; at < good.length; at += 3) {
      const bad = Buffer.from(good);
      bad[at]! ^= 1;
      await writeFile(file, bad);
      const error = await failure(Model.load(folder));
      expect(error, `byte ${at}`).toMatchObject({ code: expect.stringMatching(/^(MODEL|FILE)_/) });
    }
  });

  it('is refused when a file is missing or is a link', async () => {
    const file = path.join(folder, 'image.onnx');
    await rename(file, path.join(base, 'elsewhere.onnx'));
    expect(await failure(Model.load(folder))).toMatchObject({ code: 'MODEL_FILE_MISSING' });
    await symlink(path.join(base, 'elsewhere.onnx'), file);
    expect(await failure(Model.load(folder))).toMatchObject({ code: 'MODEL_PATH_OUTSIDE' });
    expect(await failure(Model.load(path.join(base, 'nowhere')))).toMatchObject({
      code: 'MODEL_FILE_MISSING',
    });
  });

  it.each(['../secret', '/etc/passwd', 'a/b', 'C:\\x', '..', '.hidden', '', 'model.json', 'a\0b'])(
    'is refused when it names the file %j',
    async (name) => {
      const image = { file: name, preprocessing: six };
      const facts = { bytes: 3, sha256: 'a'.repeat(64) };
      await write({ encoders: { image }, files: { [name]: facts } });
      expect(await failure(Model.load(folder))).toMatchObject({ code: 'MODEL_PATH_OUTSIDE' });
    },
  );

  it('is refused when a later version wrote it, or no version', async () => {
    await write({ format: 'unseen-model/2', surprise: true });
    expect(await failure(Model.load(folder))).toMatchObject({ code: 'MODEL_FORMAT_UNKNOWN' });
    await writeFile(path.join(folder, 'model.json'), '[]');
    expect(await failure(Model.load(folder))).toMatchObject({ code: 'MODEL_FORMAT_UNKNOWN' });
    await writeFile(path.join(folder, 'model.json'), '{');
    expect(await failure(Model.load(folder))).toMatchObject({ code: 'MODEL_MANIFEST_INVALID' });
  });

  it('is refused for fields that are wrong, missing, unknown, or contradict each other', async () => {
    const wrong: object[] = [
      { bits: 12 },
      { bits: undefined },
      { extra: 1 },
      { files: {} },
      { encoders: {} },
      { classes: { names: ['a', 'b', 'c'], seen: [0, 3], unseen: [] } },
      { classEmbeddings: { file: 'class_embeddings.f32', dim: 3 } },
    ];
    for (const change of wrong) {
      await write(change);
      expect(await failure(Model.load(folder)), JSON.stringify(change)).toMatchObject({
        code: 'MODEL_MANIFEST_INVALID',
      });
    }
    await write({ seed: 8 });
    expect(await failure(Model.load(folder))).toMatchObject({ code: 'MODEL_HASH_MISMATCH' });
  });
});

describe('an encoder', () => {
  it('must be an ONNX graph from `input` to `code` of the right shapes', async () => {
    const broken = trained(six, Uint8Array.of(1, 2, 3));
    expect(await failure(Model.create(broken))).toMatchObject({ code: 'MODEL_ENCODER_INVALID' });
    const x = input('input', ['batch', 6]);
    const misnamed = exportModel({
      inputs: [x],
      outputs: { hash: matmul(x, constant(new Float32Array(96), [6, 16])) },
      parameters: new Map(),
    });
    expect(await failure(Model.create(trained(six, misnamed)))).toMatchObject({
      code: 'MODEL_ENCODER_INVALID',
    });
    const seven: Preprocessing = { kind: 'features', dim: 7 };
    expect(await failure(Model.create(trained(six, linearEncoder(seven))))).toMatchObject({
      code: 'MODEL_ENCODER_INVALID',
    });
    const model = await Model.create(trained(six, linearEncoder(six, 24)));
    expect(await failure(model.encode('image', features(2, 6)))).toMatchObject({
      code: 'MODEL_ENCODER_INVALID',
    });
    await model.dispose();
  });

  it('gives the signs of its outputs, in order, for any batch', async () => {
    const model = await Model.create(trained(six));
    const x = features(33, 6);
    const { data, rows, cols } = await model.outputs('image', x, { batchSize: 5 });
    expect([rows, cols]).toEqual([33, BITS]);
    const codes = await model.encode('image', x);
    const signs = Float32Array.from(data, (value) => (value > 0 ? 1 : -1));
    expect(codes.unpack()).toEqual(signs);
    await model.dispose();
    // Sessions come back after dispose.
    expect(await model.encode('image', x)).toEqual(codes);
    await model.dispose();
  });

  it('takes nothing and gives nothing', async () => {
    const model = await Model.create(trained(six));
    const nothing = { data: new Float32Array(0), rows: 0, cols: 6 };
    const codes = await model.encode('image', nothing);
    expect([codes.count, codes.bits]).toEqual([0, BITS]);
    expect(await model.outputs('image', nothing)).toEqual({ data: new Float32Array(0), rows: 0, cols: BITS });
    await model.dispose();
  });

  it('refuses a batch size that is no size, and lengths that lie', async () => {
    const model = await Model.create(trained(six));
    for (const batchSize of [0, -1, 1.5, Number.NaN, 65_537]) {
      expect(await failure(model.encode('image', features(2, 6), { batchSize }))).toMatchObject({
        code: 'ARGUMENT_INVALID',
      });
    }
    const lying = { data: new Float32Array(11), rows: 2, cols: 6 };
    expect(await failure(model.encode('image', lying))).toMatchObject({ code: 'MODEL_INPUT_SHAPE' });
    await model.dispose();
  });

  it('reports every batch and stops between two', async () => {
    const model = await Model.create(trained(six));
    const seen: number[] = [];
    const controller = new AbortController();
    const work = model.encode('image', features(10, 6), {
      batchSize: 4,
      signal: controller.signal,
      onProgress({ done, total }) {
        expect(total).toBe(10);
        seen.push(done);
        if (done === 8) controller.abort();
      },
    });
    expect(await failure(work)).toMatchObject({ code: 'ABORTED' });
    expect(seen).toEqual([4, 8]);
    await model.dispose();
  });
});

describe('pictures', () => {
  let pictures: string;
  let paths: string[];
  let pixels: Uint8Array;
  beforeAll(async () => {
    pictures = await mkdtemp(path.join(tmpdir(), 'unseen-pictures-'));
    const random = new Random(3, 'pixels');
    pixels = Uint8Array.from({ length: 5 * 8 * 8 * 3 }, () => random.below(256));
    paths = await Promise.all(
      Array.from({ length: 5 }, async (_, i) => {
        const file = path.join(pictures, `${i}.png`);
        const raw = pixels.subarray(i * 192, (i + 1) * 192);
        await sharp(raw, { raw: { width: 8, height: 8, channels: 3 } })
          .png()
          .toFile(file);
        return file;
      }),
    );
  });
  afterAll(() => rm(pictures, { recursive: true, force: true }));

  it('encode the same from files and from pixels', async () => {
    const model = await Model.create(trained({ kind: 'pixels', side: 8 }));
    const fromPixels = await model.encode('image', {
      kind: 'pixels',
      count: 5,
      height: 8,
      width: 8,
      data: pixels,
    });
    expect(await model.encode('image', paths, { batchSize: 2 })).toEqual(fromPixels);
    expect(await failure(model.encode('image', features(2, 192)))).toMatchObject({
      code: 'MODEL_INPUT_SHAPE',
    });
    const missing = model.encode('image', [path.join(pictures, 'none.png')]);
    expect(await failure(missing)).toMatchObject({ code: 'FILE_UNREADABLE' });
    await model.dispose();
  });

  it('become features through the extractor that the manifest names, and only then', async () => {
    const dim = 832;
    const model = await Model.create(trained({ kind: 'features', dim, extractor: 'gradients/1' }));
    expect((await model.encode('image', paths)).count).toBe(5);
    await model.dispose();
    const readyMade = await Model.create(trained({ kind: 'features', dim }));
    expect(await failure(readyMade.encode('image', paths))).toMatchObject({ code: 'MODEL_NEEDS_FEATURES' });
    await readyMade.dispose();
    const unknown = await Model.create(trained({ kind: 'features', dim, extractor: 'dreams/1' }));
    expect(await failure(unknown.encode('image', paths))).toMatchObject({ code: 'EXTRACTOR_UNKNOWN' });
    await unknown.dispose();
    const other = await Model.create(trained({ kind: 'features', dim: 6, extractor: 'gradients/1' }));
    expect(await failure(other.encode('image', paths))).toMatchObject({ code: 'MODEL_INPUT_SHAPE' });
    await other.dispose();
  });
});

it('carries the version of the package', async () => {
  const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(UNSEEN_VERSION).toBe(version);
});
