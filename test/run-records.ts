/**
 * Runs of a comparison without training, for tests of reports: codes are signs of random projections of noisy features,
 * a good method has little noise. Figures, hits and confusions are measured by the project's own evaluation.
 */
import { Codes } from '../src/codes/index.ts';
import { datasetFromArrays } from '../src/data/build-dataset.ts';
import type { Dataset, Matrix } from '../src/data/dataset.ts';
import { makeSplit, type Split } from '../src/data/index.ts';
import { type Evaluation, evaluateInDepth, type RunRecord, type Task } from '../src/evaluate/index.ts';
import type { FitProgress } from '../src/methods/index.ts';
import type { Model } from '../src/model/index.ts';
import { Random } from '../src/random.ts';

export interface PicturesOptions {
  readonly classes: number;
  readonly perClass: number;
  /** Rows `[0, n − n/5)` train, the rest test: then queries of seen classes are measured, too. */
  readonly parts?: boolean;
  /** Default `both`. */
  readonly show?: 'both' | 'features';
}

const DIM = 24;
/** Pixels. */
const SIDE = 24;

/** Discs, squares and stripes in the colour of their class, with features that tell classes apart; a text each. */
export function picturesAndTexts({ classes, perClass, parts, show = 'both' }: PicturesOptions): Dataset {
  const random = new Random(4, 'pictures');
  const rows = classes * perClass;
  const labels = Int32Array.from({ length: rows }, (_, row) => row % classes);
  const centres = Float32Array.from({ length: classes * DIM }, () => random.normal());
  const features = new Float32Array(rows * DIM);
  for (let row = 0; row < rows; row++)
    for (let j = 0; j < DIM; j++)
      features[row * DIM + j] = centres[labels[row]! * DIM + j]! + 0.9 * random.normal();
  const embeddings = { data: centres.slice(), rows: classes, cols: DIM };
  const matrix: Matrix = { data: features, rows, cols: DIM };
  const names = ['disc', 'square', 'stripes'];
  const texts = Array.from(labels, (label, row) => [`${names[label % 3]} no. ${label}`, `seen ${row} times`]);
  const images = {
    kind: 'pixels',
    count: rows,
    height: SIDE,
    width: SIDE,
    data: pixels(labels, classes, random),
  } as const;
  const shown = show === 'both';
  return datasetFromArrays({
    name: 'made-up shapes',
    classes: Array.from({ length: classes }, (_, i) => `${names[i % 3]} <${i}>`),
    classEmbeddings: { semantic: embeddings },
    ...(parts && {
      parts: { train: [0, rows - Math.floor(rows / 5)], test: [rows - Math.floor(rows / 5), rows] },
    }),
    modalities: {
      image: { features: matrix, ...(shown && { images }), labels },
      text: { features: matrix, ...(shown && { texts }), labels },
    },
  });
}

function pixels(labels: Int32Array, classes: number, random: Random): Uint8Array {
  const data = new Uint8Array(labels.length * SIDE * SIDE * 3).fill(255);
  labels.forEach((label, row) => {
    const hue = (label / classes) * 2 * Math.PI;
    const colour = [0, 2, 4].map((turn) => Math.round(120 + 110 * Math.cos(hue + turn)));
    const radius = 6 + random.below(5);
    for (let y = 0; y < SIDE; y++) {
      for (let x = 0; x < SIDE; x++) {
        const [dx, dy] = [x - SIDE / 2, y - SIDE / 2];
        const inside = [
          dx * dx + dy * dy < radius * radius,
          Math.max(Math.abs(dx), Math.abs(dy)) < radius,
          y % 6 < 3,
        ];
        if (inside[label % 3]) data.set(colour, ((row * SIDE + y) * SIDE + x) * 3);
      }
    }
  });
  return data;
}

export interface RecordsOptions {
  /** Method -> standard deviation of the noise on its features; 0 is best. */
  readonly methods: Readonly<Record<string, number>>;
  readonly bits: readonly number[];
  readonly seeds: readonly number[];
  /** Classes without labels; 0: the supervised protocol. */
  readonly unseen: number;
  readonly tasks: readonly Task[];
}

/** In the order of a comparison: seeds outermost, then methods, then lengths. */
export async function recordsOf(data: Dataset, options: RecordsOptions): Promise<RunRecord[]> {
  const records: RunRecord[] = [];
  for (const seed of options.seeds) {
    const split = makeSplit(
      data,
      options.unseen > 0
        ? { protocol: 'zero-shot', unseen: options.unseen, seed }
        : { protocol: 'supervised', seed },
    );
    for (const [method, noise] of Object.entries(options.methods))
      for (const bits of options.bits)
        records.push(await record(data, split, { method, noise, bits, seed, tasks: options.tasks }));
  }
  return records;
}

interface Run {
  readonly method: string;
  readonly noise: number;
  readonly bits: number;
  readonly seed: number;
  readonly tasks: readonly Task[];
}

async function record(data: Dataset, split: Split, run: Run): Promise<RunRecord> {
  const { method, bits, seed, tasks } = run;
  const { evaluations, insight } = await evaluateInDepth(modelOf(data, split, run), data, split, {
    tasks,
    trainSeconds: 1 + bits / 16,
  });
  return {
    key: [method, bits, seed].join('/'),
    method,
    bits,
    seed,
    settings: method.startsWith('tzsh') ? { rounds: 4, steps: 900 } : {},
    dataset: { name: data.name, fingerprint: data.fingerprint },
    split: split.hash,
    // As they come back from a file.
    evaluations: JSON.parse(JSON.stringify(evaluations)) as Evaluation[],
    history: historyOf(method, bits, seed),
    insight,
    environment: {
      node: process.version,
      platform: 'linux x64',
      cpu: 'a processor',
      cores: 2,
      memoryBytes: 2 ** 33,
      versions: { unseen: '0.1.0', onnxruntime: '1.30.0' },
    },
    finishedAt: '2026-01-01T00:00:00.000Z',
  };
}

/** Signs of projections that depend on the length alone, of features with the method's noise. */
function modelOf(data: Dataset, split: Split, { method, noise, bits, seed }: Run): Model {
  const directions = new Random(bits, 'directions');
  const weights = Float32Array.from({ length: bits * DIM }, () => directions.normal());
  const random = new Random(seed, method);
  const model = {
    method,
    bits,
    modalities: ['image', 'text'],
    manifest: { seed, dataset: { fingerprint: data.fingerprint }, split: { hash: split.hash } },
    preprocessing: () => ({ kind: 'features' }),
    async encode(_: string, { data: values, rows }: Matrix): Promise<Codes> {
      const real = new Float32Array(rows * bits);
      for (let row = 0; row < rows; row++) {
        const own = Float32Array.from(
          { length: DIM },
          (__, j) => values[row * DIM + j]! + noise * random.normal(),
        );
        for (let b = 0; b < bits; b++)
          real[row * bits + b] = own.reduce((sum, value, j) => sum + value * weights[b * DIM + j]!, 0);
      }
      return Codes.fromReal(real, { bits });
    },
  };
  return model as unknown as Model;
}

/** The log of TZSH's rounds, and of CZHash's blocks. */
function historyOf(method: string, bits: number, seed: number): FitProgress[] {
  const line = (phase: string, metrics: Record<string, number>): FitProgress => ({ phase, done: 1, metrics });
  if (method === 'tzsh')
    return [1, 2, 3, 4].map((r) =>
      line(`round ${r}/4`, {
        similarPrecision: 0.5 + 0.08 * r + bits / 1000 + 0.01 * seed,
        // A round that mined no dissimilar pair: JSON has no NaN.
        dissimilarPrecision: r === 1 ? (null as unknown as number) : 0.99,
        agreement: 0.9,
      }),
    );
  if (method !== 'czhash') return [];
  const terms = { attributes: 0.8, memberships: -1.4 - 0.1 * seed };
  return [
    line('memberships', { ...terms, objective: -0.6 - 0.1 * seed }),
    line('round 1/1, image network', { ...terms, 'image likelihood': 1.1, objective: 0.5 - 0.1 * seed }),
    line('hash coding', {
      ...terms,
      'image likelihood': 1.1,
      'hash coding': 0.3,
      objective: 0.8 - 0.1 * seed,
    }),
  ];
}
