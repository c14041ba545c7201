/** A dataset folder → another one with what was added: class embeddings, features, word vectors. */
import path from 'node:path';
import { datasetFromArrays } from '../build-dataset.ts';
import { readDatasetJson } from '../dataset-json.ts';
import { exists } from '../files.ts';
import { openDataset } from '../open-dataset.ts';
import { ALL_OPTIONS, embeddingsFrom, finishImport, type Importer } from './importer.ts';

/** Source and licence go with the data; what is no text was never of this project's making. */
async function aboutOf(folder: string): Promise<Record<string, string>> {
  if (!(await exists(path.join(folder, 'dataset.json')))) return {};
  const { about } = await readDatasetJson(folder);
  if (about === null || typeof about !== 'object') return {};
  return Object.fromEntries(
    Object.entries(about).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

export const dataset: Importer = {
  name: 'dataset',
  describe: 'a dataset folder of this project: a copy with other class embeddings, features or word vectors',
  source: 'the folder; a split of it stays valid for the copy, unless --name renames it',
  options: ALL_OPTIONS,
  async run(source, out, options = {}) {
    const opened = await openDataset(source);
    const { classEmbeddings: given } = await embeddingsFrom(options.embeddings, opened.classes);
    // Called as the file is, and first: the first is what methods use unless they are told otherwise.
    const key = options.embeddings === undefined ? '' : path.parse(options.embeddings).name;
    const others = [...opened.classEmbeddings].filter(([name]) => name !== key);
    const read = datasetFromArrays({
      ...opened,
      name: options.name ?? opened.name,
      classEmbeddings: new Map([...(given ? [[key, given] as const] : []), ...others]),
    });
    return finishImport(read, out, options, await aboutOf(source));
  },
};
