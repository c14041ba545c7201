/** What every backend of a collection promises; each runs this suite in its own test file. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hammingDistance } from '../src/codes/index.ts';
import {
  type Collection,
  type Filter,
  type Item,
  matches,
  type NewItem,
  type Payload,
} from '../src/collection/index.ts';
import type { ErrorCode } from '../src/errors.ts';

export const MODEL = 'a'.repeat(64);

export interface Backend {
  /** A new, empty collection named "things" with codes of 16 bits of `MODEL`. */
  create(): Promise<Collection>;
  /** Closes it and opens it again. */
  reopen(collection: Collection): Promise<Collection>;
}

type Model = Map<string, Item>;
const M = { model: MODEL };
const code = (a: number, b = 0): Uint8Array => Uint8Array.of(a, b);
const failing = (code: ErrorCode) => expect.objectContaining({ code });

/** The naive answer: every item of the model compared. */
function answer(
  model: Model,
  query: {
    code: Uint8Array;
    modality?: 'image' | 'text';
    k: number;
    offset: number;
    radius: number;
    filter?: Filter;
  },
): { id: string; distance: number; modality: string; payload: Payload }[] {
  const hits = [...model.values()].flatMap(({ id, codes, payload }) => {
    if (query.filter && !matches(query.filter, payload)) return [];
    const near = (['image', 'text'] as const)
      .filter((m) => codes[m] && (query.modality === undefined || query.modality === m))
      .map((modality) => ({ id, payload, modality, distance: hammingDistance(codes[modality]!, query.code) }))
      .filter(({ distance }) => distance <= query.radius)
      .sort((a, b) => a.distance - b.distance);
    return near.slice(0, 1);
  });
  hits.sort((a, b) => a.distance - b.distance || (a.id < b.id ? -1 : 1));
  return hits.slice(query.offset, query.offset + query.k);
}

export function collectionConformance(backend: Backend): void {
  const withCollection = async (test: (collection: Collection) => Promise<void>): Promise<void> => {
    const collection = await backend.create();
    try {
      await test(collection);
    } finally {
      await collection.close();
    }
  };

  describe('a collection', () => {
    it('gives back what was put in, and knows its model', () =>
      withCollection(async (one) => {
        expect(one).toMatchObject({ name: 'things', bits: 16, model: MODEL });
        const item = {
          id: 'cat',
          codes: { image: code(1, 2), text: code(3) },
          payload: { tags: ['a', 'b'], n: null },
        };
        await one.upsert([item, { id: 'dog', codes: { text: code(9) } }], M);
        expect(await one.get('cat')).toEqual(item);
        expect(await one.get('dog')).toEqual({ id: 'dog', codes: { text: code(9) }, payload: {} });
        expect(await one.get('cow')).toBeUndefined();
        expect(await one.count()).toBe(2);
        expect((await one.stats()).codes).toEqual({ image: 1, text: 2 });
      }));

    it('replaces an item whole', () =>
      withCollection(async (one) => {
        await one.upsert(
          [{ id: 'cat', codes: { image: code(1), text: code(2) }, payload: { old: true } }],
          M,
        );
        await one.upsert([{ id: 'cat', codes: { text: code(7) }, payload: { fresh: 1 } }], M);
        expect(await one.get('cat')).toEqual({ id: 'cat', codes: { text: code(7) }, payload: { fresh: 1 } });
        expect(await one.count()).toBe(1);
        expect((await one.search({ ...M, code: code(1), modality: 'image' })).hits).toEqual([]);
        expect(await one.count({ filter: { field: 'old', eq: true } })).toBe(0);
      }));

    it('refuses codes of another model, for writing and for searching', () =>
      withCollection(async (one) => {
        const model = 'b'.repeat(64);
        const refused = failing('COLLECTION_OTHER_MODEL');
        await expect(one.upsert([{ id: 'a', codes: { image: code(1) } }], { model })).rejects.toEqual(
          refused,
        );
        await expect(one.search({ model, code: code(1) })).rejects.toEqual(refused);
        expect(await one.count()).toBe(0);
      }));

    it('refuses bad items and keeps nothing of the call', () =>
      withCollection(async (one) => {
        const good: NewItem = { id: 'good', codes: { image: code(1) } };
        const bad: unknown[] = [
          { id: '', codes: { image: code(1) } },
          { id: 'a\nb', codes: { image: code(1) } },
          { id: 'x'.repeat(513), codes: { image: code(1) } },
          { id: 7, codes: { image: code(1) } },
          { id: 'a', codes: {} },
          { id: 'a', codes: { sound: code(1) } },
          { id: 'a', codes: { image: Uint8Array.of(1, 2, 3) } },
          { id: 'a', codes: { image: [1, 2] } },
          { id: 'a' },
          null,
          { id: 'good', codes: { image: code(2) } },
        ];
        for (const item of bad) {
          const call = one.upsert([good, item as NewItem], M);
          await expect(call, JSON.stringify(item)).rejects.toEqual(failing('COLLECTION_ITEM_INVALID'));
        }
        const payload = { n: Number.NaN };
        await expect(one.upsert([good, { ...good, id: 'b', payload }], M)).rejects.toEqual(
          failing('PAYLOAD_INVALID'),
        );
        expect(await one.count()).toBe(0);
      }));

    it('refuses questions out of range', () =>
      withCollection(async (one) => {
        for (const wrong of [
          { k: 0 },
          { k: 1.5 },
          { k: 10_001 },
          { radius: -1 },
          { radius: 17 },
          { offset: -1 },
        ])
          await expect(one.search({ ...M, code: code(1), ...wrong })).rejects.toEqual(
            failing('ARGUMENT_INVALID'),
          );
        await expect(one.search({ ...M, code: Uint8Array.of(1) })).rejects.toEqual(
          failing('CODES_BITS_MISMATCH'),
        );
        const filter = { field: 'a', like: 'b' } as unknown as Filter;
        await expect(one.search({ ...M, code: code(1), filter })).rejects.toEqual(failing('FILTER_INVALID'));
      }));

    it('gives pages that join to the whole, and says when more follows', () =>
      withCollection(async (one) => {
        const items = Array.from({ length: 25 }, (_, i) => ({ id: `i${i}`, codes: { image: code(i % 5) } }));
        await one.upsert(items, M);
        const whole = await one.search({ ...M, code: code(0), k: 25 });
        expect([whole.hits.length, whole.more]).toEqual([25, false]);
        const pages = [];
        for (let offset = 0; offset < 25; offset += 10) {
          const page = await one.search({ ...M, code: code(0), k: 10, offset });
          expect(page.more).toBe(offset < 20);
          expect(page.version).toBe(whole.version);
          pages.push(...page.hits);
        }
        expect(pages).toEqual(whole.hits);
      }));

    it('answers calls that are made at once as if they came one after the other', () =>
      withCollection(async (one) => {
        const calls = [];
        for (let i = 0; i < 200; i++) {
          calls.push(one.upsert([{ id: `i${i % 50}`, codes: { image: code(i) }, payload: { i } }], M));
          if (i % 10 === 9) calls.push(one.delete([`i${i % 50}`]));
        }
        const answers = await Promise.all(calls);
        expect(answers.filter((n) => n === 1)).toHaveLength(20);
        expect(await one.count()).toBe(45);
        expect((await one.get('i48'))!.payload).toEqual({ i: 198 });
        expect(await one.get('i49')).toBeUndefined();
      }));

    it('does as a Map does, over any history of writes, compactions and reopenings', async () => {
      const id = fc.integer({ min: 0, max: 30 }).map((n) => `id-${n}`);
      const packed = fc
        .tuple(fc.integer({ min: 0, max: 15 }), fc.integer({ min: 0, max: 3 }))
        .map(([a, b]) => code(a, b));
      const payload = fc.record({ n: fc.integer({ min: 0, max: 5 }), tag: fc.constantFrom('a', 'b') });
      const codes = fc.oneof(
        fc.record({ image: packed }),
        fc.record({ text: packed }),
        fc.record({ image: packed, text: packed }),
      );
      const items = fc.uniqueArray(fc.record({ id, codes, payload }), {
        selector: (one) => one.id,
        maxLength: 12,
      });
      const history = fc.array(
        fc.oneof(
          { weight: 5, arbitrary: fc.record({ kind: fc.constant('upsert' as const), items }) },
          {
            weight: 3,
            arbitrary: fc.record({
              kind: fc.constant('delete' as const),
              ids: fc.array(id, { maxLength: 8 }),
            }),
          },
          {
            weight: 1,
            arbitrary: fc.constantFrom({ kind: 'compact' as const }, { kind: 'reopen' as const }),
          },
        ),
        { minLength: 1, maxLength: 12 },
      );
      const filters: (Filter | undefined)[] = [
        undefined,
        { field: 'n', gte: 3 },
        { and: [{ field: 'tag', eq: 'a' }, { not: { field: 'n', in: [1, 2] } }] },
      ];
      await fc.assert(
        fc.asyncProperty(history, packed, async (steps, wanted) => {
          let one = await backend.create();
          const model: Model = new Map();
          try {
            for (const step of steps) {
              if (step.kind === 'upsert') {
                await one.upsert(step.items, M);
                for (const item of step.items) model.set(item.id, item as Item);
              } else if (step.kind === 'delete') {
                const there = step.ids.filter((name) => model.delete(name)).length;
                expect(await one.delete(step.ids)).toBe(there);
              } else if (step.kind === 'compact') await one.compact();
              else one = await backend.reopen(one);

              expect(await one.count()).toBe(model.size);
              for (const filter of filters) {
                for (const modality of ['image', 'text', undefined] as const) {
                  const query = {
                    code: wanted,
                    k: 7,
                    offset: 2,
                    radius: 5,
                    ...(filter && { filter }),
                    ...(modality && { modality }),
                  };
                  expect((await one.search({ ...M, ...query })).hits).toEqual(answer(model, query));
                }
                const matching = [...model.values()].filter(
                  (item) => !filter || matches(filter, item.payload),
                );
                expect(await one.count(filter ? { filter } : {})).toBe(matching.length);
              }
            }
            const kept = new Map<string, unknown>();
            for await (const item of one.items()) kept.set(item.id, item);
            expect(kept).toEqual(model);
            expect(await one.verify()).toMatchObject({ items: model.size, problems: [] });
          } finally {
            await one.close();
          }
        }),
        { numRuns: 25 },
      );
    });

    it('gives the items of one state, whatever is written meanwhile', () =>
      withCollection(async (one) => {
        const items = Array.from({ length: 3000 }, (_, i) => ({
          id: `i${i}`,
          codes: { image: code(i) },
          payload: { i },
        }));
        await one.upsert(items, M);
        const seen: string[] = [];
        for await (const { id } of one.items()) {
          if (seen.length === 0) {
            await one.delete(['i2999', 'i5']);
            await one.upsert([{ id: 'new', codes: { image: code(1) } }], M);
          }
          seen.push(id);
        }
        expect(seen).toEqual(items.map(({ id }) => id));
      }));

    it('is closed once, and then refuses by name', async () => {
      const one = await backend.create();
      await one.close();
      await one.close();
      const closed = failing('COLLECTION_CLOSED');
      await expect(one.count()).rejects.toEqual(closed);
      await expect(one.upsert([{ id: 'a', codes: { image: code(1) } }], M)).rejects.toEqual(closed);
      await expect(one.search({ ...M, code: code(1) })).rejects.toEqual(closed);
    });
  });
}
