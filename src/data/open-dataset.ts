/** A dataset folder → `Dataset`: by its `dataset.json`, or, without one, pictures with one subfolder a class. */
import { access } from 'node:fs/promises';
import path from 'node:path';
import { UnseenError } from '../errors.ts';
import { datasetFromArrays, type ModalityParts } from './build-dataset.ts';
import type { Dataset, Images, Matrix } from './dataset.ts';
import { readFeatures, readGroups, readLabelLists, readNames, readTexts } from './dataset-files.ts';
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
  const { features, images, texts, labels, extractor } = json;
  const lists = await readLabelLists(folder, labels, dataset.classes.length);
  const pictures: Images[] = [];
  for (const place of images ?? []) pictures.push(await openImages(await resolveInside(folder, place)));
  const parts: ModalityParts = {
    labels: Labels.fromLists(lists, dataset.classes.length),
    ...(features && { features: await readFeatures(folder, features) }),
    ...(images && { images: concatImages(pictures, folder) }),
    ...(texts && { texts: await readTexts(folder, texts) }),
    ...(extractor !== undefined && { extractor }),
  };
  const rows = {
    features: (parts.features as Matrix | undefined)?.rows,
    images: parts.images?.count,
    texts: parts.texts?.length,
    labels: lists.length,
  };
  for (const [what, received] of Object.entries(rows)) {
    if (received !== undefined && received !== dataset.rows)
      throw new UnseenError('DATASET_ROWS', {
        file: path.join(folder, 'dataset.json'),
        what: `modalities.${name}.${what}`,
        received,
        expected: dataset.rows,
      });
  }
  return parts;
}

/**
 * Opens a dataset folder; features are read into memory as float32, pictures stay where they are.
 *
 * With `dataset.json`: format "unseen-dataset/1" (docs/data.md). Without: every subfolder with pictures is a class,
 * `unlabelled` or `_` holds pictures without one, and class embeddings come from `class_embeddings.json`, `.csv`, `.npy`
 * or `.txt` if there is one.
 *
 * Throws `FILE_UNREADABLE`, `FILE_MALFORMED`, `FILE_LENGTH`, `NPY_UNSUPPORTED`, `PATH_OUTSIDE`, `DATASET_ROWS`,
 * `LABEL_OUT_OF_RANGE`, `VALUE_NOT_FINITE`, `CLASS_EMBEDDING_ZERO`, `CLASS_EMBEDDING_MISSING`, `ARGUMENT_INVALID`.
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
  return datasetFromArrays({
    name,
    classes,
    classEmbeddings,
    ...(parts && { parts }),
    ...(json.groups !== undefined && { groups: await readGroups(folder, json.groups) }),
    ...(json.names !== undefined && { rowNames: await readNames(await resolveInside(folder, json.names)) }),
    modalities: {
      ...(modalities.image && { image: await readModality(folder, modalities.image, json, 'image') }),
      ...(modalities.text && { text: await readModality(folder, modalities.text, json, 'text') }),
    },
  });
}
