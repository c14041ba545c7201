/** MNIST and sets in its form (Fashion-MNIST, KMNIST): four idx files of grey pictures and labels, plain or in gzip. */
import path from 'node:path';
import { UnseenError } from '../../errors.ts';
import { datasetFromArrays } from '../build-dataset.ts';
import { exists } from '../files.ts';
import { readIdx } from '../idx.ts';
import { concatImages, imagesFromPixels } from '../images.ts';
import { Labels } from '../labels.ts';
import { listsFromIndexes } from '../read-labels.ts';
import { ALL_OPTIONS, classesFrom, embeddingsFrom, finishImport, type Importer } from './importer.ts';

const DIGITS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
/** In the order of the authors' table (Xiao, Rasul and Vollgraf 2017); the slash of "T-shirt/top" is theirs. */
const GARMENTS = [
  ...['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat'],
  ...['Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot'],
];

/** The file, or the same in gzip where only that is there. */
async function idxIn(folder: string, name: string): Promise<string> {
  const file = path.join(folder, name);
  return !(await exists(file)) && (await exists(`${file}.gz`)) ? `${file}.gz` : file;
}

const importer = (words: Pick<Importer, 'name' | 'describe'>, known: readonly string[]): Importer => ({
  ...words,
  source:
    'a folder with train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte, as ' +
    'they are or ending in .gz; classes.txt or --classes renames the classes',
  options: [...ALL_OPTIONS, 'classes'],
  async run(source, out, options = {}) {
    const listed = path.join(source, 'classes.txt');
    const given = options.classes ?? ((await exists(listed)) ? listed : undefined);
    const classes = (await classesFrom(given)) ?? known;
    const pictures = [];
    const lists: number[][][] = [];
    for (const part of ['train', 't10k']) {
      const imageFile = await idxIn(source, `${part}-images-idx3-ubyte`);
      const labelFile = await idxIn(source, `${part}-labels-idx1-ubyte`);
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
});

export const mnist = importer(
  { name: 'mnist', describe: 'MNIST and its kin: grey idx pictures, ten digits, parts train and test' },
  DIGITS,
);

export const fashionMnist = importer(
  { name: 'fashion-mnist', describe: "Fashion-MNIST: as mnist, with its garments' names" },
  GARMENTS,
);
