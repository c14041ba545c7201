/** The files that a dataset is made of, each read and checked by itself; errors name the file and the row inside it. */
import { UnseenError } from '../errors.ts';
import type { BackboneFiles, Matrix, WordVectors } from './dataset.ts';
import { decodeUtf8, readBounded, resolveInside } from './files.ts';
import { checkFinite, matrixFromNpy, stackRows } from './matrix.ts';
import { readNpy } from './npy.ts';
import { listsFromNpy } from './read-labels.ts';

/** Row names and texts: 1 GiB of text is more than one process should hold as strings. */
const MAX_TEXT_BYTES = 1 << 30;
/** The limit of ONNX itself: protocol buffers end at 2 GiB. */
const MAX_ONNX_BYTES = 2 ** 31 - 1;
/** A dozen settings. */
const MAX_BACKBONE_CONFIG_BYTES = 1 << 16;

export async function readFeatures(folder: string, places: readonly string[]): Promise<Matrix> {
  const parts: Matrix[] = [];
  for (const place of places) {
    const file = await resolveInside(folder, place);
    const matrix = matrixFromNpy(await readNpy(file), file);
    checkFinite(matrix, file);
    const cols = parts[0]?.cols ?? matrix.cols;
    if (matrix.cols !== cols)
      throw new UnseenError('FILE_MALFORMED', {
        file,
        where: 'shape',
        reason: `must have ${cols} columns`,
        received: matrix.cols,
      });
    parts.push(matrix);
  }
  return stackRows(parts);
}

export async function readLabelLists(
  folder: string,
  places: readonly string[],
  classes: number,
): Promise<number[][]> {
  const lists: number[][] = [];
  for (const place of places) {
    const file = await resolveInside(folder, place);
    for (const list of listsFromNpy(await readNpy(file), classes, file)) lists.push(list);
  }
  return lists;
}

async function readLines(file: string): Promise<string[]> {
  const lines = decodeUtf8(await readBounded(file, MAX_TEXT_BYTES), file).split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => line.replace(/\r$/, ''));
}

function parseLine(line: string, row: number, file: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new UnseenError(
      'FILE_MALFORMED',
      { file, where: `line ${row + 1}`, reason: 'must be JSON', received: line.slice(0, 60) },
      { cause },
    );
  }
}

/** JSON Lines with a `text` field: a string, or a list of strings. */
async function readJsonTexts(file: string): Promise<string[][]> {
  return (await readLines(file)).map((line, row) => {
    const value = (parseLine(line, row, file) as { text?: unknown } | null)?.text;
    const list = typeof value === 'string' ? [value] : value;
    if (!Array.isArray(list) || list.length === 0 || list.some((one) => typeof one !== 'string'))
      throw new UnseenError('FILE_MALFORMED', {
        file,
        where: `line ${row + 1}`,
        reason: 'needs "text", a string or a list of strings',
        received: line.slice(0, 60),
      });
    return list as string[];
  });
}

/** Texts outside a dataset: plain lines (`.txt`), empty ones included, or JSON Lines as in a dataset. */
export const readTextFile = async (file: string): Promise<string[][]> =>
  /\.txt$/i.test(file) ? (await readLines(file)).map((line) => [line]) : readJsonTexts(file);

/** The texts of several files, one after the other. */
export async function readTexts(folder: string, places: readonly string[]): Promise<string[][]> {
  const files = await Promise.all(places.map((place) => resolveInside(folder, place)));
  const texts: string[][][] = [];
  for (const file of files) texts.push(await readJsonTexts(file));
  return texts.flat();
}

/** Row names: a JSON list of strings, JSON Lines with a `name` field, or plain lines (`.txt`). */
export async function readNames(file: string): Promise<string[]> {
  const lines = await readLines(file);
  const names: unknown[] = /\.txt$/i.test(file)
    ? lines
    : /\.jsonl$/i.test(file)
      ? lines.map((line, row) => (parseLine(line, row, file) as { name?: unknown } | null)?.name)
      : [parseLine(lines.join('\n'), 0, file)].flat();
  const wrong = names.findIndex((name) => typeof name !== 'string');
  if (wrong >= 0)
    throw new UnseenError('FILE_MALFORMED', {
      file,
      where: `name ${wrong}`,
      reason: 'must be a string',
      received: names[wrong] ?? 'nothing',
    });
  return names as string[];
}

/** int32 `[rows]`: groups or places; `what` is named in errors. */
export async function readRowNumbers(folder: string, place: string, what: string): Promise<Int32Array> {
  const file = await resolveInside(folder, place);
  const { data, shape, type } = await readNpy(file);
  if (!(data instanceof Int32Array) || shape.length !== 1)
    throw new UnseenError('FILE_MALFORMED', {
      file,
      where: what,
      reason: 'must be int32 [rows]',
      received: `${type} ${JSON.stringify(shape)}`,
    });
  return data;
}

/** One word a line, and a vector a word. */
export async function readWordTable(
  folder: string,
  places: { readonly words: string; readonly vectors: string },
): Promise<WordVectors> {
  const file = await resolveInside(folder, places.words);
  const words = await readLines(file);
  const vectors = await readFeatures(folder, [places.vectors]);
  if (words.length !== vectors.rows)
    throw new UnseenError('DATASET_ROWS', {
      file: places.vectors,
      what: 'wordVectors.vectors',
      received: vectors.rows,
      expected: words.length,
    });
  return { words, vectors };
}

/** Paths are checked at once; the files, which may be large, are read when they are needed. */
export async function backboneReader(
  folder: string,
  places: { readonly onnx: string; readonly config: string },
): Promise<() => Promise<BackboneFiles>> {
  const onnx = await resolveInside(folder, places.onnx);
  const config = await resolveInside(folder, places.config);
  return async () => ({
    onnx: await readBounded(onnx, MAX_ONNX_BYTES),
    config: decodeUtf8(await readBounded(config, MAX_BACKBONE_CONFIG_BYTES), config),
  });
}
