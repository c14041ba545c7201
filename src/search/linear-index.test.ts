import { describe, expect, it } from 'vitest';
import { Codes, hammingDistance } from '../codes/index.ts';
import { Random } from '../random.ts';
import { type EngineName, type Hit, LinearIndex, type SearchOptions } from './index.ts';

const ENGINES: readonly EngineName[] = ['wasm', 'typescript'];

/** The oracle: every distance, sorted by (distance, row). */
function rankAll(database: Codes, queries: Codes): Hit[][] {
  return Array.from({ length: queries.count }, (_, q) =>
    Array.from({ length: database.count }, (_, row) => ({
      id: row,
      row,
      distance: hammingDistance(queries.row(q), database.row(row)),
    })).sort((a, b) => a.distance - b.distance || a.row - b.row),
  );
}

const cut = (ranked: Hit[][], { k, radius }: SearchOptions): Hit[][] =>
  ranked.map((hits) =>
    hits
      .filter(({ distance }) => distance <= (radius ?? Number.POSITIVE_INFINITY))
      .slice(0, k ?? (radius === undefined ? 10 : undefined)),
  );

type Shape = 'random' | 'clustered' | 'equal' | 'few' | 'nearing' | 'leaving';
const SHAPES: readonly Shape[] = ['random', 'clustered', 'equal', 'few', 'nearing', 'leaving'];

/** `nearing` and `leaving` order the rows by their distance to zero: the most and the fewest survivors. */
function makeCodes(random: Random, n: number, bits: number, shape: Shape): Codes {
  const width = bits / 8;
  const bytes = Uint8Array.from({ length: n * width }, () => random.below(256));
  const codes = Codes.fromBytes(bytes, { bits });
  if (n === 0 || shape === 'random') return codes;
  if (shape === 'equal') return codes.take(new Int32Array(n));
  if (shape === 'few') return codes.take(Int32Array.from({ length: n }, () => random.below(Math.min(n, 3))));
  if (shape === 'clustered') {
    const centres = codes.take(Int32Array.from({ length: n }, () => random.below(Math.min(n, 5))));
    for (let row = 0; row < n; row++) centres.row(row)[random.below(width)]! ^= 1 << random.below(8);
    return centres;
  }
  const zero = new Uint8Array(width);
  const order = Array.from({ length: n }, (_, row) => row).sort(
    (a, b) => hammingDistance(codes.row(a), zero) - hammingDistance(codes.row(b), zero),
  );
  return codes.take(shape === 'leaving' ? order : order.reverse());
}

function pickOptions(random: Random, n: number, bits: number): SearchOptions {
  const k = [1, 2, 10, Math.max(1, n), n + 5, 1 + random.below(n + 1)][random.below(6)]!;
  const radius = [0, 1, 2, bits, random.below(bits + 1), bits >> 1][random.below(6)]!;
  return [{ k }, { radius }, { k, radius }, {}][random.below(4)]!;
}

describe('LinearIndex', () => {
  it('gives what brute force gives, with both engines, on 2,400 cases', async () => {
    const random = new Random(7, 'linear');
    const sizes = [0, 1, 2, 15, 16, 17, 63, 64, 65, 130];
    let cases = 0;
    for (const bits of [8, 16, 24, 56, 64, 72, 120, 128, 136, 192, 240, 248, 256, 264, 512, 1024]) {
      for (const shape of SHAPES) {
        for (let repeat = 0; repeat < 25; repeat++, cases++) {
          const n = sizes[random.below(sizes.length)]!;
          const database = makeCodes(random, n, bits, shape);
          const own = n > 0 && random.below(2) === 0 ? database.take([random.below(n)]) : undefined;
          const queries = own ?? makeCodes(random, 2, bits, shape === 'leaving' ? 'equal' : shape);
          if (!own && shape === 'nearing') queries.bytes.fill(0);
          const options = pickOptions(random, n, bits);
          const expected = cut(rankAll(database, queries), options);
          for (const engine of ENGINES) {
            const hits = await LinearIndex.from(database, { engine }).search(queries, options);
            expect(hits, `${engine} ${bits} bits ${shape} n=${n} ${JSON.stringify(options)}`).toEqual(
              expected,
            );
          }
        }
      }
    }
    expect(cases).toBe(2400);
  });

  it('gives the same over many blocks, tiles and full survivor buffers', async () => {
    const random = new Random(3, 'large');
    for (const [bits, shape, n] of [
      [64, 'random', 70_001],
      [8, 'random', 40_000],
      [64, 'nearing', 20_000],
      [264, 'nearing', 12_345],
      [128, 'clustered', 30_000],
      [256, 'random', 9_999],
    ] as const) {
      const database = makeCodes(random, n, bits, shape);
      const queries = makeCodes(random, 2, bits, 'random');
      queries.row(0).fill(0);
      const ranked = rankAll(database, queries);
      for (const options of [{ k: 10 }, { k: 20_000 }, { radius: bits }, { k: 500, radius: bits >> 1 }]) {
        const expected = cut(ranked, options);
        for (const engine of ENGINES) {
          const hits = await LinearIndex.from(database, { engine }).search(queries, options);
          const same = JSON.stringify(hits) === JSON.stringify(expected); // toEqual takes seconds here
          expect(same, `${engine} ${bits} ${shape} ${JSON.stringify(options)}`).toBe(true);
        }
      }
    }
  });

  it('a batch gives what its queries give one by one', async () => {
    const random = new Random(5, 'batch');
    const index = LinearIndex.from(makeCodes(random, 3000, 64, 'clustered'));
    const queries = makeCodes(random, 75, 64, 'random');
    const together = await index.search(queries, { k: 7 });
    const alone = await Promise.all(
      Array.from({ length: 75 }, async (_, q) => (await index.search(queries.slice(q, q + 1), { k: 7 }))[0]!),
    );
    expect(together).toEqual(alone);
  });

  it('searches that overlap in time do not disturb each other', async () => {
    const random = new Random(6, 'overlap');
    const database = makeCodes(random, 400_000, 64, 'random');
    const index = LinearIndex.from(database, { engine: 'typescript' }); // slow: it pauses between slices
    const [a, b] = [makeCodes(random, 9, 64, 'random'), makeCodes(random, 9, 64, 'random')];
    const apart = [await index.search(a, { k: 5 }), await index.search(b, { radius: 20 })];
    expect(await Promise.all([index.search(a, { k: 5 }), index.search(b, { radius: 20 })])).toEqual(apart);
  });

  it('distances are those of brute force', () => {
    const random = new Random(8, 'distances');
    for (const bits of [8, 64, 104, 128, 256, 320]) {
      for (const n of [0, 1, 1023, 1024, 1025, 2500]) {
        const database = makeCodes(random, n, bits, 'random');
        const queries = makeCodes(random, 2, bits, 'random');
        const expected = Uint16Array.from({ length: n }, (_, i) =>
          hammingDistance(queries.row(1), database.row(i)),
        );
        for (const engine of ENGINES) {
          expect(LinearIndex.from(database, { engine }).distances(queries, 1)).toEqual(expected);
        }
      }
    }
  });

  it('hits carry the ids that were given: strings, numbers or bigints', async () => {
    const codes = Codes.fromBytes(Uint8Array.of(0, 1, 3), { bits: 8 });
    const query = codes.slice(2);
    const lists = [['a', 'b', 'c'], [9, -1, 2.5], BigInt64Array.of(5n, 6n, 2n ** 60n), ['1', 1, 1n]];
    for (const ids of lists) {
      const [hits] = await LinearIndex.from(codes, { ids }).search(query, { k: 2 });
      expect(hits).toEqual([
        { id: ids[2], row: 2, distance: 0 },
        { id: ids[1], row: 1, distance: 1 },
      ]);
    }
  });

  it('the codes may change or go after the index is made', async () => {
    const codes = Codes.fromBytes(Uint8Array.of(1, 2, 3), { bits: 8 });
    const query = codes.take([1]);
    for (const engine of ENGINES) {
      const own = codes.take([0, 1, 2]);
      const index = LinearIndex.from(own, { engine });
      own.bytes.fill(255);
      expect((await index.search(query, { k: 1 }))[0]![0]).toEqual({ id: 1, row: 1, distance: 0 });
    }
  });

  it('no queries give no answers', async () => {
    const index = LinearIndex.from(Codes.fromBytes(new Uint8Array(16), { bits: 64 }));
    expect(await index.search(Codes.fromBytes(new Uint8Array(0), { bits: 64 }))).toEqual([]);
  });
});

describe('wrong calls', () => {
  const codes = Codes.fromBytes(new Uint8Array(24), { bits: 64 });

  it('k, radius, bits and engine are checked', async () => {
    const index = LinearIndex.from(codes);
    for (const options of [{ k: 0 }, { k: -1 }, { k: 1.5 }, { k: Number.NaN }]) {
      await expect(index.search(codes, options)).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
    }
    for (const radius of [-1, 65, 0.5, Number.NaN]) {
      await expect(index.search(codes, { radius })).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
    }
    const other = Codes.fromBytes(new Uint8Array(16), { bits: 128 });
    await expect(index.search(other)).rejects.toMatchObject({ code: 'CODES_BITS_MISMATCH' });
    expect(() => index.distances(other, 0)).toThrow(/128 bits/);
    expect(() => index.distances(codes, 0, new Uint16Array(2))).toThrow(/one entry a code/);
    expect(() => LinearIndex.from(codes, { engine: 'native' as EngineName })).toThrow(/engine/);
  });

  it('ids must be as many as codes, distinct, and of a legal kind', () => {
    const code = (ids: unknown): unknown => {
      try {
        LinearIndex.from(codes, { ids: ids as string[] });
      } catch (error) {
        return error;
      }
      return undefined;
    };
    expect(code(['a', 'b'])).toMatchObject({ code: 'ARGUMENT_INVALID' });
    expect(code(['a', 'b', 'a'])).toMatchObject({ code: 'INDEX_ID_DUPLICATE', values: { first: 0, row: 2 } });
    expect(code([1, Number.NaN, 2])).toMatchObject({ code: 'ARGUMENT_INVALID' });
    expect(code(['a', null, 'b'])).toMatchObject({ code: 'ARGUMENT_INVALID' });
  });

  it('a search stops when its signal fires, before it starts or under way', async () => {
    const index = LinearIndex.from(Codes.fromBytes(new Uint8Array(8 * 300_000), { bits: 64 }), {
      engine: 'typescript',
    });
    const many = Codes.fromBytes(new Uint8Array(8 * 200).fill(255), { bits: 64 });
    await expect(index.search(many, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ABORTED',
    });
    const control = new AbortController();
    setTimeout(() => control.abort(), 5);
    const search = index.search(many, { k: 300_000, signal: control.signal });
    await expect(search).rejects.toMatchObject({ code: 'ABORTED' });
    expect(await index.search(many.slice(0, 1), { k: 1 })).toHaveLength(1); // the next turn is served
  });
});
