/**
 * Builds the only view of the data that training on one modality gets. The pool comes out as inputs alone: its labels
 * exist in the dataset, but there is no field here to read them from.
 */
import type { Dataset, Matrix } from '../data/dataset.ts';
import { hasItem } from '../data/items.ts';
import type { Split } from '../data/split.ts';
import { UnseenError } from '../errors.ts';
import type { TrainingSet } from './contract.ts';
import { gatherItems, type ItemOptions, readableLabels } from './items.ts';

export interface TrainingSetOptions extends Omit<ItemOptions, 'modality'> {
  /** Who asks; named in errors. */
  readonly method: string;
  /** Name of the class embeddings; default: the dataset's first. */
  readonly classEmbeddings?: string;
  readonly needs: TrainingNeeds;
}

/** What a method cannot do without. What it does not need may be missing, and is then empty. */
export interface TrainingNeeds {
  /** One label on every training row (of two modalities: some labelled rows). */
  readonly labels: boolean;
  readonly classEmbeddings: boolean;
  /** Unlabelled rows of unseen classes: true for transductive methods. */
  readonly pool: boolean;
}

/**
 * Images only. A method that needs labels gets the training rows whose labels it may read; any other gets all.
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
  checkRows(split, options);
  const image = data.modalities.image;
  const budget = image && (split.labelled || split.labelSpaces) && readableLabels(data, split, 'image');
  const train = split.train.filter(
    (row, i) => !image || (hasItem(image, row) && !(needs.labels && budget && budget.of(i).length === 0)),
  );
  if (train.length === 0) throw new UnseenError('TRAINING_ROWS_EMPTY', { method, what: 'readable train' });
  const pool = split.pool.filter((row) => !image || hasItem(image, row));
  const items = await gatherItems(data, [...train, ...pool], { ...options, modality: 'image' });
  const labels = new Int32Array(train.length);
  train.forEach((row, i) => {
    const count = image!.labels.of(row).length;
    if (needs.labels && count !== 1)
      throw new UnseenError('METHOD_LABELS_UNUSABLE', { row, received: count, method });
    labels[i] = image!.labels.first(row);
  });
  const { inputs, preprocessing, files } = items;
  const width = inputs.data.length / inputs.rows;
  const part = (from: number, to: number) => {
    const rows = to - from;
    const data = inputs.data.subarray(from * width, to * width);
    return { ...inputs, data, rows } as typeof inputs;
  };
  return {
    source: { inputs: part(0, train.length), labels },
    pool: { inputs: part(train.length, inputs.rows) },
    classEmbeddings: chooseEmbeddings(data, options),
    seen: Int32Array.from(split.seen),
    unseen: Int32Array.from(split.unseen),
    preprocessing,
    files,
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

/** Throws `TRAINING_ROWS_EMPTY`. */
export function checkRows(split: Split, { method, needs }: TrainingSetOptions): void {
  if (split.train.length === 0) throw new UnseenError('TRAINING_ROWS_EMPTY', { method, what: 'train' });
  if (needs.pool && split.pool.length === 0)
    throw new UnseenError('TRAINING_ROWS_EMPTY', { method, what: 'pool' });
}

/** `[classes, a]`; of no columns where the method needs none and there are none. Throws `CLASS_EMBEDDINGS_MISSING`. */
export function chooseEmbeddings(
  data: Dataset,
  { method, needs, classEmbeddings }: TrainingSetOptions,
): Matrix {
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
