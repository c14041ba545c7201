/**
 * A filter as a function of a payload. The meaning of a path is that of a lax SQL/JSON path, so that Postgres
 * can answer the same: a step looks into the elements of an array, one level, and so does the condition at the end.
 */
import type { Json, Payload } from '../payload.ts';
import { pathKeys } from './field-path.ts';
import { compareText } from './text-order.ts';
import type { Filter, Range } from './types.ts';

type Test = (value: Json) => boolean;

/** Whether the payload passes; for many payloads, compile the filter once. Both must be parsed ones. */
export function matches(filter: Filter, payload: Payload): boolean {
  return compileFilter(filter)(payload);
}

/** The filter as a function; neither it nor its inputs are changed by calls. */
export function compileFilter(filter: Filter): (payload: Payload) => boolean {
  if ('not' in filter) {
    const part = compileFilter(filter.not);
    return (payload) => !part(payload);
  }
  if ('and' in filter) {
    const parts = filter.and.map(compileFilter);
    return (payload) => parts.every((part) => part(payload));
  }
  if ('or' in filter) {
    const parts = filter.or.map(compileFilter);
    return (payload) => parts.some((part) => part(payload));
  }
  const keys = pathKeys(filter.field);
  if ('eq' in filter) {
    const { eq } = filter;
    return at(keys, (value) => value === eq, eq === null);
  }
  if ('in' in filter) {
    const values = new Set<Json>(filter.in);
    return at(keys, (value) => values.has(value), values.has(null));
  }
  return at(keys, rangeTest(filter), false);
}

/** Whether a value at the path passes; `orMissing`: or the path leads nowhere. */
function at(keys: readonly string[], test: Test, orMissing: boolean): (payload: Payload) => boolean {
  const key = keys[0]!;
  if (keys.length === 1) {
    return (payload) => {
      if (!Object.hasOwn(payload, key)) return orMissing;
      const value = payload[key]!;
      return Array.isArray(value) ? value.some(test) : test(value);
    };
  }
  const exists: Test = () => true;
  return (payload) => some(payload, keys, 0, test) || (orMissing && !leads(payload, keys, 0, exists));
}

/** Whether one value at the end passes, where an array at the end counts as its elements. */
function some(value: Json, keys: readonly string[], step: number, test: Test): boolean {
  return leads(value, keys, step, (end) => (Array.isArray(end) ? end.some(test) : test(end)));
}

/** Whether the path leads to a value, an array as it is, that passes. */
function leads(value: Json, keys: readonly string[], step: number, test: Test): boolean {
  if (step === keys.length) return test(value);
  if (Array.isArray(value)) return value.some((element) => member(element, keys, step, test));
  return member(value, keys, step, test);
}

/** An array within an array is not looked into. */
function member(value: Json, keys: readonly string[], step: number, test: Test): boolean {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
  const key = keys[step]!;
  return Object.hasOwn(value, key) && leads((value as Payload)[key]!, keys, step + 1, test);
}

/** One value must keep all bounds. A value of another kind than the bounds keeps none. */
function rangeTest(range: Range): Test {
  const lower = range.gt ?? range.gte;
  const upper = range.lt ?? range.lte;
  const openBelow = range.gt !== undefined;
  const openAbove = range.lt !== undefined;
  const kind = typeof (lower ?? upper);
  return (value) => {
    if (typeof value !== kind) return false;
    const one = value as number | string;
    if (lower !== undefined && !(openBelow ? compare(one, lower) > 0 : compare(one, lower) >= 0))
      return false;
    return upper === undefined || (openAbove ? compare(one, upper) < 0 : compare(one, upper) <= 0);
  };
}

const compare = (a: number | string, b: number | string): number =>
  typeof a === 'string' ? compareText(a, b as string) : a - (b as number);
