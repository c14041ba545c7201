/** What every backend of a collection promises; each runs this suite in its own test file. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hammingDistance } from '../src/codes/index.ts';
import {
  type Collection,
  exportCollection,
  type Filter,
  type Item,
  type ItemCodes,
  importCollection,
  MAX_PICTURE_BYTES,
  matches,
  type NewItem,
  type NextModel,
  type Payload,
  PICTURE_TYPES,
  type Picture,
} from '../src/collection/index.ts';
import type { ErrorCode } from '../src/errors.ts';
import { temporaryFolder } from './temporary-folder.ts';

export const MODEL = 'a'.repeat(64);

export interface Backend {
  /** A new, empty collection named "things" with codes of 16 bits of `MODEL`. */
  create(): Promise<Collection>;
  /** Closes it and opens it again. */
  reopen(collection: Collection): Promise<Collection>;
  /** Histories that are tried. Default: 25. */
  readonly histories?: number;
}

type Model = Map<string, Item>;
const M = { model: MODEL };
const code = (a: number, b = 0): Uint8Array => Uint8Array.of(a, b);
/** The least that counts as a picture of each type, with something of its own behind. */
const BEGINNINGS: Readonly<Record<Picture['type'], string>> = {
  'image/png': '\x89PNG\r\n\x1a\n',
  'image/jpeg': '\xff\xd8\xff\xe0',
  'image/webp': 'RIFF\x04\0\0\0WEBP',
  'image/gif': 'GIF89a',
  'image/avif': '\0\0\0\x18ftypmif1\0\0\0\0miafavif',
};
const picture = (type: Picture['type'], own = ''): Picture => ({
  type,
  bytes: new Uint8Array(Buffer.from(BEGINNINGS[type] + own, 'latin1')),
});
const hashOf = ({ bytes }: Picture): string => createHash('sha256').update(bytes).digest('hex');
/** As it must come back. */
const kept = ({ picture: own, payload = {}, ...item }: NewItem): Item => ({
  ...item,
  payload,
  ...(own && { picture: hashOf(own) }),
});
/** Every bit turned round. */
const inverted = (codes: ItemCodes): ItemCodes =>
  Object.fromEntries(Object.entries(codes).map(([m, one]) => [m, one.map((byte) => byte ^ 255)]));
const OTHER_MODEL = 'b'.repeat(64);
/** Codes of 24 bits that tell the item's number. */
const numbering: NextModel = {
  fingerprint: OTHER_MODEL,
  bits: 24,
  encode: async (items) => items.map(({ payload }) => ({ image: numberCode(payload.n as number) })),
};
const numberCode = (n: number): Uint8Array => Uint8Array.of(n, n >> 8, n >> 16);
const contentOf = async (one: Collection): Promise<Map<string, Item>> => {
  const content = new Map<string, Item>();
  for await (const item of one.items()) content.set(item.id, item);
  return content;
};
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
): { id: string; distance: number; modality: string; payload: Payload; picture?: string }[] {
  const hits = [...model.values()].flatMap(({ id, codes, payload, picture }) => {
    if (query.filter && !matches(query.filter, payload)) return [];
    const near = (['image', 'text'] as const)
      .filter((m) => codes[m] && (query.modality === undefined || query.modality === m))
      .map((modality) => ({
        id,
        payload,
        modality,
        distance: hammingDistance(codes[modality]!, query.code),
        ...(picture !== undefined && { picture }),
      }))
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
          { ...good, id: 'a', picture: { ...picture('image/png'), type: 'image/gif' } },
          { ...good, id: 'a', picture: { ...picture('image/png'), type: 'image/svg+xml' } },
          { ...good, id: 'a', picture: { type: 'image/png', bytes: Buffer.from('<svg></svg>') } },
          { ...good, id: 'a', picture: { type: 'image/png', bytes: new Uint8Array(0) } },
          { ...good, id: 'a', picture: { type: 'image/png', bytes: [1] } },
          { ...good, id: 'a', picture: null },
          { ...good, id: 'a', picture: picture('image/gif', 'x'.repeat(MAX_PICTURE_BYTES)) },
        ];
        for (const [i, item] of bad.entries()) {
          const call = one.upsert([good, item as NewItem], M);
          await expect(call, `bad item ${i}`).rejects.toEqual(failing('COLLECTION_ITEM_INVALID'));
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
      const pictures = fc.constantFrom(undefined, picture('image/png', '1'), picture('image/webp', '2'));
      const item = fc
        .record({ id, codes, payload, picture: pictures })
        .map(({ picture: own, ...rest }): NewItem => (own ? { ...rest, picture: own } : rest));
      const items = fc.uniqueArray(item, {
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
            arbitrary: fc.constantFrom(
              { kind: 'compact' as const },
              { kind: 'reopen' as const },
              { kind: 'reencode' as const },
            ),
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
          let m = M;
          try {
            for (const step of steps) {
              if (step.kind === 'upsert') {
                await one.upsert(step.items, m);
                for (const item of step.items) model.set(item.id, kept(item));
              } else if (step.kind === 'delete') {
                const there = step.ids.filter((name) => model.delete(name)).length;
                expect(await one.delete(step.ids)).toBe(there);
              } else if (step.kind === 'compact') await one.compact();
              else if (step.kind === 'reencode') {
                m = { model: m.model === MODEL ? OTHER_MODEL : MODEL };
                const encode: NextModel['encode'] = async (some) =>
                  some.map(({ codes: old }) => inverted(old));
                await one.reencode({ fingerprint: m.model, bits: 16, encode });
                for (const item of model.values())
                  model.set(item.id, { ...item, codes: inverted(item.codes) });
              } else one = await backend.reopen(one);

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
                  expect((await one.search({ ...m, ...query })).hits).toEqual(answer(model, query));
                }
                const matching = [...model.values()].filter(
                  (item) => !filter || matches(filter, item.payload),
                );
                expect(await one.count(filter ? { filter } : {})).toBe(matching.length);
              }
            }
            const content = await contentOf(one);
            expect(content).toEqual(model);
            for (const { id: name, picture: hash } of content.values()) {
              const own = await one.picture(name);
              expect(own && hashOf(own)).toBe(hash);
            }
            expect(await one.verify()).toMatchObject({ items: model.size, problems: [] });
          } finally {
            await one.close();
          }
        }),
        { numRuns: backend.histories ?? 25 },
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

    it('keeps pictures of every type, and gives back their bytes', () =>
      withCollection(async (one) => {
        const items = PICTURE_TYPES.map((type, n): NewItem => {
          return { id: type, codes: { image: code(n) }, picture: picture(type, `own ${n}`) };
        });
        await one.upsert(items, M);
        for (const item of items) {
          expect(await one.get(item.id)).toEqual(kept(item));
          expect(await one.picture(item.id)).toEqual(item.picture);
        }
        expect(await one.picture('nobody')).toBeUndefined();
      }));

    it('keeps a picture as long as an item names it, over replacing, deleting, compacting and reopening', async () => {
      let one = await backend.create();
      const [shared, own] = [picture('image/jpeg', 'shared'), picture('image/gif', 'own')];
      const item = (id: string, has?: Picture): NewItem => ({
        id,
        codes: { image: code(1) },
        ...(has && { picture: has }),
      });
      await one.upsert([item('a', shared), item('b', shared), item('c', own), item('d', own)], M);
      await one.upsert([item('a'), item('c', shared)], M);
      await one.delete(['b', 'd']);
      const check = async (): Promise<void> => {
        for (const [id, has] of [['a'], ['b'], ['c', shared], ['d']] as const) {
          expect(await one.picture(id), id).toEqual(has);
          expect((await one.get(id))?.picture, id).toBe(has && hashOf(has));
        }
        expect((await one.verify()).problems).toEqual([]);
      };
      await check();
      await one.compact();
      await check();
      one = await backend.reopen(one);
      await check();
      await one.upsert([item('d', own)], M);
      expect(await one.picture('d')).toEqual(own);
      await one.close();
    });

    it('moves to another model: codes, bits and fingerprint change together, all else stays', async () => {
      let one = await backend.create();
      const items = Array.from({ length: 1000 }, (_, n): NewItem => {
        const own = n % 100 === 0 ? { picture: picture('image/png', `${n % 300}`) } : {};
        return { id: `i${n}`, codes: { image: code(n), text: code(1) }, payload: { n }, ...own };
      });
      await one.upsert(items, M);
      await one.delete(['i7']);
      const progress: { done: number; total: number }[] = [];
      const seen: (Picture | undefined)[] = [];
      const encode: NextModel['encode'] = async (some) => {
        for (const { id, picture: own } of some) if (own) seen.push(await one.picture(id));
        return numbering.encode(some);
      };
      const { version } = one;
      await one.reencode({ ...numbering, encode }, { onProgress: (now) => progress.push(now) });
      expect(one.version).toBeGreaterThan(version);
      expect(seen.map((own) => own && hashOf(own))).toEqual(
        items.flatMap(({ picture: own }) => (own ? [hashOf(own)] : [])),
      );
      expect(progress.at(-1)).toEqual({ done: 999, total: 999 });
      expect(progress.map(({ done }) => done)).toEqual(
        progress.map(({ done }) => done).sort((a, b) => a - b),
      );
      for (let round = 0; round < 2; round++) {
        expect(one).toMatchObject({ bits: 24, model: OTHER_MODEL });
        const wanted = items.filter(({ id }) => id !== 'i7').map(kept);
        const moved = wanted.map((item) => ({
          ...item,
          codes: { image: numberCode(item.payload.n as number) },
        }));
        expect([...(await contentOf(one)).values()]).toEqual(moved);
        const hit = await one.search({ model: OTHER_MODEL, code: numberCode(500), k: 1 });
        const { id, payload, picture } = wanted.find((item) => item.id === 'i500')!;
        expect(picture).toBeDefined();
        expect(hit.hits).toEqual([{ id, payload, picture, distance: 0, modality: 'image' }]);
        const refused = failing('COLLECTION_OTHER_MODEL');
        await expect(one.search({ ...M, code: code(1) })).rejects.toEqual(refused);
        await expect(one.upsert([items[0]!], M)).rejects.toEqual(refused);
        expect((await one.verify()).problems).toEqual([]);
        one = await backend.reopen(one);
      }
      await one.upsert([{ id: 'i7', codes: { image: numberCode(7) } }], { model: OTHER_MODEL });
      expect(await one.count()).toBe(1000);
      await one.close();
    });

    it('takes writes and answers searches with the old model while it moves, and moves those too', () =>
      withCollection(async (one) => {
        const item = (n: number, id = `i${n}`): NewItem => ({
          id,
          codes: { image: code(n) },
          payload: { n },
        });
        await one.upsert(
          Array.from({ length: 2000 }, (_, n) => item(n)),
          M,
        );
        const expected = new Map(Array.from({ length: 2000 }, (_, n) => [`i${n}`, n]));
        let call = 0;
        const encode: NextModel['encode'] = async (items) => {
          if (one.model === MODEL && call < 6) {
            call++;
            // One that may be encoded already, one of this batch, one that comes later, and a new one.
            const ids = [`i${call}`, items[0]!.id, `i${1999 - call}`, `new${call}`];
            const n = 10_000 + call;
            await one.upsert(
              [...new Set(ids)].map((id) => item(n, id)),
              M,
            );
            for (const id of ids) expected.set(id, n);
            const gone = [`i${500 + call}`, items.at(-1)!.id];
            await one.delete(gone);
            for (const id of gone) expected.delete(id);
            const { hits } = await one.search({
              ...M,
              code: code(n, n >> 8),
              k: 1,
              filter: { field: 'n', eq: n },
            });
            expect(hits).toHaveLength(1);
          }
          return numbering.encode(items);
        };
        await one.reencode({ ...numbering, encode });
        expect(call).toBeGreaterThan(1);
        const content = await contentOf(one);
        expect(new Map([...content].map(([id, { payload }]) => [id, payload.n]))).toEqual(expected);
        for (const { codes, payload } of content.values())
          expect(codes).toEqual({ image: numberCode(payload.n as number) });
        expect((await one.verify()).problems).toEqual([]);
      }));

    it('moves or refuses what is written at the moment of the change, and nothing is lost', () =>
      withCollection(async (one) => {
        await one.upsert([{ id: 'first', codes: { image: code(0) }, payload: { n: 0 } }], M);
        const acknowledged: number[] = [];
        let refused = 0;
        const writes: Promise<unknown>[] = [];
        const write = (n: number): Promise<void> =>
          one.upsert([{ id: `i${n}`, codes: { image: code(n) }, payload: { n } }], M).then(
            () => void acknowledged.push(n),
            (cause) => {
              expect(cause).toEqual(failing('COLLECTION_OTHER_MODEL'));
              refused++;
            },
          );
        let moving = true;
        const move = one.reencode(numbering).finally(() => {
          moving = false;
        });
        for (let n = 1; n <= 300 && moving; n++) {
          writes.push(write(n));
          await new Promise((resume) => setImmediate(resume));
        }
        await move;
        await write(1000);
        await Promise.all(writes);
        expect(refused).toBeGreaterThan(0);
        const content = await contentOf(one);
        expect([...content.keys()].sort()).toEqual(['first', ...acknowledged.map((n) => `i${n}`)].sort());
        for (const { codes, payload } of content.values())
          expect(codes).toEqual({ image: numberCode(payload.n as number) });
      }));

    it('stays as it was when the move is aborted, or the encoder fails or gives what are no codes', async () => {
      let one = await backend.create();
      const items = Array.from(
        { length: 600 },
        (_, n): NewItem => ({
          id: `i${n}`,
          codes: { image: code(n) },
          payload: { n },
          picture: picture('image/png', `${n % 3}`),
        }),
      );
      await one.upsert(items, M);
      const whole = new Map(items.map((item) => [item.id, kept(item)]));
      const boom = new Error('the encoder has no power');
      const control = new AbortController();
      const last = (give: (some: readonly Item[]) => readonly ItemCodes[]): NextModel['encode'] => {
        return async (some) => (some.some(({ id }) => id === 'i599') ? give(some) : numbering.encode(some));
      };
      const good = { image: numberCode(1) };
      const tries: [Partial<NextModel>, unknown, AbortSignal?][] = [
        [
          {
            encode: last(() => {
              throw boom;
            }),
          },
          boom,
        ],
        [
          { encode: last((some) => some.map(() => ({ image: code(1) }))) },
          failing('COLLECTION_ITEM_INVALID'),
        ],
        [{ encode: last((some) => some.map(() => ({}))) }, failing('COLLECTION_ITEM_INVALID')],
        [{ encode: last((some) => some.slice(1).map(() => good)) }, failing('COLLECTION_ITEM_INVALID')],
        [{ fingerprint: 'x' }, failing('ARGUMENT_INVALID')],
        [{ bits: 12 }, failing('ARGUMENT_INVALID')],
        [{}, failing('ABORTED'), AbortSignal.abort()],
        [
          {
            encode: (some) => {
              control.abort();
              return numbering.encode(some);
            },
          },
          failing('ABORTED'),
          control.signal,
        ],
      ];
      for (const [change, expected, signal] of tries) {
        const move = one.reencode({ ...numbering, ...change }, signal ? { signal } : {});
        await expect(move).rejects.toEqual(expected);
        expect(one).toMatchObject({ model: MODEL, bits: 16 });
        expect(await contentOf(one)).toEqual(whole);
      }
      await one.upsert([{ id: 'more', codes: { image: code(5) }, payload: { n: 5 } }], M);
      one = await backend.reopen(one);
      expect(await one.count()).toBe(601);
      expect((await one.verify()).problems).toEqual([]);
      await one.reencode(numbering);
      expect((await one.get('more'))!.codes).toEqual({ image: numberCode(5) });
      await one.close();
    });

    it('moves when it is empty', () =>
      withCollection(async (one) => {
        await one.reencode(numbering);
        expect(one).toMatchObject({ model: OTHER_MODEL, bits: 24 });
        await one.upsert([{ id: 'a', codes: { text: numberCode(3) } }], { model: OTHER_MODEL });
        expect(await one.count()).toBe(1);
      }));

    it('comes back whole from an export, and is the same when it is imported again', () =>
      withCollection(async (one) => {
        const file = path.join(await temporaryFolder(), 'things.export');
        const items = Array.from({ length: 1500 }, (_, n): NewItem => {
          const own = n % 50 === 0 ? { picture: picture('image/avif', `${n % 70}`) } : {};
          const codes = n % 3 === 0 ? { image: code(n), text: code(1) } : { text: code(n, n >> 8) };
          return { id: `ü${n}`, codes, payload: { n, text: '"\n€😀' }, ...own };
        });
        await one.upsert(items, M);
        const progress: number[] = [];
        expect(await exportCollection(one, file, { onProgress: ({ done }) => progress.push(done) })).toEqual({
          items: 1500,
        });
        expect(progress.at(-1)).toBe(1500);
        const whole = await contentOf(one);
        await one.delete(items.map(({ id }) => id));
        await one.compact();
        await one.upsert(
          [
            { id: 'other', codes: { image: code(1) } },
            { ...items[1]!, payload: { n: 'new' } },
          ],
          M,
        );
        for (let round = 0; round < 2; round++) {
          expect(await importCollection(file, one)).toEqual({ items: 1500 });
          await one.delete(['other']);
          expect(await contentOf(one)).toEqual(whole);
        }
        expect(await one.picture('ü50')).toEqual(items[50]!.picture);
        await one.reencode(numbering);
        await expect(importCollection(file, one)).rejects.toEqual(failing('COLLECTION_OTHER_MODEL'));
        expect(await one.count()).toBe(1500);
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
