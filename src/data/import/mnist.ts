/** MNIST and sets in its form (Fashion-MNIST, KMNIST): four idx files of grey pictures and labels. */
import { access } from 'node:fs/promises';
import path from 'node:path';
import { UnseenError } from '../../errors.ts';
import { datasetFromArrays } from '../build-dataset.ts';
import { readNames } from '../dataset-files.ts';
import { readIdx } from '../idx.ts';
import { concatImages, imagesFromPixels } from '../images.ts';
import { Labels } from '../labels.ts';
import { listsFromIndexes } from '../read-labels.ts';
import { ALL_OPTIONS, embeddingsFrom, finishImport, type Importer } from './importer.ts';

const DIGITS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

export const mnist: Importer = {
  name: 'mnist',
  describe: 'MNIST and its kin: grey idx pictures, parts train and test; classes.txt renames the ten digits',
  source:
    'a folder with train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte (not compressed)',
  options: ALL_OPTIONS,
  async run(source, out, options = {}) {
    const named = path.join(source, 'classes.txt');
    const classes = await access(named).then(
      () => readNames(named),
      () => DIGITS,
    );
    const pictures = [];
    const lists: number[][][] = [];
    for (const part of ['train', 't10k']) {
      const imageFile = path.join(source, `${part}-images-idx3-ubyte`);
      const labelFile = path.join(source, `${part}-labels-idx1-ubyte`);
      const { data, shape } = await readIdx(imageFile);
      const images = imagesFromPixels(data, shape, imageFile);
      const labels = await readIdx(labelFile);
      if (labels.shape.length !== 1 || labels.data.length !== images.count) {
        throw new UnseenError('DATASET_ROWS', {
          file: labelFile,
          what: part,
          received: labels.data.length,
          expected: images.count,
        });
      }
      pictures.push(images);
      lists.push(listsFromIndexes(labels.data, classes.length, labelFile));
    }
    const [trained, rows] = [lists[0]!.length, lists.flat().length];
    const dataset = datasetFromArrays({
      name: options.name ?? path.basename(path.resolve(source)),
      classes,
      ...(await embeddingsFrom(options.embeddings, classes)),
      parts: { train: [0, trained], test: [trained, rows] },
      modalities: {
        image: {
          images: concatImages(pictures, source),
          labels: Labels.fromLists(lists.flat(), classes.length),
        },
      },
    });
    return finishImport(dataset, out, options);
  },
};
