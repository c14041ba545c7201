/** Made-up datasets whose classes are Gaussian clusters, for tests. */
import { datasetFromArrays, type ModalityParts } from '../src/data/build-dataset.ts';
import type { Dataset, ImagePixels, Matrix, Modality } from '../src/data/dataset.ts';
import { Random } from '../src/random.ts';

export interface SyntheticOptions {
  readonly classes?: number;
  readonly perClass?: number;
  readonly dim?: number;
  /** Standard deviation inside a class; class centres have entries of unit variance. */
  readonly noise?: number;
  readonly seed?: number;
  readonly name?: string;
  /** Rows `[0, n − n/5)` train, the rest test. */
  readonly parts?: boolean;
  /** Pictures of `side` × `side` pixels instead of features. */
  readonly side?: number;
  /** A text modality, paired row by row: features of this many dimensions, or `words`: raw texts. */
  readonly text?: number | 'words';
}

/**
 * Rows cycle through the classes. Class embeddings `semantic` are a noisy linear image of the class centres, so that
 * what is learned on seen classes says something about unseen ones.
 */
export function syntheticDataset(options: SyntheticOptions = {}): Dataset {
  const {
    classes = 8,
    perClass = 30,
    dim = 16,
    noise = 0.5,
    seed = 1,
    name = 'synthetic',
    parts,
    side,
    text,
  } = options;
  const random = new Random(seed, 'synthetic');
  const width = side ? side * side * 3 : dim;
  const centres = gaussian(random, classes * width, 1);
  const rows = classes * perClass;
  const data = new Float32Array(rows * width);
  const labels = Int32Array.from({ length: rows }, (_, row) => row % classes);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < width; j++) {
      data[row * width + j] = centres[labels[row]! * width + j]! + noise * random.normal();
    }
  }
  return datasetFromArrays({
    name,
    classes: Array.from({ length: classes }, (_, i) => `class ${i}`),
    classEmbeddings: { semantic: semanticImage(random, centres, classes, width) },
    ...(parts && {
      parts: { train: [0, rows - Math.floor(rows / 5)], test: [rows - Math.floor(rows / 5), rows] },
    }),
    modalities: {
      image: side
        ? { images: toPixels(data, rows, side), labels }
        : { features: { data, rows, cols: dim }, labels },
      ...(text !== undefined && { text: { ...textItems(seed, labels, classes, text, noise), labels } }),
    },
  });
}

/** Texts that say the same as the pictures, in another way: other centres, or words of the class among common ones. */
function textItems(
  seed: number,
  labels: Int32Array,
  classes: number,
  kind: number | 'words',
  noise: number,
): { features: Matrix } | { texts: string[][] } {
  const random = new Random(seed, 'texts');
  if (kind === 'words') {
    const word = (): string => `word${random.below(40)}`;
    const own = (label: number): string => `thing${label}x${random.below(3)}`;
    return { texts: Array.from(labels, (label) => [`${own(label)} ${word()}`, `${word()} ${own(label)}`]) };
  }
  const centres = gaussian(random, classes * kind, 1);
  const data = new Float32Array(labels.length * kind);
  labels.forEach((label, row) => {
    for (let j = 0; j < kind; j++)
      data[row * kind + j] = centres[label * kind + j]! + noise * random.normal();
  });
  return { features: { data, rows: labels.length, cols: kind } };
}

/** A copy of the dataset whose rows `rows` have the labels of each other, in an order drawn by the seed. */
export function permuteLabels(dataset: Dataset, rows: readonly number[], seed: number): Dataset {
  const order = new Random(seed, 'permute').shuffle([...rows]);
  const permuted = ({ labels, ...modality }: Modality): ModalityParts => {
    const mixed = Int32Array.from({ length: dataset.rows }, (_, row) => labels.first(row));
    rows.forEach((row, i) => {
      mixed[row] = labels.first(order[i]!);
    });
    return { ...modality, labels: mixed };
  };
  const { image, text } = dataset.modalities;
  return datasetFromArrays({
    name: dataset.name,
    classes: dataset.classes,
    classEmbeddings: dataset.classEmbeddings,
    ...(dataset.parts && { parts: dataset.parts }),
    modalities: { ...(image && { image: permuted(image) }), ...(text && { text: permuted(text) }) },
  });
}

const gaussian = (random: Random, length: number, scale: number): Float32Array =>
  Float32Array.from({ length }, () => scale * random.normal());

function semanticImage(random: Random, centres: Float32Array, classes: number, width: number) {
  const cols = 8;
  const map = gaussian(random, width * cols, 1 / Math.sqrt(width));
  const data = new Float32Array(classes * cols);
  for (let c = 0; c < classes; c++) {
    for (let k = 0; k < cols; k++) {
      let value = 0.05 * random.normal();
      for (let j = 0; j < width; j++) value += centres[c * width + j]! * map[j * cols + k]!;
      data[c * cols + k] = value;
    }
  }
  return { data, rows: classes, cols };
}

function toPixels(values: Float32Array, count: number, side: number): ImagePixels {
  const data = Uint8Array.from(values, (value) => Math.max(0, Math.min(255, Math.round(128 + 40 * value))));
  return { kind: 'pixels', count, height: side, width: side, data };
}
