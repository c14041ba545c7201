/** What every importer is: a known outside format → a dataset folder. */
import { readClassEmbeddings } from '../class-embeddings.ts';
import type { Dataset, Matrix } from '../dataset.ts';
import { writeDataset } from '../write-dataset.ts';

export interface ImportOptions {
  /** Name of the dataset; the default is the importer's. */
  readonly name?: string;
  /** File of class embeddings: `.json`, `.csv`, `.npy`, or word vectors `.txt`/`.vec` (GloVe, word2vec text). */
  readonly embeddings?: string;
  /** Replace an existing output folder. Default false. */
  readonly force?: boolean;
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
  readonly options: readonly (keyof ImportOptions)[];
  /**
   * Reads `source`, writes the folder `out`, and returns the dataset as it was written. Nothing is left behind on failure.
   * Throws as `openDataset`, and `OUTPUT_EXISTS`.
   */
  run(source: string, out: string, options?: ImportOptions): Promise<Dataset>;
}

export const ALL_OPTIONS: readonly (keyof ImportOptions)[] = ['name', 'embeddings', 'force', 'finish'];

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
  { finish, force = false }: ImportOptions,
  about?: Readonly<Record<string, string>>,
): Promise<Dataset> {
  const dataset = finish ? await finish(read) : read;
  await writeDataset(dataset, out, { force, ...(about && { about }) });
  return dataset;
}
