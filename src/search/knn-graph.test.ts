import { describe, expect, it } from 'vitest';
import { Codes, hammingDistance } from '../codes/index.ts';
import { Random } from '../random.ts';
import { type KnnGraph, type KnnGraphOptions, knnGraph } from './knn-graph.ts';
import { LinearIndex } from './linear-index.ts';

const random = new Random(5, 'knn-graph');

/** Few bits and few values: many ties and equal codes. */
function makeCodes(n: number, bits: number): Codes {
  const bytes = Uint8Array.from({ length: (n * bits) / 8 }, () => random.below(6));
  return Codes.fromBytes(bytes, { bits });
}

type Lists = (readonly [row: number, distance: number])[][];

const listsOf = ({ offsets, neighbours, distances }: KnnGraph): Lists =>
  Array.from({ length: offsets.length - 1 }, (_, row) =>
    Array.from({ length: offsets[row + 1]! - offsets[row]! }, (_, i) => {
      const at = offsets[row]! + i;
      return [neighbours[at]!, distances[at]!] as const;
    }),
  );

/** The oracle: all pairs. */
function allPairs(codes: Codes, { k, radius }: KnnGraphOptions, deleted: readonly number[] = []): Lists {
  const rows = Array.from({ length: codes.count }, (_, row) => row);
  return rows.map((row) =>
    deleted.includes(row)
      ? []
      : rows
          .filter((other) => other !== row && !deleted.includes(other))
          .map((other) => [other, hammingDistance(codes.row(row), codes.row(other))] as const)
          .filter(([, distance]) => distance <= (radius ?? 4096))
          .sort((a, b) => a[1] - b[1] || a[0] - b[0])
          .slice(0, k ?? (radius === undefined ? 10 : undefined)),
  );
}

describe('knnGraph', () => {
  it('is what all pairs give, for k, radius and both', async () => {
    for (const [n, bits] of [
      [0, 8],
      [1, 8],
      [2, 16],
      [40, 8],
      [700, 24],
    ] as const) {
      const codes = makeCodes(n, bits);
      const index = LinearIndex.from(codes);
      for (const options of [{}, { k: 1 }, { k: 3 }, { radius: 2 }, { radius: 0 }, { k: 4, radius: 3 }]) {
        const expected = allPairs(codes, options);
        for (const source of [index, codes])
          expect(listsOf(await knnGraph(source, options))).toEqual(expected);
      }
    }
  });

  it('leaves out the row itself and no other, though codes are equal', async () => {
    const codes = Codes.fromHex(['aa', 'aa', 'aa', 'aa', 'aa']);
    const lists = listsOf(await knnGraph(LinearIndex.from(codes), { k: 2 }));
    expect(lists.map((list) => list.map(([row]) => row))).toEqual([
      [1, 2],
      [0, 2],
      [0, 1],
      [0, 1],
      [0, 1],
    ]);
  });

  it('is never padded, and deleted rows are in none of it', async () => {
    const codes = makeCodes(60, 16);
    const index = LinearIndex.from(codes);
    const deleted = [0, 7, 8, 59];
    await index.delete(deleted);
    const graph = await knnGraph(index, { k: 100 });
    expect(listsOf(graph)).toEqual(allPairs(codes, { k: 100 }, deleted));
    expect(graph.offsets.at(-1)).toBe(56 * 55);
    expect(graph.neighbours).toHaveLength(56 * 55);
  });

  it('of codes alone is what the linear index gives, where a multi-index answers', async () => {
    const bytes = Uint8Array.from({ length: 17_000 * 8 }, () => random.below(8));
    const codes = Codes.fromBytes(bytes, { bits: 64 });
    for (const options of [{ radius: 3 }, { k: 3 }])
      expect(await knnGraph(codes, options)).toEqual(await knnGraph(LinearIndex.from(codes), options));
  });

  it('reports progress, stops on request, and refuses what a search refuses', async () => {
    const index = LinearIndex.from(makeCodes(1100, 16));
    const seen: number[] = [];
    await knnGraph(index, { k: 1, onProgress: ({ done }) => seen.push(done) });
    expect(seen).toEqual([512, 1024, 1100]);
    const signal = AbortSignal.abort();
    await expect(knnGraph(index, { signal })).rejects.toMatchObject({ code: 'ABORTED' });
    for (const options of [{ k: 0 }, { k: 0.5 }, { radius: 17 }])
      await expect(knnGraph(index, options)).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
  });

  it('notices that the index was changed under way', async () => {
    const index = LinearIndex.from(makeCodes(1100, 16));
    const graph = knnGraph(index, {
      onProgress: () => void index.add(makeCodes(1, 16)),
    });
    await expect(graph).rejects.toMatchObject({ code: 'INDEX_CHANGED' });
  });
});
