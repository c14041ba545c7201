import { describe, expect, it } from 'vitest';
import { Codes } from '../codes/index.ts';
import { Random } from '../random.ts';
import { mapCodes } from './code-map.ts';

/** Three groups of 20 codes, each around a code of its own; of a group few bits differ. */
function groups(): { codes: Codes; group: (row: number) => number } {
  const random = new Random(7, 'groups');
  const centres = Array.from({ length: 3 }, () => Uint8Array.from({ length: 8 }, () => random.below(256)));
  const bytes = new Uint8Array(60 * 8);
  for (let row = 0; row < 60; row++) {
    const code = Uint8Array.from(centres[row % 3]!);
    for (let flips = 0; flips < 4; flips++) code[random.below(8)]! ^= 1 << random.below(8);
    bytes.set(code, row * 8);
  }
  return { codes: Codes.fromBytes(bytes, { bits: 64 }), group: (row) => row % 3 };
}

describe('a map of codes', () => {
  const { codes, group } = groups();

  it('puts near codes near each other', async () => {
    const places = await mapCodes(codes, { seed: 0 });
    places.forEach(([x, y], row) => {
      const others = places
        .map(([a, b], other) => ({ other, distance: Math.hypot(a - x, b - y) }))
        .filter(({ other }) => other !== row)
        .sort((a, b) => a.distance - b.distance);
      for (const { other } of others.slice(0, 3)) expect(group(other)).toBe(group(row));
    });
  });

  it('is the same for the same codes and seed, inside the unit square', async () => {
    const once = await mapCodes(codes, { seed: 1 });
    expect(await mapCodes(codes, { seed: 1 })).toEqual(once);
    expect(await mapCodes(codes, { seed: 2 })).not.toEqual(once);
    for (const place of once.flat()) {
      expect(place).toBeGreaterThanOrEqual(0);
      expect(place).toBeLessThanOrEqual(1);
    }
  });

  it('survives codes that are all equal, and few codes', async () => {
    const equal = Codes.fromBytes(new Uint8Array(40), { bits: 8 });
    expect((await mapCodes(equal, { seed: 0 })).flat().every(Number.isFinite)).toBe(true);
    expect((await mapCodes(codes.take([0, 1, 2, 3, 4]), { seed: 0 })).flat().every(Number.isFinite)).toBe(
      true,
    );
    expect(await mapCodes(codes.take([0, 1, 2, 3]), { seed: 0 })).toEqual([]);
  });

  it('stops when it is told', async () => {
    await expect(mapCodes(codes, { seed: 0, signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ABORTED',
    });
  });
});
