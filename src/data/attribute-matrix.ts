/**
 * Attributes of classes as AwA (`predicate-matrix-continuous.txt`) and CUB (`class_attribute_labels_continuous.txt`) publish
 * them: a row of numbers a class, without names; these stand in `classes.txt`, `1 antelope` a line, in the same folder or,
 * in CUB, in the one above.
 */
import path from 'node:path';
import { UnseenError } from '../errors.ts';
import { decodeUtf8, exists, firstLines, readBounded } from './files.ts';

/** AwA's has 30 kB, CUB's 700 kB; a million classes of 100 attributes have less. */
const MAX_BYTES = 1 << 30;
/** Word vectors may begin with a word that is a number, and word2vec's do with two; hardly ever with three such lines. */
const LINES_LOOKED_AT = 3;

const malformed = (file: string, where: string, reason: string, received: unknown): UnseenError =>
  new UnseenError('FILE_MALFORMED', { file, where, reason, received });

const fieldsOf = (line: string): string[] => line.trim().split(/\s+/);
const isNumbers = (line: string): boolean => fieldsOf(line).every((field) => Number.isFinite(Number(field)));

/** Whether a text begins with lines of nothing but numbers, as no table of words does. */
export async function isAttributeMatrix(file: string): Promise<boolean> {
  const lines = (await firstLines(file, LINES_LOOKED_AT)).filter((line) => line.trim() !== '');
  return lines.length > 0 && lines.every(isNumbers);
}

/** Names in row order. Numbers before them must count the lines, from 1 or 0. */
async function readRowNames(file: string): Promise<string[]> {
  const lines = decodeUtf8(await readBounded(file, MAX_BYTES), file)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const numbered = lines.map((line) => /^(\d+)\s+(.+)$/.exec(line));
  if (numbered.some((match) => !match)) return lines;
  const first = Number(numbered[0]?.[1]);
  return numbered.map((match, row) => {
    if (first > 1 || Number(match![1]) !== first + row)
      throw malformed(file, `line ${row + 1}`, 'must be numbered in row order, from 1 or 0', match![1]);
    return match![2]!;
  });
}

async function namesBeside(file: string): Promise<{ place: string; names: string[] }> {
  const folder = path.dirname(path.resolve(file));
  for (const place of [path.join(folder, 'classes.txt'), path.join(folder, '..', 'classes.txt')])
    if (await exists(place)) return { place, names: await readRowNames(place) };
  const reason = 'needs a classes.txt that names its rows, beside it or one folder up';
  throw malformed(file, 'names of classes', reason, 'none');
}

/**
 * The rows by their names. AwA's −1 (unknown) is kept as it is.
 *
 * @throws `FILE_UNREADABLE`, `FILE_MALFORMED`, `FILE_LENGTH`
 */
export async function readAttributeMatrix(file: string): Promise<Map<string, number[]>> {
  const text = decodeUtf8(await readBounded(file, MAX_BYTES), file);
  const rows: number[][] = [];
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const row = fieldsOf(line).map(Number);
    if (row.some(Number.isNaN)) throw malformed(file, `line ${i + 1}`, 'must be numbers', line.slice(0, 60));
    if (row.length !== (rows[0] ?? row).length)
      throw malformed(file, `line ${i + 1}`, `must have ${rows[0]!.length} numbers`, row.length);
    rows.push(row);
  }
  const { place, names } = await namesBeside(file);
  if (names.length !== rows.length)
    throw malformed(file, 'shape', `must have ${names.length} rows, as ${place} has names`, rows.length);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw malformed(place, 'names', 'must differ', twice);
  return new Map(names.map((name, i) => [name, rows[i]!]));
}
