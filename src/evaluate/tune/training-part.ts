/**
 * The training rows of a split as a dataset of their own, with the labels that the split lets methods read and no others.
 * Tuning gets this and nothing else: pool, queries and database of the split are not in it, so they cannot decide anything.
 */
import {
  type Dataset,
  datasetFromArrays,
  Labels,
  type Modality,
  type ModalityName,
  type ModalityParts,
  type Split,
  takeFeatures,
  takeImages,
  takeTexts,
} from '../../data/index.ts';
import { checkSplit } from '../../methods/index.ts';
import { readableLabels } from '../../methods/items.ts';
import { rowsWith } from '../rows.ts';

/**
 * Row i of the result is row `split.train[i]`. Features are copied, once; pictures that are files stay files. Parts, names of
 * rows and what would make models encode raw files are left behind.
 * @throws `SPLIT_OTHER_DATASET`
 */
export function trainingPart(data: Dataset, split: Split): Dataset {
  checkSplit(data, split);
  const { name, classes, classEmbeddings, groups, wordVectors } = data;
  const modalities: Partial<Record<ModalityName, ModalityParts>> = {};
  for (const modality of ['image', 'text'] as const) {
    const parts = modalityPart(data, split, modality);
    if (parts) modalities[modality] = parts;
  }
  return datasetFromArrays({
    name,
    classes,
    classEmbeddings,
    ...(groups && { groups: split.train.map((row) => groups[row]!) }),
    ...(wordVectors && { wordVectors }),
    modalities,
  });
}

/** Nothing where no training row has an item in the modality. */
function modalityPart(data: Dataset, split: Split, name: ModalityName): ModalityParts | undefined {
  const modality: Modality | undefined = data.modalities[name];
  const rows = rowsWith(data, name, split.train);
  if (!modality || rows.length === 0) return undefined;
  const { features, images, texts, places, classes } = modality;
  const item = new Map(rows.map((row, i) => [row, i]));
  return {
    labels: readable(data, split, name),
    ...(features && { features: takeFeatures(modality, rows) }),
    ...(images && { images: takeImages(modality, rows) }),
    ...(texts && { texts: takeTexts(modality, rows) }),
    ...(places && { places: split.train.map((row) => item.get(row) ?? -1) }),
    ...(classes && { classes }),
  };
}

/** Labels of classes that the split calls unseen are left out too, should a training row have one. */
function readable(data: Dataset, split: Split, name: ModalityName): Labels {
  const labels = readableLabels(data, split, name);
  const seen = new Set(split.seen);
  return Labels.fromLists(
    split.train.map((_, i) => Array.from(labels.of(i)).filter((label) => seen.has(label))),
    data.classes.length,
  );
}
