/** CZHash as a whole, on Gaussian clusters. What every method promises is in `conformance.test.ts`. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { permuteLabels, syntheticDataset } from '../../../test/synthetic.ts';
import { keepPairs } from '../../../test/unpaired.ts';
import {
  type Dataset,
  datasetFromArrays,
  type ModalityName,
  type Split,
  supervisedSplit,
  zeroShotSplit,
} from '../../data/index.ts';
import { evaluate } from '../../evaluate/index.ts';
import type { Model } from '../../model/index.ts';
import type { FitOptions, FitProgress } from '../contract.ts';
import { czhash } from './czhash.ts';
import { type CzhashOptions, czhashSchema, VARIANTS, type Variant } from './options.ts';

const MODALITIES = ['image', 'text'] as const;
const data = syntheticDataset({ dim: 12, text: 24, perClass: 24 });
const split = zeroShotSplit(data, { unseen: 3, seed: 0 });
const QUICK: CzhashOptions = {
  bits: 16,
  seed: 1,
  epochs: 2,
  leastSteps: 40,
  batch: 16,
  hidden: 16,
  iterations: 5,
  threads: 1,
};
/** Enough to find something. */
const TAUGHT: CzhashOptions = { ...QUICK, bits: 32, leastSteps: 300, batch: 32, hidden: 64, iterations: 20 };

/** The same rows of a dataset with other labels. */
const onto = (own: Dataset, { dataset, ...rest }: Split): Split => ({
  ...rest,
  dataset: { ...dataset, fingerprint: own.fingerprint },
});

const relabelled = (of: (row: number, modality: ModalityName) => readonly number[]): Dataset => {
  const { name, classes, classEmbeddings, modalities } = data;
  const labels = (modality: ModalityName) => Array.from({ length: data.rows }, (_, row) => of(row, modality));
  return datasetFromArrays({
    name,
    classes,
    classEmbeddings,
    modalities: {
      image: { ...modalities.image!, labels: labels('image') },
      text: { ...modalities.text!, labels: labels('text') },
    },
  });
};

interface Outputs {
  /** What both encoders give for all rows of `data`. */
  readonly image: Float32Array;
  readonly text: Float32Array;
  /** Of all their bytes: a difference is not worth ten thousand numbers on the screen. */
  readonly digest: string;
}

async function outputsOf(model: Model): Promise<Outputs> {
  const of = async (modality: ModalityName): Promise<Float32Array> =>
    (await model.outputs(modality, data.modalities[modality]!.features!)).data;
  const [image, text] = [await of('image'), await of('text')];
  await model.dispose();
  expect([...image, ...text].every(Number.isFinite)).toBe(true);
  const digest = createHash('sha256').update(image).update(text).digest('hex');
  return { image, text, digest };
}

const fitted = async (
  settings: Partial<CzhashOptions> = {},
  { own = data, dealt = split, variant = 'composite' as Variant, ...options }: Fit = {},
): Promise<Outputs> =>
  outputsOf(await czhash({ ...QUICK, ...settings }, variant).fit(own, onto(own, dealt), options));

const trained = async (settings: Partial<CzhashOptions> = {}, fit: Fit = {}): Promise<string> =>
  (await fitted(settings, fit)).digest;

interface Fit extends FitOptions {
  readonly own?: Dataset;
  readonly dealt?: Split;
  readonly variant?: Variant;
}

/** mAP over chance of the unseen classes, the worst task. */
async function lift(own: Dataset, dealt: Split, settings: Partial<CzhashOptions> = {}): Promise<number> {
  const model = await czhash({ ...TAUGHT, ...settings }).fit(own, onto(own, dealt));
  const runs = await evaluate(model, own, onto(own, dealt));
  await model.dispose();
  const lifts = runs
    .filter(({ database }) => database !== 'generalized')
    .map(({ map, chance }) => map / chance);
  return Math.min(...lifts);
}

describe('finds', () => {
  it('unseen classes across modalities', async () => {
    expect(await lift(data, split)).toBeGreaterThan(1.5);
  });

  it('classes with labels, without any pool', async () => {
    expect(await lift(data, supervisedSplit(data, { seed: 0 }))).toBeGreaterThan(2);
  });

  it('unseen classes where two rows in three have an image or a text only', async () => {
    const broken = keepPairs(data, (row) => row % 3 === 0);
    expect(await lift(broken, zeroShotSplit(broken, { unseen: 3, seed: 0 }))).toBeGreaterThan(1.2);
  });

  it('unseen classes where images are labelled over one half of the classes and texts over the other', async () => {
    const dealt = zeroShotSplit(data, { unseen: 3, seed: 0, labelSpaces: 'disjoint' });
    expect(await lift(data, dealt)).toBeGreaterThan(1.5);
  });

  it('unseen classes with a fifth of the labels', async () => {
    const dealt = zeroShotSplit(data, { unseen: 3, seed: 0, labelShare: 0.2 });
    expect(await lift(data, dealt)).toBeGreaterThan(1.5);
  });
});

describe('never reads', () => {
  it('labels outside the budget: other ones there give the same outputs', async () => {
    const dealt = zeroShotSplit(data, { unseen: 3, seed: 0, labelShare: 0.4 });
    const known = new Set(dealt.labelled);
    const hidden = dealt.train.filter((row) => !known.has(row));
    expect(hidden.length).toBeGreaterThan(40);
    const plain = await trained({}, { dealt });
    expect(await trained({}, { own: permuteLabels(data, hidden, 3), dealt })).toEqual(plain);
    const inside = permuteLabels(data, dealt.labelled!, 3);
    expect(await trained({}, { own: inside, dealt })).not.toEqual(plain);
  });

  it("labels outside a modality's label space: other ones there give the same outputs", async () => {
    const dealt = zeroShotSplit(data, { unseen: 3, seed: 0, labelSpaces: 'disjoint' });
    const spaces = dealt.labelSpaces!;
    const first = (row: number): number => data.modalities.image!.labels.first(row);
    // The next class of the space that the modality must not know of.
    const moved = relabelled((row, modality) => {
      const foreign = spaces[modality === 'image' ? 'text' : 'image'];
      const at = foreign.indexOf(first(row));
      return [at < 0 ? first(row) : foreign[(at + 1) % foreign.length]!];
    });
    expect(moved.fingerprint).not.toBe(data.fingerprint);
    expect(await trained({}, { own: moved, dealt })).toEqual(await trained({}, { dealt }));
  });
});

describe('takes', () => {
  it('rows of several classes, shared among them', async () => {
    const several = relabelled((row) => {
      const [first] = data.modalities.image!.labels.of(row);
      return split.unseen.includes(first!) ? [first!] : [...new Set([first!, split.seen[0]!])].sort();
    });
    const outputs = await trained({}, { own: several });
    expect(outputs).not.toEqual(await trained());
  });

  it.each([1, 2, 3])('a pool of %d rows', async (count) => {
    await trained({}, { dealt: { ...split, pool: split.pool.slice(0, count) } });
  });

  it('no pool, in every variant', async () => {
    for (const variant of VARIANTS) {
      await trained({ leastSteps: 4 }, { dealt: { ...split, pool: [] }, variant });
    }
  });

  it.each([8, 24, 128])('%d bits', async (bits) => {
    const { image, text } = await fitted({ bits, leastSteps: 4 });
    expect([image.length, text.length]).toEqual([data.rows * bits, data.rows * bits]);
  });

  it('raw texts, and encodes strings', async () => {
    const words = syntheticDataset({ dim: 12, text: 'words', perClass: 24 });
    const dealt = zeroShotSplit(words, { unseen: 3, seed: 0 });
    const model = await czhash(TAUGHT).fit(words, dealt);
    const codes = await model.encode('text', ['thing1x0 word5', 'thing1x0 word5', 'nothing known', '']);
    expect([codes.count, codes.bits]).toEqual([4, 32]);
    expect(codes.toHex(0)).toBe(codes.toHex(1));
    const runs = await evaluate(model, words, dealt);
    const across = runs.find(({ task, database }) => task === 'text->image' && database === 'unseen')!;
    expect(across.map).toBeGreaterThan(1.2 * across.chance);
    await model.dispose();
  });
});

describe('an ablation', () => {
  it('leaves something out: all five differ', async () => {
    const outputs = await Promise.all(VARIANTS.map((variant) => trained({}, { variant })));
    outputs.forEach((own, i) => {
      for (const other of outputs.slice(0, i)) expect(own).not.toEqual(other);
    });
  });

  it('feature-only never looks at a label', async () => {
    const other = permuteLabels(data, split.train, 4);
    const plain = await trained({}, { variant: 'feature-only' });
    expect(await trained({}, { own: other, variant: 'feature-only' })).toEqual(plain);
  });

  it('no-attributes never looks at class embeddings', async () => {
    const { name, classes, modalities } = data;
    const nameless = datasetFromArrays({ name, classes, modalities });
    const plain = await trained({}, { variant: 'no-attributes' });
    expect(await trained({}, { own: nameless, variant: 'no-attributes' })).toEqual(plain);
    expect(await trained({ attributes: 0 })).toEqual(plain);
  });

  it('label-only looks at attribute vectors whatever they weigh beside features', async () => {
    const plain = await trained({}, { variant: 'label-only' });
    expect(await trained({ attributes: 0 }, { variant: 'label-only' })).toEqual(plain);
  });
});

describe('settings', () => {
  const dealt = zeroShotSplit(data, { unseen: 3, seed: 0, labelShare: 0.5 });
  /** Another value of each setting, with what it needs to matter. */
  const CHANGES: Readonly<Record<string, readonly [changed: object, around?: object]>> = {
    bits: [{ bits: 8 }],
    seed: [{ seed: 2 }],
    classEmbeddings: [{ classEmbeddings: 'other' }],
    hidden: [{ hidden: 24 }],
    inputDropout: [{ inputDropout: 0.6 }],
    dropout: [{ dropout: 0 }],
    epochs: [{ epochs: 9 }],
    leastSteps: [{ leastSteps: 50 }],
    batch: [{ batch: 24 }],
    learningRate: [{ learningRate: 0.01 }],
    weightDecay: [{ weightDecay: 0.5 }],
    rounds: [{ rounds: 2 }],
    prototypes: [{ prototypes: 1 }],
    temperature: [{ temperature: 0.4 }],
    fidelity: [{ fidelity: 0.1 }, { rounds: 2 }],
    imageWeight: [{ imageWeight: 0.2 }],
    attributes: [{ attributes: 2 }],
    ridge: [{ ridge: 20 }],
    shrinkage: [{ shrinkage: 0.9 }],
    neighbours: [{ neighbours: 3 }],
    smoothing: [{ smoothing: 4 }],
    novelty: [{ novelty: 0 }],
    power: [{ power: 1 }],
    iterations: [{ iterations: 1 }],
  };
  /** Need pixels (a test of their own), or promise to change nothing but time. */
  const ELSEWHERE = ['input', 'side', 'threads'];

  it('are all looked at here', () => {
    expect([...Object.keys(CHANGES), ...ELSEWHERE].sort()).toEqual(Object.keys(czhashSchema.shape).sort());
  });

  const { semantic } = Object.fromEntries(data.classEmbeddings);
  const own = datasetFromArrays({
    name: data.name,
    classes: data.classes,
    classEmbeddings: {
      semantic: semantic!,
      other: { ...semantic!, data: semantic!.data.map((value, i) => value + (i % 3)) },
    },
    modalities: data.modalities,
  });
  const around = new Map<string, Promise<string>>();
  const base = (settings: object): Promise<string> => {
    const key = JSON.stringify(settings);
    const run = around.get(key) ?? trained({ prototypes: 3, ...settings }, { own, dealt });
    around.set(key, run);
    return run;
  };

  it.each(Object.entries(CHANGES))('%s makes another model', async (_, [changed, needed = {}]) => {
    const plain = await base(needed);
    expect(await trained({ prototypes: 3, ...needed, ...changed }, { own, dealt })).not.toEqual(plain);
  });

  it('input and side choose what an image is', async () => {
    const drawn = syntheticDataset({ side: 32, classes: 6, perClass: 10, text: 24 });
    const model = await czhash({ ...QUICK, epochs: 1, leastSteps: 2, input: 'pixels', side: 16 }).fit(
      drawn,
      zeroShotSplit(drawn, { unseen: 2, seed: 0 }),
    );
    expect(model.preprocessing('image')).toEqual({ kind: 'pixels', side: 16 });
    expect(model.preprocessing('text')).toMatchObject({ kind: 'features' });
    await model.dispose();
  });
});

describe('three alternations', () => {
  const progress: FitProgress[] = [];
  const phases: string[] = [];
  const checkpoints: string[] = [];
  const settings = { rounds: 3, leastSteps: 90, iterations: 12 };
  const run = (): Promise<string> =>
    trained(settings, {
      onProgress: (event) => progress.push(event),
      onCheckpoint: async (model, phase) => {
        phases.push(phase);
        checkpoints.push((await outputsOf(model)).digest);
      },
    });

  it('name every block in the log, and the objective is their sum on every line', async () => {
    const outputs = await run();
    const blocks = ['attributes', 'memberships', 'image likelihood', 'text likelihood', 'hash coding'];
    expect(Object.keys(progress.at(-1)!.metrics).sort()).toEqual([...blocks, 'objective'].sort());
    const lines = progress.filter(({ metrics }) => 'objective' in metrics);
    expect(lines.length).toBeGreaterThan(20);
    for (const { metrics } of lines) {
      const { objective, ...terms } = metrics;
      expect(objective).toBeCloseTo(
        Object.values(terms).reduce((sum, value) => sum + value, 0),
        9,
      );
    }
    const order = [...new Set(progress.map(({ phase }) => phase))];
    expect(order).toEqual([
      'features',
      'similarity space',
      'memberships',
      ...[1, 2, 3].flatMap((n) => [`round ${n}/3, image network`, `round ${n}/3, text network`]),
      'hash coding',
      'done',
    ]);
    // Kept for the tests below: models after each round, the last being the result.
    expect(phases).toEqual(['round 1/3', 'round 2/3', 'hash coding']);
    expect(checkpoints.at(-1)).toEqual(outputs);
    expect(checkpoints[0]).not.toEqual(checkpoints[1]);
  });

  it('never raise the term of hash coding, B and R in turn', () => {
    const coding = progress.filter(({ phase }) => phase === 'hash coding');
    expect(coding).toHaveLength(12);
    const terms = coding.map(({ metrics }) => metrics['hash coding']!);
    terms.forEach((term, i) => {
      expect(term).toBeLessThanOrEqual((terms[i - 1] ?? Infinity) + 1e-6);
    });
  });

  it('make the likelihood of what the networks are taught fall', () => {
    for (const name of MODALITIES) {
      const own = progress.filter(({ phase }) => phase === `round 1/3, ${name} network`);
      const last = progress.filter(({ phase }) => phase === `round 3/3, ${name} network`);
      expect(last.at(-1)!.metrics[`${name} likelihood`]).toBeLessThan(own[0]!.metrics[`${name} likelihood`]!);
    }
  });

  it('give the same model watched or not', async () => {
    expect(await trained(settings)).toEqual(checkpoints.at(-1));
  });

  it('keep as many categories as networks have outputs, whatever prototypes are left without instances', async () => {
    for (const seed of [1, 2, 3]) {
      await trained({ rounds: 4, seed, fidelity: 0.01, temperature: 0.01 });
    }
  });
});
