/**
 * The `xlsa17` sets: AwA1, AwA2, CUB, SUN and aPY as features of ResNet-101, with attributes and the "proposed" split (Xian et al.,
 * "Zero-Shot Learning: A Comprehensive Evaluation of the Good, the Bad and the Ugly", TPAMI 2018). Numbers count from 1.
 */
import path from 'node:path';
import { UnseenError } from '../../errors.ts';
import { datasetFromArrays } from '../build-dataset.ts';
import type { Matrix } from '../dataset.ts';
import { Labels } from '../labels.ts';
import { toMatrix, transposed } from '../mat/arrays.ts';
import { withMat } from '../mat/mat.ts';
import type { MatFile } from '../mat/mat-file.ts';
import { checkFinite } from '../matrix.ts';
import { ALL_OPTIONS, embeddingsFrom, finishImport, type Importer, type ImportOptions } from './importer.ts';
import { neededVariable, variableOf } from './mat-arrays.ts';
import { listsFromNumbers } from './mat-labels.ts';
import { linesOf, numbersOf } from './mat-lists.ts';
import { proposedUnseen, readLocations } from './xlsa17-split.ts';

const FEATURES = 'res101.mat';
const SPLITS = 'att_splits.mat';

const malformed = (mat: MatFile, name: string, reason: string, received: unknown): UnseenError =>
  new UnseenError('FILE_MALFORMED', { file: mat.file, where: name, reason, received });

/** `[n, d]` of an array `[d, n]`: in MATLAB's order the numbers lie already row by row. */
async function featuresOf(mat: MatFile): Promise<Matrix> {
  const name = neededVariable(mat, ['features']);
  const { shape, order, data } = await mat.readSingle(name);
  const [cols = 0, rows = 0] = shape;
  if (shape.length !== 2 || cols === 0 || rows === 0)
    throw malformed(mat, name, 'must be [values, pictures], both at least 1', shape);
  const matrix = order === 'column' ? { data, rows, cols } : transposed({ data, rows: cols, cols: rows });
  checkFinite(matrix, `${mat.file}: ${name}`);
  return matrix;
}

/** One number a picture; the classes are those of the other file. */
async function labelsOf(mat: MatFile, rows: number, classes: number): Promise<number[]> {
  const name = neededVariable(mat, ['labels']);
  const numbers = await numbersOf(mat, name);
  if (numbers.length !== rows)
    throw malformed(mat, name, `must be one a column of the features (${rows})`, numbers.length);
  return listsFromNumbers(numbers, 1, classes, `${mat.file}: ${name}`).map(([label]) => label!);
}

/** Names of the pictures' files, without the folders of the authors' machine that all of them share. */
async function namesOf(mat: MatFile, rows: number): Promise<string[] | undefined> {
  const name = variableOf(mat, ['image_files']);
  if (name === undefined) return undefined;
  const files = await linesOf(mat, name);
  if (files.length !== rows)
    throw malformed(mat, name, `must be one a column of the features (${rows})`, files.length);
  const first = files[0]!;
  let shared = first.lastIndexOf('/') + 1;
  while (shared > 0 && !files.every((file) => file.startsWith(first.slice(0, shared))))
    shared = first.lastIndexOf('/', shared - 2) + 1;
  return files.map((file) => file.slice(shared));
}

/** `[classes, a]` of an array `[a, classes]`. */
async function attributesOf(mat: MatFile, name: string, classes: number): Promise<Matrix> {
  const matrix = toMatrix(await mat.read(name), mat.file, name);
  if (matrix.cols !== classes)
    throw malformed(mat, name, `must be [attributes, ${classes}], a column a class`, [
      matrix.rows,
      matrix.cols,
    ]);
  checkFinite(matrix, `${mat.file}: ${name}`);
  return transposed(matrix);
}

/** Class names, attributes, and where the pictures of the split's sides are. */
async function readSplits(file: string) {
  return withMat(file, async (mat) => {
    const classes = await linesOf(mat, neededVariable(mat, ['allclasses_names']));
    const classEmbeddings: [string, Matrix][] = [
      ['att', await attributesOf(mat, neededVariable(mat, ['att']), classes.length)],
    ];
    const original = variableOf(mat, ['original_att']);
    if (original !== undefined)
      classEmbeddings.push(['original_att', await attributesOf(mat, original, classes.length)]);
    return { classes, classEmbeddings, locations: await readLocations(mat) };
  });
}

async function read(source: string, options: ImportOptions) {
  const splitFile = path.join(source, SPLITS);
  const { classes, classEmbeddings, locations } = await readSplits(splitFile);
  const own = (await embeddingsFrom(options.embeddings, classes)).classEmbeddings;
  return withMat(path.join(source, FEATURES), async (mat) => {
    const features = await featuresOf(mat);
    const labels = await labelsOf(mat, features.rows, classes.length);
    const rowNames = await namesOf(mat, features.rows);
    const unseen = proposedUnseen(locations, labels, splitFile);
    return datasetFromArrays({
      name: options.name ?? path.basename(path.resolve(source)),
      classes,
      classEmbeddings: new Map([...(own ? [['default', own] as const] : []), ...classEmbeddings]),
      splits: { proposed: { unseen } },
      ...(rowNames && { rowNames }),
      modalities: { image: { features, labels: Labels.fromIndexes(labels, classes.length) } },
    });
  });
}

export const xlsa17: Importer = {
  name: 'xlsa17',
  describe: 'AwA1, AwA2, CUB, SUN, aPY of Xian et al.: features, attributes, the proposed split',
  source: `the folder of one set, with ${FEATURES} and ${SPLITS}`,
  options: ALL_OPTIONS,
  async run(source, out, options = {}) {
    return finishImport(await read(source, options), out, options, {
      source: 'xlsa17, features of ResNet-101',
      cite: 'Y. Xian et al., Zero-Shot Learning: A Comprehensive Evaluation of the Good, the Bad and the Ugly, TPAMI 2018',
    });
  },
};
