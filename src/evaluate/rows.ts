/** Which rows an evaluation asks and searches, and their inputs and labels. */
import {
  classesOfRow,
  type Dataset,
  hasItem,
  Labels,
  type ModalityName,
  type Split,
  takeFeatures,
  takeImages,
  takeTexts,
} from '../data/index.ts';
import { UnseenError } from '../errors.ts';
import type { EncoderInput, Model } from '../model/index.ts';

/** The labels of the given rows, in their order: what any modality calls them. */
export const labelsOf = (data: Dataset, rows: readonly number[]): Labels =>
  Labels.fromLists(
    rows.map((row) => classesOfRow(data, row)),
    data.classes.length,
  );

/** Those of the rows that have an item in the modality. */
export function rowsWith(data: Dataset, name: ModalityName, rows: readonly number[]): number[] {
  const modality = data.modalities[name];
  return rows.filter((row) => modality && hasItem(modality, row));
}

/**
 * The given rows in the form that the model's encoder takes; each must have an item.
 * @throws `TRAINING_INPUT_MISSING`, `MODEL_MODALITY_UNKNOWN`, `ROW_WITHOUT_ITEM`
 */
export function inputsOf(
  model: Model,
  data: Dataset,
  name: ModalityName,
  rows: readonly number[],
): EncoderInput {
  const wanted = model.preprocessing(name).kind;
  const modality = data.modalities[name];
  if (wanted === 'features' && modality?.features) return takeFeatures(modality, rows);
  if (wanted === 'text' && modality?.texts) return takeTexts(modality, rows);
  if (name === 'image' && modality?.images) return takeImages(modality, rows);
  throw new UnseenError('TRAINING_INPUT_MISSING', {
    dataset: data.name,
    what: { features: 'features', pixels: 'pictures', text: 'texts' }[wanted],
    modality: name,
    known: Object.keys(data.modalities).join(', '),
  });
}

/**
 * Rows of seen classes that training did not see: the queries of the seen side of generalised retrieval. They exist
 * only where the dataset has `parts`: the test part's rows whose classes are all seen, and whose group (if any) has no
 * row in the split. Without `parts` every seen row trains, and there is nothing honest to ask.
 */
export function seenQueries(data: Dataset, split: Split): number[] {
  if (!data.parts || split.unseen.length === 0) return [];
  const seen = new Set(split.seen);
  const { groups } = data;
  const used = [...split.train, ...split.pool, ...split.query, ...split.database];
  const usedGroups = new Set(groups && used.map((row) => groups[row]!));
  const rows: number[] = [];
  for (let row = data.parts.test[0]; row < data.parts.test[1]; row++) {
    const classes = classesOfRow(data, row);
    const honest = classes.length > 0 && classes.every((label) => seen.has(label));
    if (honest && !(groups && usedGroups.has(groups[row]!))) rows.push(row);
  }
  return rows;
}

/**
 * One query a class, of at most `most` classes at even distances in the list: chosen before anything is searched, so
 * that the picture shows the ordinary case.
 */
export function sampleQueries(
  data: Dataset,
  split: Split,
  most: number,
  asked: ModalityName = 'image',
): number[] {
  const first = new Map<number, number>();
  for (const row of rowsWith(data, asked, split.query)) {
    const label = classesOfRow(data, row)[0] ?? -1;
    if (!first.has(label)) first.set(label, row);
  }
  const rows = [...first].sort(([a], [b]) => a - b).map(([, row]) => row);
  const step = Math.max(1, rows.length / most);
  return Array.from({ length: Math.min(most, rows.length) }, (_, i) => rows[Math.floor(i * step)]!);
}
