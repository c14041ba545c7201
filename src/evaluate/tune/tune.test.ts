import { describe, expect, it } from 'vitest';
import { syntheticDataset } from '../../../test/synthetic.ts';
import { canonicalHash } from '../../data/canonical-hash.ts';
import {
  type AnySplitOptions,
  type Dataset,
  datasetFromArrays,
  Labels,
  type Modality,
  type ModalityParts,
  makeSplit,
  type Split,
} from '../../data/index.ts';
import { createMethod } from '../../methods/index.ts';
import { Random } from '../../random.ts';
import { evaluate } from '../evaluate.ts';
import { score } from './score.ts';
import { type Trial, type TuneOptions, type TuneProgress, type Tuning, tune } from './tune.ts';

const data = syntheticDataset({ classes: 9, perClass: 12, dim: 20, noise: 1, parts: true });
const split = makeSplit(data, { protocol: 'zero-shot', unseen: 2, seed: 100 });
const itq: TuneOptions = { method: 'itq', bits: 16, settings: { iterations: [1, 5, 50] } };
const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(() => 'no error').catch((error) => error);

/** All but wall times, and the names of the data that they are of. */
const figures = ({ trials, environment: _, dataset: __, split: ___, ...rest }: Tuning) => ({
  ...rest,
  trials: trials.map(({ trainSeconds: _, ...trial }) => trial),
});

/** Every row that does not train: noise for its items, some class for its labels. */
function withGarbage(dataset: Dataset, { train }: Split): Dataset {
  const random = new Random(9, 'garbage');
  const kept = new Set(train);
  const spoilt = ({ features, texts, labels, ...rest }: Modality): ModalityParts => ({
    ...rest,
    labels: Labels.fromLists(
      Array.from({ length: dataset.rows }, (_, row) =>
        kept.has(row) ? Array.from(labels.of(row)) : [random.below(dataset.classes.length)],
      ),
      dataset.classes.length,
    ),
    ...(features && {
      features: {
        ...features,
        data: features.data.map((value, i) =>
          kept.has(Math.floor(i / features.cols)) ? value : 1000 * random.normal(),
        ),
      },
    }),
    ...(texts && { texts: texts.map((own, row) => (kept.has(row) ? own : [`noise${random.below(9)}`])) }),
  });
  const { image, text } = dataset.modalities;
  return datasetFromArrays({
    ...dataset,
    modalities: { ...(image && { image: spoilt(image) }), ...(text && { text: spoilt(text) }) },
  });
}

/** The same rows on other data. */
function splitFor(dataset: Dataset, { hash: _, ...rest }: Split): Split {
  const body = { ...rest, dataset: { name: dataset.name, fingerprint: dataset.fingerprint } };
  return { ...body, hash: canonicalHash(body) };
}

describe('tune never looks at pool, queries or database', () => {
  const paired = syntheticDataset({ classes: 8, perClass: 12, dim: 12, text: 'words' });
  const few = { folds: 2, bits: 8 };
  const deep = { steps: [20], hidden: [16], batch: [16], threads: [1] };
  const CASES: [string, Dataset, Omit<AnySplitOptions, 'seed'>, TuneOptions][] = [
    ['itq', data, { protocol: 'zero-shot', unseen: 2 }, itq],
    ['itq, pool=database', data, { protocol: 'zero-shot/pool=database', unseen: 2 }, itq],
    ['itq, supervised', data, { protocol: 'supervised' }, { ...itq, folds: 2 }],
    [
      'tzsh',
      data,
      { protocol: 'zero-shot', unseen: 2 },
      { ...few, method: 'tzsh', settings: { ...deep, learningRate: [0.001, 0.02] } },
    ],
    [
      'cmfh',
      paired,
      { protocol: 'zero-shot', unseen: 2 },
      { ...few, method: 'cmfh', settings: { iterations: [3], mu: [10, 100] } },
    ],
    [
      'czhash, half of the labels, disjoint spaces',
      paired,
      { protocol: 'zero-shot', unseen: 2, labelShare: 0.5, labelSpaces: 'disjoint' },
      {
        ...few,
        method: 'czhash',
        settings: { hidden: [16], epochs: [1], leastSteps: [5], threads: [1], novelty: [2, 4] },
      },
    ],
  ];

  it.each(CASES)(
    '%s: with garbage there the result is the same, bit for bit',
    async (_, own, of, options) => {
      const outer = makeSplit(own, { ...of, seed: 100 });
      const garbage = withGarbage(own, outer);
      expect(garbage.fingerprint).not.toBe(own.fingerprint);
      const [a, b] = [
        await tune(own, outer, options),
        await tune(garbage, splitFor(garbage, outer), options),
      ];
      expect(figures(b)).toEqual(figures(a));
      expect(a.trials.length).toBeGreaterThan(1);
      expect(new Set(a.trials.flatMap(({ scores }) => scores)).size).toBeGreaterThan(2);
    },
  );

  it('nor at a training row’s label that the split hides', async () => {
    const outer = makeSplit(paired, { protocol: 'zero-shot', unseen: 2, seed: 100, labelShare: 0.5 });
    const shown = { ...outer, train: outer.labelled! };
    const garbage = withGarbage(paired, shown); // also their items, so take those back
    const { image, text } = paired.modalities;
    const hidden = datasetFromArrays({
      ...paired,
      modalities: {
        image: { ...image!, labels: garbage.modalities.image!.labels },
        text: { ...text!, labels: garbage.modalities.text!.labels },
      },
    });
    const options = { ...few, method: 'scm', settings: { ridge: [0.01, 1] } };
    const [a, b] = [await tune(paired, outer, options), await tune(hidden, splitFor(hidden, outer), options)];
    expect(figures(b)).toEqual(figures(a));
  });
});

describe('tune', () => {
  it('tries every setting on every fold, and says what it chose', async () => {
    const progress: TuneProgress[] = [];
    const seen: Trial[] = [];
    const result = await tune(data, split, {
      ...itq,
      prune: false,
      onProgress: (event) => progress.push(event),
      onTrial: (trial) => seen.push(trial),
    });
    const { trials, folds, choice } = result;
    expect(seen).toEqual(trials);
    expect(trials.map(({ settings }) => settings)).toEqual([{}, { iterations: 1 }, { iterations: 5 }]);
    for (const { scores, mean, sd, pruned, trainSeconds } of trials) {
      expect(scores).toHaveLength(3);
      expect(mean).toBeCloseTo((scores[0]! + scores[1]! + scores[2]!) / 3, 12);
      expect(sd).toBeGreaterThan(0);
      expect(pruned).toBe(false);
      expect(trainSeconds).toBeGreaterThan(0);
    }
    expect(folds.flatMap(({ classes }) => classes).sort()).toEqual(
      split.seen.map((label) => data.classes[label]),
    );
    for (const { train, pool, query, database } of folds)
      expect(train + pool + query + database).toBe(split.train.length);
    expect(result.settings).toBe(trials[choice!.recommended]!.settings);
    expect(result).toMatchObject({ split: split.hash, tasks: ['image->image'], aborted: false });
    const done = progress.map((event) => event.done);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(done.at(-1)).toBe(1);
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });

  it('gives the same result every time, and another for another seed', async () => {
    const [a, b, c] = [
      await tune(data, split, itq),
      await tune(data, split, itq),
      await tune(data, split, { ...itq, seed: 1 }),
    ];
    expect(figures(b)).toEqual(figures(a));
    expect(c.folds).not.toEqual(a.folds);
  });

  it('finds a setting that is better, and gives up one that is hopeless', async () => {
    // Features that say nothing, beside pictures that do: the default looks at the features.
    const pictures = syntheticDataset({ classes: 7, perClass: 12, side: 8, noise: 1 });
    const random = new Random(2, 'noise');
    const { image } = pictures.modalities;
    const noise = Array.from({ length: pictures.rows }, () =>
      Array.from({ length: 16 }, () => random.normal()),
    );
    const both = datasetFromArrays({ ...pictures, modalities: { image: { ...image!, features: noise } } });
    const outer = makeSplit(both, { protocol: 'zero-shot', unseen: 1, seed: 100 });
    const { trials, choice, settings } = await tune(both, outer, {
      method: 'lsh',
      bits: 32,
      settings: { input: ['pixels', 'features'] },
    });
    const [plain, pixels, features] = trials as [Trial, Trial, Trial];
    expect(pixels.mean).toBeGreaterThan(1.5 * plain.mean);
    expect(features).toMatchObject({ pruned: true, scores: plain.scores.slice(0, 1) });
    expect(choice).toMatchObject({ best: 1, recommended: 1 });
    expect(choice!.gain).toBeCloseTo(pixels.mean - plain.mean, 12);
    expect(settings).toEqual({ input: 'pixels' });
  });

  it('scores as evaluate does', async () => {
    const method = createMethod('itq', { bits: 16 });
    const { map } = await score(method, data, split, { tasks: ['image->image'] });
    const model = await method.fit(data, split);
    const [own] = await evaluate(model, data, split);
    expect(own).toMatchObject({ database: 'unseen', map });
    await model.dispose();
  });

  it('keeps the trials that were finished when it is stopped', async () => {
    const controller = new AbortController();
    const options = { ...itq, signal: controller.signal };
    const result = await tune(data, split, {
      ...options,
      onProgress: ({ trial, fold }) => trial === 2 && fold === 1 && controller.abort(),
    });
    expect(result.aborted).toBe(true);
    expect(result.trials.map(({ settings }) => settings)).toEqual([{}, { iterations: 1 }]);
    expect(result.choice).not.toBeNull();
    const early = await tune(data, split, { ...itq, signal: AbortSignal.abort() });
    expect(early).toMatchObject({ aborted: true, trials: [], choice: null, settings: {} });
  });

  it('checks everything before the first fit', async () => {
    const ran: unknown[] = [];
    const wrong: [object, string][] = [
      [{ method: 'nonsense' }, 'METHOD_UNKNOWN'],
      [{ bits: 12 }, 'ARGUMENT_INVALID'],
      [{ seed: 0.5 }, 'ARGUMENT_INVALID'],
      [{ folds: 1 }, 'ARGUMENT_INVALID'],
      [{ folds: 8 }, 'TUNE_FOLDS'],
      [{ trials: 1 }, 'ARGUMENT_INVALID'],
      [{ settings: { iterations: [5, 0] } }, 'ARGUMENT_INVALID'],
      [{ settings: { planes: [1, 2] } }, 'METHOD_SETTING_UNKNOWN'],
      [{ method: 'lsh', settings: {} }, 'TUNE_NOTHING'],
      [{ method: 'scm', settings: {} }, 'TASKS_IMPOSSIBLE'],
    ];
    for (const [change, code] of wrong) {
      const work = tune(data, split, { ...itq, ...change, onTrial: (trial) => ran.push(trial) });
      expect(await failure(work), JSON.stringify(change)).toMatchObject({ code });
    }
    const other = syntheticDataset({ name: 'other' });
    expect(await failure(tune(other, split, itq))).toMatchObject({ code: 'SPLIT_OTHER_DATASET' });
    expect(ran).toEqual([]);
  });
});
