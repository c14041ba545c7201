import { describe, expect, it } from 'vitest';
import { Codes } from '../../codes/index.ts';
import { LinearIndex } from '../linear-index.ts';
import type { Id } from '../types.ts';
import { idSections } from './ids.ts';
import { indexFromBytes, indexToBytes } from './index-file.ts';

const BITS = 16;
const codesOf = (count: number): Codes =>
  Codes.fromBytes(
    Uint8Array.from({ length: 2 * count }, (_, i) => i),
    { bits: BITS },
  );

/** What comes back when an index with these ids is saved and opened. */
async function reopened(ids: readonly Id[]): Promise<Id[]> {
  const index = await indexFromBytes(await indexToBytes(LinearIndex.from(codesOf(ids.length), { ids })));
  return ids.map((_, row) => index.idOf(row));
}

const names = (ids: readonly Id[]): string[] =>
  idSections({ length: ids.length, at: (row) => ids[row]! }).map(({ name }) => name);

const long = 'x'.repeat(40_000);
const FORMS: Record<string, { ids: Id[]; sections: string[] }> = {
  'small whole numbers': { ids: [3, 0, 2 ** 32 - 1], sections: ['ids.u32'] },
  'other numbers': { ids: [0.5, -7, 2 ** 53, 5e-324, -Number.MAX_VALUE], sections: ['ids.f64'] },
  'minus zero': { ids: [-0, 1], sections: ['ids.f64'] },
  'bigints of 64 bits': { ids: [-(2n ** 63n), 2n ** 63n - 1n, 0n], sections: ['ids.i64'] },
  strings: {
    ids: ['', 'a', 'é', '\ufeffmark', '\0', '😀', '日本', long, `${long}é`, `${long}😀`],
    sections: ['ids.lengths', 'ids.texts'],
  },
  'bigger bigints': {
    ids: [2n ** 63n, -(2n ** 200n), 7n, 0n],
    sections: ['ids.kinds', 'ids.lengths', 'ids.texts'],
  },
  'a mixture': {
    ids: ['1', 1, 1n, -0.5, `${long}${long}`, 'half \ud83d', '\udc00', '\udc00\ud800'],
    sections: ['ids.kinds', 'ids.lengths', 'ids.texts'],
  },
};

describe('ids in an index file', () => {
  it.each(Object.entries(FORMS))('come back as they were: %s', async (_, { ids, sections }) => {
    expect(names(ids)).toEqual(sections);
    const back = await reopened(ids);
    expect(back.length).toBe(ids.length);
    for (const [row, id] of ids.entries()) expect(Object.is(back[row], id), String(row)).toBe(true);
  });

  it('come back when there are more than are written at once', async () => {
    const ids = Array.from({ length: 40_000 }, (_, row) => (row % 1000 === 5 ? `ü${row}` : `item ${row}`));
    expect(await reopened(ids)).toEqual(ids);
  });

  it('need no room when they are row numbers, and go on where they were', async () => {
    const index = LinearIndex.from(codesOf(5));
    await index.delete([4]);
    const opened = await indexFromBytes(await indexToBytes(index));
    await opened.add(codesOf(1));
    expect([opened.has(4), opened.idOf(5)]).toEqual([false, 5]);
  });

  it('stay when rows were renumbered, and the next is still the next', async () => {
    for (const rest of [[0, 2, 5], []]) {
      const index = LinearIndex.from(codesOf(7));
      await index.delete([0, 1, 2, 3, 4, 5, 6].filter((id) => !rest.includes(id)));
      await index.compact();
      const opened = await indexFromBytes(await indexToBytes(index));
      expect(rest.map((_, row) => opened.idOf(row))).toEqual(rest);
      await opened.add(codesOf(1));
      expect(opened.idOf(rest.length)).toBe(7);
    }
  });

  it('of deleted rows may be those of later rows', async () => {
    const index = LinearIndex.from(codesOf(3), { ids: ['a', 'b', 'c'] });
    await index.delete(['a']);
    await index.add(codesOf(1), { ids: ['a'] });
    const opened = await indexFromBytes(await indexToBytes(index));
    expect([0, 1, 2, 3].map((row) => opened.idOf(row))).toEqual(['a', 'b', 'c', 'a']);
    expect(await opened.delete(['a', 'a'])).toBe(1);
    expect(opened.count).toBe(2);
    await expect(opened.add(codesOf(1), { ids: ['b'] })).rejects.toMatchObject({
      code: 'INDEX_ID_DUPLICATE',
    });
  });
});
