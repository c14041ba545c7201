/**
 * MIRFLICKR-25K and NUS-WIDE as the authors of DCMH prepared them (Jiang and Li, "Deep Cross-Modal Hashing", CVPR 2017) and
 * most later work on cross-modal hashing uses them: pictures, tags as a bag of words, labels, in one `.mat` file or in one each.
 */
import { UnseenError } from '../../errors.ts';
import { datasetFromArrays } from '../build-dataset.ts';
import type { Dataset, Matrix } from '../dataset.ts';
import { readNames } from '../dataset-files.ts';
import { isFolder } from '../files.ts';
import { Labels } from '../labels.ts';
import { transposed } from '../mat/arrays.ts';
import type { MatValue } from '../mat/mat-file.ts';
import { openDataset } from '../open-dataset.ts';
import { listsFromMatrix } from '../read-labels.ts';
import { type Arrays, type Found, matFiles, needed, withArrays } from './dcmh-arrays.ts';
import {
  ALL_OPTIONS,
  classesFrom,
  embeddingsFrom,
  finishImport,
  type Importer,
  type ImportOptions,
} from './importer.ts';
import { readMatrix } from './mat-arrays.ts';
import { picturesInMat } from './mat-pictures.ts';

/** The annotation files of MIRFLICKR-25K in their alphabetical order. */
const MIRFLICKR_CLASSES = (
  'animals baby bird car clouds dog female flower food indoor lake male night people plant_life portrait river sea sky ' +
  'structures sunset transport tree water'
).split(' ');
const DEFAULT_SIDE = 64;

/** `[rows, columns]`, whichever way the array lies. */
function lying(matrix: Matrix, rows: number, { mat, name }: Found): Matrix {
  if (matrix.rows === rows) return matrix;
  if (matrix.cols === rows) return transposed(matrix);
  const values = { file: mat.file, left: name, leftRows: matrix.rows, right: 'LAll', rightRows: rows };
  throw new UnseenError('PAIRS_MISALIGNED', values);
}

/** How many rows there are: there are more of them than classes, and the tags have as many. */
function rowsOf(labels: Matrix, tags: Matrix): number {
  const sides = [tags.rows, tags.cols];
  const turned = labels.cols > labels.rows && !sides.includes(labels.rows) && sides.includes(labels.cols);
  return turned ? labels.cols : labels.rows;
}

function linesOf(value: MatValue, { mat, name }: Found, rows: number): string[] {
  const lines =
    value.kind === 'text'
      ? [...value.lines]
      : value.kind === 'cell'
        ? value.items.map((item) => (item.kind === 'text' ? item.lines.join('') : ''))
        : [];
  if (lines.length === rows) return lines;
  const values = { file: mat.file, left: name, leftRows: lines.length, right: 'LAll', rightRows: rows };
  throw new UnseenError('PAIRS_MISALIGNED', values);
}

/** Texts of the words whose columns are not 0. */
async function textsOf(tags: Matrix, file: string): Promise<string[][]> {
  const names = await readNames(file);
  if (names.length !== tags.cols)
    throw new UnseenError('DATASET_ROWS', {
      file,
      what: 'the list of tags',
      received: names.length,
      expected: tags.cols,
    });
  return Array.from({ length: tags.rows }, (_, row) => [
    names.filter((_, col) => tags.data[row * tags.cols + col] !== 0).join(' '),
  ]);
}

async function classNames(
  count: number,
  file: string | undefined,
  known: readonly string[] | undefined,
): Promise<readonly string[]> {
  const given = await classesFrom(file);
  if (given && given.length !== count)
    throw new UnseenError('DATASET_ROWS', {
      file,
      what: 'the list of classes',
      received: given.length,
      expected: count,
    });
  if (given) return given;
  return known?.length === count ? known : Array.from({ length: count }, (_, label) => `label ${label}`);
}

async function read(
  arrays: Arrays,
  source: string,
  options: ImportOptions,
  set: { readonly name: string; readonly classes?: readonly string[] },
): Promise<Dataset> {
  const [forLabels, forTags] = [needed(arrays, 'labels', source), needed(arrays, 'tags', source)];
  const { features: forFeatures, pictures: forPictures, names: forNames } = arrays;
  if (!forFeatures && !forPictures) needed(arrays, 'pictures', source);
  const labelled = await readMatrix(forLabels.mat, forLabels.name);
  const tagged = await readMatrix(forTags.mat, forTags.name);
  const rows = rowsOf(labelled, tagged);
  const labels = lying(labelled, rows, forLabels);
  const tags = lying(tagged, rows, forTags);
  const classes = await classNames(labels.cols, options.classes, set.classes);
  const lists = listsFromMatrix(labels.data, labels.cols, `${forLabels.mat.file}: ${forLabels.name}`);
  const both = Labels.fromLists(lists, classes.length);
  const features =
    forFeatures && lying(await readMatrix(forFeatures.mat, forFeatures.name), rows, forFeatures);
  const side = options.side ?? DEFAULT_SIDE;
  const images = forPictures && (await picturesInMat(forPictures.mat, forPictures.name, rows, side));
  return datasetFromArrays({
    name: options.name ?? set.name,
    classes,
    ...(await embeddingsFrom(options.embeddings, classes)),
    ...(forNames && { rowNames: linesOf(await forNames.mat.read(forNames.name), forNames, rows) }),
    modalities: {
      image: { labels: both, ...(features && { features }), ...(images && { images }) },
      text: {
        labels: both,
        features: tags,
        ...(options.tags !== undefined && { texts: await textsOf(tags, options.tags) }),
      },
    },
  });
}

const importer = (
  set: { readonly name: string; readonly classes?: readonly string[] },
  words: Pick<Importer, 'describe' | 'source'>,
): Importer => ({
  name: set.name,
  ...words,
  options: [...ALL_OPTIONS, 'classes', 'tags', 'side'],
  async run(source, out, options = {}) {
    const files = (await isFolder(source)) ? await matFiles(source) : [source];
    await withArrays(files, source, async (arrays) =>
      finishImport(await read(arrays, source, options, set), out, options, {
        source: `${set.name} as prepared for DCMH`,
        cite: 'Q.-Y. Jiang, W.-J. Li, Deep Cross-Modal Hashing, CVPR 2017',
      }),
    );
    return openDataset(out); // the pictures of the source went with its file
  },
});

export const mirflickr = importer(
  { name: 'mirflickr', classes: MIRFLICKR_CLASSES },
  {
    describe: 'MIRFLICKR-25K as prepared for DCMH: pictures, tags, 24 labels',
    source:
      'FLICKR-25K.mat (images, YAll, LAll), or a folder with mirflickr25k-iall.mat, -yall.mat, -lall.mat; features XAll ' +
      'instead of or beside the pictures',
  },
);

export const nuswide = importer(
  { name: 'nuswide' },
  {
    describe: 'NUS-WIDE as prepared for DCMH: pictures, tags, 10 or 21 labels (name them by --classes)',
    source:
      'a folder with nus-wide-tc10-iall.mat, -yall.mat, -lall.mat (or tc21), or one file with all arrays',
  },
);
