/** Arrays of one NumPy archive under agreed names → a dataset folder. */
import path from 'node:path';
import { UnseenError } from '../../errors.ts';
import { datasetFromArrays } from '../build-dataset.ts';
import type { Matrix } from '../dataset.ts';
import { Labels } from '../labels.ts';
import { checkFinite, matrixFromNpy, stackRows } from '../matrix.ts';
import { listsFromNpy } from '../read-labels.ts';
import {
  ALL_OPTIONS,
  classesFrom,
  embeddingsFrom,
  finishImport,
  type Importer,
  type ImportOptions,
} from './importer.ts';
import { type Npz, withNpz } from './npz-archive.ts';

/** Names of arrays, by what they hold. */
const CLASSES = ['classes', 'class_names'];
const EMBEDDINGS = ['class_embeddings', 'embeddings'];

/** Takes arrays out of an archive, and knows in the end which were not asked for. */
class Arrays {
  readonly #npz: Npz;
  readonly #file: string;
  readonly #taken = new Set<string>();

  constructor(npz: Npz, file: string) {
    this.#npz = npz;
    this.#file = file;
  }

  /** The first of the names that the archive has. */
  find(spellings: readonly string[]): string | undefined {
    const name = spellings.find((one) => this.#npz.names.includes(one));
    if (name !== undefined) this.#taken.add(name);
    return name;
  }

  get unused(): string[] {
    return this.#npz.names.filter((name) => !this.#taken.has(name));
  }

  async matrix(name: string): Promise<Matrix> {
    const where = this.#where(name);
    const matrix = matrixFromNpy(await this.#npz.read(this.#needed(name)), where);
    checkFinite(matrix, where);
    return matrix;
  }

  async labels(name: string, classes: number): Promise<number[][]> {
    return listsFromNpy(await this.#npz.read(this.#needed(name)), classes, this.#where(name));
  }

  async integers(name: string): Promise<Int32Array> {
    const { data, shape, type } = await this.#npz.read(this.#needed(name));
    const numbers = Array.from(data as ArrayLike<number | bigint>, Number);
    if (shape.length === 1 && numbers.every((n) => n === (n | 0))) return Int32Array.from(numbers);
    throw new UnseenError('FILE_MALFORMED', {
      file: this.#where(name),
      where: 'values',
      reason: 'must be [rows] of whole numbers of 32 bits',
      received: `${type} ${JSON.stringify(shape)}`,
    });
  }

  texts(name: string): Promise<string[]> {
    return this.#npz.readTexts(this.#needed(name));
  }

  #where(name: string): string {
    return `${this.#file}: ${name}`;
  }

  #needed(name: string): string {
    this.#taken.add(name);
    return name;
  }
}

async function read(npz: Npz, source: string, options: ImportOptions) {
  const arrays = new Arrays(npz, source);
  const named = arrays.find(CLASSES) ?? CLASSES[0]!;
  const classes = (await classesFrom(options.classes)) ?? (await arrays.texts(named));
  const inParts = !npz.names.includes('features') && npz.names.includes('features_train');
  const endings = inParts ? ['_train', '_test'] : [''];
  const features: Matrix[] = [];
  const sides: number[][][] = [];
  for (const ending of endings) {
    const matrix = await arrays.matrix(`features${ending}`);
    const lists = await arrays.labels(`labels${ending}`, classes.length);
    const cols = features[0]?.cols ?? matrix.cols;
    const where = `${source}: features${ending}`;
    if (matrix.cols !== cols) {
      const reason = `must have ${cols} columns, as of train`;
      throw new UnseenError('FILE_MALFORMED', { file: where, where: 'shape', reason, received: matrix.cols });
    }
    if (matrix.rows !== lists.length) {
      const what = `labels${ending}`;
      const values = { file: source, what, received: lists.length, expected: matrix.rows };
      throw new UnseenError('DATASET_ROWS', values);
    }
    features.push(matrix);
    sides.push(lists);
  }
  const own = arrays.find(EMBEDDINGS);
  const given = await embeddingsFrom(options.embeddings, classes);
  const [groups, names] = [arrays.find(['groups']), arrays.find(['names'])];
  const [trained, rows] = [sides[0]!.length, sides.flat().length];
  const dataset = datasetFromArrays({
    name: options.name ?? path.basename(source).replace(/\.npz$/i, ''),
    classes,
    ...(own !== undefined && !given.classEmbeddings && { classEmbeddings: await arrays.matrix(own) }),
    ...given,
    ...(inParts && { parts: { train: [0, trained], test: [trained, rows] } }),
    ...(groups !== undefined && { groups: await arrays.integers(groups) }),
    ...(names !== undefined && { rowNames: await arrays.texts(names) }),
    modalities: {
      image: { features: stackRows(features), labels: Labels.fromLists(sides.flat(), classes.length) },
    },
  });
  if (arrays.unused.length > 0) options.onUnused?.(arrays.unused);
  return dataset;
}

export const npz: Importer = {
  name: 'npz',
  describe: 'a NumPy archive: features, labels, class names, class embeddings',
  source:
    'a .npz of np.savez or np.savez_compressed with features, labels (or features_train, features_test, labels_train, ' +
    'labels_test), classes (text, or --classes), and if wanted class_embeddings, groups, names',
  options: [...ALL_OPTIONS, 'classes', 'onUnused'],
  async run(source, out, options = {}) {
    const dataset = await withNpz(source, (archive) => read(archive, source, options));
    return finishImport(dataset, out, options);
  },
};
