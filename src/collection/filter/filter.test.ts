import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fields, filters, payloads, scalars } from '../../../test/filters.ts';
import { UnseenError } from '../../errors.ts';
import type { Json, Payload } from '../payload.ts';
import { canonicalFilter, compileFilter, FILTER_LIMITS, type Filter, matches, parseFilter } from './index.ts';

/** The oracle: lists every value that a path leads to, then looks at them; texts as arrays of code points. */
function naive(filter: Filter, payload: Payload): boolean {
  if ('not' in filter) return !naive(filter.not, payload);
  if ('and' in filter) return filter.and.map((part) => naive(part, payload)).every(Boolean);
  if ('or' in filter) return filter.or.map((part) => naive(part, payload)).some(Boolean);
  const keys = filter.field.match(/(\\.|[^.\\])+/g)!.map((key) => key.replace(/\\(.)/g, '$1'));
  let ends: Json[] = [payload];
  for (const key of keys) {
    ends = ends
      .flatMap((value) => (Array.isArray(value) ? (value as Json[]) : [value]))
      .filter((value) => typeof value === 'object' && value !== null && !Array.isArray(value))
      .flatMap((value) => Object.entries(value as Payload).filter(([name]) => name === key))
      .map(([, value]) => value);
  }
  const values = ends.flatMap((value) => (Array.isArray(value) ? (value as Json[]) : [value]));
  const equals = (wanted: Json): boolean =>
    values.some((value) => value === wanted) || (wanted === null && ends.length === 0);
  if ('eq' in filter) return equals(filter.eq);
  if ('in' in filter) return filter.in.some(equals);
  const order = (a: number | string, b: number | string): number => {
    if (typeof a === 'number') return a - (b as number);
    return Buffer.compare(Buffer.from(a), Buffer.from(b as string));
  };
  const { gt, gte, lt, lte } = filter;
  const kind = typeof (gt ?? gte ?? lt ?? lte);
  return values
    .filter((value): value is number | string => typeof value === kind)
    .some(
      (value) =>
        (gt === undefined || order(value, gt) > 0) &&
        (gte === undefined || order(value, gte) >= 0) &&
        (lt === undefined || order(value, lt) < 0) &&
        (lte === undefined || order(value, lte) <= 0),
    );
}

const RUNS = { numRuns: 3_000 };

describe('a filter', () => {
  it('answers as the naive evaluator does', () => {
    const said = { true: 0, false: 0 };
    fc.assert(
      fc.property(filters, payloads, (filter, payload) => {
        const answer = naive(filter, payload);
        said[`${answer}`]++;
        expect(matches(filter, payload)).toBe(answer);
        expect(compileFilter(parseFilter(filter))(payload)).toBe(answer);
      }),
      RUNS,
    );
    expect(Math.min(said.true, said.false)).toBeGreaterThan(300); // neither answer is a rarity
  });

  it('orders texts by code point, and reads no property of an array', () => {
    const above = parseFilter({ field: 'a', gt: '\ufffd' });
    expect(['\u{1f600}', '\ufffd!', '\ufffd', '\ue000'].map((a) => matches(above, { a }))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(matches({ field: 'a.length', eq: 1 }, { a: [[1]] })).toBe(false);
  });

  it('comes back from its canonical text with the same answers and the same text', () => {
    fc.assert(
      fc.property(filters, payloads, (filter, payload) => {
        const text = canonicalFilter(filter);
        const again = parseFilter(JSON.parse(text));
        expect(canonicalFilter(again)).toBe(text);
        expect(matches(again, payload)).toBe(naive(filter, payload));
      }),
      RUNS,
    );
  });

  /** The same filter written differently: turned round, repeated, wrapped. */
  const rewritten = (filter: Filter, dice: () => number): Filter => {
    const wrap = dice() % 4;
    if (wrap === 1) return { and: [rewritten(filter, dice)] };
    if (wrap === 2) return { or: [rewritten(filter, dice)] };
    if (wrap === 3 && dice() % 2) return { not: { not: rewritten(filter, dice) } };
    const turn = (parts: readonly Filter[]): Filter[] => {
      const done = parts.map((part) => rewritten(part, dice)).reverse();
      return dice() % 2 && done.length > 0 ? [...done, done[0]!] : done;
    };
    if ('and' in filter) return { and: turn(filter.and) };
    if ('or' in filter) return { or: turn(filter.or) };
    if ('not' in filter) return { not: rewritten(filter.not, dice) };
    if ('eq' in filter) return dice() % 2 ? { in: [filter.eq], field: filter.field } : filter;
    if ('in' in filter) return { in: [...filter.in, ...filter.in].reverse(), field: filter.field };
    return Object.fromEntries(Object.entries(filter).reverse()) as unknown as Filter;
  };

  it('has the same canonical text in another order, with repetitions and wrapped', () => {
    fc.assert(
      fc.property(filters, fc.infiniteStream(fc.nat(7)), (filter, stream) => {
        const other = rewritten(filter, () => stream.next().value as number);
        expect(canonicalFilter(other)).toBe(canonicalFilter(filter));
      }),
      RUNS,
    );
  });

  it('has another canonical text where it answers otherwise', () => {
    fc.assert(
      fc.property(filters, filters, payloads, (one, other, payload) => {
        fc.pre(naive(one, payload) !== naive(other, payload));
        expect(canonicalFilter(one)).not.toBe(canonicalFilter(other));
      }),
      RUNS,
    );
  });
});

const invalid = (given: unknown): UnseenError => {
  try {
    parseFilter(given);
  } catch (error) {
    expect(error).toBeInstanceOf(UnseenError);
    expect((error as UnseenError).code).toBe('FILTER_INVALID');
    return error as UnseenError;
  }
  throw new Error('a filter was made of it'); // the test's own alarm
};

const nested = (depth: number): unknown => {
  let value: unknown = { field: 'a', eq: 1 };
  for (let i = 1; i < depth; i++) value = { not: value };
  return value;
};

describe('a refused filter', () => {
  it.each([
    [null, 'filter: must be an object'],
    [[], 'received an array of 0'],
    [{ colour: 'red' }, 'filter: has another form than field with eq, in or gt/gte/lt/lte; or one of'],
    [{ and: [], or: [] }, 'filter: has another form'],
    [{ and: { field: 'a', eq: 1 } }, 'filter.and: must be an array, received an object with "field", "eq"'],
    [{ and: [{ field: 'a', eq: 1 }, 7] }, 'filter.and[1]: must be an object'],
    [{ not: { or: [{ field: 'a', eq: [1] }] } }, 'filter.not.or[0].eq: must be a text, a finite number'],
    [{ field: 'a' }, 'filter: needs eq, in, gt'],
    [{ field: 7, eq: 1 }, 'filter.field: must be a text, received 7'],
    [{ field: '', eq: 1 }, 'filter.field: a key of the path must not be empty'],
    [{ field: 'a..b', eq: 1 }, 'filter.field: a key of the path must not be empty, received "a..b"'],
    [{ field: 'a.__proto__', eq: 1 }, 'filter.field: a key of the path is a name that is not taken'],
    [{ field: 'a\\b', eq: 1 }, 'filter.field: a backslash stands before'],
    [{ field: 'a\\', eq: 1 }, 'filter.field: a backslash stands before'],
    [{ field: 'a', eq: undefined }, 'filter.eq: must be a text'],
    [{ field: 'a', eq: Number.NaN }, 'received NaN'],
    [{ field: 'a', eq: 1n }, 'received a bigint'],
    [{ field: 'a', eq: '\ud800' }, 'filter.eq: must be well-formed Unicode'],
    [{ field: 'a', eq: 'a\0' }, 'filter.eq: must not hold the character U+0000'],
    [{ field: 'a', eq: 1, lt: 2 }, 'filter.eq: does not belong here'],
    [{ field: 'a', like: 'x%' }, 'filter.like: does not belong here'],
    [{ field: 'a', in: 'abc' }, 'filter.in: must be an array, received "abc"'],
    [{ field: 'a', in: [1, {}] }, 'filter.in[1]: must be a text, a finite number, true, false or null'],
    [{ field: 'a', gt: 1, gte: 1 }, 'filter: has both gt and gte'],
    [{ field: 'a', gt: 1, lt: '2' }, 'filter: must have bounds of one kind'],
    [{ field: 'a', lt: null }, 'filter.lt: must be a number or a text, received null'],
  ])('names the place and what stood there: %o', (given, message) => {
    expect(invalid(given).message).toContain(message);
  });

  it('is refused just above each limit, and taken at it', () => {
    const { depth, nodes, textBytes } = FILTER_LIMITS;
    const values = (n: number) => ({ field: 'a', in: Array.from({ length: n }, (_, i) => i) });
    const path = (n: number) => ({ field: Array(n).fill('a').join('.'), eq: 1 });
    for (const [make, limit] of [
      [nested, depth],
      [path, depth],
      [values, nodes - 1],
      [(n: number) => ({ or: Array(n).fill({ field: 'a', eq: 1 }) }), nodes - 1],
      [(n: number) => ({ field: 'a', eq: 'x'.repeat(n) }), textBytes],
      [(n: number) => ({ field: 'a', eq: 'ä'.repeat(n) }), textBytes / 2],
      [(n: number) => ({ field: 'x'.repeat(n), eq: 1 }), textBytes],
    ] as const) {
      expect(parseFilter(make(limit))).toEqual(make(limit));
      invalid(make(limit + 1));
    }
  });

  it('costs little, however large what was given is', () => {
    const cycle: { not?: unknown } = {};
    cycle.not = cycle;
    const huge = [
      nested(100_000),
      cycle,
      { and: Array(1e6).fill({ or: [] }) },
      { field: 'x'.repeat(1e7), eq: 1 },
    ];
    const wide = Array.from({ length: 900 }, () => ({ field: 'a', in: Array(900).fill('x'.repeat(4_000)) }));
    const sparse = { field: 'a', in: new Array(4e9) };
    const started = performance.now();
    for (const given of [...huge, { and: wide }, sparse])
      expect(invalid(given).message.length).toBeLessThan(400);
    expect(performance.now() - started).toBeLessThan(500); // a millisecond or two when nothing else runs
  });

  it('is all that hostile JSON brings about: 10,000 values', () => {
    const words = fc.constantFrom(
      'field',
      'eq',
      'in',
      'gt',
      'gte',
      'lt',
      'lte',
      'and',
      'or',
      'not',
      '__proto__',
    );
    const { hostile } = fc.letrec<{ hostile: unknown }>((tie) => ({
      hostile: fc.oneof(
        { maxDepth: 6 },
        { weight: 3, arbitrary: fc.oneof(scalars, fc.double(), fc.string({ unit: 'binary' }), words) },
        fc.array(tie('hostile'), { maxLength: 4 }),
        fc.dictionary(fc.oneof({ weight: 4, arbitrary: words }, fc.string()), tie('hostile'), { maxKeys: 3 }),
        fc.record({ field: fc.oneof(fields, fc.string()), eq: tie('hostile') }),
        fc.record({ field: fields, in: fc.array(tie('hostile'), { maxLength: 3 }) }),
        fc.record({ field: fields, gt: tie('hostile'), lt: tie('hostile') }, { requiredKeys: ['field'] }),
        fc.record({ and: fc.array(tie('hostile'), { maxLength: 3 }) }),
        fc.record({ not: tie('hostile') }),
      ),
    }));
    const outcome = { filter: 0, refused: 0 };
    let slowest = 0;
    fc.assert(
      fc.property(fc.oneof(hostile, fc.jsonValue({ maxDepth: 20 })), fc.boolean(), (value, asJson) => {
        const text = JSON.stringify(value);
        const given: unknown = asJson && text !== undefined ? JSON.parse(text) : value;
        const started = performance.now();
        try {
          compileFilter(parseFilter(given))({ a: 1 });
          outcome.filter++;
        } catch (error) {
          if (!(error instanceof UnseenError && error.code === 'FILTER_INVALID')) throw error;
          outcome.refused++;
        }
        slowest = Math.max(slowest, performance.now() - started);
      }),
      { numRuns: 10_000 },
    );
    expect(Math.min(outcome.filter, outcome.refused)).toBeGreaterThan(500);
    expect(slowest).toBeLessThan(250); // below 1 ms but for a busy machine
  });
});
