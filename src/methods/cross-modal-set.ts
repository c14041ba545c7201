/**
 * Builds the only view of the data that cross-modal training gets: in each modality the training rows' items, then the
 * pool's, which have no labels; and which item is whose pair.
 */
import type { Dataset, ModalityName } from '../data/dataset.ts';
import { hasItem } from '../data/items.ts';
import { Labels } from '../data/labels.ts';
import type { Split } from '../data/split.ts';
import { UnseenError } from '../errors.ts';
import type { CrossModalSet, ModalityItems } from './contract.ts';
import { gatherItems, readableLabels } from './items.ts';
import { checkRows, checkSplit, chooseEmbeddings, type TrainingSetOptions } from './training-set.ts';

/**
 * @throws `SPLIT_OTHER_DATASET`, `TRAINING_ROWS_EMPTY` (also without a readable label, where the method needs some, and
 *   without an item in one modality), `TRAINING_INPUT_MISSING`, `CLASS_EMBEDDINGS_MISSING`, `MODEL_INPUT_NOT_FINITE`
 *   naming the dataset's row, `ABORTED`
 */
export async function buildCrossModalSet(
  data: Dataset,
  split: Split,
  options: TrainingSetOptions,
): Promise<CrossModalSet> {
  const { method, needs } = options;
  checkSplit(data, split);
  checkRows(split, options);
  const rows = { image: rowsOf(data, split, 'image'), text: rowsOf(data, split, 'text') };
  for (const modality of ['image', 'text'] as const) {
    if (data.modalities[modality] && rows[modality].length === 0)
      throw new UnseenError('TRAINING_ROWS_EMPTY', { method, what: modality });
  }
  const image = await modalityItems(data, split, rows, 'image', options);
  const text = await modalityItems(data, split, rows, 'text', options);
  const labelled = [image, text].some(({ labels }) => labels.some());
  if (needs.labels && !labelled) throw new UnseenError('TRAINING_ROWS_EMPTY', { method, what: 'labelled' });
  return {
    image,
    text,
    classEmbeddings: chooseEmbeddings(data, options),
    seen: Int32Array.from(split.seen),
    unseen: Int32Array.from(split.unseen),
  };
}

const rowsOf = (data: Dataset, { train, pool }: Split, name: ModalityName): number[] => {
  const modality = data.modalities[name];
  return [...train, ...pool].filter((row) => modality && hasItem(modality, row));
};

async function modalityItems(
  data: Dataset,
  split: Split,
  rows: Readonly<Record<ModalityName, readonly number[]>>,
  modality: ModalityName,
  options: TrainingSetOptions,
): Promise<ModalityItems> {
  const own = rows[modality];
  const items = await gatherItems(data, own, { ...options, modality });
  const readable = readableLabels(data, split, modality);
  const place = new Map(split.train.map((row, i) => [row, i]));
  const trained = own.filter((row) => place.has(row)).length;
  const lists = own.map((row) => {
    const i = place.get(row);
    return i === undefined ? [] : Array.from(readable.of(i));
  });
  const partner = new Map(rows[modality === 'image' ? 'text' : 'image'].map((row, i) => [row, i]));
  const space = new Set(split.labelSpaces?.[modality] ?? split.seen);
  const known = data.modalities[modality]!.classes ?? Int32Array.from(data.classes.keys());
  return {
    ...items,
    trained,
    labels: Labels.fromLists(lists, data.classes.length),
    labelSpace: known.filter((label) => space.has(label)),
    pairs: Int32Array.from(own, (row) => partner.get(row) ?? -1),
  };
}
