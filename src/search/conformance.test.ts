/** One suite for every index, however its rows are kept: what `HammingIndex` promises, against brute force. */
import { describe, expect, it } from 'vitest';
import { Codes, hammingDistance } from '../codes/index.ts';
import { Random } from '../random.ts';
import { firstParts } from './base-index.ts';
import { compareIds } from './ids.ts';
import {
  type HammingIndex,
  type Hit,
  type Id,
  LinearIndex,
  MultiIndexHash,
  type SearchOptions,
} from './index.ts';
import { MihStore, type MihStoreOptions } from './mih/store.ts';
import { CodeStore } from './store.ts';

type Make = (codes: Codes, ids?: ArrayLike<Id>) => HammingIndex;

const kept = (codes: Codes, ids: ArrayLike<Id> | undefined, store: CodeStore): HammingIndex =>
  LinearIndex.of(firstParts(store, codes, ids));

export const INDEXES: Readonly<Record<string, Make>> = {
  'linear, WebAssembly': (codes, ids) => LinearIndex.from(codes, { engine: 'wasm', ...(ids && { ids }) }),
  'linear, TypeScript': (codes, ids) =>
    LinearIndex.from(codes, { engine: 'typescript', ...(ids && { ids }) }),
  'linear, shards of 64 rows': (codes, ids) => kept(codes, ids, new CodeStore(codes.bits, { shardRows: 64 })),
  'linear, two threads': (codes, ids) =>
    kept(codes, ids, new CodeStore(codes.bits, { threads: 2, threadBytes: 0 })),
  'multi-index, as it chooses': (codes, ids) => MultiIndexHash.from(codes, ids && { ids }),
  'multi-index, TypeScript': (codes, ids) =>
    MultiIndexHash.from(codes, { engine: 'typescript', ...(ids && { ids }) }),
  'multi-index, two tables or more': (codes, ids) =>
    hashed(codes, ids, { substrings: Math.max(2, Math.round(codes.bits / 9)) }),
  'multi-index, shards of 64 rows': (codes, ids) =>
    hashed(codes, ids, { substrings: Math.max(2, Math.round(codes.bits / 10)), shardRows: 64 }),
  'multi-index, two threads': (codes, ids) =>
    hashed(codes, ids, { substrings: Math.max(3, codes.bits >> 3), threads: 2 }),
};

/** A scan costs as much as 3,000 buckets, so that even these few rows are searched through the tables. */
const THROUGH_BUCKETS = { bucket: 1, range: 0, entry: 0, run: 0, scan: 3000 };

function hashed(codes: Codes, ids: ArrayLike<Id> | undefined, options: MihStoreOptions): HammingIndex {
  const substrings = Math.min(256, options.substrings!);
  const store = new MihStore(codes.bits, { ...options, substrings, costs: THROUGH_BUCKETS });
  return MultiIndexHash.of(firstParts(store, codes, ids), substrings);
}

/** The oracle: a list of rows that is sorted for every question. */
class Model {
  readonly rows: { id: Id; code: Uint8Array; live: boolean }[] = [];
  /** Without own ids a row's id is its number among all that were ever added. */
  #added = 0;

  add(codes: Codes, ids?: ArrayLike<Id>): void {
    for (let i = 0; i < codes.count; i++) {
      this.rows.push({ id: ids ? ids[i]! : this.#added++, code: codes.row(i).slice(), live: true });
    }
  }

  delete(id: Id): boolean {
    const found = this.rows.find((row) => row.live && row.id === id);
    if (found) found.live = false;
    return found !== undefined;
  }

  search(query: Uint8Array, { k, radius, allow, filter }: SearchOptions): Hit[] {
    const allowed = allow && new Set(allow);
    return this.rows
      .map(({ id, code, live }, row) => ({ id, row, live, distance: hammingDistance(code, query) }))
      .filter(
        ({ live, id, row, distance }) =>
          live &&
          distance <= (radius ?? Number.POSITIVE_INFINITY) &&
          (!allowed || allowed.has(id)) &&
          (!filter || (filter[row >> 3]! >> (row & 7)) & 1),
      )
      .sort((a, b) => a.distance - b.distance || compareIds(a.id, b.id))
      .slice(0, k ?? (radius === undefined ? 10 : undefined))
      .map(({ id, row, distance }) => ({ id, row, distance }));
  }
}

type Shape = 'random' | 'clustered' | 'equal' | 'few';

function makeCodes(random: Random, n: number, bits: number, shape: Shape): Codes {
  const width = bits / 8;
  const codes = Codes.fromBytes(
    Uint8Array.from({ length: n * width }, () => random.below(256)),
    { bits },
  );
  if (n === 0 || shape === 'random') return codes;
  if (shape === 'equal') return codes.take(new Int32Array(n));
  if (shape === 'few') return codes.take(Int32Array.from({ length: n }, () => random.below(Math.min(n, 3))));
  const near = codes.take(Int32Array.from({ length: n }, () => random.below(Math.min(n, 4))));
  for (let row = 0; row < n; row++) near.row(row)[random.below(width)]! ^= 1 << random.below(8);
  return near;
}

const SHAPES: readonly Shape[] = ['random', 'clustered', 'equal', 'few'];
const SIZES = [0, 1, 2, 15, 16, 17, 63, 64, 65, 130, 257];
const BITS = [8, 16, 24, 40, 64, 72, 128, 192, 256, 320, 384, 512, 1024, 4096];

function pickOptions(random: Random, model: Model, bits: number): SearchOptions {
  const n = model.rows.length;
  const k = [1, 2, 10, Math.max(1, n), n + 5, 1 + random.below(n + 1)][random.below(6)]!;
  const radius = [0, 1, 2, bits, random.below(bits + 1), bits >> 1][random.below(6)]!;
  const bounds = [{ k }, { radius }, { k, radius }, {}][random.below(4)]!;
  if (n === 0 || random.below(3) > 0) return bounds;
  const filter = Uint8Array.from({ length: Math.ceil(n / 8) }, () => random.below(256));
  const allow = Array.from({ length: random.below(n + 1) }, () => model.rows[random.below(n)]!.id);
  return [
    { ...bounds, filter },
    { ...bounds, allow },
    { ...bounds, filter, allow },
  ][random.below(3)]!;
}

/** Ids in no order of rows, of all kinds. */
const makeIds = (random: Random, from: number, n: number): Id[] =>
  random.shuffle(
    Array.from({ length: n }, (_, i) => {
      const number = from + i;
      return [`item ${number}`, BigInt(number) * 7n, number + 0.5][random.below(3)]!;
    }),
  );

describe.each(Object.entries(INDEXES))('%s', (_, make) => {
  it('answers as brute force does: 2,240 cases of ties, duplicates, filters, few rows and many bits', async () => {
    const random = new Random(11, 'conformance');
    let cases = 0;
    for (const bits of BITS) {
      for (const shape of SHAPES) {
        for (let repeat = 0; repeat < 10; repeat++) {
          const n = SIZES[random.below(bits > 512 ? 9 : SIZES.length)]!;
          const codes = makeCodes(random, n, bits, shape);
          const ids = random.below(2) === 0 ? undefined : makeIds(random, 0, n);
          const model = new Model();
          model.add(codes, ids);
          const index = make(codes, ids);
          for (let question = 0; question < 4; question++, cases++) {
            const options = pickOptions(random, model, bits);
            const queries =
              n > 0 && question % 2 ? codes.take([random.below(n)]) : makeCodes(random, 2, bits, shape);
            const expected = Array.from({ length: queries.count }, (_, q) =>
              model.search(queries.row(q), options),
            );
            expect(await index.search(queries, options), `${bits} bits, ${shape}, n=${n}`).toEqual(expected);
          }
          index.close();
        }
      }
    }
    expect(cases).toBe(2240);
  });

  it('answers as brute force does after any row of additions, deletions and compactions', async () => {
    const random = new Random(12, 'changes');
    for (const [bits, own] of [
      [64, false],
      [64, true],
      [24, true],
      [128, false],
      [264, true],
    ] as const) {
      const model = new Model();
      const first = makeCodes(random, 20, bits, 'clustered');
      const ids = own ? makeIds(random, 0, 20) : undefined;
      const index = make(first, ids);
      model.add(first, ids);
      for (let step = 1; step <= 40; step++) {
        const n = model.rows.length;
        const what = random.below(4);
        if (what === 0) {
          const more = makeCodes(random, random.below(90), bits, SHAPES[random.below(4)]!);
          const moreIds = own ? makeIds(random, 1000 * step, more.count) : undefined;
          await index.add(more, moreIds ? { ids: moreIds } : {});
          model.add(more, moreIds);
        } else if (what === 1) {
          const gone = Array.from(
            { length: random.below(1 + (n >> 1)) },
            () => model.rows[random.below(n)]!.id,
          );
          const expected = gone.filter((id) => model.delete(id)).length;
          expect(await index.delete(gone)).toBe(expected);
          for (const id of gone) expect(index.has(id)).toBe(false);
        } else if (what === 2 && step % 3 === 0) {
          await index.compact();
          const live = model.rows.filter((row) => row.live);
          model.rows.splice(0, n, ...live);
        }
        expect(index.rows).toBe(model.rows.length);
        expect(index.count).toBe(model.rows.filter((row) => row.live).length);
        if (model.rows.length === 0) continue;
        const query = index.codes(0, 1);
        const options = pickOptions(random, model, bits);
        expect(await index.search(query, options)).toEqual([model.search(query.row(0), options)]);
      }
      expect([...index.codes().bytes]).toEqual(model.rows.flatMap(({ code }) => [...code]));
      expect(Array.from({ length: index.rows }, (_, row) => index.idOf(row))).toEqual(
        model.rows.map(({ id }) => id),
      );
    }
  });

  it('an id that was deleted may come again, one that is held may not', async () => {
    const random = new Random(13, 'again');
    const codes = makeCodes(random, 5, 64, 'random');
    const index = make(codes, ['a', 'b', 'c', 'd', 'e']);
    await expect(index.add(codes.slice(0, 2), { ids: ['f', 'b'] })).rejects.toMatchObject({
      code: 'INDEX_ID_DUPLICATE',
      values: { first: 1, row: 6 },
    });
    expect(index.rows).toBe(5);
    expect(index.has('f')).toBe(false);
    expect(await index.delete(['b', 'nowhere'])).toBe(1);
    await index.add(codes.slice(0, 1), { ids: ['b'] });
    expect((await index.search(codes.slice(0, 1), { k: 2 }))[0]).toEqual([
      { id: 'a', row: 0, distance: 0 },
      { id: 'b', row: 5, distance: 0 },
    ]);
    await expect(index.add(codes)).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
    await expect(make(codes).add(codes, { ids: [1, 2, 3, 4, 5] })).rejects.toMatchObject({
      code: 'ARGUMENT_INVALID',
    });
  });

  it('iterates over all hits in order, and says when rows changed meanwhile', async () => {
    const random = new Random(14, 'iterate');
    const codes = makeCodes(random, 700, 64, 'clustered');
    const ids = makeIds(random, 0, 700);
    const model = new Model();
    model.add(codes, ids);
    const index = make(codes, ids);
    const query = makeCodes(random, 1, 64, 'random');
    for (const options of [{}, { radius: 30 }, { k: 100 }, { allow: ids.slice(0, 50) }]) {
      const hits: Hit[] = [];
      for await (const hit of index.iterate(query, options)) hits.push(hit);
      expect(hits).toEqual(model.search(query.row(0), { k: 700, ...options }));
    }
    const changing = async () => {
      for await (const _ of index.iterate(query)) await index.delete([ids[0]!]);
    };
    await expect(changing()).rejects.toMatchObject({ code: 'INDEX_CHANGED' });
  });

  it('a batch gives what its queries give one by one', async () => {
    const random = new Random(17, 'batch');
    const codes = makeCodes(random, 400, 64, 'clustered');
    const index = make(codes);
    const queries = makeCodes(random, 75, 64, 'random');
    for (const options of [{ k: 7 }, { radius: 20 }, { k: 300 }]) {
      const alone = [];
      for (let q = 0; q < 75; q++) alone.push((await index.search(queries.slice(q, q + 1), options))[0]);
      expect(await index.search(queries, options)).toEqual(alone);
    }
  });

  it('gives all hits that are as far as the k-th, if asked for ties', async () => {
    const random = new Random(4, 'ties');
    for (const bits of [8, 64]) {
      const bytes = Uint8Array.from({ length: (300 * bits) / 8 }, () => random.below(3));
      const codes = Codes.fromBytes(bytes, { bits });
      for (const ids of [undefined, Array.from({ length: 300 }, (_, row) => `${(row * 7) % 300}`)]) {
        const index = make(codes, ids);
        const [all] = await index.search(codes.slice(5, 6), { k: 300 });
        for (const k of [1, 2, 10, 150, 299, 300, 1000]) {
          const [hits] = await index.search(codes.slice(5, 6), { k, ties: true });
          const last = all![Math.min(k, 300) - 1]!.distance;
          expect(hits, `${bits} bits, k = ${k}`).toEqual(all!.filter(({ distance }) => distance <= last));
          expect((await index.search(codes.slice(5, 6), { k }))[0]).toEqual(all!.slice(0, k));
        }
        index.close();
      }
    }
  });

  it('a bitmap of a predicate filters, and deleted rows are not asked', async () => {
    const codes = makeCodes(new Random(15, 'bitmap'), 100, 64, 'random');
    const index = make(codes);
    await index.delete([3, 4]);
    const asked: number[] = [];
    const filter = index.bitmap((id, row) => {
      asked.push(row);
      return Number(id) % 10 === 3;
    });
    expect(asked).toHaveLength(98);
    const [hits] = await index.search(codes.slice(0, 1), { k: 100, filter });
    expect(hits!.map(({ row }) => row).sort((a, b) => a - b)).toEqual([13, 23, 33, 43, 53, 63, 73, 83, 93]);
  });

  it('counts its work, and refuses wrong calls', async () => {
    const codes = makeCodes(new Random(16, 'work'), 300, 64, 'random');
    const index = make(codes);
    const { work } = await index.explain(codes.slice(0, 3), { k: 5 });
    expect(work.codesCompared).toBeGreaterThan(0);
    expect(work.codesCompared).toBeLessThanOrEqual(9000); // a code may be met in several tables
    await expect(index.search(codes, { filter: new Uint8Array(37) })).rejects.toThrow(/filter/);
    await expect(index.search(codes, { threads: 0 })).rejects.toThrow(/threads/);
    await expect(index.add(makeCodes(new Random(1), 1, 72, 'random'))).rejects.toMatchObject({
      code: 'CODES_BITS_MISMATCH',
    });
    expect(() => index.idOf(300)).toThrow(/row/);
    expect(() => index.codes(5, 301)).toThrow(/from, to/);
    await expect(index.iterate(codes).next()).rejects.toThrow(/one code/);
    await expect(index.search(codes, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ABORTED',
    });
    index.close();
    await expect(index.search(codes)).rejects.toMatchObject({ code: 'INDEX_CLOSED' });
  });
});
