/** `Dataset` → a folder that `openDataset` reads back with the same fingerprint; it appears whole or not at all. */
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';
import { throwIfAborted } from '../errors.ts';
import type { Dataset, ImageFiles, Modality } from './dataset.ts';
import { DATASET_FORMAT } from './dataset-json.ts';
import { writeFileAtomic, writeFolderAtomic } from './files.ts';
import type { Labels } from './labels.ts';
import { writeNpy } from './npy.ts';

const DURING = 'the writing of the dataset';
/** Pictures that are read while one is written: some are made as they are read. */
const READ_AHEAD = 4;
/** Only pictures have one. */
const BACKBONE = { onnx: 'backbone.onnx', config: 'backbone.json' } as const;

export interface WriteDatasetOptions {
  /** Replace an existing folder. Default false: `OUTPUT_EXISTS`. */
  readonly force?: boolean;
  /** Source, licence, citation … kept in `dataset.json` for people. */
  readonly about?: Readonly<Record<string, string>>;
  /** Stops between two pictures: `ABORTED`, and nothing is left. */
  readonly signal?: AbortSignal;
  /** Picture files written and in all, of one modality. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Class indexes `[n]` with −1 for none, or, when a row has several classes, a 0/1 matrix `[n, classes]`; `space` are the
 * classes that the file counts.
 */
async function writeLabels(file: string, labels: Labels, space: Int32Array | undefined): Promise<void> {
  const { rows } = labels;
  const classCount = space?.length ?? labels.classCount;
  const rowsOf = Array.from({ length: rows }, (_, row) =>
    space ? labels.of(row).map((label) => space.indexOf(label)) : labels.of(row),
  );
  if (rowsOf.every((list) => list.length <= 1)) {
    await writeNpy(
      file,
      Int32Array.from(rowsOf, (list) => list[0] ?? -1),
      [rows],
    );
    return;
  }
  const matrix = new Uint8Array(rows * classCount);
  rowsOf.forEach((list, row) => {
    for (const label of list) matrix[row * classCount + label] = 1;
  });
  await writeNpy(file, matrix, [rows, classCount]);
}

/** One member a row, in row order, with a fixed time: the same pictures give the same bytes. */
async function writeTar(
  file: string,
  images: ImageFiles,
  { signal, onProgress }: WriteDatasetOptions,
): Promise<void> {
  const tar = pack();
  const written = pipeline(tar, createWriteStream(file, { flush: true }));
  const add = async () => {
    const ahead: Promise<Uint8Array>[] = [];
    for (let row = 0; row < images.count; row++) {
      throwIfAborted(signal, DURING);
      while (ahead.length < READ_AHEAD && row + ahead.length < images.count) {
        const reading = images.read(row + ahead.length);
        reading.catch(() => undefined); // it is thrown when its turn comes, or never asked for
        ahead.push(reading);
      }
      const bytes = Buffer.from(await ahead.shift()!);
      await new Promise<void>((resolve, reject) => {
        tar.entry({ name: images.name(row), mtime: new Date(0) }, bytes, (error) =>
          error ? reject(error) : resolve(),
        );
      });
      onProgress?.(row + 1, images.count);
    }
    tar.finalize();
  };
  await Promise.all([
    written,
    add().catch((cause: unknown) => {
      tar.destroy(cause as Error);
      throw cause;
    }),
  ]);
}

async function writeModality(
  folder: string,
  name: string,
  modality: Modality,
  classes: readonly string[],
  options: WriteDatasetOptions,
): Promise<Record<string, unknown>> {
  const { features, images, texts, labels, places, extractor, backbone } = modality;
  const entry: Record<string, unknown> = {};
  const place = (kind: string, file: string): string => {
    entry[kind] = [file];
    return path.join(folder, file);
  };
  if (features)
    await writeNpy(place('features', `${name}_features.npy`), features.data, [features.rows, features.cols]);
  if (images?.kind === 'files') await writeTar(place('images', `${name}_images.tar`), images, options);
  if (images?.kind === 'pixels') {
    const { count, height, width, data } = images;
    await writeNpy(place('images', `${name}_images.npy`), data, [count, height, width, 3]);
  }
  if (texts) {
    const lines = texts.map((list) => JSON.stringify({ text: list.length === 1 ? list[0] : list }));
    await writeFileAtomic(place('texts', `${name}_texts.jsonl`), [`${lines.join('\n')}\n`]);
  }
  await writeLabels(place('labels', `${name}_labels.npy`), labels, modality.classes);
  if (places) await writeNpy(path.join(folder, `${name}_places.npy`), places, [places.length]);
  if (backbone) {
    const { onnx, config } = await backbone();
    await writeFileAtomic(path.join(folder, BACKBONE.onnx), [onnx]);
    await writeFileAtomic(path.join(folder, BACKBONE.config), [config]);
  }
  return {
    ...entry,
    ...(places && { places: `${name}_places.npy` }),
    ...(modality.classes && { classes: Array.from(modality.classes, (label) => classes[label]) }),
    ...(extractor !== undefined && { extractor }),
    ...(backbone && { backbone: BACKBONE }),
  };
}

/** Unseen classes by their names: people read the file, and may reorder its classes. */
const splitNames = (splits: NonNullable<Dataset['splits']>, classes: readonly string[]) =>
  Object.fromEntries(
    Object.entries(splits).map(([name, { unseen }]) => [
      name,
      { unseen: unseen.map((label) => classes[label]!) },
    ]),
  );

/**
 * Writes `dataset.json` (format "unseen-dataset/1") and the files it names into a new folder, through a temporary
 * neighbour and a rename. Picture files go into one tar a modality.
 *
 * Throws `OUTPUT_EXISTS`, `FILE_UNWRITABLE`, `ABORTED`, and whatever reading the pictures throws.
 */
export async function writeDataset(
  dataset: Dataset,
  folder: string,
  options: WriteDatasetOptions = {},
): Promise<void> {
  await writeFolderAtomic(folder, { force: options.force ?? false }, async (temporary) => {
    const { name, rows, classes, parts, splits, groups, rowNames } = dataset;
    const classEmbeddings: Record<string, string> = {};
    for (const [index, [key, matrix]] of [...dataset.classEmbeddings].entries()) {
      // The key may be any text; a number beside it keeps file names apart.
      const file = `class_embeddings_${index}_${key.replaceAll(/[^A-Za-z0-9.-]/g, '_').slice(0, 60)}.npy`;
      await writeNpy(path.join(temporary, file), matrix.data, [matrix.rows, matrix.cols]);
      classEmbeddings[key] = file;
    }
    const modalities: Record<string, unknown> = {};
    for (const [key, modality] of Object.entries(dataset.modalities))
      modalities[key] = await writeModality(temporary, key, modality, classes, options);
    if (groups) await writeNpy(path.join(temporary, 'groups.npy'), groups, [rows]);
    if (rowNames) await writeFileAtomic(path.join(temporary, 'names.json'), [JSON.stringify(rowNames)]);
    const { wordVectors } = dataset;
    if (wordVectors) {
      const { words, vectors } = wordVectors;
      await writeFileAtomic(path.join(temporary, 'words.txt'), [`${words.join('\n')}\n`]);
      await writeNpy(path.join(temporary, 'word_vectors.npy'), vectors.data, [vectors.rows, vectors.cols]);
    }
    const json = {
      format: DATASET_FORMAT,
      name,
      rows,
      ...(options.about && { about: options.about }),
      classes,
      ...(dataset.classEmbeddings.size > 0 && { classEmbeddings }),
      ...(parts && { parts }),
      ...(splits && { splits: splitNames(splits, classes) }),
      ...(groups && { groups: 'groups.npy' }),
      ...(rowNames && { names: 'names.json' }),
      ...(wordVectors && { wordVectors: { words: 'words.txt', vectors: 'word_vectors.npy' } }),
      modalities,
    };
    await writeFileAtomic(path.join(temporary, 'dataset.json'), [`${JSON.stringify(json, null, 1)}\n`]);
    throwIfAborted(options.signal, DURING);
  });
}
