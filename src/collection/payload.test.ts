import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UnseenError } from '../errors.ts';
import { PAYLOAD_LIMITS, PayloadPacking, packTexts, parsePayload, textsOf } from './payload.ts';

const invalid = (given: unknown): string => {
  try {
    parsePayload(given);
  } catch (error) {
    expect(error).toBeInstanceOf(UnseenError);
    expect((error as UnseenError).code).toBe('PAYLOAD_INVALID');
    return (error as UnseenError).message;
  }
  throw new Error('it was taken'); // the test's own alarm
};

const nested = (depth: number): unknown => (depth === 1 ? {} : { a: nested(depth - 1) });

describe('a payload', () => {
  it('is a copy that later changes of the original do not reach', () => {
    const given = { tags: ['a', { b: 1 }], none: null, 'two words': true, zero: -0 };
    const payload = parsePayload(given);
    given.tags.push('c');
    expect(payload).toEqual({ tags: ['a', { b: 1 }], none: null, 'two words': true, zero: 0 });
  });

  it.each([
    [null, 'payload: must be an object, received null'],
    [[1], 'payload: must be an object, received an array of 1'],
    [new Date(0), 'payload: must be an object, received an object of a class'],
    [{ a: { when: new Date(0) } }, 'payload.a.when: must be a value of JSON'],
    [{ a: undefined }, 'payload.a: must be a value of JSON, received undefined'],
    [{ a: [1, undefined] }, 'payload.a[1]: must be a value of JSON'],
    [{ a: 1n }, 'payload.a: must be a value of JSON, received a bigint'],
    [{ a: () => 1 }, 'payload.a: must be a value of JSON, received a function'],
    [{ a: Symbol('s') }, 'received Symbol(s)'],
    [{ 'two words': [Number.NaN] }, 'payload["two words"][0]: must be a finite number, received NaN'],
    [{ a: Number.NEGATIVE_INFINITY }, 'received -Infinity'],
    [{ a: 'half \udc00' }, 'payload.a: must be well-formed Unicode'],
    [{ a: { 'b\0': 1 } }, 'the key must not hold the character U+0000'],
    [{ '': 1 }, 'payload[""]: the key must not be empty'],
    [
      JSON.parse('{"a":{"__proto__":{"admin":true}}}'),
      'payload.a.__proto__: the key is a name that is not taken',
    ],
    [{ constructor: 1 }, 'payload.constructor: the key is'],
    [{ prototype: 1 }, 'payload.prototype: the key is'],
  ])('names the place of what it refuses: %o', (given, message) => {
    expect(invalid(given)).toContain(message);
  });

  it('is refused just above each limit, and taken at it', () => {
    const { bytes, depth, keys } = PAYLOAD_LIMITS;
    const frame = '{"a":""}'.length;
    for (const [make, limit] of [
      [nested, depth],
      [(n: number) => ({ a: 'x'.repeat(n - frame) }), bytes],
      [(n: number) => ({ a: `${'ä'.repeat((bytes - frame) / 2)}${'x'.repeat(n - bytes)}` }), bytes],
      [(n: number) => ({ a: Array(n).fill(1) }), (bytes - '{"a":[]}'.length) >> 1],
      [(n: number) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`k${i}`, i])), keys],
    ] as const) {
      expect(parsePayload(make(limit))).toEqual(make(limit));
      invalid(make(limit + 1));
    }
  });

  it('is kept as JSON, the next one behind it', () => {
    const json = fc.dictionary(
      fc.string({ unit: 'grapheme', minLength: 1 }),
      fc.jsonValue({ stringUnit: 'grapheme' }),
    );
    fc.assert(
      fc.property(fc.array(json, { maxLength: 20 }), (given) => {
        const packing = new PayloadPacking(given.length);
        try {
          for (const one of given) packing.add(one);
        } catch {
          return; // a key that is a trap: of no interest here
        }
        const texts = given.map((one) => JSON.stringify(one));
        expect([...textsOf(packing.packed)]).toEqual(texts);
        expect(Buffer.from(packing.packed.bytes).equals(packTexts(texts).bytes)).toBe(true);
        expect(packing.packed.lengths).toEqual(packTexts(texts).lengths);
      }),
    );
  });

  it('costs little to refuse, however large what was given is', () => {
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    let shared: unknown = ['x'];
    for (let i = 0; i < 12; i++) shared = Array(100).fill(shared); // 10^24 values, if walked
    const started = performance.now();
    for (const given of [cycle, { shared }, { a: new Array(4e9) }, { a: 'x'.repeat(1e7) }, nested(5_000)]) {
      expect(invalid(given).length).toBeLessThan(400);
    }
    expect(performance.now() - started).toBeLessThan(500); // milliseconds when nothing else runs
  });

  it('is what JSON carries, or refused with PAYLOAD_INVALID: 10,000 values', () => {
    const outcome = { taken: 0, refused: 0 };
    const any = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withSparseArray: true,
    });
    const json = fc.jsonValue({ maxDepth: 5, stringUnit: 'binary' });
    fc.assert(
      fc.property(fc.oneof(any, fc.record({ json })), (given) => {
        try {
          const payload = parsePayload(given);
          expect(payload).toEqual(JSON.parse(JSON.stringify(given)));
          expect(parsePayload(JSON.parse(JSON.stringify(payload)))).toEqual(payload);
          outcome.taken++;
        } catch (error) {
          if (!(error instanceof UnseenError && error.code === 'PAYLOAD_INVALID')) throw error;
          outcome.refused++;
        }
      }),
      { numRuns: 10_000 },
    );
    expect(Math.min(outcome.taken, outcome.refused)).toBeGreaterThan(500);
  });
});
