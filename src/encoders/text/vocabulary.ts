/** The words of a collection that get a column each, and their weights. */
import { parts } from './forms.ts';

/** What is longer is no word; a bound on what a model file may hold. */
export const MAX_TERM_LENGTH = 64;

export interface Vocabulary {
  /** Most documents first, then by code unit. */
  readonly terms: readonly string[];
  /** `[terms]`: ln((1 + n) / (1 + df)) + 1, as in scikit-learn's `TfidfVectorizer` (smooth_idf). */
  readonly idf: Float32Array;
}

/** `documents`: the tokens of each. A term stands in `minCount` documents at least; at most `maxWords` are kept. */
export function makeVocabulary(
  documents: readonly (readonly string[])[],
  { maxWords, minCount }: { readonly maxWords: number; readonly minCount: number },
): Vocabulary {
  const counts = new Map<string, number>();
  for (const tokens of documents) {
    for (const term of new Set(tokens.flatMap(parts))) {
      if (term.length <= MAX_TERM_LENGTH) counts.set(term, (counts.get(term) ?? 0) + 1);
    }
  }
  const kept = [...counts]
    .filter(([, count]) => count >= minCount)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, maxWords);
  return {
    terms: kept.map(([term]) => term),
    idf: Float32Array.from(kept, ([, count]) => Math.log((1 + documents.length) / (1 + count)) + 1),
  };
}
