/** A dataset folder → `Dataset`: by its `dataset.json`, or, without one, pictures with one subfolder a class. */
import { access } from 'node:fs/promises';
import path from 'node:path';
import { UnseenError } from '../errors.ts';
import { datasetFromArrays, type ModalityParts } from './build-dataset.ts';
import type { Dataset, Images, Matrix } from './dataset.ts';
import {
  backboneReader,
  readFeatures,
  readLabelLists,
  readNames,
  readRowNumbers,
  readTexts,
  readWordTable,
} from './dataset-files.ts';
import type { DatasetJson, ModalityJson } from './dataset-json.ts';
import { readDatasetJson } from './dataset-json.ts';
import { isFolder, resolveInside } from './files.ts';
import { openImageFolder } from './image-folder.ts';
import { concatImages, openImages } from './images.ts';
import { Labels } from './labels.ts';

async function readModality(
  folder: string,
  json: ModalityJson,
  dataset: DatasetJson,
  name: string,
): Promise<ModalityParts> {
  const { features, images, texts, extractor, backbone } = json;
  const file = path.join(folder, 'dataset.json');
  const space = json.classes && indexesOf(json.classes, dataset.classes, file, `modalities.${name}.classes`);
  const lists = await readLists(folder, json, dataset, space);
  const places = json.places === undefined ? undefined : await readRowNumbers(folder, json.places, 'places');
  const pictures: Images[] = [];
  for (const place of images ?? []) pictures.push(await openImages(await resolveInside(folder, place)));
  const parts: ModalityParts = {
    labels: Labels.fromLists(lists, dataset.classes.length),
    ...(features && { features: await readFeatures(folder, features) }),
    ...(images && { images: concatImages(pictures, folder) }),
    ...(texts && { texts: await readTexts(folder, texts) }),
    ...(places && { places }),
    ...(space && { classes: space }),
    ...(extractor !== undefined && { extractor }),
    ...(backbone && { backbone: await backboneReader(folder, backbone) }),
  };
  // With places, items and rows differ; that the items' lists agree is checked by the builder.
  const counts = {
    ...(places
      ? { places: places.length }
      : {
          features: (parts.features as Matrix | undefined)?.rows,
          images: parts.images?.count,
          texts: parts.texts?.length,
        }),
    labels: lists.length,
  };
  for (const [what, received] of Object.entries(counts)) {
    if (received !== undefined && received !== dataset.rows)
      throw new UnseenError('DATASET_ROWS', {
        file,
        what: `modalities.${name}.${what}`,
        received,
        expected: dataset.rows,
      });
  }
  return parts;
}

/** Class lists over the dataset's classes; without label files every row is unlabelled. */
async function readLists(
  folder: string,
  { labels }: ModalityJson,
  { rows, classes }: DatasetJson,
  space: readonly number[] | undefined,
): Promise<number[][]> {
  if (!labels) return Array.from({ length: rows }, () => []);
  const lists = await readLabelLists(folder, labels, space?.length ?? classes.length);
  if (!space) return lists;
  return lists.map((list) => list.map((label) => space[label]!).sort((a, b) => a - b));
}

/** Names of classes, as they stand at `where`, as indexes of the dataset's classes. */
function indexesOf(
  names: readonly string[],
  classes: readonly string[],
  file: string,
  where: string,
): number[] {
  const numbers = new Map(classes.map((name, i) => [name, i]));
  return names.map((name, i) => {
    const label = numbers.get(name);
    if (label !== undefined) return label;
    throw new UnseenError('FILE_MALFORMED', {
      file,
      where: `${where}.${i}`,
      reason: "must be one of the dataset's classes",
      received: name,
    });
  });
}

/** The splits that came with the data, by class indexes. */
function readSplits({ splits = {}, classes }: DatasetJson, folder: string) {
  const file = path.join(folder, 'dataset.json');
  return Object.fromEntries(
    Object.entries(splits).map(([name, { unseen }]) => [
      name,
      { unseen: indexesOf(unseen, classes, file, `splits.${name}.unseen`) },
    ]),
  );
}

/** `paired` repeats what `places` say. */
function checkPaired(json: DatasetJson, dataset: Dataset, folder: string): void {
  const { image, text } = dataset.modalities;
  const whole = [image, text].every((modality) => modality && !modality.places?.some((item) => item < 0));
  if (json.paired === undefined || !(image && text) || json.paired === whole) return;
  throw new UnseenError('FILE_MALFORMED', {
    file: path.join(folder, 'dataset.json'),
    where: 'paired',
    reason: `must be ${whole}: ${whole ? 'every row has' : 'some rows lack'} an item in both modalities`,
    received: json.paired,
  });
}

/**
 * Opens a dataset folder; features are read into memory as float32, pictures stay where they are.
 *
 * With `dataset.json`: format "unseen-dataset/1" (docs/data.md). Without: every subfolder with pictures is a class,
 * `unlabelled` or `_` holds pictures without one, and class embeddings come from `class_embeddings.json`, `.csv`, `.npy`
 * or `.txt` if there is one.
 *
 * Throws `FILE_UNREADABLE`, `FILE_MALFORMED`, `FILE_LENGTH`, `NPY_UNSUPPORTED`, `PATH_OUTSIDE`, `DATASET_ROWS`,
 * `LABEL_OUT_OF_RANGE`, `LABEL_WITHOUT_ITEM`, `ROW_EMPTY`, `VALUE_NOT_FINITE`, `CLASS_EMBEDDING_ZERO`,
 * `CLASS_EMBEDDING_MISSING`, `ARGUMENT_INVALID`.
 */
export async function openDataset(folder: string): Promise<Dataset> {
  if (!(await isFolder(folder)))
    throw new UnseenError('FILE_UNREADABLE', { file: folder, reason: 'a dataset is a folder' });
  const described = await access(path.join(folder, 'dataset.json')).then(
    () => true,
    () => false,
  );
  if (!described) return openImageFolder(folder);
  const json = await readDatasetJson(folder);
  const { name, classes, parts, modalities } = json;
  const classEmbeddings = new Map<string, Matrix>();
  for (const [key, place] of Object.entries(json.classEmbeddings ?? {})) {
    classEmbeddings.set(key, await readFeatures(folder, [place]));
  }
  const dataset = datasetFromArrays({
    name,
    classes,
    classEmbeddings,
    ...(parts && { parts }),
    ...(json.splits && { splits: readSplits(json, folder) }),
    ...(json.groups !== undefined && { groups: await readRowNumbers(folder, json.groups, 'groups') }),
    ...(json.names !== undefined && { rowNames: await readNames(await resolveInside(folder, json.names)) }),
    ...(json.wordVectors && { wordVectors: await readWordTable(folder, json.wordVectors) }),
    modalities: {
      ...(modalities.image && { image: await readModality(folder, modalities.image, json, 'image') }),
      ...(modalities.text && { text: await readModality(folder, modalities.text, json, 'text') }),
    },
  });
  checkPaired(json, dataset, folder);
  return dataset;
}
