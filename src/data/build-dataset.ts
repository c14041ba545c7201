/**
 * The one door into `Dataset`: whatever was read or made, this checks that the pieces fit together, gives class
 * embeddings unit rows, and takes the fingerprint.
 */
import { createHash } from 'node:crypto';
import { UnseenError } from '../errors.ts';
import { canonicalJson } from './canonical.ts';
import type { Dataset, Images, Matrix, Modality, ModalityName, WordVectors } from './dataset.ts';
import { Labels } from './labels.ts';
import { checkFinite, matrixFromLists, unitRows } from './matrix.ts';
import { checkLabels, listsFromCaller, listsFromIndexes } from './read-labels.ts';

/** Rows `[n, d]` as a matrix or as lists. */
export type MatrixLike = Matrix | readonly ArrayLike<number>[];

export interface ModalityParts {
  readonly features?: MatrixLike;
  readonly images?: Images;
  readonly texts?: readonly (readonly string[])[];
  /** `[rows]`: the item that a row shows, −1 for none. Default: row i shows item i. */
  readonly places?: ArrayLike<number>;
  /** A row of the dataset each: class indexes (−1: unlabelled), class lists (empty: unlabelled), or `Labels`. */
  readonly labels: Labels | ArrayLike<number> | readonly (readonly number[])[];
  /** The label space, as indexes into the dataset's classes. Default: all. */
  readonly classes?: ArrayLike<number>;
  readonly extractor?: string;
  readonly backbone?: Modality['backbone'];
}

export interface DatasetParts {
  readonly name: string;
  readonly classes: readonly string[];
  /** By name, each `[classes, a]`; one matrix alone is called `default`. Rows are L2-normalised here. */
  readonly classEmbeddings?: Matrix | Readonly<Record<string, MatrixLike>> | ReadonlyMap<string, MatrixLike>;
  readonly parts?: { readonly train: readonly [number, number]; readonly test: readonly [number, number] };
  /** Choices of unseen classes that came with the data, by name: class indexes, none twice, at least one left seen. */
  readonly splits?: Readonly<Record<string, { readonly unseen: ArrayLike<number> }>>;
  readonly groups?: ArrayLike<number>;
  readonly rowNames?: readonly string[];
  readonly wordVectors?: WordVectors;
  readonly modalities: Readonly<Partial<Record<ModalityName, ModalityParts>>>;
}

const MODALITIES: readonly ModalityName[] = ['image', 'text'];

const invalid = (name: string, reason: string, received: unknown): UnseenError =>
  new UnseenError('ARGUMENT_INVALID', { name, reason, received });

const isMatrix = (value: object): value is Matrix => 'data' in value && 'rows' in value && 'cols' in value;

function toMatrix(value: MatrixLike, name: string): Matrix {
  if (!isMatrix(value)) return matrixFromLists(value, name);
  const { data, rows, cols } = value;
  if (!(data instanceof Float32Array) || !(rows >= 1) || !(cols >= 1) || data.length !== rows * cols)
    throw invalid(name, 'must be a float32 matrix of rows × cols values', {
      rows,
      cols,
      values: data?.length,
    });
  return value;
}

function toLabels(labels: ModalityParts['labels'], classes: number, name: string): Labels {
  if (labels instanceof Labels) return checkLabels(labels, classes, name);
  const lists =
    Array.isArray(labels) && Array.isArray(labels[0])
      ? listsFromCaller(labels as readonly (readonly number[])[], classes, name)
      : listsFromIndexes(labels as ArrayLike<number>, classes, name);
  return Labels.fromLists(lists, classes);
}

/** Ascending, in range, none twice. */
function toLabelSpace(given: ArrayLike<number>, classes: number, name: string): Int32Array {
  const space = Array.from(given).sort((a, b) => a - b);
  space.forEach((label, i) => {
    if (!Number.isInteger(label) || label < 0 || label >= classes || label === space[i - 1])
      throw invalid(name, `must name classes from 0 to ${classes - 1}, none twice`, label);
  });
  return Int32Array.from(space);
}

function toPlaces(given: ArrayLike<number>, items: number, name: string): Int32Array {
  return Int32Array.from(given, (item, row) => {
    if (!(Number.isInteger(item) && item >= -1 && item < items))
      throw invalid(`${name}[${row}]`, `must be an item from 0 to ${items - 1}, or -1 for none`, item);
    return item;
  });
}

/** What a row has in a modality, and what it is called there, must not contradict each other. */
function checkRows({ labels, classes, places }: Modality, name: string): void {
  const space = classes && new Set(classes);
  for (let row = 0; row < labels.rows; row++) {
    const list = labels.of(row);
    if (places && places[row]! < 0 && list.length > 0)
      throw new UnseenError('LABEL_WITHOUT_ITEM', { modality: name, row, value: list[0] });
    const stray = space && list.find((label) => !space.has(label));
    if (stray !== undefined)
      throw new UnseenError('LABEL_OUT_OF_RANGE', { file: name, row, value: stray, classes: space!.size });
  }
}

function buildModality(parts: ModalityParts, classes: number, name: string): Modality {
  const labels = toLabels(parts.labels, classes, `${name}.labels`);
  const features = parts.features && toMatrix(parts.features, `${name}.features`);
  if (features) checkFinite(features, `${name}.features`);
  const { images, texts, extractor, backbone } = parts;
  if (!features && !images && !texts)
    throw invalid(name, 'needs features, images or texts', Object.keys(parts));
  if (backbone && !extractor)
    throw invalid(`${name}.extractor`, 'must be given with a backbone', extractor ?? 'none');
  const items = (parts.places && (features?.rows ?? images?.count ?? texts?.length)) ?? labels.rows;
  for (const [what, received] of Object.entries({
    features: features?.rows,
    images: images?.count,
    texts: texts?.length,
  })) {
    if (received !== undefined && received !== items)
      throw new UnseenError('DATASET_ROWS', { file: name, what, received, expected: items });
  }
  if (parts.places && parts.places.length !== labels.rows)
    throw new UnseenError('DATASET_ROWS', {
      file: name,
      what: 'places',
      received: parts.places.length,
      expected: labels.rows,
    });
  const modality = {
    labels,
    ...(features && { features }),
    ...(images && { images }),
    ...(texts && { texts }),
    ...(parts.places && { places: toPlaces(parts.places, items, `${name}.places`) }),
    ...(parts.classes && { classes: toLabelSpace(parts.classes, classes, `${name}.classes`) }),
    ...(extractor !== undefined && { extractor }),
    ...(backbone && { backbone }),
  };
  checkRows(modality, name);
  return modality;
}

function checkWordVectors(wordVectors: WordVectors | undefined): void {
  if (!wordVectors) return;
  const { words, vectors } = wordVectors;
  toMatrix(vectors, 'wordVectors.vectors');
  checkFinite(vectors, 'wordVectors.vectors');
  if (words.length !== vectors.rows)
    throw invalid('wordVectors.words', `must be one a row of the vectors (${vectors.rows})`, words.length);
}

function buildEmbeddings(parts: DatasetParts): Map<string, Matrix> {
  const given = parts.classEmbeddings ?? {};
  const entries: [string, MatrixLike][] =
    given instanceof Map
      ? [...given]
      : isMatrix(given)
        ? [['default', given]]
        : Object.entries(given as Readonly<Record<string, MatrixLike>>);
  return new Map(
    entries.map(([name, value]) => {
      const where = `classEmbeddings.${name}`;
      const matrix = toMatrix(value, where);
      if (matrix.rows !== parts.classes.length)
        throw invalid(where, `must have a row for each of the ${parts.classes.length} classes`, matrix.rows);
      checkFinite(matrix, where);
      return [name, unitRows(matrix, parts.classes, where)];
    }),
  );
}

function checkParts(parts: DatasetParts['parts'], rows: number): void {
  if (!parts) return;
  for (const [name, [from, to]] of Object.entries(parts)) {
    if (!(Number.isInteger(from) && Number.isInteger(to) && 0 <= from && from < to && to <= rows))
      throw invalid(`parts.${name}`, `must be a row range [from, to) inside [0, ${rows})`, [from, to]);
  }
  const { train, test } = parts;
  if (train[0] < test[1] && test[0] < train[1])
    throw invalid('parts', 'train and test must not overlap', parts);
}

function buildSplits(given: NonNullable<DatasetParts['splits']>, classes: number): Dataset['splits'] {
  const entries = Object.entries(given).map(([name, split]) => {
    const where = `splits.${name}.unseen`;
    const unseen = [...toLabelSpace(split.unseen, classes, where)];
    if (unseen.length === 0 || unseen.length === classes)
      throw invalid(where, `must name from 1 to ${classes - 1} of the classes`, unseen.length);
    return [name, { unseen }] as const;
  });
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

/** SHA-256 over everything that a split depends on: not the features, which may be recomputed better. */
function fingerprint(dataset: Omit<Dataset, 'fingerprint'>): string {
  const { name, rows, classes, parts, groups, modalities } = dataset;
  const hash = createHash('sha256');
  hash.update(
    canonicalJson({ name, rows, classes, parts: parts && { train: parts.train, test: parts.test } }),
  );
  for (const modality of MODALITIES) {
    const labels = modalities[modality]?.labels;
    if (!labels) continue;
    const lists = Array.from({ length: rows }, (_, row) => [...labels.of(row)]);
    hash.update(`\n${modality}:${canonicalJson(lists)}`);
    const { places, classes: space } = modalities[modality]!;
    if (places) hash.update(`\n${modality} places:${canonicalJson([...places])}`);
    if (space) hash.update(`\n${modality} classes:${canonicalJson([...space])}`);
  }
  if (groups) hash.update(`\ngroups:${canonicalJson([...groups])}`);
  return hash.digest('hex');
}

/**
 * A dataset from arrays of one's own. Row i is the same thing in every modality; `places` says which rows lack one.
 *
 * Throws `ARGUMENT_INVALID` (names, ranges, shapes), `DATASET_ROWS` (rows differ), `LABEL_OUT_OF_RANGE`,
 * `LABEL_WITHOUT_ITEM`, `ROW_EMPTY`, `VALUE_NOT_FINITE`, `CLASS_EMBEDDING_ZERO`.
 */
export function datasetFromArrays(parts: DatasetParts): Dataset {
  const { name, classes } = parts;
  if (typeof name !== 'string' || name === '') throw invalid('name', 'must be a text', name);
  if (classes.length === 0) throw invalid('classes', 'must name at least one class', classes.length);
  classes.forEach((label, i) => {
    if (typeof label !== 'string' || label === '') throw invalid(`classes[${i}]`, 'must be a text', label);
  });
  if (new Set(classes).size !== classes.length) {
    const repeated = classes.find((label, i) => classes.indexOf(label) !== i);
    throw invalid('classes', 'names must differ', repeated);
  }
  const modalities: Partial<Record<ModalityName, Modality>> = {};
  for (const modality of MODALITIES) {
    const given = parts.modalities[modality];
    if (given) modalities[modality] = buildModality(given, classes.length, modality);
  }
  const built = Object.values(modalities);
  const rows = built[0]?.labels.rows ?? 0;
  if (rows === 0)
    throw invalid(
      'modalities',
      'must have an image or a text modality with rows',
      Object.keys(parts.modalities),
    );
  const counts = {
    text: modalities.text?.labels.rows,
    groups: parts.groups?.length,
    rowNames: parts.rowNames?.length,
  };
  for (const [what, received] of Object.entries(counts)) {
    if (received !== undefined && received !== rows)
      throw new UnseenError('DATASET_ROWS', { file: name, what, received, expected: rows });
  }
  checkParts(parts.parts, rows);
  checkWordVectors(parts.wordVectors);
  if (built.every(({ places }) => places)) {
    for (let row = 0; row < rows; row++)
      if (built.every(({ places }) => places![row]! < 0))
        throw new UnseenError('ROW_EMPTY', { file: name, row });
  }
  const splits = parts.splits && buildSplits(parts.splits, classes.length);
  const groups = parts.groups && Int32Array.from(parts.groups);
  const dataset = {
    name,
    rows,
    classes: [...classes],
    classEmbeddings: buildEmbeddings(parts),
    modalities,
    ...(parts.parts && { parts: parts.parts }),
    ...(splits && { splits }),
    ...(groups && { groups }),
    ...(parts.rowNames && { rowNames: parts.rowNames }),
    ...(parts.wordVectors && { wordVectors: parts.wordVectors }),
  };
  return { ...dataset, fingerprint: fingerprint(dataset) };
}
