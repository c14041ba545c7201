/** A dataset → the same dataset with word vectors of a file, for text encoders. */
import type { Dataset, WordVectors } from '../../data/dataset.ts';
import { stackRows } from '../../data/matrix.ts';
import { readWordVectors } from '../../data/word-vectors.ts';
import { parts } from './forms.ts';
import { tokenize } from './tokenize.ts';

/**
 * Frequent words are kept whether they occur or not: the place of a word in the table says how frequent it is, and
 * what is asked for later is not known yet. 30,000 words of 300 values make 36 MB in the dataset, 9 MB in a model.
 */
const FREQUENT = 30_000;

/** Words of texts, as tables of words may spell them. */
function wordsOf(texts: readonly string[]): Set<string> {
  const tokens = new Set(texts.flatMap(tokenize));
  return new Set([...tokens].flatMap((token) => [token, ...parts(token)]));
}

/**
 * The file's first 30,000 words, and behind them every other that occurs in the texts. The file (GloVe, word2vec or fastText
 * as text, or word2vec's `.bin`, most frequent word first) is read as a stream, twice.
 *
 * @throws as `readWordVectors` of `unseen/data`
 */
export async function readTableFor(file: string, texts: readonly string[]): Promise<WordVectors> {
  const frequent = await readWordVectors(file, { most: FREQUENT });
  const held = new Set(frequent.words);
  const wanted = [...wordsOf(texts)].filter((word) => !held.has(word));
  if (wanted.length === 0 || held.size < FREQUENT) return frequent;
  const rare = await readWordVectors(file, { words: wanted, most: wanted.length });
  if (rare.words.length === 0) return frequent;
  const vectors = stackRows([frequent.vectors, rare.vectors]);
  return { words: [...frequent.words, ...rare.words], vectors };
}

/**
 * Word vectors for the dataset's texts and class names (`readTableFor`).
 *
 * @throws as `readWordVectors` of `unseen/data`
 */
export async function addWordVectors(dataset: Dataset, file: string): Promise<Dataset> {
  const texts = dataset.modalities.text?.texts ?? [];
  return { ...dataset, wordVectors: await readTableFor(file, [...dataset.classes, ...texts.flat()]) };
}
