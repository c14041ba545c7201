/** Arrays saved with NumPy under agreed names → a dataset folder. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { UnseenError } from '../../errors.ts';
import { datasetFromArrays } from '../build-dataset.ts';
import { readFeatures, readLabelLists, readNames, readRowNumbers } from '../dataset-files.ts';
import { unreadable } from '../files.ts';
import { Labels } from '../labels.ts';
import { ALL_OPTIONS, embeddingsFrom, finishImport, type Importer } from './importer.ts';

/** The first of the names that lies in the folder, as a path. */
const pick = (folder: string, found: readonly string[], names: readonly string[]): string | undefined => {
  const name = names.find((one) => found.includes(one));
  return name && path.join(folder, name);
};

export const npy: Importer = {
  name: 'npy',
  describe: 'NumPy arrays: features, labels, class names, class embeddings',
  source:
    'a folder with features.npy and labels.npy (or features_train.npy, features_test.npy, labels_train.npy, ' +
    'labels_test.npy), classes.txt or .json, and if wanted embeddings.npy, .csv, .json or .txt, groups.npy, names.txt or .json',
  options: ALL_OPTIONS,
  async run(source, out, options = {}) {
    const found = await readdir(source).catch((cause: unknown) => {
      throw unreadable(source, cause);
    });
    const classFile = pick(source, found, ['classes.json', 'classes.txt']);
    if (!classFile)
      throw new UnseenError('FILE_UNREADABLE', {
        file: path.join(source, 'classes.txt'),
        reason: 'there is none',
      });
    const classes = await readNames(classFile);
    const inParts = !found.includes('features.npy') && found.includes('features_train.npy');
    const endings = inParts ? ['_train.npy', '_test.npy'] : ['.npy'];
    const features = await readFeatures(
      source,
      endings.map((ending) => `features${ending}`),
    );
    const sides: number[][][] = [];
    for (const ending of endings)
      sides.push(await readLabelLists(source, [`labels${ending}`], classes.length));
    const trained = sides[0]!.length;
    const names = pick(source, found, ['names.json', 'names.jsonl', 'names.txt']);
    const embeddings = pick(
      source,
      found,
      ['npy', 'csv', 'json', 'txt'].map((kind) => `embeddings.${kind}`),
    );
    const dataset = datasetFromArrays({
      name: options.name ?? path.basename(path.resolve(source)),
      classes,
      ...(await embeddingsFrom(options.embeddings ?? embeddings, classes)),
      ...(inParts && { parts: { train: [0, trained], test: [trained, trained + sides[1]!.length] } }),
      ...(found.includes('groups.npy') && { groups: await readRowNumbers(source, 'groups.npy', 'groups') }),
      ...(names && { rowNames: await readNames(names) }),
      modalities: { image: { features, labels: Labels.fromLists(sides.flat(), classes.length) } },
    });
    return finishImport(dataset, out, options);
  },
};
