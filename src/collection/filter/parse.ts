/** From JSON that anybody may have sent to a filter: every refusal names its place, and the work is bounded before it is done. */
import { UnseenError } from '../../errors.ts';
import { describeGiven, isPlainObject, keyFault, memberPlace, textFault, utf8Bytes } from '../given.ts';
import { fieldOf, pathKeys } from './field-path.ts';
import { BOUNDS, FILTER_LIMITS, type Filter, type Scalar } from './types.ts';

type Fields = Readonly<Record<string, unknown>>;

const FORMS = 'field with eq, in or gt/gte/lt/lte; or one of and, or, not';

/**
 * A copy of what was given, if it is a filter.
 *
 * @throws `FILTER_INVALID` with the place, the reason and what was received.
 */
export function parseFilter(given: unknown): Filter {
  let nodes = 0;
  const count = (more: number): void => {
    nodes += more;
    if (nodes > FILTER_LIMITS.nodes) throw tooMany();
  };

  const parse = (value: unknown, place: string, depth: number): Filter => {
    count(1);
    if (!isPlainObject(value)) throw refusal(place, `must be an object (${FORMS})`, value);
    if (depth > FILTER_LIMITS.depth) {
      throw refusal(place, `is deeper than ${FILTER_LIMITS.depth} filters`, value);
    }
    if (Object.hasOwn(value, 'field')) return parseCondition(value, place);
    const keys = Object.keys(value);
    const key = keys[0];
    if (keys.length !== 1 || (key !== 'and' && key !== 'or' && key !== 'not')) {
      throw refusal(place, `has another form than ${FORMS}`, value);
    }
    const at = `${place}.${key}`;
    if (key === 'not') return { not: parse(value[key], at, depth + 1) };
    const parts = list(value[key], at).map((part, i) => parse(part, `${at}[${i}]`, depth + 1));
    return key === 'and' ? { and: parts } : { or: parts };
  };

  const parseCondition = (value: Fields, place: string): Filter => {
    const field = parseField(value.field, `${place}.field`);
    const keys = Object.keys(value).filter((key) => key !== 'field');
    if (keys.length === 1 && keys[0] === 'eq') return { field, eq: scalar(value.eq, `${place}.eq`) };
    if (keys.length === 1 && keys[0] === 'in') {
      const at = `${place}.in`;
      const values = list(value.in, at);
      count(values.length);
      return { field, in: values.map((one, i) => scalar(one, `${at}[${i}]`)) };
    }
    return { field, ...parseBounds(value, keys, place) };
  };

  return parse(given, 'filter', 1);
}

function list(value: unknown, place: string): readonly unknown[] {
  if (!Array.isArray(value)) throw refusal(place, 'must be an array', value);
  if (value.length > FILTER_LIMITS.nodes) throw tooMany();
  return Array.from(value); // holes become undefined, which is refused by name
}

function parseField(value: unknown, place: string): string {
  if (typeof value !== 'string') throw refusal(place, 'must be a text', value);
  checkText(value, place);
  if (/\\(?!\.)/.test(value.replaceAll('\\\\', ''))) {
    throw refusal(place, 'a backslash stands before a dot or a backslash only', value);
  }
  const keys = pathKeys(value);
  if (keys.length > FILTER_LIMITS.depth) {
    throw refusal(place, `must name at most ${FILTER_LIMITS.depth} keys`, value);
  }
  for (const key of keys) {
    const fault = keyFault(key);
    if (fault !== undefined) throw refusal(place, `a key of the path ${fault}`, value);
  }
  return fieldOf(keys);
}

function parseBounds(value: Fields, keys: readonly string[], place: string): Record<string, number | string> {
  const stranger = keys.find((key) => !(BOUNDS as readonly string[]).includes(key));
  if (stranger !== undefined) {
    throw refusal(memberPlace(place, stranger), `does not belong here (${FORMS})`, value[stranger]);
  }
  if (keys.length === 0) throw refusal(place, 'needs eq, in, gt, gte, lt or lte', value);
  for (const [open, closed] of [BOUNDS.slice(0, 2), BOUNDS.slice(2)]) {
    if (keys.includes(open!) && keys.includes(closed!)) {
      throw refusal(place, `has both ${open} and ${closed}`, value);
    }
  }
  const bounds: Record<string, number | string> = {};
  for (const key of BOUNDS) {
    if (!keys.includes(key)) continue;
    const bound = scalar(value[key], `${place}.${key}`);
    if (typeof bound !== 'number' && typeof bound !== 'string') {
      throw refusal(`${place}.${key}`, 'must be a number or a text', bound);
    }
    bounds[key] = bound;
  }
  if (new Set(Object.values(bounds).map((bound) => typeof bound)).size > 1) {
    throw refusal(place, 'must have bounds of one kind, numbers or texts', value);
  }
  return bounds;
}

function scalar(value: unknown, place: string): Scalar {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value === 0 ? 0 : value; // -0 too
  if (typeof value === 'string') {
    checkText(value, place);
    return value;
  }
  throw refusal(place, 'must be a text, a finite number, true, false or null', value);
}

function checkText(text: string, place: string): void {
  const most = FILTER_LIMITS.textBytes;
  if (text.length > most || utf8Bytes(text) > most) {
    throw refusal(place, `must be at most ${most} bytes of text`, text);
  }
  const fault = textFault(text);
  if (fault !== undefined) throw refusal(place, fault, text);
}

const refusal = (where: string, reason: string, received: unknown): UnseenError =>
  new UnseenError('FILTER_INVALID', { where, reason, received: describeGiven(received) });

const tooMany = (): UnseenError =>
  new UnseenError('FILTER_INVALID', {
    where: 'filter',
    reason: `must have at most ${FILTER_LIMITS.nodes} filters and values in all`,
    received: 'more',
  });
