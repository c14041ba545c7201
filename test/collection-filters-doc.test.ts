/** The examples of docs/collection-filters.md are cut from here: what stands between "cut" and "end" is on the page. */
import { describe, expect, it } from 'vitest';
import { canonicalFilter, compileFilter, matches, parseFilter } from '../src/collection/filter/index.ts';
import { parsePayload } from '../src/collection/payload.ts';
import { docExamples, spy } from './doc-examples.ts';

const { onPage, inTest } = docExamples('collection-filters.md', import.meta.filename);

describe('docs/collection-filters.md', () => {
  it.each(['filter', 'meaning', 'canonical'])('has the example %s as it runs here', (name) => {
    expect(onPage(name)).toBe(inTest(name));
  });

  it('filters', () => {
    const said = spy();
    // cut: filter
    const payloads = [
      { kind: 'owl', year: 2004, tags: ['night', 'forest'], size: { width: 640 } },
      { kind: 'owl', year: 1998, tags: ['day'], size: { width: 320 } },
      { kind: 'cat', year: 2009, tags: [] },
    ].map(parsePayload);
    const filter = parseFilter({
      and: [
        { field: 'kind', in: ['owl', 'cat'] },
        { field: 'year', gte: 2000, lt: 2010 },
        { not: { field: 'tags', eq: 'day' } },
      ],
    });
    const passes = compileFilter(filter); // once, for many payloads
    console.log(payloads.map(passes)); // [true, false, true]
    // end
    expect(said).toEqual([[true, false, true]]);
  });

  it('means', () => {
    const said = spy();
    // cut: meaning
    const payload = parsePayload({
      'file.name': 'owl.jpg',
      year: '2004',
      colour: null,
      authors: [
        { name: 'Ada', born: 1815 },
        { name: 'Grace', born: 1906 },
      ],
      sizes: [5, 50],
    });
    const takes = (filter: unknown) => matches(parseFilter(filter), payload);
    console.log(takes({ field: 'year', gte: 2000 })); // false: a text keeps no bound that is a number
    console.log(takes({ field: 'file\\.name', eq: 'owl.jpg' })); // true
    console.log(takes({ field: 'authors.name', eq: 'Grace' })); // true
    console.log(takes({ field: 'sizes', gt: 10, lt: 40 })); // false: no one element keeps both
    console.log(takes({ field: 'colour', eq: null }), takes({ field: 'licence', eq: null })); // true true
    console.log(takes({ not: { field: 'licence', eq: null } })); // false: it has none
    // end
    expect(said).toEqual([false, true, true, false, true, true, false]);
  });

  it('has one text', () => {
    const said = spy();
    // cut: canonical
    const one = parseFilter({
      and: [
        { field: 'year', lt: 2010, gte: 2000 },
        { field: 'kind', in: ['owl'] },
      ],
    });
    const other = parseFilter({
      and: [{ eq: 'owl', field: 'kind' }, { and: [{ gte: 2000, lt: 2010, field: 'year' }] }],
    });
    console.log(canonicalFilter(one) === canonicalFilter(other)); // true
    console.log(canonicalFilter(one));
    // {"and":[{"field":"kind","eq":"owl"},{"field":"year","gte":2000,"lt":2010}]}
    // end
    expect(said).toEqual([
      true,
      '{"and":[{"field":"kind","eq":"owl"},{"field":"year","gte":2000,"lt":2010}]}',
    ]);
  });
});
