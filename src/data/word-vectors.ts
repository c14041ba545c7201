/** Word vectors as text (GloVe, word2vec, fastText): `word 0.1 0.2 …` a line, most frequent word first; or word2vec's binary form. */
import { UnseenError } from '../errors.ts';
import type { WordVectors } from './dataset.ts';
import { forEachLine } from './files.ts';
import { checkFinite, matrixFromLists } from './matrix.ts';
import { forEachBinaryWord } from './word-vectors-binary.ts';

/** A word and a few thousand numbers are some tens of kilobytes. */
const MAX_LINE = 1 << 20;
/** word2vec's and fastText's first line: words, values a word. */
const HEADING = /^\d+ \d+\s*$/;

export interface WordVectorOptions {
  /** Read these words only, as they are spelled. Default: every word. */
  readonly words?: Iterable<string>;
  /** Most words to read, from the start of the file, ≥ 1; the rest of the file is not kept. Default 50,000. */
  readonly most?: number;
}

interface Wanted {
  readonly wanted: ReadonlySet<string> | undefined;
  readonly most: number;
}

async function readText(file: string, { wanted, most }: Wanted): Promise<Map<string, Float32Array>> {
  const found = new Map<string, Float32Array>();
  let dim = 0;
  let number = 0;
  await forEachLine(file, MAX_LINE, (line) => {
    number++;
    if (found.size === most || (number === 1 && HEADING.test(line))) return;
    const end = line.indexOf(' ');
    const word = line.slice(0, end);
    if (end < 1 || found.has(word) || (wanted && !wanted.has(word))) return;
    const fields = line
      .slice(end + 1)
      .trim()
      .split(/\s+/);
    // One that is too long, but ends in enough numbers, is a "word" with spaces.
    if (dim > 0 && fields.length > dim && Number.isNaN(Number(fields[0]))) return;
    const vector = Float32Array.from(fields, Number);
    const malformed = (reason: string, received: unknown): UnseenError =>
      new UnseenError('FILE_MALFORMED', { file, where: `line ${number}, word "${word}"`, reason, received });
    if (vector.some(Number.isNaN)) throw malformed('must be followed by numbers', line.slice(0, 60));
    if (dim > 0 && vector.length !== dim)
      throw malformed(`must have ${dim} numbers, as those before`, vector.length);
    dim = vector.length;
    found.set(word, vector);
  });
  return found;
}

async function readBinary(file: string, { wanted, most }: Wanted): Promise<Map<string, Float32Array>> {
  const found = new Map<string, Float32Array>();
  const enough = Math.min(most, wanted?.size ?? most);
  await forEachBinaryWord(file, (word, vector) => {
    if (found.size < enough && !found.has(word) && (!wanted || wanted.has(word))) found.set(word, vector());
    return found.size < enough;
  });
  return found;
}

/**
 * Reads word vectors as a stream: what is not kept costs no memory. A file that ends in `.bin` is word2vec's binary form. A
 * word that comes twice keeps its first vector; lines whose "word" has spaces (GloVe 840B has some) are passed over.
 *
 * @throws `FILE_UNREADABLE`, `FILE_MALFORMED` (vectors of two lengths, text for numbers, no word at all), `FILE_LENGTH`,
 * `VALUE_NOT_FINITE`
 */
export async function readWordVectors(
  file: string,
  { words, most = 50_000 }: WordVectorOptions = {},
): Promise<WordVectors> {
  if (!(Number.isInteger(most) && most >= 1)) {
    const reason = 'must be a whole number ≥ 1';
    throw new UnseenError('ARGUMENT_INVALID', { name: 'most', reason, received: most });
  }
  const wanted = words && new Set(words);
  const read = /\.bin$/i.test(file) ? readBinary : readText;
  const found = await read(file, { wanted, most });
  if (found.size === 0 && !wanted) {
    const reason = 'must be a word and its numbers a line';
    throw new UnseenError('FILE_MALFORMED', { file, where: 'text', reason, received: 'no such line' });
  }
  const vectors = matrixFromLists([...found.values()], file);
  checkFinite(vectors, file);
  return { words: [...found.keys()], vectors };
}
