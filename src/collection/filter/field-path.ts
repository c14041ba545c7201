/** The keys that a filter's `field` names: `a.b` is key b of key a, `a\.b` is the one key "a.b". */

/** The keys of a path, the empty ones too: whether they can be keys is for the caller to ask. */
export function pathKeys(field: string): string[] {
  const keys = [''];
  for (let i = 0; i < field.length; i++) {
    const character = field[i]!;
    if (character === '.') keys.push('');
    else if (character === '\\') keys[keys.length - 1] += field[++i] ?? '';
    else keys[keys.length - 1] += character;
  }
  return keys;
}

/** The `field` that names these keys, in its one spelling. */
export function fieldOf(keys: readonly string[]): string {
  return keys.map((key) => key.replace(/[\\.]/g, '\\$&')).join('.');
}
