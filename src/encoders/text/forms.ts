/** Other forms under which a word may be known: parts of joined words, the singular, letters without accents. */

const JOINED = /['-]/;
/** English contractions and possessives: `don't` → `do`, `horse's` → `horse`. */
const ENDING = /(?:n't|'(?:s|re|ve|ll|d|m))$/;
/** Scripts in which a mark is an accent and may be missing; in others it may be a vowel. */
const ACCENTED = /^[\p{sc=Latin}\p{sc=Greek}\p{sc=Arabic}\p{sc=Hebrew}\p{M}\p{N}]+$/u;

/**
 * A word without apostrophes and hyphens, as one or several: `don't` → `do`, `l'eau` → `eau`, `polar-bear` → `polar`,
 * `bear`. A part of one letter goes where a longer one remains.
 */
export function parts(token: string): readonly string[] {
  if (!JOINED.test(token)) return [token];
  const all = token
    .replace(ENDING, '')
    .split(JOINED)
    .filter((part) => part !== '');
  const long = all.filter((part) => part.length > 1);
  return long.length > 0 ? long : all;
}

/** What an unknown word may be the plural of, the likelier first: English, and -s of French, Spanish, Portuguese. */
function singulars(word: string): string[] {
  if (!/^\p{sc=Latin}{3,}s$/u.test(word) || /[su]s$/.test(word)) return [];
  const found = [word.slice(0, -1)];
  if (word.endsWith('ies')) found.unshift(`${word.slice(0, -3)}y`);
  else if (/(?:ch|sh|[sxzo])es$/.test(word)) found.unshift(word.slice(0, -2));
  return found;
}

const unaccented = (word: string): string =>
  ACCENTED.test(word)
    ? word
        .normalize('NFD')
        .replace(/\p{Mn}/gu, '')
        .normalize('NFC')
    : word;

/** The place of a word, or of the first other form that has one; −1: unknown. */
export function place(places: ReadonlyMap<string, number>, word: string): number {
  const own = places.get(word);
  if (own !== undefined) return own;
  const bare = unaccented(word);
  for (const form of [...singulars(word), bare, ...singulars(bare)]) {
    const found = places.get(form);
    if (found !== undefined) return found;
  }
  return -1;
}
