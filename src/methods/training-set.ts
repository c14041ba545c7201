/**
 * Builds the only view of the data that training gets. The pool comes out as inputs alone: its labels exist in the
 * dataset, but there is no field here to read them from.
 */
import type { Dataset, Matrix, Modality, ModalityName } from '../data/dataset.ts';
import { takeRows } from '../data/matrix.ts';
import type { Split } from '../data/split.ts';
import { readPictures } from '../encoders/pictures.ts';
import { UnseenError } from '../errors.ts';
import type { Inputs, Preprocessing, TrainingSet } from './contract.ts';

export interface TrainingSetOptions {
  /** Who asks; named in errors. */
  readonly method: string;
  /** Default `image`. */
  readonly modality?: ModalityName;
  /** Default: features where the dataset has them, else pixels. */
  readonly input?: 'features' | 'pixels';
  /** Height and width that pictures are scaled to for pixel inputs; default 32. */
  readonly side?: number;
  /** Name of the class embeddings; default: the dataset's first. */
  readonly classEmbeddings?: string;
  readonly needs: TrainingNeeds;
  readonly signal?: AbortSignal;
}

/** What a method cannot do without. What it does not need may be missing, and is then empty. */
export interface TrainingNeeds {
  /** One label on every training row. */
  readonly labels: boolean;
  readonly classEmbeddings: boolean;
  /** Unlabelled rows of unseen classes: true for transductive methods. */
  readonly pool: boolean;
}

/**
 * @throws `SPLIT_OTHER_DATASET`, `TRAINING_ROWS_EMPTY`, `TRAINING_INPUT_MISSING`, `METHOD_LABELS_UNUSABLE`,
 *   `CLASS_EMBEDDINGS_MISSING`, `MODEL_INPUT_NOT_FINITE` naming the dataset's row, `ABORTED`
 */
export async function buildTrainingSet(
  data: Dataset,
  split: Split,
  options: TrainingSetOptions,
): Promise<TrainingSet> {
  const { method, needs } = options;
  checkSplit(data, split);
  if (split.train.length === 0) throw new UnseenError('TRAINING_ROWS_EMPTY', { method, what: 'train' });
  if (needs.pool && split.pool.length === 0)
    throw new UnseenError('TRAINING_ROWS_EMPTY', { method, what: 'pool' });
  const modality = data.modalities[options.modality ?? 'image'];
  const preprocessing = choosePreprocessing(data, modality, options);
  const labels = new Int32Array(split.train.length);
  split.train.forEach((row, i) => {
    const count = modality!.labels.of(row).length;
    if (needs.labels && count !== 1)
      throw new UnseenError('METHOD_LABELS_UNUSABLE', { row, received: count, method });
    labels[i] = modality!.labels.first(row);
  });
  return {
    source: { inputs: await gather(modality!, split.train, preprocessing, options.signal), labels },
    pool: { inputs: await gather(modality!, split.pool, preprocessing, options.signal) },
    classEmbeddings: chooseEmbeddings(data, options),
    seen: Int32Array.from(split.seen),
    unseen: Int32Array.from(split.unseen),
    preprocessing,
  };
}

/** A split belongs to exactly one dataset. Throws `SPLIT_OTHER_DATASET`. */
export function checkSplit(data: Dataset, split: Split): void {
  if (split.dataset.fingerprint === data.fingerprint) return;
  throw new UnseenError('SPLIT_OTHER_DATASET', {
    expected: split.dataset.name,
    expectedHash: split.dataset.fingerprint.slice(0, 12),
    received: data.name,
    receivedHash: data.fingerprint.slice(0, 12),
  });
}

function choosePreprocessing(
  data: Dataset,
  modality: Modality | undefined,
  options: TrainingSetOptions,
): Preprocessing {
  const kind = options.input ?? (modality?.features ? 'features' : 'pixels');
  if (kind === 'features' && modality?.features) {
    const { extractor } = modality;
    return { kind, dim: modality.features.cols, ...(extractor !== undefined && { extractor }) };
  }
  if (kind === 'pixels' && modality?.images) return { kind, side: options.side ?? 32 };
  throw new UnseenError('TRAINING_INPUT_MISSING', {
    dataset: data.name,
    what: kind === 'features' ? 'features' : 'pictures',
    modality: options.modality ?? 'image',
    known: Object.entries(data.modalities)
      .map(([name, { features, images }]) =>
        [name, features && 'features', images && 'pictures'].filter(Boolean).join(' '),
      )
      .join(', '),
  });
}

function chooseEmbeddings(data: Dataset, { method, needs, classEmbeddings }: TrainingSetOptions): Matrix {
  const [first] = data.classEmbeddings.keys();
  const name = classEmbeddings ?? first;
  const found = name === undefined ? undefined : data.classEmbeddings.get(name);
  if (found) return found;
  if (!needs.classEmbeddings && classEmbeddings === undefined) {
    return { data: new Float32Array(0), rows: data.classes.length, cols: 0 };
  }
  throw new UnseenError('CLASS_EMBEDDINGS_MISSING', {
    dataset: data.name,
    received: name ?? 'any',
    method,
    known: [...data.classEmbeddings.keys()].join(', ') || 'none',
  });
}

async function gather(
  modality: Modality,
  rows: readonly number[],
  preprocessing: Preprocessing,
  signal: AbortSignal | undefined,
): Promise<Inputs> {
  if (preprocessing.kind === 'features') {
    const taken = takeRows(modality.features!, rows);
    const bad = taken.data.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) {
      const row = rows[Math.floor(bad / taken.cols)];
      const received = String(taken.data[bad]);
      throw new UnseenError('MODEL_INPUT_NOT_FINITE', { row, column: bad % taken.cols, received });
    }
    return taken;
  }
  const { side } = preprocessing;
  const { data } = await readPictures(modality.images!, side, { rows, ...(signal && { signal }) });
  return { data, rows: rows.length, side };
}
