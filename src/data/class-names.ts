/** Names of classes as different files spell them: `grizzly+bear`, `Grizzly bear`, `012.Grizzly_Bear`. */

/** The words of a name, in lower case, without a number that stands in front (`001.Black_footed_Albatross`). */
export const classWords = (name: string): string[] =>
  name
    .normalize('NFC')
    .toLowerCase()
    .replace(/^\d+[^\p{L}\p{N}]+(?=.*\p{L})/u, '')
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);

/** What the spellings of one name share: the letters and digits of its words. */
export const classKey = (name: string): string => classWords(name).join('');

/**
 * Finds the place of a name in a list: the name itself, else the only one that has the same key. `undefined` for none, and
 * where two would do.
 */
export function classFinder(names: readonly string[]): (name: string) => number | undefined {
  const exact = new Map(names.map((name, place) => [name, place]));
  const loose = new Map<string, number | undefined>();
  names.forEach((name, place) => {
    const key = classKey(name);
    if (key !== '') loose.set(key, loose.has(key) ? undefined : place);
  });
  return (name) => exact.get(name) ?? loose.get(classKey(name));
}
