/**
 * What payloads and filters ask of values from outside: which keys and texts are taken, and how a refused
 * value is shown. Texts must be what Postgres can keep in `jsonb` too, so that a collection can move there.
 */

/** Names that reach the prototype of an object where somebody copies keys without care. */
const TRAPS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Why this text cannot be kept, or `undefined` if it can. A loop: several times faster than `/\p{Surrogate}/u`. */
export function textFault(text: string): string | undefined {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0) return 'must not hold the character U+0000';
    if (unit < 0xd800 || unit > 0xdfff) continue;
    const next = text.charCodeAt(++i); // NaN at the end
    if (unit > 0xdbff || !(next >= 0xdc00 && next <= 0xdfff)) {
      return 'must be well-formed Unicode (it holds half of a surrogate pair)';
    }
  }
  return undefined;
}

/** Why this key cannot be kept, or `undefined` if it can. */
export function keyFault(key: string): string | undefined {
  if (key === '') return 'must not be empty';
  if (TRAPS.has(key)) return 'is a name that is not taken as a key';
  return textFault(key);
}

/** An object as JSON has it: no array, no Date, no class of anybody. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** Bytes of the text in UTF-8. */
export function utf8Bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** A value in a few words: never a long text, never a walk through something deep. */
export function describeGiven(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (isPlainObject(value)) return describeObject(value);
  if (typeof value === 'object' && value !== null) return 'an object of a class';
  if (typeof value === 'function') return 'a function';
  return typeof value === 'bigint' ? 'a bigint' : String(value);
}

function describeObject(value: Readonly<Record<string, unknown>>): string {
  const keys = Object.keys(value);
  if (keys.length === 0) return 'an empty object';
  const first = keys.slice(0, 3).map((key) => JSON.stringify(key.slice(0, 20)));
  return `an object with ${first.join(', ')}${keys.length > 3 ? ', …' : ''}`;
}

/** The place of a member: `payload.size`, `payload["two words"]`. */
export function memberPlace(place: string, key: string): string {
  const short = key.length > 60 ? `${key.slice(0, 60)}…` : key;
  return /^[A-Za-z_]\w*$/.test(short) ? `${place}.${short}` : `${place}[${JSON.stringify(short)}]`;
}
