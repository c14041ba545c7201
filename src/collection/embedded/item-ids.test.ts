import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeIds } from '../ids/encoded-ids.ts';
import { ItemIds } from './item-ids.ts';

const itemOf = (table: ItemIds, id: string): number | undefined => {
  const [item] = table.itemsOf(encodeIds([id]));
  return item! < 0 ? undefined : item;
};

describe('ItemIds', () => {
  it('does as a Map does, over any history of additions and removals', () => {
    const id = fc.oneof(
      fc.integer({ min: 0, max: 2000 }).map((n) => `id ${n}`),
      fc.string({ minLength: 1, maxLength: 5, unit: 'grapheme' }),
      fc.integer({ min: 1, max: 60 }).map((n) => 'ü'.repeat(n)),
    );
    const step = fc.record({
      ids: fc.uniqueArray(id, { maxLength: 300 }),
      removed: fc.array(fc.nat(), { maxLength: 200 }),
    });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 12 }),
        fc.uniqueArray(id, { maxLength: 3000 }),
        (steps, loaded) => {
          const table = new ItemIds(loaded.length);
          const model = new Map<string, number>();
          const all = [...loaded];
          table.append(0, encodeIds(loaded));
          table.settle();
          for (const [item, one] of loaded.entries()) model.set(one, item);
          for (const { ids, removed } of steps) {
            for (const one of ids) if (model.has(one)) table.remove(model.get(one)!);
            table.append(all.length, encodeIds(ids));
            for (const one of ids) model.set(one, all.push(one) - 1);
            for (const n of all.length > 0 ? removed : []) {
              const item = n % all.length;
              table.remove(item); // a dead one too: nothing happens
              if (model.get(all[item]!) === item) model.delete(all[item]!);
            }
            for (const one of all) expect(itemOf(table, one)).toBe(model.get(one));
            expect(itemOf(table, 'never there')).toBeUndefined();
          }
          expect(all.map((_, item) => table.at(item))).toEqual(all);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('keeps ids over the ends of its chunks, and passes over the dead', () => {
    const table = new ItemIds();
    const ids = Array.from({ length: 150_000 }, (_, n) => `item-${n}`);
    for (let from = 0; from < ids.length; from += 40_000)
      table.append(from, encodeIds(ids.slice(from, from + 40_000)), (place) => (from + place) % 7 !== 0);
    for (let n = 0; n < ids.length; n += 13) {
      expect(table.at(n)).toBe(ids[n]);
      expect(itemOf(table, ids[n]!)).toBe(n % 7 === 0 ? undefined : n);
    }
    expect(table.bytes).toBeLessThan(40 * ids.length);
  });
});
