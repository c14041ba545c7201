/** CIFAR-10, binary version (cs.toronto.edu/~kriz/cifar.html): five training batches and a test batch. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { UnseenError } from '../../errors.ts';
import { datasetFromArrays } from '../build-dataset.ts';
import { unreadable } from '../files.ts';
import { listsFromIndexes } from '../read-labels.ts';
import { type Batch, picturesOf, readBatch, unpacked } from './cifar-records.ts';
import { ALL_OPTIONS, embeddingsFrom, finishImport, type Importer } from './importer.ts';

const CLASSES = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];
const LABELS = { bytes: 1, at: 0, classes: CLASSES.length };

export const cifar10: Importer = {
  name: 'cifar10',
  describe: 'CIFAR-10, binary version: 32 × 32 RGB pixels, 10 classes, parts train and test',
  source: 'the folder with data_batch_1.bin … data_batch_5.bin and test_batch.bin',
  options: ALL_OPTIONS,
  async run(source, out, options = {}) {
    const folder = await unpacked(source, 'cifar-10-batches-bin');
    const names = await readdir(folder).catch((cause: unknown) => {
      throw unreadable(folder, cause);
    });
    const train = names.filter((name) => /^data_batch_\d+\.bin$/.test(name)).sort();
    if (train.length === 0)
      throw new UnseenError('FILE_UNREADABLE', {
        file: path.join(folder, 'data_batch_1.bin'),
        reason: 'there is none',
      });
    const batches: Batch[] = [];
    for (const name of [...train, 'test_batch.bin'])
      batches.push(await readBatch(path.join(folder, name), LABELS));
    const labels = batches.flatMap((batch) => batch.labels);
    const tests = batches.at(-1)!.labels.length;
    const dataset = datasetFromArrays({
      name: options.name ?? 'cifar10',
      classes: CLASSES,
      ...(await embeddingsFrom(options.embeddings, CLASSES)),
      parts: { train: [0, labels.length - tests], test: [labels.length - tests, labels.length] },
      modalities: {
        image: {
          images: picturesOf(batches, folder),
          labels: listsFromIndexes(labels, CLASSES.length, folder),
        },
      },
    });
    return finishImport(dataset, out, options, {
      source: 'CIFAR-10 binary version',
      cite: 'A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009',
    });
  },
};
