/**
 * The one door into `Dataset`: whatever was read or made, this checks that the pieces fit together, gives class
 * embeddings unit rows, and takes the fingerprint.
 */
import { createHash } from 'node:crypto';
import { UnseenError } from '../errors.ts';
import { canonicalJson } from './canonical.ts';
import type { Dataset, Images, Matrix, Modality, ModalityName } from './dataset.ts';
import { Labels } from './labels.ts';
import { checkFinite, matrixFromLists, unitRows } from './matrix.ts';
import { checkLabels, listsFromCaller, listsFromIndexes } from './read-labels.ts';

/** Rows `[n, d]` as a matrix or as lists. */
export type MatrixLike = Matrix | readonly ArrayLike<number>[];

export interface ModalityParts {
  readonly features?: MatrixLike;
  readonly images?: Images;
  readonly texts?: readonly (readonly string[])[];
  /** Class indexes `[n]` (−1: unlabelled), class lists (empty: unlabelled), or `Labels`. */
  readonly labels: Labels | ArrayLike<number> | readonly (readonly number[])[];
  readonly extractor?: string;
}

export interface DatasetParts {
  readonly name: string;
  readonly classes: readonly string[];
  /** By name, each `[classes, a]`; one matrix alone is called `default`. Rows are L2-normalised here. */
  readonly classEmbeddings?: Matrix | Readonly<Record<string, MatrixLike>> | ReadonlyMap<string, MatrixLike>;
  readonly parts?: { readonly train: readonly [number, number]; readonly test: readonly [number, number] };
  readonly groups?: ArrayLike<number>;
  readonly rowNames?: readonly string[];
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

function buildModality(parts: ModalityParts, classes: number, name: string): Modality {
  const labels = toLabels(parts.labels, classes, `${name}.labels`);
  const features = parts.features && toMatrix(parts.features, `${name}.features`);
  if (features) checkFinite(features, `${name}.features`);
  const { images, texts, extractor } = parts;
  if (!features && !images && !texts)
    throw invalid(name, 'needs features, images or texts', Object.keys(parts));
  for (const [what, rows] of Object.entries({
    features: features?.rows,
    images: images?.count,
    texts: texts?.length,
  })) {
    if (rows !== undefined && rows !== labels.rows)
      throw new UnseenError('DATASET_ROWS', { file: name, what, received: rows, expected: labels.rows });
  }
  return {
    labels,
    ...(features && { features }),
    ...(images && { images }),
    ...(texts && { texts }),
    ...(extractor !== undefined && { extractor }),
  };
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
  }
  if (groups) hash.update(`\ngroups:${canonicalJson([...groups])}`);
  return hash.digest('hex');
}

/**
 * A dataset from arrays of one's own. Every modality has the same rows in the same order.
 *
 * Throws `ARGUMENT_INVALID` (names, ranges, shapes), `DATASET_ROWS` (rows differ), `LABEL_OUT_OF_RANGE`,
 * `VALUE_NOT_FINITE`, `CLASS_EMBEDDING_ZERO`.
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
  const groups = parts.groups && Int32Array.from(parts.groups);
  const dataset = {
    name,
    rows,
    classes: [...classes],
    classEmbeddings: buildEmbeddings(parts),
    modalities,
    ...(parts.parts && { parts: parts.parts }),
    ...(groups && { groups }),
    ...(parts.rowNames && { rowNames: parts.rowNames }),
  };
  return { ...dataset, fingerprint: fingerprint(dataset) };
}
