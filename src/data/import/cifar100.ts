/** CIFAR-100, binary version (cs.toronto.edu/~kriz/cifar.html): 100 fine classes, or their 20 superclasses. */
import path from 'node:path';
import { UnseenError } from '../../errors.ts';
import { datasetFromArrays } from '../build-dataset.ts';
import { listsFromIndexes } from '../read-labels.ts';
import { picturesOf, readBatch, unpacked } from './cifar-records.ts';
import { ALL_OPTIONS, classesFrom, embeddingsFrom, finishImport, type Importer } from './importer.ts';

/** A record begins with the superclass and then the class. */
const LABEL_BYTES = 2;
const LEVELS = {
  fine: { name: 'cifar100', at: 1, classes: 100, list: 'fine_label_names.txt' },
  coarse: { name: 'cifar100-coarse', at: 0, classes: 20, list: 'coarse_label_names.txt' },
} as const;

const importer = (level: keyof typeof LEVELS, describe: string): Importer => {
  const { name, at, classes: count, list } = LEVELS[level];
  return {
    name,
    describe,
    source: `the folder with train.bin, test.bin and ${list}`,
    options: ALL_OPTIONS,
    async run(source, out, options = {}) {
      const folder = await unpacked(source, 'cifar-100-binary');
      const file = path.join(folder, list);
      const classes = (await classesFrom(file))!;
      if (classes.length !== count) {
        const values = { file, what: 'the list of classes', received: classes.length, expected: count };
        throw new UnseenError('DATASET_ROWS', values);
      }
      const labelled = { bytes: LABEL_BYTES, at, classes: count };
      const train = await readBatch(path.join(folder, 'train.bin'), labelled);
      const test = await readBatch(path.join(folder, 'test.bin'), labelled);
      const labels = [...train.labels, ...test.labels];
      const trained = train.labels.length;
      const dataset = datasetFromArrays({
        name: options.name ?? name,
        classes,
        ...(await embeddingsFrom(options.embeddings, classes)),
        parts: { train: [0, trained], test: [trained, labels.length] },
        modalities: {
          image: {
            images: picturesOf([train, test], folder),
            labels: listsFromIndexes(labels, count, folder),
          },
        },
      });
      return finishImport(dataset, out, options, {
        source: 'CIFAR-100 binary version',
        cite: 'A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009',
      });
    },
  };
};

export const cifar100 = importer(
  'fine',
  'CIFAR-100, binary version: 32 × 32 RGB pixels, 100 fine classes, parts train and test',
);
export const cifar100Coarse = importer('coarse', 'the same pictures with the 20 superclasses');
