/** One text for one value: keys sorted, no spaces. What hashes are taken of. */

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

/** Lists without objects have one form already, and the engine writes a million numbers much faster than we do. */
const isPlainList = (value: Json): boolean =>
  Array.isArray(value) &&
  value.every((item: Json) => item === null || typeof item !== 'object' || isPlainList(item));

export function canonicalJson(value: Json): string {
  if (isPlainList(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const object = value as { readonly [key: string]: Json | undefined };
    const keys = Object.keys(object)
      .filter((key) => object[key] !== undefined)
      .sort();
    return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalJson(object[key]!)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}
