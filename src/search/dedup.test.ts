import { describe, expect, it } from 'vitest';
import { Codes, hammingDistance } from '../codes/index.ts';
import { Random } from '../random.ts';
import { type DuplicateGroup, dedup } from './dedup.ts';
import { LinearIndex } from './linear-index.ts';

const random = new Random(11, 'dedup');
const NONE = -1;

/** The row that each row's group keeps, by the definition of the leader algorithm; equal codes go together. */
function leaders(codes: Codes, radius: number, deleted: readonly number[] = []): number[] {
  const owner: number[] = [];
  const firsts = new Map<string, number>();
  for (let row = 0; row < codes.count; row++) {
    if (deleted.includes(row)) {
      owner.push(NONE);
      continue;
    }
    const first = firsts.get(codes.toHex(row));
    if (first !== undefined) {
      owner.push(owner[first]!);
      continue;
    }
    firsts.set(codes.toHex(row), row);
    let [best, nearest] = [row, radius + 1];
    for (let kept = 0; kept < row; kept++) {
      if (owner[kept] !== kept) continue;
      const distance = hammingDistance(codes.row(row), codes.row(kept));
      if (distance < nearest) [best, nearest] = [kept, distance];
    }
    owner.push(best);
  }
  return owner;
}

/** The lowest row of each row's component: flooding from every row that was not reached before. */
function components(codes: Codes, radius: number, deleted: readonly number[] = []): number[] {
  const owner = Array.from({ length: codes.count }, (_, row): number => (deleted.includes(row) ? NONE : -2));
  for (let start = 0; start < codes.count; start++) {
    if (owner[start] !== -2) continue;
    owner[start] = start;
    const wave = [start];
    for (const from of wave) {
      for (let row = 0; row < codes.count; row++) {
        if (owner[row] !== -2 || hammingDistance(codes.row(from), codes.row(row)) > radius) continue;
        owner[row] = start;
        wave.push(row);
      }
    }
  }
  return owner;
}

function groupsOf(codes: Codes, owner: readonly number[]): DuplicateGroup[] {
  const groups: DuplicateGroup[] = [];
  for (const keep of owner.keys()) {
    const duplicates = [...owner.keys()]
      .filter((row) => owner[row] === keep && row !== keep)
      .map((row) => ({ id: row, row, distance: hammingDistance(codes.row(keep), codes.row(row)) }))
      .sort((a, b) => a.distance - b.distance || a.row - b.row);
    if (duplicates.length > 0) groups.push({ keep: { id: keep, row: keep }, duplicates });
  }
  return groups;
}

/** Clusters of near codes, some equal, in mixed order. */
function makeCodes(n: number, bits: number, centres: number, flips: number): Codes {
  const width = bits / 8;
  const heart = Uint8Array.from({ length: centres * width }, () => random.below(256));
  const codes = Codes.fromBytes(new Uint8Array(n * width), { bits });
  for (let row = 0; row < n; row++) {
    const centre = random.below(centres);
    codes.row(row).set(heart.subarray(centre * width, (centre + 1) * width));
    for (let flip = random.below(flips + 1); flip > 0; flip--) {
      const bit = random.below(bits);
      codes.row(row)[bit >> 3]! ^= 1 << (bit & 7);
    }
  }
  return codes;
}

describe('dedup', () => {
  it('is what the definitions give, for both linkages and every radius', async () => {
    for (const [n, bits, centres, flips] of [
      [1, 8, 1, 0],
      [2, 8, 1, 0],
      [60, 8, 4, 2],
      [90, 16, 12, 3],
      [120, 64, 30, 6],
    ] as const) {
      const codes = makeCodes(n, bits, centres, flips);
      const index = LinearIndex.from(codes);
      for (const radius of [0, 1, 2, 3, 5, bits >> 1, bits]) {
        const leader = groupsOf(codes, leaders(codes, radius));
        const single = groupsOf(codes, components(codes, radius));
        for (const source of [index, codes]) {
          expect(await dedup(source, { radius })).toEqual(leader);
          expect(await dedup(source, { radius, linkage: 'single' })).toEqual(single);
        }
      }
    }
  });

  it('of an empty index is nothing', async () => {
    const index = LinearIndex.from(Codes.fromHex([], { bits: 64 }));
    for (const radius of [0, 3]) expect(await dedup(index, { radius })).toEqual([]);
  });

  it('keeps the first row, and every duplicate is within the radius of it', async () => {
    // A chain: 0 – 1 – 2 – 3 in steps of one bit.
    const index = LinearIndex.from(Codes.fromHex(['00', '01', '03', '07']), { ids: ['a', 'b', 'c', 'd'] });
    expect(await dedup(index, { radius: 1 })).toEqual([
      { keep: { id: 'a', row: 0 }, duplicates: [{ id: 'b', row: 1, distance: 1 }] },
      { keep: { id: 'c', row: 2 }, duplicates: [{ id: 'd', row: 3, distance: 1 }] },
    ]);
    const [chain, ...more] = await dedup(index, { radius: 1, linkage: 'single' });
    expect(more).toEqual([]);
    expect(chain!.duplicates.map(({ id, distance }) => [id, distance])).toEqual([
      ['b', 1],
      ['c', 2],
      ['d', 3],
    ]);
  });

  it('passes over deleted rows', async () => {
    const codes = makeCodes(80, 16, 5, 2);
    const index = LinearIndex.from(codes);
    const deleted = [0, 3, 4, 40, 79];
    await index.delete(deleted);
    for (const radius of [0, 2]) {
      const leader = groupsOf(codes, leaders(codes, radius, deleted));
      expect(await dedup(index, { radius })).toEqual(leader);
      const single = groupsOf(codes, components(codes, radius, deleted));
      expect(await dedup(index, { radius, linkage: 'single' })).toEqual(single);
    }
  });

  it('is exact for heaps of more rows than one answer holds', async () => {
    // Two balls of about 1,100 distinct codes, one code between them, some far away; in mixed order.
    const bits = 64;
    const ball = (centre: number): Uint8Array => {
      const codes = Codes.fromBytes(new Uint8Array(1100 * 8).fill(centre), { bits });
      for (let row = 0; row < codes.count; row++)
        for (let flip = 0; flip < 3; flip++) codes.row(row)[random.below(8)]! ^= 1 << random.below(8);
      return codes.bytes;
    };
    const bridge = new Uint8Array(8).fill(0x0f);
    const parts = [ball(0x00), ball(0xff), bridge, makeCodes(50, bits, 50, 0).bytes];
    const sorted = Codes.fromBytes(Uint8Array.from(parts.flatMap((part) => [...part])), { bits });
    const codes = sorted.take(random.permutation(sorted.count));
    const index = LinearIndex.from(codes);
    const keeps = async (radius: number, linkage: 'leader' | 'single'): Promise<number[]> => {
      const owner = Array.from({ length: codes.count }, (_, row) => row);
      for (const { keep, duplicates } of await dedup(index, { radius, linkage }))
        for (const { row } of duplicates) owner[row] = keep.row;
      return owner;
    };
    for (const radius of [3, 6, 36]) {
      expect(await keeps(radius, 'leader')).toEqual(leaders(codes, radius));
      expect(await keeps(radius, 'single')).toEqual(components(codes, radius));
    }
  });

  it('of codes alone is what the linear index gives, where a multi-index answers', async () => {
    const codes = makeCodes(20_000, 64, 15_000, 4); // enough for tables to be made
    const index = LinearIndex.from(codes);
    for (const linkage of ['leader', 'single'] as const) {
      const groups = await dedup(codes, { radius: 4, linkage });
      expect(groups.length).toBeGreaterThan(1000);
      expect(groups).toEqual(await dedup(index, { radius: 4, linkage }));
    }
  });

  it('says how far it is, and stops on request', async () => {
    const index = LinearIndex.from(makeCodes(2000, 64, 2000, 0));
    for (const linkage of ['leader', 'single'] as const) {
      const seen: number[] = [];
      await dedup(index, { radius: 2, linkage, onProgress: ({ done, total }) => seen.push(done / total) });
      expect(seen.at(-1)).toBe(1);
      expect(seen).toEqual(seen.toSorted((a, b) => a - b));
      const control = new AbortController();
      const stopped = dedup(index, {
        radius: 2,
        linkage,
        signal: control.signal,
        onProgress: () => control.abort(),
      });
      await expect(stopped).rejects.toMatchObject({ code: 'ABORTED' });
    }
  });

  it('refuses a radius that is none, and notices that the index was changed', async () => {
    const index = LinearIndex.from(makeCodes(2000, 64, 2000, 0));
    for (const radius of [-1, 65, 1.5, Number.NaN])
      await expect(dedup(index, { radius })).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
    const changed = dedup(index, { radius: 2, onProgress: () => void index.delete([5]) });
    await expect(changed).rejects.toMatchObject({ code: 'INDEX_CHANGED' });
  });
});
