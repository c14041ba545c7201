import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UnseenError } from '../../errors.ts';
import { Random } from '../../random.ts';
import { WordEncoder } from './word-encoder.ts';
import { readTable } from './word-encoder-file.ts';

const random = new Random(4, 'word-encoder-file');
const words = [
  'the',
  'Hund',
  'x-ray',
  '犬',
  'a "b"\n',
  '\uD800',
  ...Array.from({ length: 1100 }, (_, i) => `w${i}`),
];
const data = Float32Array.from({ length: words.length * 5 }, () => random.normal());
const wordVectors = { words, vectors: { data, rows: words.length, cols: 5 } };
const texts = ['the dog', ['the hund', 'w3 w4'], 'dog 犬 w1000', 'hund 犬', 'x-rays'];

const header = (bytes: Uint8Array) => {
  const length = new DataView(bytes.buffer).getUint32(8, true);
  return { length, value: JSON.parse(new TextDecoder().decode(bytes.subarray(12, 12 + length))) };
};

/** The same file with another header; sections as they are. */
function withHeader(bytes: Uint8Array, change: (value: Record<string, unknown>) => unknown): Uint8Array {
  const { length, value } = header(bytes);
  const text = new TextEncoder().encode(JSON.stringify(change(value) ?? value));
  const changed = new Uint8Array(bytes.length - length + text.length);
  changed.set(bytes.subarray(0, 12));
  new DataView(changed.buffer).setUint32(8, text.length, true);
  changed.set(text, 12);
  changed.set(bytes.subarray(12 + length), 12 + text.length);
  return changed;
}

function failure(bytes: Uint8Array): unknown {
  try {
    WordEncoder.fromBytes(bytes, 'text.bin');
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('the file of a text encoder', () => {
  it.each<[string, WordEncoder]>([
    ['both parts', WordEncoder.fit(texts, { wordVectors, sif: 0.01, tfidf: 2 })],
    ['tf-idf alone', WordEncoder.fit(texts, { sublinear: false })],
    ['word vectors alone', WordEncoder.fit([], { wordVectors, tfidf: 0 })],
    [
      'few word vectors',
      WordEncoder.fit(texts, {
        wordVectors: { words: ['dog'], vectors: { data: data.subarray(0, 5), rows: 1, cols: 5 } },
      }),
    ],
  ])('%s: read again it encodes to the same bytes, and writes the same file', (_, encoder) => {
    const bytes = encoder.toBytes();
    const again = WordEncoder.fromBytes(bytes);
    const asked = [...texts, 'w5', 'Hunde', '', 'a "b"'];
    expect(again.encode(asked)).toEqual(encoder.encode(asked));
    expect(again.unknown(asked)).toEqual(encoder.unknown(asked));
    expect(again.toBytes()).toEqual(bytes);
    // Somewhere inside other bytes, at an odd place.
    const shifted = new Uint8Array(bytes.length + 9);
    shifted.set(bytes, 3);
    expect(WordEncoder.fromBytes(shifted.subarray(3, -6)).toBytes()).toEqual(bytes);
  });

  const good = WordEncoder.fit(texts, { wordVectors }).toBytes();
  const { value } = header(good);
  const place = good.length - 5 * 4 - words.length * 5;
  const patched = (at: number, bytes: readonly number[]): Uint8Array => {
    const changed = good.slice();
    changed.set(bytes, at);
    return changed;
  };
  const table = (change: object) =>
    withHeader(good, (head) => ({ ...head, table: { ...value.table, ...change } }));

  it.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(0), 'begin with'],
    ['another kind', new TextEncoder().encode('PK\x03\x04 and so on'), 'begin with'],
    ['a magic alone', good.subarray(0, 10), 'begin with'],
    ['an endless header', patched(8, [255, 255, 255, 255]), 'header would have 4294967295'],
    ['a header that is cut', good.subarray(0, 20), 'header'],
    ['a header that is no JSON', patched(12, [0]), 'header'],
    ['another format', withHeader(good, (head) => ({ ...head, format: 'unseen-word-encoder/2' })), 'format'],
    ['a field too many', withHeader(good, (head) => ({ ...head, more: 1 })), 'header'],
    ['a count below zero', withHeader(good, (head) => ({ ...head, terms: -1 })), 'terms'],
    ['a count that is no whole number', withHeader(good, (head) => ({ ...head, terms: 1.5 })), 'terms'],
    ['other words than it says', withHeader(good, (head) => ({ ...head, terms: value.terms + 1 })), 'terms'],
    ['more words than it holds', table({ words: 1e8 }), 'words'],
    ['vectors without end', table({ dim: 1e8 }), 'vectors'],
    [
      'width without words',
      withHeader(good, (head) => ({ ...head, table: { words: 0, dim: 1e8, wordBytes: 2 } })),
      'table',
    ],
    ['a list of words without end', table({ wordBytes: 1e8 }), 'words: 100000000 bytes expected'],
    [
      'the same word twice',
      patched(
        text('w7"'),
        [...'w8"'].map((c) => c.charCodeAt(0)),
      ),
      'the same string twice',
    ],
    ['words that are no UTF-8', patched(text('w7"'), [0xff]), 'words: is no JSON'],
    [
      'a weight above all',
      withHeader(good, (head) => ({ ...head, settings: { ...value.settings, words: 1e9 } })),
      'settings',
    ],
    ['a value of −128', patched(place, [0x80]), '−128'],
    ['a scale that is NaN', patched(place - 4, [0, 0, 0xc0, 0x7f]), 'scales: number'],
    ['a scale below zero', patched(place - 4, [0, 0, 0x80, 0xbf]), 'scales: number'],
    ['a common direction that is none', patched(good.length - 4, [0, 0, 0x80, 0x42]), 'common direction'],
    ['a cut end', good.subarray(0, -1), 'common direction'],
    ['more behind the end', Uint8Array.of(...good, 0), 'more than its header says'],
  ])('%s: refused with a reason', (_, bytes, reason) => {
    const error = failure(bytes);
    expect(error).toMatchObject({ code: 'TEXT_ENCODER_INVALID', values: { file: 'text.bin' } });
    expect((error as UnseenError).message).toContain(reason);
  });

  function text(part: string): number {
    const wanted = new TextEncoder().encode(part);
    return good.findIndex((_, at) => wanted.every((byte, j) => good[at + j] === byte));
  }

  it('of any damage gives a typed error or an encoder that gives finite numbers', () => {
    const small = WordEncoder.fit(texts, {
      wordVectors: { words: ['dog', 'hund'], vectors: { data: data.slice(0, 4), rows: 2, cols: 2 } },
    }).toBytes();
    fc.assert(
      fc.property(fc.nat(small.length - 1), fc.nat(255), fc.nat(small.length), (at, byte, end) => {
        for (const bytes of [small.slice(), small.slice(0, end)]) {
          if (bytes.length > at) bytes[at] = byte;
          try {
            const { data: encoded } = WordEncoder.fromBytes(bytes).encode(texts);
            expect(encoded.every(Number.isFinite)).toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(UnseenError);
          }
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('is not taken for a table of words', () => {
    expect(() => readTable(good, 'words.bin')).toThrow(
      expect.objectContaining({ code: 'TEXT_ENCODER_INVALID' }),
    );
  });
});
