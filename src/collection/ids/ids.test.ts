import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeIds, firstTwice, hashesOf } from './encoded-ids.ts';
import { IdPacking } from './id-packing.ts';

const any = fc.oneof(
  fc.string({ maxLength: 40, unit: 'grapheme-ascii' }),
  fc.string({ maxLength: 600, unit: 'grapheme' }),
  fc.string({ maxLength: 5, unit: 'binary' }), // control characters too
  fc.constantFrom(
    '',
    'x'.repeat(512),
    'x'.repeat(513),
    '€'.repeat(512),
    'half \ud800',
    'half \udc00',
    '\0',
    '\x7f',
  ),
);

describe('ids of a call', () => {
  it('are taken and refused as the rule says, and laid out as they are encoded', () => {
    fc.assert(
      fc.property(fc.array(any, { maxLength: 50 }), (given) => {
        const packing = new IdPacking(given.length);
        const end = given.findIndex((id) => !packing.add(id));
        expect(end).toBe(given.findIndex((id) => !/^[^\p{Cc}\p{Cs}]{1,512}$/u.test(id) || id.length > 512));
        if (end >= 0) return;
        const { bytes, lengths, hashes } = packing.packed;
        const { bytes: expected, lengths: expectedLengths } = encodeIds(given);
        expect(Buffer.from(bytes).equals(expected)).toBe(true);
        expect(lengths).toEqual(expectedLengths);
        expect(hashes).toEqual(hashesOf(encodeIds(given)));
      }),
      { numRuns: 300 },
    );
  });

  it('that stand twice are found where a Set finds them, and where hashes are the same', () => {
    const few = fc.array(fc.integer({ min: 0, max: 60 }).map(String), { maxLength: 40 });
    fc.assert(
      fc.property(few, fc.boolean(), (ids, alike) => {
        const hashes = alike ? new Uint32Array(ids.length) : hashesOf(encodeIds(ids));
        const twice = ids.findIndex((id, place) => ids.indexOf(id) < place);
        expect(firstTwice(ids, hashes)).toBe(twice < 0 ? undefined : twice);
      }),
    );
  });
});
