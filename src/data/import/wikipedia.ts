/**
 * The Wikipedia set of featured articles (Rasiwasia et al., "A New Approach to Cross-Modal Multimedia Retrieval", ACM MM 2010):
 * 2866 sections of text with a picture each, 10 classes; features only. It is passed on as `raw_features.mat` with two
 * lists (the authors), as one `wikiData.mat` (most repositories of hashing methods), or as a folder of this project.
 */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { UnseenError } from '../../errors.ts';
import { datasetFromArrays } from '../build-dataset.ts';
import type { Dataset } from '../dataset.ts';
import { exists, isFolder, unreadable } from '../files.ts';
import { openDataset } from '../open-dataset.ts';
import { ALL_OPTIONS, embeddingsFrom, finishImport, type Importer, type ImportOptions } from './importer.ts';
import { wikipediaFromMat } from './wikipedia-mat.ts';

/** The `.mat` file of a folder: the authors' name, the repositories' name, or the only one there is. */
async function matIn(folder: string): Promise<string> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw unreadable(folder, cause);
  });
  const mats = names.filter((name) => /\.mat$/i.test(name));
  const known = mats.find((name) => /^(raw_features|wikidata)\.mat$/i.test(name));
  const name = known ?? (mats.length === 1 ? mats[0] : undefined);
  if (name) return path.join(folder, name);
  const reason = 'no dataset.json, raw_features.mat or wikiData.mat in it';
  throw new UnseenError('FILE_UNREADABLE', { file: folder, reason });
}

/** A folder of this project is taken as it is; class embeddings that are given come first. */
async function fromFolder(folder: string, { name, embeddings }: ImportOptions): Promise<Dataset> {
  const opened = await openDataset(folder);
  const { classEmbeddings } = await embeddingsFrom(embeddings, opened.classes);
  return datasetFromArrays({
    ...opened,
    ...(name !== undefined && { name }),
    ...(classEmbeddings && {
      classEmbeddings: new Map([['default', classEmbeddings], ...opened.classEmbeddings]),
    }),
  });
}

export const wikipedia: Importer = {
  name: 'wikipedia',
  describe: 'the Wikipedia set of pictures and texts: features, 10 classes, parts train and test',
  source:
    'raw_features.mat beside trainset_txt_img_cat.list and testset_txt_img_cat.list, or wikiData.mat (I_tr, I_te, T_tr, ' +
    'T_te, L_tr, L_te); the file or its folder; or a folder with a dataset.json',
  options: [...ALL_OPTIONS, 'classes'],
  async run(source, out, options = {}) {
    const described = (await isFolder(source)) && (await exists(path.join(source, 'dataset.json')));
    if (described && options.classes !== undefined) {
      const reason = 'the folder names its classes itself';
      throw new UnseenError('ARGUMENT_INVALID', { name: 'classes', reason, received: options.classes });
    }
    const file = described || !(await isFolder(source)) ? source : await matIn(source);
    const dataset = described ? await fromFolder(source, options) : await wikipediaFromMat(file, options);
    return finishImport(dataset, out, options, {
      source: 'Wikipedia featured articles, SVCL',
      cite: 'N. Rasiwasia et al., A New Approach to Cross-Modal Multimedia Retrieval, ACM MM 2010',
    });
  },
};
