/** The examples of docs/search.md are cut from here: what stands between "cut" and "end" is on the page. */
import { describe, expect, it } from 'vitest';
import { Codes } from '../src/codes/index.ts';
import type { Model } from '../src/model/index.ts';
import { dedup, knnGraph, LinearIndex, MultiIndexHash, rerank } from '../src/search/index.ts';
import { docExamples, spy } from './doc-examples.ts';

const { onPage, inTest } = docExamples('search.md', import.meta.filename);

const NAMES = [
  'search',
  'bounds',
  'filter',
  'iterate',
  'explain',
  'changes',
  'kinds',
  'rerank',
  'dedup',
  'graph',
];

const CODES = Codes.fromHex(['00000000000000ff', '00000000000000fe', '123456789abcdef0', '123456789abcdef0']);
const IDS = ['cat.jpg', 'kitten.jpg', 'owl.jpg', 'owl-copy.jpg'];
const pictures = (): LinearIndex => LinearIndex.from(CODES, { ids: IDS });

describe('docs/search.md', () => {
  it.each(NAMES)('has the example %s as it runs here', (name) => {
    expect(onPage(name)).toBe(inTest(name));
  });

  it('finds', async () => {
    const said = spy();
    // cut: search
    const hex = ['00000000000000ff', '00000000000000fe', '123456789abcdef0', '123456789abcdef0'];
    const codes = Codes.fromHex(hex);
    const ids = ['cat.jpg', 'kitten.jpg', 'owl.jpg', 'owl-copy.jpg'];
    const index = LinearIndex.from(codes, { ids });

    const queries = Codes.fromHex(['00000000000000ff', '123456789abcdef1']);
    const [first, second] = await index.search(queries, { k: 2 });
    console.log(first); // cat.jpg at distance 0, kitten.jpg at 1
    console.log(second); // owl-copy.jpg and owl.jpg, both at 1: ties are ordered by id
    // end
    expect(said).toEqual([
      [
        { id: 'cat.jpg', row: 0, distance: 0 },
        { id: 'kitten.jpg', row: 1, distance: 1 },
      ],
      [
        { id: 'owl-copy.jpg', row: 3, distance: 1 },
        { id: 'owl.jpg', row: 2, distance: 1 },
      ],
    ]);
  });

  it('bounds hits by number, distance, ids and a bitmap', async () => {
    const index = pictures();
    const query = CODES.slice(0, 1);
    // cut: bounds
    const [ten] = await index.search(query); // the 10 nearest
    const [ball] = await index.search(query, { radius: 3 }); // all within 3 bits
    const [both] = await index.search(query, { k: 1, radius: 3 }); // the nearest, if it is within 3 bits
    // end
    expect([ten!.length, ball!.length, both!.length]).toEqual([4, 2, 1]);
    // cut: filter
    const [few] = await index.search(query, { allow: ['owl.jpg', 'kitten.jpg'] });

    const owls = index.bitmap((id) => String(id).startsWith('owl')); // asked of every row, once
    const [birds] = await index.search(query, { filter: owls });
    // end
    expect(few!.map(({ id }) => id)).toEqual(['kitten.jpg', 'owl.jpg']);
    expect(birds!.map(({ id }) => id)).toEqual(['owl-copy.jpg', 'owl.jpg']);
  });

  it('goes on as far as it is asked, and says what it did', async () => {
    const index = pictures();
    const query = CODES.slice(0, 1);
    const said = spy();
    // cut: iterate
    for await (const { id, distance } of index.iterate(query)) {
      if (distance > 8) break;
      console.log(id); // cat.jpg, kitten.jpg
    }
    // end
    expect(said).toEqual(['cat.jpg', 'kitten.jpg']);
    // cut: explain
    const { work } = await index.explain(query, { k: 1 });
    console.log(work); // { codesCompared: 4, bucketsProbed: 0, queriesScanned: 1 }
    // end
    expect(said[2]).toEqual({ codesCompared: 4, bucketsProbed: 0, queriesScanned: 1 });
  });

  it('changes', async () => {
    const index = pictures();
    const more = Codes.fromHex(['ffffffffffffffff']);
    const said = spy();
    // cut: changes
    await index.add(more, { ids: ['snow.jpg'] });
    await index.delete(['cat.jpg', 'nothing.jpg']); // 1: how many there were
    console.log(index.count, index.rows); // 4 5

    await index.compact();
    console.log(index.count, index.rows); // 4 4
    // end
    expect(said).toEqual([4, 5, 4, 4]);
  });

  it('has two kinds with the same answers', async () => {
    const codes = CODES;
    // cut: kinds
    const linear = LinearIndex.from(codes, { threads: 2 });
    const mih = MultiIndexHash.from(codes, { threads: 2 });
    // end
    const query = codes.slice(1, 2);
    expect(await mih.search(query)).toEqual(await linear.search(query));
  });

  it('re-ranks', async () => {
    const index = pictures();
    const data = Float32Array.from({ length: 64 }, (_, bit) => (bit >= 56 ? 1 : -1));
    const model = { outputs: async () => ({ data, rows: 1, cols: 64 }) } as unknown as Model;
    // cut: rerank
    const values = await model.outputs('text', ['a striped animal']); // before the sign
    const [hits] = await rerank(index, values, { k: 10, candidates: 100 });
    // end
    expect(hits!.map(({ id, score }) => [id, score])).toEqual([
      ['cat.jpg', 0],
      ['kitten.jpg', 1],
      ['owl-copy.jpg', 32],
      ['owl.jpg', 32],
    ]);
  });

  it('finds duplicates and neighbours', async () => {
    const index = pictures();
    const said = spy();
    // cut: dedup
    for (const { keep, duplicates } of await dedup(index, { radius: 3 })) {
      console.log(keep.id, duplicates); // cat.jpg and kitten.jpg; owl.jpg and owl-copy.jpg
    }
    // end
    expect(said).toEqual([
      'cat.jpg',
      [{ id: 'kitten.jpg', row: 1, distance: 1 }],
      'owl.jpg',
      [{ id: 'owl-copy.jpg', row: 3, distance: 0 }],
    ]);
    // cut: graph
    const { offsets, neighbours, distances } = await knnGraph(index, { k: 2 });
    const of = (row: number) => neighbours.subarray(offsets[row], offsets[row + 1]);
    console.log(of(2)); // rows 3 and 1
    // end
    expect(said[4]).toEqual(Uint32Array.of(3, 1));
    expect(distances).toHaveLength(8);
  });
});
