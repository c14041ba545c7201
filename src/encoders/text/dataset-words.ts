/** A dataset → the same dataset with word vectors of a file, for text encoders. */
import type { Dataset } from '../../data/dataset.ts';
import { stackRows } from '../../data/matrix.ts';
import { readWordVectors } from '../../data/word-vectors.ts';
import { parts } from './forms.ts';
import { tokenize } from './tokenize.ts';

/**
 * Frequent words are kept whether they occur or not: the place of a word in the table says how frequent it is, and
 * what is asked for later is not known yet. 30,000 words of 300 values make 36 MB in the dataset, 9 MB in a model.
 */
const FREQUENT = 30_000;

/** Words of the texts and of the class names, as tables of words may spell them. */
function wordsOf({ classes, modalities }: Dataset): Set<string> {
  const texts = modalities.text?.texts ?? [];
  const tokens = new Set([...classes, ...texts.flat()].flatMap(tokenize));
  return new Set([...tokens].flatMap((token) => [token, ...parts(token)]));
}

/**
 * The file's first 30,000 words, and behind them every other that occurs in the texts or the class names. The file (GloVe,
 * word2vec or fastText as text, most frequent word first) is read as a stream, twice.
 *
 * @throws as `readWordVectors` of `unseen/data`
 */
export async function addWordVectors(dataset: Dataset, file: string): Promise<Dataset> {
  const frequent = await readWordVectors(file, { most: FREQUENT });
  const held = new Set(frequent.words);
  const wanted = [...wordsOf(dataset)].filter((word) => !held.has(word));
  if (wanted.length === 0 || held.size < FREQUENT) return { ...dataset, wordVectors: frequent };
  const rare = await readWordVectors(file, { words: wanted, most: wanted.length });
  if (rare.words.length === 0) return { ...dataset, wordVectors: frequent };
  const vectors = stackRows([frequent.vectors, rare.vectors]);
  return { ...dataset, wordVectors: { words: [...frequent.words, ...rare.words], vectors } };
}
