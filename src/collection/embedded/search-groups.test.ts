import { describe, expect, it } from 'vitest';
import { UnseenError } from '../../errors.ts';
import type { CollectionPage, CollectionQuery } from '../contract.ts';
import { SearchGroups } from './search-groups.ts';

const query = (first: number, more: Partial<CollectionQuery> = {}): CollectionQuery => ({
  model: 'm',
  code: Uint8Array.of(first, 0),
  ...more,
});

/** Answers with the first byte of the code as version; one of 99 is refused. */
function groups() {
  const scans: number[][] = [];
  const signals: (AbortSignal | undefined)[] = [];
  const searches = new SearchGroups({
    inTurn: (work) => Promise.resolve().then(work),
    async search(queries, signal) {
      scans.push(queries.map(({ code }) => code[0]!));
      signals.push(signal);
      await new Promise((resume) => setTimeout(resume, 20));
      if (queries.some(({ code }) => code[0] === 99)) throw new UnseenError('INDEX_CHANGED', {});
      return queries.map(({ code }): CollectionPage => ({ hits: [], more: false, version: code[0]! }));
    },
  });
  return { searches, scans, signals };
}

describe('searches that come together', () => {
  it('are one scan where only their codes differ, at most 16, and each gets its own page', async () => {
    const { searches, scans } = groups();
    const asked = Array.from({ length: 20 }, (_, i) => searches.ask(query(i)));
    const other = [
      searches.ask(query(30, { k: 3 })),
      searches.ask(query(31, { radius: 4 })),
      searches.ask(query(32, { modality: 'text' })),
      searches.ask(query(33, { filter: { field: 'a', eq: 1 } })),
      searches.ask(query(34, { filter: { field: 'a', eq: 1 } })),
    ];
    const pages = await Promise.all([...asked, ...other]);
    expect(pages.map(({ version }) => version)).toEqual([...Array(20).keys(), 30, 31, 32, 33, 34]);
    const all = [...Array(20).keys()];
    expect(scans).toEqual([all.slice(0, 16), all.slice(16), [30], [31], [32], [33], [34]]);
  });

  it('fail alone: the others get their pages', async () => {
    const { searches } = groups();
    const ended = await Promise.allSettled([1, 99, 2].map((first) => searches.ask(query(first))));
    expect(ended).toMatchObject([
      { value: { version: 1 } },
      { reason: { code: 'INDEX_CHANGED' } },
      { value: { version: 2 } },
    ]);
  });

  it('are called off alone, and the scan when nobody waits for it', async () => {
    const { searches, signals } = groups();
    const [one, two] = [new AbortController(), new AbortController()];
    const first = searches.ask(query(1, { signal: one.signal }));
    const second = searches.ask(query(2, { signal: two.signal }));
    const ended = Promise.allSettled([first, second]);
    await new Promise((resume) => setTimeout(resume, 5)); // it is under way
    one.abort();
    expect(signals[0]!.aborted).toBe(false);
    expect(await ended).toMatchObject([{ reason: { code: 'ABORTED' } }, { value: { version: 2 } }]);
    two.abort();
    expect(signals[0]!.aborted).toBe(true);
    await Promise.all([
      searches.ask(query(3)),
      searches.ask(query(4, { signal: new AbortController().signal })),
    ]);
    expect(signals[1]).toBeUndefined(); // one of them cannot be called off
  });

  it('get the reason when there is no turn any more', async () => {
    const closed = new UnseenError('COLLECTION_CLOSED', { name: 'c' });
    const searches = new SearchGroups({
      inTurn: () => Promise.reject(closed),
      search: () => Promise.resolve([]),
    });
    const ended = await Promise.allSettled([searches.ask(query(1)), searches.ask(query(2))]);
    expect(ended.map((one) => one.status === 'rejected' && one.reason)).toEqual([closed, closed]);
  });
});
