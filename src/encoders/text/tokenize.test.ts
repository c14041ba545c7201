import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_TEXT_LENGTH, tokenize } from './tokenize.ts';

describe('words of a text', () => {
  it.each<[string, string, string[]]>([
    ['Latin', 'Ein Straßen-Café, l’eau; don’t!', ['ein', 'straßen-café', "l'eau", "don't"]],
    ['Turkish', 'İstanbul’da IŞIK', ["istanbul'da", 'işik']],
    ['Greek', 'Ο ΣΚΎΛΟΣ τρέχει', ['ο', 'σκύλος', 'τρέχει']],
    ['Cyrillic', 'Здравствуй, МИР', ['здравствуй', 'мир']],
    ['Arabic', 'مرحبا، بالعالم', ['مرحبا', 'بالعالم']],
    ['Persian, with a joiner inside a word', 'می\u200Cخواهم برو', ['میخواهم', 'برو']],
    ['Hebrew', 'שָׁלוֹם עולם', ['שָׁלוֹם', 'עולם']],
    ['Devanagari, whose vowels are marks', 'नमस्ते दुनिया।', ['नमस्ते', 'दुनिया']],
    ['Korean', '안녕하세요 세계', ['안녕하세요', '세계']],
    ['Chinese: a character each', '我爱北京。', ['我', '爱', '北', '京']],
    ['Japanese: kana in pairs', '犬がコーヒーを飲む', ['犬', 'が', 'コー', 'ーヒ', 'ヒー', 'を', '飲', 'む']],
    ['Thai: pairs of letters with their marks', 'ที่นี่ กา', ['ที่นี่', 'กา']],
    ['Khmer', 'ខ្មែរ', ['ខ្មែ', 'មែរ']],
    ['two scripts', 'iPhoneを買う2台', ['iphone', 'を', '買', 'う', '2', '台']],
  ])('%s', (_, text, words) => {
    expect(tokenize(text)).toEqual(words);
  });

  it('are the same for every spelling of the same characters', () => {
    expect(tokenize('ﬁne ＡＢＣ ｶﾞ')).toEqual(['fine', 'abc', 'ガ']);
    expect(tokenize('Cafe\u0301')).toEqual(tokenize('CAFÉ'));
    expect(tokenize("don't don’t don＇t donʼt")).toEqual(Array(4).fill("don't"));
    expect(tokenize('ice\u2011cream ice‐cream ice-cream')).toEqual(Array(3).fill('ice-cream'));
    expect(tokenize('zer\u00ADlegen')).toEqual(['zerlegen']);
  });

  it('end at everything but an apostrophe or a hyphen between letters; case does not end them', () => {
    expect(tokenize("'quoted' rock-'n'-roll a--b snake_case x.y 3,5 CamelCase2 - ' ")).toEqual([
      'quoted',
      'rock',
      'n',
      'roll',
      'a',
      'b',
      'snake',
      'case',
      'x',
      'y',
      '3',
      '5',
      'camelcase2',
    ]);
    expect(tokenize(' \n\t.,;')).toEqual([]);
    expect(tokenize('')).toEqual([]);
  });

  it('emoji are words: without skin tone and variation, sequences as one', () => {
    expect(tokenize('go👩🏽\u200D🚀now ❤\uFE0F❤ 👍🏿 🇬🇧🇫🇷 1\uFE0F\u20E3 © ™')).toEqual([
      'go',
      '👩\u200D🚀',
      'now',
      '❤',
      '❤',
      '👍',
      '🇬🇧',
      '🇫🇷',
      '1',
      'tm',
    ]);
  });

  it('of plain ASCII come from a shortcut with the same answer', () => {
    const ascii = fc.string({ unit: fc.constantFrom(..."aZ09'-_ .\n") });
    fc.assert(
      fc.property(ascii, (text) => {
        // A character that is a word of its own sends the text the long way.
        expect(tokenize(`${text} 中`)).toEqual([...tokenize(text), '中']);
      }),
    );
  });

  it('keep the long vowel with the kana around it, at the beginning of a run too', () => {
    expect(tokenize('㌳')).toEqual(['フィ', 'ィー', 'ート']);
    expect(tokenize('ート らーめ ー')).toEqual(['ート', 'らー', 'ーめ', 'ー']);
  });

  it('of any string are lower-case, hold no space, and are their own words', () => {
    const text = fc.string({
      unit: fc.oneof(fc.string({ unit: 'binary', maxLength: 1 }), fc.constantFrom('İ', 'ß', 'ǅ', '\uD800')),
    });
    fc.assert(
      fc.property(text, (any) => {
        for (const word of tokenize(any)) {
          expect(word).not.toMatch(/\s/);
          expect(word).toBe(word.toLowerCase());
          expect(tokenize(word)).toEqual([word]);
        }
      }),
      { numRuns: 500 },
    );
  });

  it.each(['é', 'a', '犬', 'ไ', "a'", 'あ', '👩\u200D', 'é-', '\u0301', '\u00AD', ' é'])(
    'a text of the longest kind takes well under ten seconds: %j',
    (unit) => {
      const started = performance.now();
      tokenize(unit.repeat(MAX_TEXT_LENGTH / unit.length));
      expect(performance.now() - started).toBeLessThan(10_000);
    },
  );

  it('a longer text is refused, also one that grows when it is normalised', () => {
    for (const text of ['a'.repeat(MAX_TEXT_LENGTH + 1), 'ﷺ'.repeat(MAX_TEXT_LENGTH / 8)])
      expect(() => tokenize(text)).toThrow(expect.objectContaining({ code: 'TEXT_TOO_LONG' }));
  });
});
