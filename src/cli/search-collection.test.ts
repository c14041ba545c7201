/** A search of which a server does not answer, played: real ones are killed in `collection/postgres/shards.test.ts`. */
import { expect, it, vi } from 'vitest';
import type { CollectionQuery, CollectionReader } from '../collection/index.ts';
import type { Call } from './command.ts';
import { searchCollection } from './search-collection.ts';

const GONE = 'shard 1 (elsewhere:5432)';
const asked: CollectionQuery[] = [];
const reader = {
  name: 'herd',
  bits: 16,
  model: 'a'.repeat(64),
  search: async (query: CollectionQuery) => {
    asked.push(query);
    const hit = { id: 'cow', distance: 3, modality: 'image', payload: {} } as const;
    return { hits: [hit], more: false, version: 1, ...(query.partial && { missing: [GONE] }) };
  },
  close: async () => {},
} as unknown as CollectionReader;

vi.mock('./collection/open.ts', async (original) => ({
  ...(await original<typeof import('./collection/open.ts')>()),
  openReaderAt: async () => reader,
}));

it('asks for a part where it is asked for one, and says what is missing', async () => {
  const lines: string[] = [];
  const call = { progress: { line: (text: string) => lines.push(text) } } as unknown as Call;
  const options = { collection: 'postgres://me@here/db#herd', code: 'ff00' };
  const whole = await searchCollection(options, call);
  expect(whole.json).not.toHaveProperty('missing');
  const part = await searchCollection({ ...options, partial: true }, call);
  expect(part.json).toMatchObject({ hits: [{ id: 'cow' }], missing: [GONE] });
  expect(asked.map(({ partial }) => partial)).toEqual([false, true]);
  expect(lines).toEqual([`without the items of ${GONE}`]);
});
