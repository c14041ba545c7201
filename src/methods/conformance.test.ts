/** What every hashing method promises: one suite, run for every row of the registry. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { permuteLabels, syntheticDataset } from '../../test/synthetic.ts';
import {
  type Dataset,
  datasetFromArrays,
  type ModalityName,
  type Split,
  takeRows,
  zeroShotSplit,
} from '../data/index.ts';
import { evaluate } from '../evaluate/index.ts';
import { setDefaultThreads } from '../graph/threads.ts';
import { Model } from '../model/index.ts';
import type { FitProgress, HashMethod } from './contract.ts';
import { createMethod, METHODS } from './registry.ts';

type Settings = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
/** Settings that make a learning method finish in about a second here; by family. */
const QUICK: Settings = {
  csq: { steps: 60, batch: 32, hidden: 32 },
  czhash: { epochs: 4, leastSteps: 300, batch: 32, hidden: 64, iterations: 20 },
  dcmh: { epochs: 8, batch: 32, hidden: 32, textHidden: 32 },
  'pseudo-label': { steps: 60, batch: 32, hidden: 32, rounds: 2 },
  tzsh: { steps: 60, batch: 32, hidden: 32, rounds: 2 },
};
/** Where it is enough that every part runs. */
const BRIEF: Settings = {
  csq: { steps: 10 },
  czhash: { epochs: 1, leastSteps: 20, iterations: 5 },
  dcmh: { epochs: 2 },
  'pseudo-label': { steps: 10, rounds: 1 },
  tzsh: { steps: 10, rounds: 1 },
};
/** Height and width of pictures: the least that networks take, and what methods without networks scale them to. */
const SIDE = 16;
const DEFAULT_SIDE = 32;
/** For pixels it is enough that it runs. */
const QUICK_PIXELS: Settings = {
  csq: { side: SIDE, steps: 4, batch: 16, hidden: 32 },
  czhash: { side: SIDE, epochs: 1, leastSteps: 4, batch: 16, hidden: 16 },
  dcmh: { side: SIDE, epochs: 1, batch: 16, hidden: 32, textHidden: 32 },
  'pseudo-label': { side: SIDE, steps: 4, batch: 16, hidden: 32, rounds: 1 },
  tzsh: { side: SIDE, steps: 4, batch: 16, hidden: 32, rounds: 1 },
};
/** Reads the pool's labels by definition: it measures what perfect mining would give. */
const ORACLES = new Set(['tzsh/oracle']);
/**
 * Learn across modalities from labelled pairs alone. Pictures and texts of a made-up class have nothing in common, so nothing
 * tells these methods which texts go with the pictures of a class without labels. Classes with labels: their own tests.
 */
const LABELLED_PAIRS_ONLY = new Set(['scm', 'dcmh', 'czhash/labelled-only']);
const BITS = 16;

const make = (name: string, settings: Readonly<Record<string, unknown>> = {}): HashMethod =>
  createMethod(name, { bits: BITS, seed: 3, ...QUICK[name.split('/')[0]!], ...settings });

/** Images alone, and images with texts of as many features, so that one suite asks the same of both encoders. */
const ALONE = syntheticDataset({ dim: 24 });
const PAIRED = syntheticDataset({ dim: 24, text: 24, name: 'paired' });

/** Features are not part of a dataset's fingerprint: the split still fits. */
function withValue(data: Dataset, name: ModalityName, row: number, column: number, value: number): Dataset {
  const modality = data.modalities[name]!;
  const features = modality.features!;
  const changed = Float32Array.from(features.data);
  changed[row * features.cols + column] = value;
  return {
    ...data,
    modalities: { ...data.modalities, [name]: { ...modality, features: { ...features, data: changed } } },
  };
}

const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(() => 'no error').catch((error) => error);

describe.each(Object.keys(METHODS))('%s', (name) => {
  const { modalities, schema, transductive } = METHODS[name]!;
  const crossModal = modalities.length > 1;
  const network = name.split('/')[0]! in QUICK_PIXELS;
  const data = crossModal ? PAIRED : ALONE;
  const split = zeroShotSplit(data, { unseen: 3, seed: 0 });
  const featuresOf = (modality: ModalityName) => data.modalities[modality]!.features!;
  const before = new Map(modalities.map((modality) => [modality, featuresOf(modality).data.slice()]));
  let model: Model;
  let folder: string;
  const progress: FitProgress[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'unseen-conformance-'));
    model = await make(name).fit(data, split, { onProgress: (event) => progress.push(event) });
  });
  afterAll(async () => {
    await model?.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  const expectSameOutputs = async (other: Model): Promise<void> => {
    for (const modality of modalities) {
      const features = featuresOf(modality);
      const [a, b] = [await model.outputs(modality, features), await other.outputs(modality, features)];
      expect(b.data).toEqual(a.data);
    }
    await other.dispose();
  };

  it('checks its settings before any work', () => {
    expect(() => make(name, { bits: 12 })).toThrow(expect.objectContaining({ code: 'ARGUMENT_INVALID' }));
    expect(() => make(name, { bits: Number.NaN })).toThrow(
      expect.objectContaining({ code: 'ARGUMENT_INVALID' }),
    );
    expect(() => make(name, { seed: 0.5 })).toThrow(expect.objectContaining({ code: 'ARGUMENT_INVALID' }));
    expect(() => make(name, { input: 'sound' })).toThrow(
      expect.objectContaining({ code: 'ARGUMENT_INVALID' }),
    );
    expect(() => make(name, { bitz: 8 })).toThrow(
      expect.objectContaining({ code: 'METHOD_SETTING_UNKNOWN', message: expect.stringContaining('bitz') }),
    );
  });

  it('makes a model that says what made it', () => {
    expect(model.manifest).toMatchObject({
      method: name,
      bits: BITS,
      seed: 3,
      dataset: { name: data.name, fingerprint: data.fingerprint },
      split: { protocol: 'zero-shot', hash: split.hash },
      classes: { names: data.classes, seen: split.seen, unseen: split.unseen },
    });
    expect(Object.keys(model.manifest.encoders)).toEqual(modalities);
    for (const key of Object.keys(schema.shape)) {
      const optional = schema.shape[key]!.safeParse(undefined);
      const hasDefault = optional.success && optional.data !== undefined;
      if (hasDefault && key !== 'seed') expect(model.manifest.settings).toHaveProperty(key);
    }
  });

  it('finds items of unseen classes better than chance', async () => {
    const runs = await evaluate(model, data, split);
    for (const { task, database, map, chance } of runs) {
      const [from, to] = task.split('->');
      const known = from === to || !LABELLED_PAIRS_ONLY.has(name);
      if (database === 'unseen' && known) expect([task, map > 1.3 * chance]).toEqual([task, true]);
    }
    expect(runs.length).toBe(crossModal ? 8 : 2);
  });

  it('gives the same model for the same seed, bit for bit, and another for another seed', async () => {
    const again = await make(name).fit(data, split);
    expect(again.fingerprint).toBe(model.fingerprint);
    const other = await make(name, { seed: 4 }).fit(data, split);
    for (const modality of modalities) {
      const [a, b] = [
        await model.encode(modality, featuresOf(modality)),
        await other.encode(modality, featuresOf(modality)),
      ];
      expect(Buffer.compare(a.bytes, b.bytes)).not.toBe(0);
    }
    await Promise.all([again.dispose(), other.dispose()]);
  });

  if (network)
    it('gives the same model on two threads each time', async () => {
      const before = setDefaultThreads(2);
      onTestFinished(() => void setDefaultThreads(before));
      const fit = (): Promise<Model> => make(name, BRIEF[name.split('/')[0]!]).fit(data, split);
      const [a, b] = [await fit(), await fit()];
      expect(b.fingerprint).toBe(a.fingerprint);
      await Promise.all([a.dispose(), b.dispose()]);
    });

  it.skipIf(ORACLES.has(name))('never reads the labels of pool, query or database rows', async () => {
    const hidden = [...split.pool, ...split.query, ...split.database];
    const permuted = permuteLabels(data, hidden, 5);
    expect(permuted.fingerprint).not.toBe(data.fingerprint);
    const sameRows: Split = { ...split, dataset: { name: data.name, fingerprint: permuted.fingerprint } };
    await expectSameOutputs(await make(name).fit(permuted, sameRows, { monitor: true }));
  });

  it('encodes the same after saving and loading', async () => {
    const target = path.join(folder, 'saved');
    await model.save(target);
    const loaded = await Model.load(target);
    expect(loaded.fingerprint).toBe(model.fingerprint);
    await expectSameOutputs(loaded);
  });

  it('reports progress that never falls and ends at 1', () => {
    const done = progress.map((event) => event.done);
    expect(done[0]).toBeGreaterThanOrEqual(0);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(done.at(-1)).toBe(1);
    expect(progress.every(({ phase }) => phase !== '')).toBe(true);
  });

  it('stops when asked, with a typed error and nothing written', async () => {
    const early = AbortSignal.abort();
    expect(await failure(make(name).fit(data, split, { signal: early }))).toMatchObject({ code: 'ABORTED' });
    const controller = new AbortController();
    const onProgress = (): void => controller.abort();
    const late = make(name).fit(data, split, { signal: controller.signal, onProgress });
    expect(await failure(late)).toMatchObject({ code: 'ABORTED' });
    for (const modality of modalities) {
      const encoding = model.encode(modality, featuresOf(modality), { signal: early });
      expect(await failure(encoding)).toMatchObject({ code: 'ABORTED' });
    }
    expect((await readdir(folder)).filter((entry) => entry !== 'saved')).toEqual([]);
  });

  it('refuses the split of another dataset', async () => {
    const foreign = { ...split, dataset: { name: 'other', fingerprint: '0'.repeat(64) } };
    expect(await failure(make(name).fit(data, foreign))).toMatchObject({ code: 'SPLIT_OTHER_DATASET' });
  });

  it('needs training rows, and images alone a pool if it is transductive', async () => {
    const untaught = { ...split, train: [] };
    expect(await failure(make(name).fit(data, untaught))).toMatchObject({ code: 'TRAINING_ROWS_EMPTY' });
    const poolless = make(name).fit(data, { ...split, pool: [] });
    if (transductive && !crossModal) {
      expect(await failure(poolless)).toMatchObject({ code: 'TRAINING_ROWS_EMPTY' });
    } else {
      await (await poolless).dispose();
    }
  });

  describe('of pictures alone', () => {
    const drawn = syntheticDataset({
      side: SIDE,
      classes: 6,
      perClass: 12,
      name: 'drawn',
      ...(crossModal && { text: 24 }),
    });
    const drawnSplit = zeroShotSplit(drawn, { unseen: 2, seed: 0 });

    it('learns from pixels where there are no features', async () => {
      const seeing = await make(name, QUICK_PIXELS[name.split('/')[0]!]).fit(drawn, drawnSplit);
      expect(seeing.preprocessing('image')).toEqual({ kind: 'pixels', side: network ? SIDE : DEFAULT_SIDE });
      const codes = await seeing.encode('image', drawn.modalities.image!.images!);
      expect(codes.count).toBe(drawn.rows);
      const { features } = ALONE.modalities.image!;
      expect(await failure(seeing.encode('image', features!))).toMatchObject({ code: 'MODEL_INPUT_SHAPE' });
      await seeing.dispose();
    });

    it('says what is missing when the dataset has no features', async () => {
      const fitting = make(name, { input: 'features' }).fit(drawn, drawnSplit);
      expect(await failure(fitting)).toMatchObject({ code: 'TRAINING_INPUT_MISSING' });
    });
  });

  it('works without class embeddings, or says that it needs them', async () => {
    const nameless = datasetFromArrays({
      name: data.name,
      classes: data.classes,
      modalities: data.modalities,
    });
    const fitting = make(name).fit(nameless, split);
    const outcome = await failure(fitting.then((fitted) => fitted.dispose()).then(() => fitting));
    if (outcome !== 'no error') expect(outcome).toMatchObject({ code: 'CLASS_EMBEDDINGS_MISSING' });
  });

  describe.each(modalities)('%s encoder', (modality) => {
    const features = featuresOf(modality);

    it('makes a code of every row, and says what it takes', async () => {
      const codes = await model.encode(modality, features);
      expect([codes.count, codes.bits]).toEqual([data.rows, BITS]);
      expect(model.manifest.encoders[modality]).toMatchObject({
        preprocessing: { kind: 'features', dim: 24 },
      });
    });

    it('encodes a row the same in any batch', async () => {
      const all = await model.encode(modality, features);
      for (const batchSize of [1, 2, 7, 64, 65_536]) {
        const codes = await model.encode(modality, features, { batchSize });
        expect(Buffer.compare(codes.bytes, all.bytes)).toBe(0);
      }
      const alone = await model.encode(modality, takeRows(features, [5]));
      expect(alone.toHex(0)).toBe(all.toHex(5));
    });

    it('names the row of a value that is not finite', async () => {
      const row = split.train[2]!;
      const broken = withValue(data, modality, row, 4, Number.NaN);
      expect(await failure(make(name).fit(broken, split))).toMatchObject({
        code: 'MODEL_INPUT_NOT_FINITE',
        values: { row, column: 4 },
      });
      const infinite = withValue(data, modality, 7, 1, Number.POSITIVE_INFINITY).modalities[modality]!
        .features!;
      expect(await failure(model.encode(modality, infinite, { batchSize: 3 }))).toMatchObject({
        code: 'MODEL_INPUT_NOT_FINITE',
        values: { row: 7, column: 1 },
      });
    });

    it('refuses inputs that it was not trained on', async () => {
      const narrow = { data: new Float32Array(46), rows: 2, cols: 23 };
      expect(await failure(model.encode(modality, narrow))).toMatchObject({ code: 'MODEL_INPUT_SHAPE' });
      if (!crossModal)
        expect(await failure(model.encode('text', features))).toMatchObject({
          code: 'MODEL_MODALITY_UNKNOWN',
        });
      expect(await failure(model.encode(modality, ['a.jpg']))).toMatchObject({
        code: 'MODEL_NEEDS_FEATURES',
      });
    });

    it('does not touch the dataset', () => {
      // Behind everything that was trained and encoded above.
      expect(features.data).toEqual(before.get(modality));
    });
  });
});
