/**
 * Texts → vectors: `[tf-idf over the vocabulary of the training texts ‖ weighted mean of word vectors]`, each part of
 * unit norm. The first part knows what the training texts say, the second what words mean that they never say.
 *
 * tf-idf as in scikit-learn (smooth_idf, L2 norm). Weights of the mean: SIF, a / (a + p(w)) (Arora, Liang, Ma 2017),
 * with p(w) by Zipf's law from the word's place in the table, so that a stop word weighs little even where no training
 * text has one.
 */
import type { Matrix, WordVectors } from '../../data/dataset.ts';
import { takeRows } from '../../data/matrix.ts';
import { UnseenError } from '../../errors.ts';
import { parts, place } from './forms.ts';
import { quantize } from './quantize.ts';
import { plain, tokenize } from './tokenize.ts';
import { makeVocabulary, type Vocabulary } from './vocabulary.ts';
import { readEncoder, type WordTable, writeEncoder } from './word-encoder-file.ts';

/** One item's text: a string, or several (a title, tags), read one after the other as one document. */
export type Text = string | readonly string[];

export interface WordEncoderOptions {
  /** For words that no training text has. Most frequent words first: places are weights. Absent: tf-idf only. */
  readonly wordVectors?: WordVectors;
  /** Most words that get a column of their own, 1 … 1,000,000. Default 4096. */
  readonly maxWords?: number;
  /** Least number of training texts that a word with a column stands in, ≥ 1. Default 2. */
  readonly minCount?: number;
  /** Norm of the tf-idf part, ≥ 0; 0 leaves the part out. Default 1. */
  readonly tfidf?: number;
  /** Norm of the word-vector part, ≥ 0; 0 leaves the part out. Default 1. */
  readonly words?: number;
  /** Counts as 1 + ln(count), which keeps a repeated word from filling a long text. Default true. */
  readonly sublinear?: boolean;
  /** `a` of the weights of the mean, ≥ 0: smaller mutes frequent words more; 0 weighs all words alike. Default 0.001. */
  readonly sif?: number;
}

/** What an encoder is made of; a file holds exactly this. */
export interface WordEncoderParts {
  readonly vocabulary: Vocabulary;
  /** Empty where there is no word-vector part. */
  readonly table: WordTable;
  readonly settings: Readonly<Required<Pick<WordEncoderOptions, 'tfidf' | 'words' | 'sublinear' | 'sif'>>>;
}

/** Where a token counts: columns of the tf-idf part, rows of the word vectors; −1: none. */
interface Found {
  readonly columns: readonly number[];
  readonly rows: readonly number[];
}

/** Tokens that repeat are looked up once; above this the memory is given back. */
const MOST_REMEMBERED = 1 << 16;
/** Zipf's law with Mandelbrot's shift: the share of the word at place r in English text is about 0.1 / (r + 2.7). */
const share = (place: number): number => 0.1 / (place + 1 + 2.7);

export class WordEncoder {
  /** Values a text: vocabulary + length of a word vector. */
  readonly dim: number;
  readonly #parts: WordEncoderParts;
  readonly #columns: ReadonlyMap<string, number>;
  readonly #rows: ReadonlyMap<string, number>;
  readonly #remembered = new Map<string, Found>();

  private constructor(made: WordEncoderParts) {
    this.#parts = made;
    this.#columns = new Map(made.vocabulary.terms.map((term, i) => [term, i]));
    this.#rows = new Map(made.table.words.map((word, i) => [word, i]));
    this.dim = made.vocabulary.terms.length + made.table.vectors.cols;
  }

  /**
   * Learns vocabulary and weights from the training texts; the same texts in the same order give the same encoder.
   *
   * @throws `ARGUMENT_INVALID`, `TEXT_TOO_LONG`, `TEXT_VOCABULARY_EMPTY`
   */
  static fit(texts: readonly Text[], options: WordEncoderOptions = {}): WordEncoder {
    const { wordVectors, maxWords = 4096, minCount = 2, sublinear = true } = options;
    const { tfidf = 1, words = 1, sif = 0.001 } = options;
    within('maxWords', maxWords, Number.isInteger(maxWords) && maxWords >= 1 && maxWords <= 1e6);
    within('minCount', minCount, Number.isInteger(minCount) && minCount >= 1);
    for (const [name, value] of Object.entries({ tfidf, words, sif }))
      within(name, value, Number.isFinite(value) && value >= 0);
    const vocabulary =
      tfidf > 0
        ? makeVocabulary(texts.map(tokensOf), { maxWords, minCount })
        : { terms: [], idf: new Float32Array(0) };
    const table = words > 0 ? wordVectors : undefined;
    if (vocabulary.terms.length === 0 && !table)
      throw new UnseenError('TEXT_VOCABULARY_EMPTY', { texts: texts.length, minCount });
    return new WordEncoder({
      vocabulary,
      table: makeTable(table ?? { words: [], vectors: { data: new Float32Array(0), rows: 0, cols: 0 } }),
      settings: { tfidf, words, sublinear, sif },
    });
  }

  /** Reads what `toBytes` wrote. @throws `TEXT_ENCODER_INVALID` */
  static fromBytes(bytes: Uint8Array, file = 'text encoder'): WordEncoder {
    return new WordEncoder(readEncoder(bytes, file));
  }

  /** One self-contained file: the words of the vocabulary, their weights, and the word vectors in a byte a value. */
  toBytes(): Uint8Array<ArrayBuffer> {
    return writeEncoder(this.#parts);
  }

  /**
   * `[texts, dim]`, float32. A text of which no word is known is a row of zeros (see `unknown`).
   *
   * @throws `TEXT_TOO_LONG`
   */
  encode(texts: readonly Text[]): Matrix {
    const { settings } = this.#parts;
    const { idf } = this.#parts.vocabulary;
    const { vectors } = this.#parts.table;
    const data = new Float32Array(texts.length * this.dim);
    texts.forEach((text, i) => {
      const from = i * this.dim;
      const counts = new Map<number, number>();
      const sum = new Float64Array(vectors.cols);
      for (const token of tokensOf(text, i)) {
        const { columns, rows } = this.#find(token);
        for (const column of columns) counts.set(column, (counts.get(column) ?? 0) + 1);
        for (const row of rows) this.#add(sum, row);
      }
      let square = 0;
      for (const [column, count] of counts) {
        const value = (settings.sublinear ? 1 + Math.log(count) : count) * idf[column]!;
        square += value * value;
        counts.set(column, value);
      }
      for (const [column, value] of counts)
        data[from + column] = (value * settings.tfidf) / Math.sqrt(square);
      const norm = Math.sqrt(sum.reduce((total, x) => total + x * x, 0));
      if (norm > 0)
        data.set(
          sum.map((x) => (x * settings.words) / norm),
          from + idf.length,
        );
    });
    return { data, rows: texts.length, cols: this.dim };
  }

  /** Places of the texts of which no word is known, ascending: their rows are zeros and say nothing. */
  unknown(texts: readonly Text[]): number[] {
    return texts.flatMap((text, i) => {
      const known = tokensOf(text, i).some((token) => {
        const { columns, rows } = this.#find(token);
        return columns.length > 0 || rows.length > 0;
      });
      return known ? [] : [i];
    });
  }

  #add(sum: Float64Array, row: number): void {
    const { settings, table } = this.#parts;
    const { cols, values, scales } = table.vectors;
    const weight = settings.sif === 0 ? 1 : settings.sif / (settings.sif + share(row));
    const scale = weight * scales[row]!;
    for (let j = 0, at = row * cols; j < cols; j++, at++) sum[j]! += scale * values[at]!;
  }

  #find(token: string): Found {
    const known = this.#remembered.get(token);
    if (known) return known;
    const split = parts(token);
    const columns = split.map((part) => place(this.#columns, part)).filter((at) => at >= 0);
    // A table of word vectors may know a joined word as it is: `t-shirt` is more than a shirt.
    const whole = this.#rows.get(token);
    const rows =
      whole === undefined ? split.map((part) => place(this.#rows, part)).filter((at) => at >= 0) : [whole];
    if (this.#remembered.size >= MOST_REMEMBERED) this.#remembered.clear();
    this.#remembered.set(token, { columns, rows });
    return { columns, rows };
  }
}

/** Word vectors in bytes, under the spelling that tokens have; of words that differ in case only, the first stays. */
function makeTable({ words, vectors }: WordVectors): WordTable {
  if (words.length !== vectors.rows)
    throw new UnseenError('ARGUMENT_INVALID', {
      name: 'wordVectors',
      reason: `must have a row for each of ${words.length} words`,
      received: vectors.rows,
    });
  const firsts = new Map<string, number>();
  words.forEach((word, row) => {
    const key = plain(word);
    if (!firsts.has(key)) firsts.set(key, row);
  });
  const kept = firsts.size === words.length ? vectors : takeRows(vectors, [...firsts.values()]);
  return { words: [...firsts.keys()], vectors: quantize(kept, 'wordVectors') };
}

function tokensOf(text: Text, at: number): string[] {
  try {
    return typeof text === 'string' ? tokenize(text) : text.flatMap(tokenize);
  } catch (error) {
    if (!(error instanceof UnseenError)) throw error;
    throw new UnseenError(error.code, { ...error.values, what: `text ${at}` }, { cause: error });
  }
}

function within(name: string, received: unknown, holds: boolean): void {
  if (!holds) {
    const reason = {
      maxWords: 'must be a whole number from 1 to 1000000',
      minCount: 'must be a whole number ≥ 1',
    };
    throw new UnseenError('ARGUMENT_INVALID', {
      name,
      reason: reason[name as keyof typeof reason] ?? 'must be a finite number ≥ 0',
      received,
    });
  }
}
