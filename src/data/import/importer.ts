/** What every importer is: a known outside format → a dataset folder. */
import { readClassEmbeddings } from '../class-embeddings.ts';
import type { Dataset, Matrix } from '../dataset.ts';

export interface ImportOptions {
  /** Name of the dataset; the default is the importer's. */
  readonly name?: string;
  /** File of class embeddings: `.json`, `.csv`, `.npy`, or word vectors `.txt`/`.vec` (GloVe, word2vec text). */
  readonly embeddings?: string;
  /** Replace an existing output folder. Default false. */
  readonly force?: boolean;
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
   * Reads `source`, writes the folder `out`, and returns the dataset as it was read. Nothing is left behind on failure.
   * Throws as `openDataset`, and `OUTPUT_EXISTS`.
   */
  run(source: string, out: string, options?: ImportOptions): Promise<Dataset>;
}

export const ALL_OPTIONS: readonly (keyof ImportOptions)[] = ['name', 'embeddings', 'force'];

/** The `classEmbeddings` of a dataset when a file of them was given, spread into its parts. */
export async function embeddingsFrom(
  file: string | undefined,
  classes: readonly string[],
): Promise<{ classEmbeddings?: Matrix }> {
  return file === undefined ? {} : { classEmbeddings: await readClassEmbeddings(file, classes) };
}
