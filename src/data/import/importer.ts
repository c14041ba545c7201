/** What every importer is: a known outside format → a dataset folder. */
import type { ErrorCode, UnseenError } from '../../errors.ts';
import { throwIfAborted } from '../../errors.ts';
import { readClassEmbeddings } from '../class-embeddings.ts';
import type { Dataset, ImageFiles, Matrix } from '../dataset.ts';
import { readNames } from '../dataset-files.ts';
import { writeDataset } from '../write-dataset.ts';

/** A row that is left out, and why. */
export interface BadRow {
  /** The file that lists the row; a picture that no file lists stands for itself. */
  readonly file: string;
  /** In that file, from 1. */
  readonly line?: number;
  readonly code: ErrorCode;
  readonly reason: string;
}

/**
 * Decodes every picture, and calls `onBad` for each that cannot be, in their order. Decoding is the work of `encoders/`,
 * a room above: whoever imports brings it (`checkPictures` of the package).
 */
export type PictureCheck = (
  images: ImageFiles,
  onBad: (bad: { readonly row: number; readonly error: UnseenError }) => void,
) => Promise<void>;

export interface ImportOptions {
  /** Name of the dataset; the default is the importer's. */
  readonly name?: string;
  /** File of class embeddings, as `readClassEmbeddings` reads it. */
  readonly embeddings?: string;
  /** Replace an existing output folder. Default false. */
  readonly force?: boolean;
  /** File of class names, `.txt` (one a line) or `.json` (a list): their order, and which labels there are. */
  readonly classes?: string;
  /** Folder that paths of pictures begin in. Default: the folder of the file that lists them. */
  readonly images?: string;
  /** File of names, one a line: what the columns of a bag of words stand for. */
  readonly tags?: string;
  /** Height and width in pixels of the pictures that are kept, 8 … 1024. Default 64. */
  readonly side?: number;
  /** Looks at every picture file before anything is written. Without it a picture is only required to be there. */
  readonly check?: PictureCheck;
  /** Called for every bad row; the row is left out and reading goes on. Without it the first one stops the import. */
  readonly onBad?: (bad: BadRow) => void;
  /** Called with the names of columns or fields that mean nothing here. */
  readonly onUnused?: (names: readonly string[]) => void;
  readonly signal?: AbortSignal;
  /** What is being done, and its share that is done, 0 … 1. */
  readonly onProgress?: (what: string, done: number) => void;
  /** What is done to the dataset between reading and writing: features of its pictures, say. */
  readonly finish?: (dataset: Dataset) => Promise<Dataset>;
}

export interface Importer {
  /** As on the command line. */
  readonly name: string;
  /** One line for a list of formats. */
  readonly describe: string;
  /** What `source` must be. */
  readonly source: string;
  /** Those that it heeds; `onBad` among them: it can leave bad rows out. */
  readonly options: readonly (keyof ImportOptions)[];
  /**
   * Reads `source`, writes the folder `out`, and returns the dataset as it was written. Nothing is left behind on failure.
   * Throws as `openDataset`, `OUTPUT_EXISTS`, `ABORTED`; without `onBad` also what makes a row bad.
   */
  run(source: string, out: string, options?: ImportOptions): Promise<Dataset>;
}

/** Of every importer. */
export const ALL_OPTIONS: readonly (keyof ImportOptions)[] = [
  'name',
  'embeddings',
  'force',
  'finish',
  'signal',
  'onProgress',
];

/** Class names from a file, blank lines left out; `undefined` without one. */
export async function classesFrom(file: string | undefined): Promise<string[] | undefined> {
  if (file === undefined) return undefined;
  return (await readNames(file)).map((name) => name.trim()).filter((name) => name !== '');
}

/** The `classEmbeddings` of a dataset when a file of them was given, spread into its parts. */
export async function embeddingsFrom(
  file: string | undefined,
  classes: readonly string[],
): Promise<{ classEmbeddings?: Matrix }> {
  return file === undefined ? {} : { classEmbeddings: await readClassEmbeddings(file, classes) };
}

/** The end of every import: what was read is finished, written, and returned. `about` is kept for people. */
export async function finishImport(
  read: Dataset,
  out: string,
  { finish, force = false, signal, onProgress }: ImportOptions,
  about?: Readonly<Record<string, string>>,
): Promise<Dataset> {
  throwIfAborted(signal, 'the import');
  const dataset = finish ? await finish(read) : read;
  await writeDataset(dataset, out, {
    force,
    ...(about && { about }),
    ...(signal && { signal }),
    onProgress: (done, total) => onProgress?.('writing pictures', done / total),
  });
  return dataset;
}
