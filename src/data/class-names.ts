/** Names of classes as different files spell them: `grizzly+bear`, `Grizzly bear`, `012.Grizzly_Bear`. */

/** The letters and digits of a name, in lower case, without a number that stands in front (`001.Black_footed_Albatross`). */
export function classKey(name: string): string {
  const bare = name.normalize('NFC').toLowerCase();
  return bare.replace(/^\d+[^\p{L}\p{N}]+(?=.*\p{L})/u, '').replaceAll(/[^\p{L}\p{N}]+/gu, '');
}

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
