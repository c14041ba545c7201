import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressOf, changed, parseRoute, type Route } from './route.ts';

const text = fc.string({ minLength: 1, unit: 'grapheme' });
const question = fc.oneof(
  fc.record({ kind: fc.constant('text' as const), text }),
  fc.record({ kind: fc.constant('item' as const), id: text }),
  fc.record({
    kind: fc.constant('code' as const),
    code: fc.uint8Array({ minLength: 1, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex')),
  }),
);
const route: fc.Arbitrary<Route> = fc.record(
  {
    view: fc.constantFrom('search' as const, 'collection' as const, 'add' as const),
    collection: text,
    question,
    className: text,
    labels: fc.constantFrom('seen' as const, 'unseen' as const),
    modality: fc.constantFrom('image' as const, 'text' as const),
    radius: fc.integer({ min: 0, max: 4096 }),
    fields: fc.array(
      fc.record({
        field: text.filter((name) => !name.includes('=')),
        value: fc.string({ unit: 'grapheme' }),
      }),
      { maxLength: 3 },
    ),
  },
  { requiredKeys: ['view', 'fields'] },
);

describe('the address of the page', () => {
  it('holds the whole route, whatever characters are in it', () => {
    fc.assert(
      fc.property(route, (given) => {
        const address = addressOf(given);
        expect(parseRoute(address === '.' ? '' : address)).toEqual(given);
      }),
    );
  });

  it('may hold anything: what is no route is passed over', () => {
    fc.assert(fc.property(fc.string(), (given) => void parseRoute(given)));
    const odd = '?view=other&code=xyz&radius=-1&labels=all&in=sound&where=nothing&q=';
    expect(parseRoute(odd)).toEqual({ view: 'search', fields: [] });
  });

  it('is the bare page where nothing is asked', () => {
    expect(addressOf({ view: 'search', fields: [] })).toBe('.');
  });
});

describe('a changed route', () => {
  it('loses what is undefined and keeps the rest', () => {
    const before: Route = { view: 'search', fields: [], className: 'owl', radius: 3 };
    expect(changed(before, { className: undefined, labels: 'seen' })).toEqual({
      view: 'search',
      fields: [],
      radius: 3,
      labels: 'seen',
    });
  });
});
