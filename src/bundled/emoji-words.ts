/** Class embeddings of Unicode's emoji subgroups, from the words of their names alone. */
import type { Matrix, WordVectors } from '../data/dataset.ts';
import { WordEncoder } from '../encoders/text/index.ts';
import { UnseenError } from '../errors.ts';
import { sum, toMatrix, unit, type Vector } from './vectors.ts';

/** What stands for words that have no vector, and for `av`, whose vector is that of something else. */
const STAND_INS: Readonly<Record<string, readonly string[]>> = {
  alphanum: ['letters', 'digits'],
  av: ['audio', 'video'],
  keycap: ['key', 'cap'],
};

/**
 * Two embeddings `[classes, d]` with unit rows. `glove100-sif`: a name as the text encoder takes texts, so that
 * `mammal` says more than `animal`, and `fruit` more than `food`; `glove100`: the mean of the words' vectors. What the
 * emoji are called is in neither: of an unseen class a method may know the name, not the content.
 *
 * @throws `CLASS_EMBEDDING_MISSING` for a class of which no word has a vector
 */
export function emojiEmbeddings(classes: readonly string[], wordVectors: WordVectors): Map<string, Matrix> {
  const { words, vectors } = wordVectors;
  const places = new Map(words.map((word, row) => [word, row]));
  const named = classes.map((name) => name.split('-').flatMap((word) => STAND_INS[word] ?? [word]));
  const means = named.map((parts, i): Vector => {
    const rows = parts.flatMap((word) => places.get(word) ?? []);
    if (rows.length === 0)
      throw new UnseenError('CLASS_EMBEDDING_MISSING', { file: 'the table of words', name: classes[i]! });
    const found = rows.map((row) => [...vectors.data.subarray(row * vectors.cols, (row + 1) * vectors.cols)]);
    return unit(sum(found));
  });
  const encoder = WordEncoder.fit([], { wordVectors, tfidf: 0 });
  return new Map([
    ['glove100-sif', encoder.encode(named.map((parts) => parts.join(' ')))],
    ['glove100', toMatrix(means)],
  ]);
}
