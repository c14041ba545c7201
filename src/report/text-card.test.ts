import fc from 'fast-check';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { textCard, wrapText } from './text-card.ts';

it('breaks lines between words, breaks words that are longer than a line, and cuts what is too much', () => {
  expect(wrapText('a cat on the mat', 8, 3)).toEqual(['a cat on', 'the mat']);
  expect(wrapText('  a\ncat\t', 8, 3)).toEqual(['a cat']);
  expect(wrapText('one\u00A0· two\u00A0· three', 7, 3)).toEqual(['one\u00A0·', 'two\u00A0·', 'three']);
  expect(wrapText('abcdefghij kl', 4, 5)).toEqual(['abcd', 'efgh', 'ij', 'kl']);
  expect(wrapText('one two three four', 5, 2)).toEqual(['one', 'two…']);
  expect(wrapText('日本語の文', 4, 9)).toEqual(['日本', '語の', '文']);
  expect(wrapText('👩‍🚀👩‍🚀', 2, 9)).toEqual(['👩‍🚀', '👩‍🚀']);
  expect(wrapText('', 8, 3)).toEqual([]);
});

it('no text of any kind keeps more lines or letters than asked', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.integer({ min: 2, max: 12 }),
      fc.integer({ min: 1, max: 4 }),
      (text, columns, rows) => {
        const lines = wrapText(text, columns, rows);
        expect(lines.length).toBeLessThanOrEqual(rows);
        for (const line of lines)
          expect(Array.from(new Intl.Segmenter().segment(line)).length).toBeLessThanOrEqual(columns);
      },
    ),
  );
});

it('draws any text inside its box: markup, control characters and half surrogates are no harm', async () => {
  const box = { x: 20, y: 10, width: 60, height: 40, size: 11, font: 'font-family="sans-serif"' };
  for (const text of ['</text></svg><script>', '&amp; & "\'', 'a\u0000b\u0008\uD800', 'W'.repeat(5000), '']) {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="100" height="60"><rect width="100%" height="100%" fill="#f00"/>${textCard(text, box)}</svg>`;
    const { data, info } = await sharp(Buffer.from(svg))
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    for (let i = 0; i < info.width * info.height; i++) {
      const [x, y] = [i % info.width, Math.floor(i / info.width)];
      if (x >= 20 && x < 80 && y >= 10 && y < 50) continue;
      expect([...data.subarray(3 * i, 3 * i + 3)]).toEqual([255, 0, 0]);
    }
  }
});
