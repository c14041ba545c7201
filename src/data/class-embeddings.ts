/**
 * Class embeddings from files of one's own: `.json`, `.csv`, `.npy`, a matrix of attributes as text beside its `classes.txt`
 * (AwA, CUB), or word vectors (GloVe, word2vec).
 */
import path from 'node:path';
import { UnseenError } from '../errors.ts';
import { isAttributeMatrix, readAttributeMatrix } from './attribute-matrix.ts';
import { holdsClassDescriptions } from './class-descriptions.ts';
import { classFinder, classWords } from './class-names.ts';
import type { Matrix } from './dataset.ts';
import { decodeUtf8, readBounded, readJson } from './files.ts';
import { checkFinite, matrixFromNpy } from './matrix.ts';
import { readNpy } from './npy.ts';
import { readWordVectors } from './word-vectors.ts';

const MAX_BYTES = 1 << 30;

const malformed = (file: string, where: string, reason: string, received: unknown): UnseenError =>
  new UnseenError('FILE_MALFORMED', { file, where, reason, received });

/** Puts vectors found by name into class order; a name may be spelled otherwise than the class's (`class-names.ts`). */
function arrange(
  vectors: ReadonlyMap<string, ArrayLike<number>>,
  classes: readonly string[],
  file: string,
): Matrix {
  const held = [...vectors.values()];
  const find = classFinder([...vectors.keys()]);
  const found = classes.map((name) => {
    const place = find(name);
    if (place === undefined) throw new UnseenError('CLASS_EMBEDDING_MISSING', { file, name });
    return held[place]!;
  });
  const cols = found[0]?.length ?? 0;
  const data = new Float32Array(classes.length * cols);
  classes.forEach((name, row) => {
    const vector = found[row]!;
    if (vector.length !== cols || cols === 0)
      throw malformed(file, `class "${name}"`, `must have ${cols || 'at least 1'} numbers`, vector.length);
    data.set(vector, row * cols);
  });
  return { data, rows: classes.length, cols };
}

/** `{"cat": [0.1, …], …}`; names beyond the classes are passed over. */
async function fromJson(file: string, classes: readonly string[]): Promise<Matrix> {
  const value = await readJson(file, MAX_BYTES);
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw malformed(file, 'top level', 'must be an object of lists of numbers', value);
  const vectors = new Map(Object.entries(value));
  const find = classFinder([...vectors.keys()]);
  const held = [...vectors.values()];
  for (const name of classes) {
    const vector = held[find(name) ?? -1];
    if (vector !== undefined && !(Array.isArray(vector) && vector.every((x) => typeof x === 'number')))
      throw malformed(file, `class "${name}"`, 'must be a list of numbers', vector);
  }
  return arrange(vectors as Map<string, number[]>, classes, file);
}

/** `name,0.1,0.2,…` a line; a name with a comma stands in double quotes; a first line without numbers is a heading. */
async function fromCsv(file: string, classes: readonly string[]): Promise<Matrix> {
  const vectors = new Map<string, number[]>();
  const lines = decodeUtf8(await readBounded(file, MAX_BYTES), file).split(/\r?\n/);
  lines.forEach((line, i) => {
    if (line.trim() === '') return;
    const match = /^(?:"((?:[^"]|"")*)"|([^",]*)),(.*)$/.exec(line);
    const numbers =
      match?.[3]?.split(',').map((cell) => (cell.trim() === '' ? Number.NaN : Number(cell))) ?? [];
    if (!match || numbers.some(Number.isNaN)) {
      if (i === 0) return;
      throw malformed(file, `line ${i + 1}`, 'must be a name and numbers', line.slice(0, 60));
    }
    vectors.set(match[1]?.replaceAll('""', '"') ?? match[2]!.trim(), numbers);
  });
  return arrange(vectors, classes, file);
}

/** A class of several words is the mean of those that are found; one of which none is found has no embedding. */
async function fromWordVectors(file: string, classes: readonly string[]): Promise<Matrix> {
  const wanted = classes.flatMap(classWords);
  const { words, vectors } = await readWordVectors(file, { words: wanted, most: wanted.length + 1 });
  const { data, cols } = vectors;
  const rows = new Map(words.map((word, row) => [word, row]));
  const means = new Map<string, number[]>();
  for (const name of classes) {
    const found = classWords(name).flatMap((word) => rows.get(word) ?? []);
    const mean = (_: unknown, j: number): number =>
      found.reduce((sum, row) => sum + data[row * cols + j]!, 0) / found.length;
    if (found.length > 0) means.set(name, Array.from({ length: cols }, mean));
  }
  return arrange(means, classes, file);
}

async function fromText(file: string, classes: readonly string[]): Promise<Matrix> {
  if (!(await isAttributeMatrix(file))) return fromWordVectors(file, classes);
  return arrange(await readAttributeMatrix(file), classes, file);
}

/**
 * Reads `[classes, a]` in class order, every value finite; not yet normalised. By extension: `.json` and `.csv` by
 * name, `.npy` by row order; `.txt` a matrix of attributes whose rows a `classes.txt` names, beside it or one folder up, or
 * else word vectors, as `.vec` and `.bin` (word2vec, binary) are.
 *
 * Throws `FILE_UNREADABLE`, `FILE_MALFORMED`, `FILE_LENGTH`, `VALUE_NOT_FINITE`, `CLASS_EMBEDDING_MISSING`, and
 * `CLASS_DESCRIPTIONS` where the file holds sentences (`addClassDescriptions` takes those).
 */
export async function readClassEmbeddings(file: string, classes: readonly string[]): Promise<Matrix> {
  if (await holdsClassDescriptions(file)) throw new UnseenError('CLASS_DESCRIPTIONS', { file });
  const kind = path.extname(file).toLowerCase();
  let matrix: Matrix;
  if (kind === '.json') matrix = await fromJson(file, classes);
  else if (kind === '.csv') matrix = await fromCsv(file, classes);
  else if (kind === '.npy') matrix = matrixFromNpy(await readNpy(file), file);
  else if (kind === '.txt') matrix = await fromText(file, classes);
  else if (kind === '.vec' || kind === '.bin') matrix = await fromWordVectors(file, classes);
  else throw malformed(file, 'name', 'must end in .json, .csv, .npy, .txt, .vec or .bin', kind);
  if (matrix.rows !== classes.length)
    throw malformed(file, 'shape', `must have ${classes.length} rows, one a class`, matrix.rows);
  checkFinite(matrix, file);
  return matrix;
}
