/** A dataset folder → `Dataset`: by its `dataset.json`, or, without one, pictures with one subfolder a class. */
import { access } from 'node:fs/promises';
import path from 'node:path';
import { UnseenError } from '../errors.ts';
import { datasetFromArrays, type ModalityParts } from './build-dataset.ts';
import type { Dataset, Matrix } from './dataset.ts';
import type { DatasetJson, ModalityJson } from './dataset-json.ts';
import { readDatasetJson } from './dataset-json.ts';
import { decodeUtf8, isFolder, readBounded, resolveInside } from './files.ts';
import { openImageFolder } from './image-folder.ts';
import { concatImages, openImages } from './images.ts';
import { Labels } from './labels.ts';
import { checkFinite, matrixFromNpy, stackRows } from './matrix.ts';
import { readNpy } from './npy.ts';
import { listsFromNpy } from './read-labels.ts';

/** Row names and texts: 1 GiB of text is more than one process should hold as strings. */
const MAX_TEXT_BYTES = 1 << 30;

async function readFeatures(folder: string, places: readonly string[]): Promise<Matrix> {
  const parts: Matrix[] = [];
  for (const place of places) {
    const file = await resolveInside(folder, place);
    const matrix = matrixFromNpy(await readNpy(file), file);
    checkFinite(matrix, file);
    const cols = parts[0]?.cols ?? matrix.cols;
    if (matrix.cols !== cols)
      throw new UnseenError('FILE_MALFORMED', {
        file,
        where: 'shape',
        reason: `must have ${cols} columns`,
        received: matrix.cols,
      });
    parts.push(matrix);
  }
  return stackRows(parts);
}

async function readLabelLists(
  folder: string,
  places: readonly string[],
  classes: number,
): Promise<number[][]> {
  const lists: number[][] = [];
  for (const place of places) {
    const file = await resolveInside(folder, place);
    for (const list of listsFromNpy(await readNpy(file), classes, file)) lists.push(list);
  }
  return lists;
}

async function readLines(file: string): Promise<string[]> {
  const lines = decodeUtf8(await readBounded(file, MAX_TEXT_BYTES), file).split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => line.replace(/\r$/, ''));
}

function parseLine(line: string, row: number, file: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new UnseenError(
      'FILE_MALFORMED',
      { file, where: `line ${row + 1}`, reason: 'must be JSON', received: line.slice(0, 60) },
      { cause },
    );
  }
}

/** JSON Lines with a `text` field: a string, or a list of strings. */
async function readTexts(folder: string, places: readonly string[]): Promise<string[][]> {
  const texts: string[][] = [];
  for (const place of places) {
    const file = await resolveInside(folder, place);
    (await readLines(file)).forEach((line, row) => {
      const value = (parseLine(line, row, file) as { text?: unknown } | null)?.text;
      const list = typeof value === 'string' ? [value] : value;
      if (!Array.isArray(list) || list.length === 0 || list.some((one) => typeof one !== 'string'))
        throw new UnseenError('FILE_MALFORMED', {
          file,
          where: `line ${row + 1}`,
          reason: 'needs "text", a string or a list of strings',
          received: line.slice(0, 60),
        });
      texts.push(list as string[]);
    });
  }
  return texts;
}

/** Row names: a JSON list of strings, JSON Lines with a `name` field, or plain lines (`.txt`). */
async function readNames(file: string): Promise<string[]> {
  const lines = await readLines(file);
  const names: unknown[] = /\.txt$/i.test(file)
    ? lines
    : /\.jsonl$/i.test(file)
      ? lines.map((line, row) => (parseLine(line, row, file) as { name?: unknown } | null)?.name)
      : [parseLine(lines.join('\n'), 0, file)].flat();
  const wrong = names.findIndex((name) => typeof name !== 'string');
  if (wrong >= 0)
    throw new UnseenError('FILE_MALFORMED', {
      file,
      where: `name ${wrong}`,
      reason: 'must be a string',
      received: names[wrong] ?? 'nothing',
    });
  return names as string[];
}

async function readModality(
  folder: string,
  json: ModalityJson,
  dataset: DatasetJson,
  name: string,
): Promise<ModalityParts> {
  const { features, images, texts, labels, extractor } = json;
  const lists = await readLabelLists(folder, labels, dataset.classes.length);
  const pictures = [];
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

async function readGroups(folder: string, place: string): Promise<Int32Array> {
  const file = await resolveInside(folder, place);
  const { data, shape, type } = await readNpy(file);
  if (!(data instanceof Int32Array) || shape.length !== 1)
    throw new UnseenError('FILE_MALFORMED', {
      file,
      where: 'groups',
      reason: 'must be int32 [rows]',
      received: `${type} ${JSON.stringify(shape)}`,
    });
  return data;
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
    const file = await resolveInside(folder, place);
    const matrix = matrixFromNpy(await readNpy(file), file);
    checkFinite(matrix, file);
    classEmbeddings.set(key, matrix);
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
