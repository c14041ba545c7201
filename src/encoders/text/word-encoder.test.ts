import { describe, expect, it } from 'vitest';
import type { WordVectors } from '../../data/dataset.ts';
import { Random } from '../../random.ts';
import { MAX_TEXT_LENGTH, tokenize } from './tokenize.ts';
import { WordEncoder } from './word-encoder.ts';
import { sifWeight } from './word-mean.ts';

const vectors = (table: Record<string, number[]>): WordVectors => {
  const lists = Object.values(table);
  const data = Float32Array.from(lists.flat());
  return { words: Object.keys(table), vectors: { data, rows: lists.length, cols: lists[0]!.length } };
};
const rounded = (data: Float32Array, digits = 6): number[] =>
  Array.from(data, (x) => Number(x.toFixed(digits)) + 0);
const thrown = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
};

const random = new Random(3, 'word-encoder');
const WORDS = Array.from({ length: 300 }, (_, i) => `w${i}`);
const sentence = (): string =>
  Array.from({ length: 1 + random.below(12) }, () => WORDS[Math.floor(random.uniform() ** 3 * 300)]!).join(
    ' ',
  );

describe('the tf-idf part', () => {
  const texts = ['the cat sat on the mat', 'the dog sat', 'a dog and a cat and the dog', 'birds fly'];

  it('has the values of scikit-learn 1.9.1 (TfidfVectorizer, min_df=2); columns: most documents, then alphabet', () => {
    // columns: the, cat, dog, sat
    expect(rounded(WordEncoder.fit(texts).encode(texts).data)).toEqual([
      ...[0.695986, 0.507742, 0, 0.507742],
      ...[0.496816, 0, 0.613667, 0.613667],
      ...[0.380706, 0.470247, 0.796198, 0],
      ...[0, 0, 0, 0],
    ]);
    expect(rounded(WordEncoder.fit(texts, { sublinear: false }).encode(texts).data)).toEqual([
      ...[0.753167, 0.465156, 0, 0.465156],
      ...[0.496816, 0, 0.613667, 0.613667],
      ...[0.340432, 0.420501, 0.841002, 0],
      ...[0, 0, 0, 0],
    ]);
  });

  it('agrees with a naive loop over random texts', () => {
    const some = Array.from({ length: 400 }, sentence);
    const documents = some.map(tokenize);
    const df = (term: string): number => documents.filter((words) => words.includes(term)).length;
    const terms = [...new Set(documents.flat())]
      .filter((term) => df(term) >= 3)
      .sort((a, b) => df(b) - df(a) || (a < b ? -1 : 1))
      .slice(0, 50);
    const expected = documents.flatMap((words) => {
      const row = terms.map((term) => {
        const count = words.filter((word) => word === term).length;
        return count === 0 ? 0 : (1 + Math.log(count)) * (Math.log(401 / (1 + df(term))) + 1);
      });
      const norm = Math.hypot(...row);
      return row.map((x) => (norm > 0 ? x / norm : 0));
    });
    const encoder = WordEncoder.fit(some, { minCount: 3, maxWords: 50 });
    expect(encoder.dim).toBe(50);
    const { data } = encoder.encode(some);
    expect(data.length).toBe(expected.length);
    expect(expected.every((x, i) => Math.abs(x - data[i]!) < 1e-6)).toBe(true);
  });

  it('counts joined words by their parts, and another form for a word that has no column', () => {
    const encoder = WordEncoder.fit(['polar-bear', 'a bear', 'polar lights, a café', 'cafe'], {
      minCount: 2,
    });
    expect(encoder.dim).toBe(3);
    const [a, bears, polar] = [0, 1, 2].map((row) =>
      rounded(encoder.encode(['a', "bears'", 'the polar-station']).data).slice(row * 3, row * 3 + 3),
    );
    expect([a, bears, polar]).toEqual([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]);
  });
});

describe('the word-vector part', () => {
  const wordVectors = vectors({
    the: [0, 0, 8],
    dog: [3, 4, 0],
    'x-ray': [0, 1, 1],
    ray: [1, 0, 0],
    Éclair: [0, -1, 0],
  });
  const encoder = WordEncoder.fit([], { wordVectors, tfidf: 0 });

  it('is the weighted mean of the vectors of all known words, as a unit vector', () => {
    const weights = [0, 1, 1].map((place) => sifWeight(0.001, place));
    const sum = [3 * weights[1]! * 2, 4 * weights[1]! * 2, 8 * weights[0]!];
    const norm = Math.hypot(...sum);
    const { data } = encoder.encode(['The dogs; unheard-of dog']);
    sum.forEach((x, j) => {
      // Half a step of the byte that a value is kept in.
      expect(Math.abs(data[j]! - x / norm)).toBeLessThan(0.01);
    });
  });

  it('knows joined words as they are, and otherwise by their parts', () => {
    expect(rounded(encoder.encode(['x-ray', 'ray-dog', "ray's"]).data, 1)).toEqual([
      0, 0.7, 0.7, 0.7, 0.7, 0, 1, 0, 0,
    ]);
  });

  it('finds words of a table in any case, and those of a text with accents that the table lacks', () => {
    expect(rounded(encoder.encode(['éclairs', 'dög']).data, 1)).toEqual([0, -1, 0, 0.6, 0.8, 0]);
    const cased = vectors({ Polish: [1, 0], polish: [0, 1] });
    expect(rounded(WordEncoder.fit([], { wordVectors: cased, tfidf: 0 }).encode(['polish']).data)).toEqual([
      1, 0,
    ]);
  });

  it('weighs all words alike where places say nothing', () => {
    const even = WordEncoder.fit([], { wordVectors: vectors({ a: [1, 0], b: [0, 1] }), tfidf: 0, sif: 0 });
    expect(rounded(even.encode(['a b', 'a a a b']).data, 2)).toEqual([0.71, 0.71, 0.95, 0.32]);
  });
});

describe('an encoder of texts', () => {
  const wordVectors = vectors({ dog: [1, 0], puppy: [0.8, 0.6], car: [0, 1] });
  const texts = ['a dog', 'two dogs and a car', ['a car', 'a dog'], 'so'];

  it('puts both parts side by side, each with its norm', () => {
    const encoder = WordEncoder.fit(texts, { wordVectors, tfidf: 0.5, words: 2 });
    const { data, rows, cols } = encoder.encode(texts);
    expect([rows, cols]).toEqual([4, encoder.dim]);
    expect(cols).toBe(3 + 2);
    const norms = texts.map((_, i) => {
      const row = data.subarray(i * cols, (i + 1) * cols);
      return [Math.hypot(...row.subarray(0, 3)), Math.hypot(...row.subarray(3))].map((x) =>
        Number(x.toFixed(5)),
      );
    });
    expect(norms).toEqual([
      [0.5, 2],
      [0.5, 2],
      [0.5, 2],
      [0, 0],
    ]);
  });

  it('reads several strings of an item as one document, in which no word spans two strings', () => {
    const encoder = WordEncoder.fit(texts, { wordVectors });
    expect(encoder.encode([['a', 'dog and', 'car']])).toEqual(encoder.encode(['a dog and car']));
    expect(encoder.encode([['do', 'g']])).toEqual(encoder.encode(['do g']));
    expect(encoder.encode([[]]).data.every((x) => x === 0)).toBe(true);
  });

  it('says of which texts it knows no word; their rows are zeros', () => {
    const encoder = WordEncoder.fit(texts, { wordVectors });
    const asked = ['puppies', 'qwerty', '', ['…'], 'so'];
    expect(encoder.unknown(asked)).toEqual([1, 2, 3, 4]);
    const { data, cols } = encoder.encode(asked);
    expect(data.subarray(cols).every((x) => x === 0)).toBe(true);
    expect(data.subarray(0, cols).some((x) => x !== 0)).toBe(true);
  });

  it('is the same for the same texts in any order, byte by byte, and encodes a text the same in any company', () => {
    const some = Array.from({ length: 300 }, sentence);
    const encoder = WordEncoder.fit(some, { wordVectors });
    expect(WordEncoder.fit([...some].reverse(), { wordVectors }).toBytes()).toEqual(encoder.toBytes());
    const all = encoder.encode(some);
    some.slice(0, 20).forEach((text, i) => {
      expect(encoder.encode([text]).data).toEqual(all.data.subarray(i * all.cols, (i + 1) * all.cols));
    });
  });

  it('remembers no more than a bounded number of words that strangers send', () => {
    const encoder = WordEncoder.fit(texts, { wordVectors });
    const strange = Array.from({ length: 100_000 }, (_, i) => `s${i}x`).join(' ');
    expect(encoder.unknown([strange])).toEqual([0]);
    expect(encoder.unknown([`${strange} dog`])).toEqual([]);
  });

  it.each<[string, () => unknown, object]>([
    [
      'no columns',
      () => WordEncoder.fit(texts, { maxWords: 0 }),
      { code: 'ARGUMENT_INVALID', values: { name: 'maxWords' } },
    ],
    ['half a text', () => WordEncoder.fit(texts, { minCount: 0.5 }), { values: { name: 'minCount' } }],
    ['a weight below zero', () => WordEncoder.fit(texts, { tfidf: -1 }), { values: { name: 'tfidf' } }],
    [
      'a weight that is no number',
      () => WordEncoder.fit(texts, { words: Number.NaN }),
      { values: { name: 'words' } },
    ],
    ['nothing to know', () => WordEncoder.fit(['a', 'b']), { code: 'TEXT_VOCABULARY_EMPTY' }],
    [
      'both parts left out',
      () => WordEncoder.fit(texts, { wordVectors, tfidf: 0, words: 0 }),
      { code: 'TEXT_VOCABULARY_EMPTY' },
    ],
    [
      'words without vectors',
      () => WordEncoder.fit(texts, { wordVectors: { ...wordVectors, words: ['one'] } }),
      { code: 'ARGUMENT_INVALID', values: { name: 'wordVectors' } },
    ],
    [
      'a text without end',
      () => WordEncoder.fit(texts).encode(['a dog', ['b', 'x'.repeat(MAX_TEXT_LENGTH + 1)]]),
      { code: 'TEXT_TOO_LONG', message: expect.stringContaining('text 1 has') },
    ],
  ])('%s: refused', (_, work, error) => {
    expect(thrown(work)).toMatchObject(error);
  });
});
