/** Which rows an evaluation asks and searches, and their inputs and labels. */
import { type Dataset, type Images, Labels, type ModalityName, type Split, takeRows } from '../data/index.ts';
import { UnseenError } from '../errors.ts';
import type { EncoderInput, Model } from '../model/index.ts';

/** The labels of the given rows, in their order. */
export function labelsOf(data: Dataset, modality: ModalityName, rows: readonly number[]): Labels {
  const { labels } = data.modalities[modality]!;
  return Labels.fromLists(
    rows.map((row) => Array.from(labels.of(row))),
    data.classes.length,
  );
}

/**
 * The given rows in the form that the model's encoder takes.
 * @throws `TRAINING_INPUT_MISSING`, `MODEL_MODALITY_UNKNOWN`
 */
export function inputsOf(
  model: Model,
  data: Dataset,
  modality: ModalityName,
  rows: readonly number[],
): EncoderInput {
  const wanted = model.preprocessing(modality).kind;
  const { features, images } = data.modalities[modality] ?? {};
  if (wanted === 'features' && features) return takeRows(features, rows);
  if (images) return selectImages(images, rows);
  throw new UnseenError('TRAINING_INPUT_MISSING', {
    dataset: data.name,
    what: wanted === 'features' ? 'features' : 'pictures',
    modality,
    known: Object.keys(data.modalities).join(', '),
  });
}

function selectImages(images: Images, rows: readonly number[]): Images {
  if (images.kind === 'files') {
    return {
      kind: 'files',
      count: rows.length,
      name: (row) => images.name(rows[row]!),
      read: (row) => images.read(rows[row]!),
    };
  }
  const { height, width } = images;
  const size = height * width * 3;
  const data = new Uint8Array(rows.length * size);
  rows.forEach((row, i) => {
    data.set(images.data.subarray(row * size, (row + 1) * size), i * size);
  });
  return { kind: 'pixels', count: rows.length, height, width, data };
}

/**
 * Rows of seen classes that training did not see: the queries of the seen side of generalised retrieval. They exist
 * only where the dataset has `parts`: the test part's rows whose classes are all seen, and whose group (if any) has no
 * row in the split. Without `parts` every seen row trains, and there is nothing honest to ask.
 */
export function seenQueries(data: Dataset, modality: ModalityName, split: Split): number[] {
  if (!data.parts || split.unseen.length === 0) return [];
  const seen = new Set(split.seen);
  const { groups } = data;
  const used = [...split.train, ...split.pool, ...split.query, ...split.database];
  const usedGroups = new Set(groups && used.map((row) => groups[row]!));
  const { labels } = data.modalities[modality]!;
  const rows: number[] = [];
  for (let row = data.parts.test[0]; row < data.parts.test[1]; row++) {
    const classes = labels.of(row);
    const honest = classes.length > 0 && classes.every((label) => seen.has(label));
    if (honest && !(groups && usedGroups.has(groups[row]!))) rows.push(row);
  }
  return rows;
}
