/** A text drawn into a box of fixed size, whatever the text: lines are broken and cut, and nothing leaves the box. */
import { escapeXml } from './escape.ts';

export interface TextBox {
  /** Left upper corner and size in pixels. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Height of the letters in pixels. */
  readonly size: number;
  /** Attributes of the font. */
  readonly font: string;
}

const PADDING = 4;
/** Free at the right: there is the mark of a hit. */
const MARK = 14;
const LINE_HEIGHT = 1.25;
/** Mean width of a letter as a share of its height: a guess that holds for sans-serif fonts. */
const LETTER = 0.6;
/** Nothing of a longer text would be seen; a bound on the work. */
const MOST_CHARACTERS = 1000;

/** White space where a line may end: not at one that was written to hold words together. */
const BREAK = /[^\S\u{A0}\u{202F}]+/u;

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
/** Letters of Chinese, Japanese and Korean, and emoji, are as wide as they are high. */
const WIDE =
  /[\u{1100}-\u{11FF}\u{2E80}-\u{A4CF}\u{AC00}-\u{D7AF}\u{F900}-\u{FAFF}\u{FE30}-\u{FE4F}\u{FF00}-\u{FF60}\u{1F000}-\u{1FFFF}\u{20000}-\u{3FFFF}]/u;

/** An SVG element. */
export function textCard(text: string, { x, y, width, height, size, font }: TextBox): string {
  const columns = Math.floor((width - PADDING - MARK) / (size * LETTER));
  const rows = Math.floor((height - 2 * PADDING) / (size * LINE_HEIGHT));
  const spans = wrapText(text, columns, rows).map(
    (line, i) =>
      `<tspan x="${PADDING}" y="${PADDING + size * (0.9 + i * LINE_HEIGHT)}">${escapeXml(line)}</tspan>`,
  );
  // An inner svg element clips: a font wider than the guess is cut at the edge.
  return (
    `<svg x="${x}" y="${y}" width="${width}" height="${height}"><rect width="100%" height="100%" fill="#fff"/>` +
    `<text ${font} font-size="${size}" fill="#111">${spans.join('')}</text></svg>`
  );
}

/** At most `rows` lines of at most `columns` letters (a wide one counts as two); what is left out becomes `…`. */
export function wrapText(text: string, columns: number, rows: number): string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  const next = (): void => {
    lines.push(line);
    line = '';
    used = 0;
  };
  for (const word of text.slice(0, MOST_CHARACTERS).split(BREAK).filter(Boolean)) {
    const letters = Array.from(graphemes.segment(word), ({ segment }) => segment);
    const width = letters.reduce((sum, letter) => sum + widthOf(letter), 0);
    if (used > 0 && used + 1 + width > columns) next();
    else if (used > 0) {
      line += ' ';
      used++;
    }
    for (const letter of letters) {
      if (used > 0 && used + widthOf(letter) > columns) next();
      line += letter;
      used += widthOf(letter);
    }
  }
  if (line !== '') lines.push(line);
  if (lines.length <= rows && text.length <= MOST_CHARACTERS) return lines;
  const kept = lines.slice(0, rows);
  const last = Array.from(graphemes.segment(kept.at(-1) ?? ''), ({ segment }) => segment);
  while (last.length > 0 && last.reduce((sum, letter) => sum + widthOf(letter), 0) > columns - 1) last.pop();
  return [...kept.slice(0, -1), `${last.join('').trimEnd()}…`];
}

const widthOf = (letter: string): number => (WIDE.test(letter) ? 2 : 1);
