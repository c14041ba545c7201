/**
 * Texts → words, for any language and the same everywhere: Unicode properties and fixed rules only. `Intl.Segmenter`
 * would find the words of Chinese or Thai, but its dictionaries differ between versions of Node and of browsers.
 */
import { UnseenError } from '../../errors.ts';

/** A book has about a million characters; what is longer is no text to search for as one item. */
export const MAX_TEXT_LENGTH = 1 << 20;

/** Between letters these change how a word looks, not which word it is: soft hyphen, joiners, direction, variation. */
const IGNORED = '\\u00AD\\u061C\\u200C-\\u200F\\u2060\\uFEFF\\uFE00-\\uFE0F\\u20E3';
const SKIN = '\\u{1F3FB}-\\u{1F3FF}';
/** A mark belongs to the letter before it; in many scripts marks are the vowels. */
const MARKS = `[\\p{M}${IGNORED}]*`;
/** Han characters carry meaning one by one. */
const HAN = `(?=[\\p{L}\\p{N}])\\p{sc=Han}${MARKS}`;
/** Syllables and letters of scripts without spaces say little alone: overlapping pairs stand for words. */
const SCRIPTS = ['Hira', 'Kana', 'Thai', 'Laoo', 'Khmr', 'Mymr'];
const UNSPACED = SCRIPTS.map((script) => `\\p{scx=${script}}`);
const runOf = (letter: string): string => `(?:(?=\\p{L})${letter}${MARKS})+`;
/** A letter of several scripts (ー) belongs to the run of the letter behind it. */
const RUNS = [
  ...SCRIPTS.map((script, i) => `(?=${UNSPACED[i]}*\\p{sc=${script}})${runOf(UNSPACED[i]!)}`),
  ...UNSPACED.map(runOf),
];
const SPACED = `(?!\\p{sc=Han}|${UNSPACED.join('|')})\\p{L}${MARKS}|\\p{N}${MARKS}`;

const PICTOGRAPH = `(?![©®])\\p{Extended_Pictographic}[${SKIN}\\uFE0F\\u{E0020}-\\u{E007F}]*`;
const TOKEN = new RegExp(
  [
    `(?<picture>\\p{RI}\\p{RI}|${PICTOGRAPH}(?:\\u200D${PICTOGRAPH})*)`,
    `(?<han>${HAN})`,
    `(?<run>${RUNS.join('|')})`,
    `(?:${SPACED})+(?:['-](?:${SPACED})+)*`,
  ].join('|'),
  'gu',
);
const IN_WORDS = new RegExp(`[${IGNORED}]`, 'gu');
const IN_PICTURES = new RegExp(`[${SKIN}\\uFE0F]`, 'gu');
const CLUSTER = /\p{L}\p{M}*/gu;

const ASCII = /^[\0-\x7f]*$/;
const ASCII_TOKEN = /[a-z0-9]+(?:['-][a-z0-9]+)*/g;

/**
 * The words of a text, in order, lower-case, after NFKC.
 *
 * - A word is a run of letters, marks and digits; apostrophes and hyphens inside stay (`don't`, `l'eau`, `t-shirt`).
 *   Case does not end a word (`CamelCase` is one), everything else does.
 * - Han: a character is a word. Kana, Thai, Lao, Khmer, Burmese: overlapping pairs of letters, each with its marks.
 * - Emoji are words, without skin tone and variation; sequences (families, flags) are one.
 *
 * @throws `TEXT_TOO_LONG` above `MAX_TEXT_LENGTH` characters (UTF-16 units), as it stands or after NFKC
 */
export function tokenize(text: string): string[] {
  checkLength(text);
  if (ASCII.test(text)) return text.toLowerCase().match(ASCII_TOKEN) ?? [];
  const normal = plain(text);
  // NFKC makes up to eighteen characters of one.
  checkLength(normal);
  const tokens: string[] = [];
  for (const match of normal.matchAll(TOKEN)) {
    const { picture, run } = match.groups!;
    if (picture) tokens.push(picture.replace(IN_PICTURES, ''));
    else if (run) for (const pair of pairs(run.replace(IN_WORDS, '').match(CLUSTER)!)) tokens.push(pair);
    else tokens.push(match[0].replace(IN_WORDS, ''));
  }
  return tokens;
}

/**
 * One form for all spellings of the same characters: NFKC, lower case, one apostrophe, one hyphen, `i` for the
 * Turkish İ. Lower-casing can leave marks in another order than normalised text has them, hence twice.
 */
export const plain = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFKC')
    .replace(/i\u0307/g, 'i')
    .replace(/[‘’ʼ]/g, "'")
    .replace(/‐/g, '-');

function checkLength({ length }: string): void {
  if (length > MAX_TEXT_LENGTH)
    throw new UnseenError('TEXT_TOO_LONG', { what: 'a text', received: length, limit: MAX_TEXT_LENGTH });
}

const pairs = (letters: readonly string[]): readonly string[] =>
  letters.length === 1 ? letters : letters.slice(1).map((letter, i) => letters[i]! + letter);
