/** The Wikipedia set in `.mat` files: four matrices of features, and labels in the same file or in lists beside it. */
import path from 'node:path';
import { UnseenError } from '../../errors.ts';
import { datasetFromArrays } from '../build-dataset.ts';
import type { Dataset, Matrix } from '../dataset.ts';
import { decodeUtf8, exists, readBounded } from '../files.ts';
import { Labels } from '../labels.ts';
import { withMat } from '../mat/mat.ts';
import type { MatFile } from '../mat/mat-file.ts';
import { stackRows } from '../matrix.ts';
import { classesFrom, embeddingsFrom, type ImportOptions } from './importer.ts';
import { checkPairing, neededVariable, readMatrix, variableOf } from './mat-arrays.ts';
import { listsFromMat, listsFromNumbers } from './mat-labels.ts';

const CLASSES = [
  ...['art', 'biology', 'geography', 'history', 'literature'],
  ...['media', 'music', 'royalty', 'sport', 'warfare'],
];
const PARTS = ['train', 'test'] as const;
type Part = (typeof PARTS)[number];

const spellings = (letter: string, words: readonly string[], part: Part): string[] => {
  const ends = part === 'train' ? ['tr', 'train'] : ['te', 'test'];
  return [letter, ...words].flatMap((start) => ends.map((end) => `${start}_${end}`));
};
const LIST_OF = { train: 'trainset_txt_img_cat.list', test: 'testset_txt_img_cat.list' } as const;
const MAX_LIST_BYTES = 1 << 26;

interface Listed {
  readonly ids: readonly string[];
  /** Class numbers from 1. */
  readonly labels: readonly number[];
}

/** Lines of text id, picture id and class, with tabs. */
async function readList(file: string): Promise<Listed> {
  const lines = decodeUtf8(await readBounded(file, MAX_LIST_BYTES), file).split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  const rows = lines.map((line, i) => {
    const match = /^(\S+)\s+(\S+)\s+(\d+)\s*$/.exec(line);
    if (match) return { id: match[2]!, label: Number(match[3]) };
    const reason = 'must be a text, a picture and a class number';
    throw new UnseenError('FILE_MALFORMED', {
      file,
      where: `line ${i + 1}`,
      reason,
      received: line.slice(0, 60),
    });
  });
  return { ids: rows.map(({ id }) => id), labels: rows.map(({ label }) => label) };
}

/** The lists beside the file; `undefined` without them. */
async function readLists(folder: string): Promise<readonly Listed[] | undefined> {
  const files = PARTS.map((part) => path.join(folder, LIST_OF[part]));
  if (!(await Promise.all(files.map(exists))).every(Boolean)) return undefined;
  return Promise.all(files.map(readList));
}

interface Half {
  readonly image: Matrix;
  readonly text: Matrix;
}

async function readHalf(mat: MatFile, part: Part): Promise<Half> {
  const names = {
    image: neededVariable(mat, spellings('I', ['img', 'image'], part)),
    text: neededVariable(mat, spellings('T', ['txt', 'text'], part)),
  };
  const image = await readMatrix(mat, names.image);
  const text = await readMatrix(mat, names.text);
  checkPairing(mat.file, { name: names.image, rows: image.rows }, { name: names.text, rows: text.rows });
  return { image, text };
}

function stacked(halves: readonly Half[], modality: keyof Half, file: string): Matrix {
  const [train, test] = halves.map((half) => half[modality]) as [Matrix, Matrix];
  if (train.cols === test.cols) return stackRows([train, test]);
  const reason = `must have ${train.cols} columns, as of train`;
  throw new UnseenError('FILE_MALFORMED', {
    file,
    where: `${modality} features of test`,
    reason,
    received: test.cols,
  });
}

/** Class lists by the arrays of the file, else by the lists; where both are there, they must agree. */
async function readLabels(
  mat: MatFile,
  counts: readonly number[],
  classes: number,
  lists: readonly Listed[] | undefined,
) {
  const found = PARTS.map((part) => variableOf(mat, [...spellings('L', ['label', 'labels'], part)]));
  const fromLists = lists?.map(({ labels }, i) => {
    const name = LIST_OF[PARTS[i]!];
    checkPairing(
      mat.file,
      { name: `the ${PARTS[i]} features`, rows: counts[i]! },
      { name, rows: labels.length },
    );
    return listsFromNumbers(labels, 1, classes, name);
  });
  if (found.includes(undefined)) {
    if (fromLists) return fromLists;
    neededVariable(mat, spellings('L', ['label', 'labels'], 'train'));
    neededVariable(mat, spellings('L', ['label', 'labels'], 'test'));
  }
  const parts = await Promise.all(
    (found as string[]).map(async (name) => ({
      name: `${mat.file}: ${name}`,
      matrix: await readMatrix(mat, name),
    })),
  );
  const labels = listsFromMat(parts, counts, classes);
  fromLists?.forEach((half, part) => {
    half.forEach((list, row) => {
      const received = labels[part]![row]!;
      if (String(received) === String(list)) return;
      const reason = `must be the class of ${LIST_OF[PARTS[part]!]}, number ${list[0]! + 1}`;
      const where = `${found[part]}, row ${row}`;
      throw new UnseenError('FILE_MALFORMED', {
        file: mat.file,
        where,
        reason,
        received: received.map((label) => label + 1),
      });
    });
  });
  return labels;
}

/** The dataset of a file and the lists beside it. */
export async function wikipediaFromMat(file: string, options: ImportOptions): Promise<Dataset> {
  const folder = path.dirname(file);
  const categories = path.join(folder, 'categories.list');
  const classes =
    (await classesFrom(options.classes)) ??
    ((await exists(categories)) ? await readLines(categories) : CLASSES);
  const lists = await readLists(folder);
  return withMat(file, async (mat) => {
    const halves = [await readHalf(mat, 'train'), await readHalf(mat, 'test')];
    const counts = halves.map(({ image }) => image.rows);
    const labels = await readLabels(mat, counts, classes.length, lists);
    const [train, test] = counts as [number, number];
    const modality = (name: keyof Half) => ({
      features: stacked(halves, name, file),
      labels: Labels.fromLists(labels.flat(), classes.length),
    });
    return datasetFromArrays({
      name: options.name ?? 'wikipedia',
      classes,
      ...(await embeddingsFrom(options.embeddings, classes)),
      parts: { train: [0, train], test: [train, train + test] },
      ...(lists && { rowNames: lists.flatMap(({ ids }) => ids) }),
      modalities: { image: modality('image'), text: modality('text') },
    });
  });
}

/** Lines that are not blank. */
const readLines = async (file: string): Promise<string[]> =>
  decodeUtf8(await readBounded(file, MAX_LIST_BYTES), file)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
