/**
 * The payload of an item: what the application wants back with a hit, and what filters look at. Plain JSON
 * within limits that every backend keeps, Postgres' `jsonb` among them.
 */
import { UnseenError } from '../errors.ts';
import { describeGiven, isPlainObject, keyFault, memberPlace, textFault, utf8Bytes } from './given.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type Payload = { readonly [key: string]: Json };

/** `bytes` of JSON text in UTF-8; `depth` of objects and arrays, the payload itself is 1; `keys` in all objects together. */
export const PAYLOAD_LIMITS = { bytes: 65_536, depth: 16, keys: 1_000 } as const;

interface Walk {
  keys: number;
  /** A lower bound of the bytes of JSON, which ends the walk early. */
  bytes: number;
  /** Where the walk is; written out only for a refusal. */
  readonly at: (string | number)[];
}

/** No value takes more than so many times its share of the lower bound: a number 26 bytes with its comma, counted as 2. */
const WORST_SHARE = 13;

/**
 * A copy of what was given, if it is a payload: an object of JSON values with finite numbers, well-formed
 * texts, no key that is empty, `__proto__`, `constructor` or `prototype`, within `PAYLOAD_LIMITS`. Own
 * enumerable keys count, nothing is converted: a Date or `undefined` is refused. -0 becomes 0.
 *
 * @throws `PAYLOAD_INVALID` with the place, the reason and what was received.
 */
export function parsePayload(given: unknown): Payload {
  const walk: Walk = { keys: 0, bytes: 0, at: [] };
  if (!isPlainObject(given)) throw refusal(walk, 'must be an object', given);
  const payload = copyObject(given, 1, walk);
  if (walk.bytes * WORST_SHARE > PAYLOAD_LIMITS.bytes) {
    const bytes = utf8Bytes(JSON.stringify(payload));
    if (bytes > PAYLOAD_LIMITS.bytes) throw tooMuch('bytes', bytes);
  }
  return payload;
}

function copy(given: unknown, depth: number, walk: Walk): Json {
  spend(walk, 2); // a value and the comma or bracket after it
  if (given === null || typeof given === 'boolean') return given;
  if (typeof given === 'number') {
    if (!Number.isFinite(given)) throw refusal(walk, 'must be a finite number', given);
    return given === 0 ? 0 : given;
  }
  if (typeof given === 'string') {
    spend(walk, given.length);
    const fault = textFault(given);
    if (fault !== undefined) throw refusal(walk, fault, given);
    return given;
  }
  if (depth >= PAYLOAD_LIMITS.depth && typeof given === 'object') {
    throw refusal(walk, `is deeper than ${PAYLOAD_LIMITS.depth} objects and arrays`, given);
  }
  if (Array.isArray(given)) return copyArray(given, depth + 1, walk);
  if (isPlainObject(given)) return copyObject(given, depth + 1, walk);
  throw refusal(walk, 'must be a value of JSON', given);
}

function copyArray(given: readonly unknown[], depth: number, walk: Walk): Json[] {
  if (given.length > PAYLOAD_LIMITS.bytes) throw tooMuch('bytes');
  const made: Json[] = [];
  for (let i = 0; i < given.length; i++) {
    walk.at.push(i);
    made.push(copy(given[i], depth, walk));
    walk.at.pop();
  }
  return made;
}

function copyObject(given: Readonly<Record<string, unknown>>, depth: number, walk: Walk): Payload {
  const made: Record<string, Json> = {};
  for (const key of Object.keys(given)) {
    spend(walk, key.length + 3);
    if (++walk.keys > PAYLOAD_LIMITS.keys) throw tooMuch('keys');
    walk.at.push(key);
    const fault = keyFault(key);
    if (fault !== undefined) throw refusal(walk, `the key ${fault}`, key);
    made[key] = copy(given[key], depth, walk);
    walk.at.pop();
  }
  return made;
}

function spend(walk: Walk, bytes: number): void {
  walk.bytes += bytes;
  if (walk.bytes > PAYLOAD_LIMITS.bytes) throw tooMuch('bytes');
}

const tooMuch = (unit: 'bytes' | 'keys', received: number | string = 'more'): UnseenError =>
  new UnseenError('PAYLOAD_INVALID', {
    where: 'payload',
    reason: `must have at most ${PAYLOAD_LIMITS[unit]} ${unit === 'keys' ? 'keys' : 'bytes of JSON'} in all`,
    received,
  });

const refusal = (walk: Walk, reason: string, received: unknown): UnseenError => {
  const where = walk.at.reduce<string>(
    (place, step) => (typeof step === 'number' ? `${place}[${step}]` : memberPlace(place, step)),
    'payload',
  );
  return new UnseenError('PAYLOAD_INVALID', { where, reason, received: describeGiven(received) });
};
