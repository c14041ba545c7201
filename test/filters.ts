/** Random payloads and filters for tests, of few keys and values, so that filters hit. */
import fc from 'fast-check';
import type { Filter } from '../src/collection/index.ts';
import { type Json, type Payload, parsePayload } from '../src/collection/payload.ts';

/** Few keys and values, so that filters hit: the emoji and U+FFFD are in another order by code point than by UTF-16. */
const KEYS = ['a', 'b', 'a.b', '\\', 'toString', 'length'];
const SCALARS = [null, true, false, 0, 1, 2.5, -1, '', '1', 'a', 'ab', '\u{1f600}', '\ufffd'] as const;

export const scalars = fc.constantFrom(...SCALARS);
const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 2, arbitrary: scalars },
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie('json'), { maxKeys: 4 }),
  ),
}));
export const payloads: fc.Arbitrary<Payload> = fc
  .dictionary(fc.constantFrom(...KEYS), json, { maxKeys: 4 })
  .map((value) => parsePayload({ ...value }));

export const fields = fc
  .array(fc.constantFrom(...KEYS), { minLength: 1, maxLength: 3 })
  .map((keys) => keys.map((key) => key.replace(/[\\.]/g, '\\$&')).join('.'));
const bounds = fc
  .constantFrom([0, 1, 2.5, -1], ['', '1', 'a', '\u{1f600}', '\ufffd'])
  .chain((values) =>
    fc.tuple(
      fc.constantFrom('gt', 'gte', 'none'),
      fc.constantFrom(...values),
      fc.constantFrom('lt', 'lte', 'none'),
      fc.constantFrom(...values),
    ),
  )
  .filter(([lower, , upper]) => lower !== 'none' || upper !== 'none')
  .map(([lower, low, upper, high]) => ({
    ...(lower === 'none' ? {} : { [lower]: low }),
    ...(upper === 'none' ? {} : { [upper]: high }),
  }));
export const { filter: filters } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.record({ field: fields, eq: scalars }),
    fc.record({ field: fields, in: fc.array(scalars, { maxLength: 4 }) }),
    fc.tuple(fields, bounds).map(([field, bound]) => ({ field, ...bound }) as Filter),
    fc.record({ and: fc.array(tie('filter'), { maxLength: 3 }) }),
    fc.record({ or: fc.array(tie('filter'), { maxLength: 3 }) }),
    fc.record({ not: tie('filter') }),
  ),
}));
