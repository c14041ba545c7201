/**
 * Texts → vectors: `[tf-idf over the vocabulary of the training texts ‖ mean of word vectors]`, each part of unit norm.
 * The first part knows what the training texts say, the second what words mean that they never say.
 *
 * tf-idf as scikit-learn's `TfidfVectorizer` counts (smooth_idf, L2 norm); the mean is in `word-mean.ts`. docs/text.md
 * says what languages gain.
 */
import type { Matrix, WordVectors } from '../../data/dataset.ts';
import { takeRows } from '../../data/matrix.ts';
import { UnseenError } from '../../errors.ts';
import { Lookup } from './lookup.ts';
import { quantize } from './quantize.ts';
import { plain, tokenize } from './tokenize.ts';
import { makeVocabulary, type Vocabulary } from './vocabulary.ts';
import { readEncoder, type WordTable, writeEncoder } from './word-encoder-file.ts';
import { addRow, commonDirection, finish, sifWeight } from './word-mean.ts';

/** One item's text: a string, or several (a title, tags) that count as one document; no word spans two of them. */
export type TextInput = string | readonly string[];

export interface WordEncoderOptions {
  /** For words that no training text has. Most frequent word first: places are weights. Absent: tf-idf only. */
  readonly wordVectors?: WordVectors;
  /** Most words that get a column of their own, 1 … 1,000,000. Default 4096. */
  readonly maxWords?: number;
  /** Least number of training texts that a word with a column stands in, ≥ 1. Default 2. */
  readonly minCount?: number;
  /** Norm of the tf-idf part, 0 … 1000; 0 leaves the part out. Default 1. */
  readonly tfidf?: number;
  /** Norm of the word-vector part, 0 … 1000; 0 leaves the part out. Default 1. */
  readonly words?: number;
  /** A word that comes n times counts 1 + ln n times, lest it fill a long text. Default true. */
  readonly sublinear?: boolean;
  /**
   * `a` of the mean's weights a / (a + p), 0 … 1000: smaller mutes frequent words more. 0: all words weigh alike, for
   * word vectors that are in no order of frequency. Default 0.001.
   */
  readonly sif?: number;
}

/** What an encoder is made of; its file holds exactly this. */
export interface WordEncoderParts {
  readonly vocabulary: Vocabulary;
  /** Without words where there is no word-vector part. */
  readonly table: WordTable;
  /** Unit `[d]`, or empty: the direction that is taken out of every mean. */
  readonly common: Float32Array;
  readonly settings: Readonly<Required<Pick<WordEncoderOptions, 'tfidf' | 'words' | 'sublinear' | 'sif'>>>;
}

const NO_WORDS: WordVectors = { words: [], vectors: { data: new Float32Array(0), rows: 0, cols: 0 } };

export class WordEncoder {
  /** Values a text: words of the vocabulary + length of a word vector. */
  readonly dim: number;
  readonly #made: WordEncoderParts;
  readonly #lookup: Lookup;

  private constructor(made: WordEncoderParts) {
    this.#made = made;
    this.#lookup = new Lookup(made.vocabulary.terms, made.table.words);
    this.dim = made.vocabulary.terms.length + made.table.vectors.cols;
  }

  /**
   * Learns the vocabulary and its weights from the training texts; the same texts give the same encoder, in any order.
   *
   * @throws `ARGUMENT_INVALID`, `TEXT_TOO_LONG`, `TEXT_VOCABULARY_EMPTY`, `VALUE_NOT_FINITE`
   */
  static fit(texts: readonly TextInput[], options: WordEncoderOptions = {}): WordEncoder {
    const { wordVectors = NO_WORDS, maxWords = 4096, minCount = 2, sublinear = true } = options;
    const { tfidf = 1, words = 1, sif = 0.001 } = options;
    wholeNumber('maxWords', maxWords, 1e6);
    wholeNumber('minCount', minCount, Number.MAX_SAFE_INTEGER);
    for (const [name, value] of Object.entries({ tfidf, words, sif })) weight(name, value);
    const documents = tfidf > 0 ? texts.map(tokensOf) : [];
    const vocabulary = makeVocabulary(documents, { maxWords, minCount });
    const table = makeTable(words > 0 ? wordVectors : NO_WORDS);
    if (vocabulary.terms.length + table.words.length === 0)
      throw new UnseenError('TEXT_VOCABULARY_EMPTY', { texts: texts.length, minCount });
    return new WordEncoder({
      vocabulary,
      table,
      common: commonDirection(table.vectors, sif),
      settings: { tfidf, words, sublinear, sif },
    });
  }

  /**
   * Reads what `toBytes` wrote: it encodes every text to the same bytes. `file` is a name for messages.
   *
   * @throws `TEXT_ENCODER_INVALID` for anything else, before memory is taken for it
   */
  static fromBytes(bytes: Uint8Array, file = 'text encoder'): WordEncoder {
    return new WordEncoder(readEncoder(bytes, file));
  }

  /** One self-contained file: vocabulary, weights, and the word vectors in a byte a value. */
  toBytes(): Uint8Array<ArrayBuffer> {
    return writeEncoder(this.#made);
  }

  /**
   * `[texts, dim]`, float32. A text of which no word is known is a row of zeros (`unknown` lists them).
   *
   * @throws `TEXT_TOO_LONG` naming the text by its place
   */
  encode(texts: readonly TextInput[]): Matrix {
    const { vocabulary, table, common, settings } = this.#made;
    const { idf } = vocabulary;
    const { dim } = this;
    const data = new Float32Array(texts.length * dim);
    const sum = new Float64Array(table.vectors.cols);
    const counts = new Map<number, number>();
    texts.forEach((text, i) => {
      counts.clear();
      sum.fill(0);
      for (const token of tokensOf(text, i)) {
        const { columns, rows } = this.#lookup.find(token);
        for (const column of columns) counts.set(column, (counts.get(column) ?? 0) + 1);
        for (const row of rows) addRow(sum, table.vectors, row, sifWeight(settings.sif, row));
      }
      const from = i * dim;
      let square = 0;
      for (const [column, count] of counts) {
        const value = (settings.sublinear ? 1 + Math.log(count) : count) * idf[column]!;
        data[from + column] = value;
        square += value * value;
      }
      const scale = square > 0 ? settings.tfidf / Math.sqrt(square) : 0;
      for (const column of counts.keys()) data[from + column]! *= scale;
      finish(sum, common);
      for (let j = 0, at = from + idf.length; j < sum.length; j++) data[at + j] = sum[j]! * settings.words;
    });
    return { data, rows: texts.length, cols: dim };
  }

  /** Places of the texts of which no word is known, ascending. @throws `TEXT_TOO_LONG` */
  unknown(texts: readonly TextInput[]): number[] {
    const known = (token: string): boolean => {
      const { columns, rows } = this.#lookup.find(token);
      return columns.length > 0 || rows.length > 0;
    };
    return texts.flatMap((text, i) => (tokensOf(text, i).some(known) ? [] : [i]));
  }
}

function tokensOf(text: TextInput, at: number): string[] {
  try {
    return typeof text === 'string' ? tokenize(text) : text.flatMap(tokenize);
  } catch (error) {
    if (!(error instanceof UnseenError)) throw error;
    throw new UnseenError(error.code, { ...error.values, what: `text ${at}` }, { cause: error });
  }
}

/** Word vectors in bytes, in the spelling that tokens have; of words that differ in case only, the first stays. */
function makeTable({ words, vectors }: WordVectors): WordTable {
  if (words.length !== vectors.rows) {
    const reason = `must have a vector for each of its ${words.length} words`;
    throw new UnseenError('ARGUMENT_INVALID', { name: 'wordVectors', reason, received: vectors.rows });
  }
  const firsts = new Map<string, number>();
  words.forEach((word, row) => {
    const spelling = plain(word);
    if (!firsts.has(spelling)) firsts.set(spelling, row);
  });
  const kept = firsts.size === words.length ? vectors : takeRows(vectors, [...firsts.values()]);
  return { words: [...firsts.keys()], vectors: quantize(kept, 'wordVectors') };
}

function wholeNumber(name: string, received: number, most: number): void {
  if (Number.isInteger(received) && received >= 1 && received <= most) return;
  const reason = `must be a whole number from 1 to ${most}`;
  throw new UnseenError('ARGUMENT_INVALID', { name, reason, received });
}

/** Above this a part drowns the other even in float32. */
const MOST_WEIGHT = 1000;

function weight(name: string, received: number): void {
  if (received >= 0 && received <= MOST_WEIGHT) return;
  const reason = `must be from 0 to ${MOST_WEIGHT}`;
  throw new UnseenError('ARGUMENT_INVALID', { name, reason, received });
}
