import { describe, expect, it } from 'vitest';
import { Codes } from '../codes/index.ts';
import { Random } from '../random.ts';
import { LinearIndex } from './linear-index.ts';
import { type RealCodes, rerank } from './rerank.ts';

const real = (random: Random, rows: number, cols: number): RealCodes => ({
  data: Float32Array.from({ length: rows * cols }, () => random.normal()),
  rows,
  cols,
});

const one = (...values: number[]): RealCodes => ({ data: Float32Array.from(values), rows: 1, cols: 8 });
/** Signs 00, and a bit costs 1, whichever it is. */
const FLAT = one(-1, -1, -1, -1, -1, -1, -1, -1);

/** The formula, bit by bit. */
function asymmetricDistance(values: Float32Array, code: Uint8Array): number {
  let sum = 0;
  for (const [j, value] of values.entries()) {
    if (value > 0 !== (((code[j >> 3]! >> (j & 7)) & 1) === 1)) sum += Math.abs(value);
  }
  return sum;
}

describe('re-ranking', () => {
  const random = new Random(3, 'rerank');

  it('orders the candidates by the sum of |v| over disagreeing bits', async () => {
    for (const bits of [8, 64, 72, 128]) {
      const codes = Codes.fromReal(real(random, 300, bits).data, { bits });
      const index = LinearIndex.from(codes);
      const queries = real(random, 3, bits);
      const candidates = 50;
      const nearest = await index.search(Codes.fromReal(queries.data, { bits }), { k: candidates });
      const ranked = await rerank(index, queries, { k: 7, candidates });
      for (const [q, hits] of ranked.entries()) {
        const values = queries.data.subarray(q * bits, (q + 1) * bits);
        const expected = nearest[q]!.map((hit) => ({
          ...hit,
          score: asymmetricDistance(values, codes.row(hit.row)),
        }))
          .sort((a, b) => a.score - b.score || a.distance - b.distance || a.row - b.row)
          .slice(0, 7);
        expect(hits.map(({ row }) => row)).toEqual(expected.map(({ row }) => row));
        for (const [i, hit] of hits.entries()) expect(hit.score).toBeCloseTo(expected[i]!.score, 4);
      }
    }
  });

  it('of all codes is the order by the negative inner product', async () => {
    const bits = 32;
    const codes = Codes.fromReal(real(random, 200, bits).data, { bits });
    const query = real(random, 1, bits);
    const [hits] = await rerank(LinearIndex.from(codes), query, { k: 200, candidates: 200 });
    const signs = codes.unpack();
    const product = Float64Array.from({ length: 200 }, (_, row) =>
      query.data.reduce((sum, value, j) => sum + value * signs[row * bits + j]!, 0),
    );
    const products = hits!.map(({ row }) => product[row]!);
    for (let i = 1; i < 200; i++) expect(products[i]!).toBeLessThan(products[i - 1]! + 1e-4);
  });

  it('keeps the order (distance, id) among equal scores', async () => {
    const codes = Codes.fromHex(['01', '02', '00', '02', '01']);
    const index = LinearIndex.from(codes, { ids: ['e', 'd', 'c', 'b', 'a'] });
    const [hits] = await rerank(index, FLAT, { k: 5 });
    expect(hits!.map(({ id, score }) => [id, score])).toEqual([
      ['c', 0],
      ['a', 1],
      ['b', 1],
      ['d', 1],
      ['e', 1],
    ]);
  });

  it('puts a bit that the query was sure of before several that it was not', async () => {
    const codes = Codes.fromHex(['01', '0e']);
    const query = one(-9, -1, -1, -1, -1, -1, -1, -1);
    const [hits] = await rerank(LinearIndex.from(codes), query);
    expect(hits!.map(({ row, distance, score }) => [row, distance, score])).toEqual([
      [1, 3, 3],
      [0, 1, 9],
    ]);
  });

  it('takes filters and a radius along', async () => {
    const index = LinearIndex.from(Codes.fromHex(['00', '01', '03', '07']));
    const rows = async (options: Parameters<typeof rerank>[2]) =>
      (await rerank(index, FLAT, options))[0]!.map(({ row }) => row);
    expect(await rows({ radius: 2 })).toEqual([0, 1, 2]);
    expect(await rows({ allow: [3, 1] })).toEqual([1, 3]);
    await index.delete([0]);
    expect(await rows({ k: 2 })).toEqual([1, 2]);
  });

  it('refuses fewer candidates than hits, values of another length, and NaN', async () => {
    const index = LinearIndex.from(Codes.fromHex(['00']));
    for (const options of [{ k: 0 }, { k: 1.5 }, { k: 10, candidates: 9 }, { candidates: Number.NaN }]) {
      await expect(rerank(index, FLAT, options)).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
    }
    for (const [code, query] of [
      ['CODES_LENGTH_INVALID', one(1, 2, 3)],
      ['CODES_BITS_MISMATCH', real(random, 1, 16)],
      ['CODES_VALUE_NAN', one(1, 1, 1, 1, 1, 1, 1, Number.NaN)],
    ] as const)
      await expect(rerank(index, query)).rejects.toMatchObject({ code });
  });

  it('never gives the score of a row that was renumbered meanwhile', async () => {
    const index = LinearIndex.from(Codes.fromReal(real(random, 100, 64).data, { bits: 64 }));
    await index.delete([0, 1, 2]);
    const ranked = rerank(index, real(random, 1, 64), { k: 5 });
    const compacted = index.compact();
    const [hits] = await ranked.catch((error) => {
      expect(error).toMatchObject({ code: 'INDEX_CHANGED' });
      return [[]];
    });
    await compacted;
    for (const hit of hits!) expect(hit.id).toBe(hit.row);
  });
});
