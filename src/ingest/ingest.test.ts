import { createHash } from 'node:crypto';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { temporaryFolder } from '../../test/temporary-folder.ts';
import { type Collection, createCollection, type NewItem, openCollection } from '../collection/index.ts';
import { UnseenError } from '../errors.ts';
import { payloadOf } from './content.ts';
import { Contents } from './contents.ts';
import { type IngestOptions, ingest } from './ingest.ts';
import type { Encoder, ItemResult, RawItem, SourceItem } from './item.ts';
import type { IngestProgress } from './rate.ts';

const MODEL = 'a'.repeat(64);

/** A code of 16 bits by hash; fails items whose text is `bad`, and can be held up. */
function fakeEncoder({ wait = async () => {}, atOnce = 3 } = {}): Encoder & { calls: string[][] } {
  const calls: string[][] = [];
  return {
    fingerprint: MODEL,
    bits: 16,
    modalities: ['image', 'text'],
    atOnce,
    calls,
    async encode(items, { signal } = {}) {
      calls.push(items.map(({ id }) => id));
      await wait();
      if (signal?.aborted) throw new UnseenError('ABORTED', { during: 'encoding', kept: '' });
      return items.map((raw) => {
        if (raw.text === 'bad' || raw.id === 'bad')
          return {
            status: 'failed',
            id: raw.id,
            error: new UnseenError('TEXT_UNKNOWN', { received: 'bad' }),
          };
        const payload = payloadOf(raw);
        const code = createHash('sha256')
          .update(payload.sha256 as string)
          .digest()
          .subarray(0, 2);
        return { status: 'ready', item: { id: raw.id, codes: { text: code }, payload } };
      });
    },
  };
}

async function made(): Promise<{ collection: Collection; folder: string }> {
  const folder = `${await temporaryFolder()}/c`;
  const collection = await createCollection(folder, { name: 'c', bits: 16, model: MODEL });
  onTestFinished(() => collection.close());
  return { collection, folder };
}

const texts = (count: number, of = (i: number) => `text ${i}`): RawItem[] =>
  Array.from({ length: count }, (_, i) => ({ id: `${i}`, text: of(i) }));

async function* stream(items: readonly SourceItem[], pulled = (_: number) => {}): AsyncGenerator<SourceItem> {
  for (const [i, item] of items.entries()) {
    pulled(i + 1);
    yield item;
  }
}

describe('ingest', () => {
  it('adds every item once: what is there already is unchanged, and not even encoded', async () => {
    const { collection } = await made();
    const encoder = fakeEncoder();
    expect(await ingest(collection, encoder, stream(texts(50)), { batch: 8 })).toEqual({
      added: 50,
      unchanged: 0,
      duplicates: 0,
      failed: [],
      aborted: false,
    });
    const calls = encoder.calls.length;
    expect(await ingest(collection, encoder, stream(texts(70)), { batch: 8 })).toMatchObject({
      added: 20,
      unchanged: 50,
    });
    expect(encoder.calls.slice(calls).flat()).toEqual(
      texts(70)
        .slice(50)
        .map(({ id }) => id),
    );
    expect(await collection.count()).toBe(70);
  });

  it('replaces an item of which anything changed: its text, or only a column', async () => {
    const { collection } = await made();
    const before = { id: 'a', text: 'one', payload: { price: 1 } };
    for (const [item, added] of [
      [before, 1],
      [before, 0],
      [{ ...before, payload: { price: 2 } }, 1],
      [{ ...before, text: 'two' }, 1],
    ] as const)
      expect(await ingest(collection, fakeEncoder(), stream([item]))).toMatchObject({ added });
    expect((await collection.get('a'))!.payload).toMatchObject({ text: 'two', price: 1 });
    expect(await collection.count()).toBe(1);
  });

  it('skips the content of another item, wherever that is, and keeps it if asked', async () => {
    const { collection } = await made();
    const results: ItemResult[] = [];
    const options: IngestOptions = { batch: 4, onResults: (some) => results.push(...some) };
    // 10 contents; the other ids come in the same batch, in the next, and in another run.
    const items = texts(40, (i) => `text ${i % 10}`);
    expect(await ingest(collection, fakeEncoder(), stream(items), options)).toMatchObject({
      added: 10,
      duplicates: 30,
    });
    expect(results.map(({ id }) => id)).toEqual(items.map(({ id }) => id));
    expect(results[25]).toEqual({ id: '25', status: 'duplicate', of: '5' });
    const again = { id: 'again', text: 'text 3' };
    expect(await ingest(collection, fakeEncoder(), stream([again]))).toMatchObject({ duplicates: 1 });
    expect(await ingest(collection, fakeEncoder(), stream([again]), { duplicates: 'keep' })).toMatchObject({
      added: 1,
      duplicates: 0,
    });
  });

  it('tells the same picture with another text apart', async () => {
    const { collection } = await made();
    const picture = new Uint8Array([1, 2, 3]);
    const items = [
      { id: 'a', picture, text: 'one' },
      { id: 'b', picture, text: 'two' },
      { id: 'c', picture, text: 'one' },
    ];
    expect(await ingest(collection, fakeEncoder(), stream(items), { keep: 'none' })).toMatchObject({
      added: 2,
      duplicates: 1,
    });
  });

  it('adds an item whose content failed under another id', async () => {
    const { collection } = await made();
    for (const batch of [1, 2, 8]) {
      const text = `text of batches of ${batch}`;
      const items = [
        { id: 'bad', text },
        { id: `good ${batch}`, text },
        { id: `late ${batch}`, text },
      ];
      const report = await ingest(collection, fakeEncoder(), stream(items), { batch });
      expect(report).toMatchObject({ added: 1, duplicates: 1, failed: [{ id: 'bad' }] });
      expect(await collection.get(`good ${batch}`)).toBeDefined();
    }
  });

  it('adds again what was deleted, though its content was known', async () => {
    const { collection } = await made();
    const contents = await Contents.of(collection);
    await ingest(collection, fakeEncoder(), stream(texts(3)), { contents });
    await collection.delete(['1']);
    const other = [{ id: 'other', text: 'text 1' }];
    expect(await ingest(collection, fakeEncoder(), stream(other), { contents })).toMatchObject({ added: 1 });
  });

  it('lists what failed, in the source or in the encoder, and goes on', async () => {
    const { collection } = await made();
    const error = new UnseenError('FILE_UNREADABLE', { file: 'x.png', reason: 'ENOENT' });
    const items: SourceItem[] = [
      ...texts(3),
      { status: 'failed', id: 'x.png', where: 'photos.csv:9', error },
      { id: 'b', text: 'bad' },
      { id: '1', text: 'twice in one source' },
      { id: 'last', text: 'last' },
    ];
    const report = await ingest(collection, fakeEncoder(), stream(items), { batch: 2 });
    expect(report.added).toBe(4);
    expect(report.failed).toEqual([
      { where: 'photos.csv:9', id: 'x.png', code: 'FILE_UNREADABLE', message: error.message },
      { where: 'b', id: 'b', code: 'TEXT_UNKNOWN', message: expect.any(String) },
      { where: '1', id: '1', code: 'ITEM_TWICE', message: expect.any(String) },
    ]);
    expect((await collection.get('1'))!.payload.text).toBe('text 1');
  });

  it('counts an item only when another process would find it', async () => {
    const { collection } = await made();
    const seen: Promise<[number, number]>[] = [];
    const source = Object.assign(stream(texts(40)), { total: 40 });
    const progress: IngestProgress[] = [];
    await ingest(collection, fakeEncoder(), source, {
      batch: 7,
      onProgress(one) {
        progress.push(one);
        seen.push(collection.count().then((count) => [one.done, count]));
      },
    });
    for (const [done, count] of await Promise.all(seen)) expect(count).toBeGreaterThanOrEqual(done);
    expect(progress.map(({ done }) => done)).toEqual([7, 14, 21, 28, 35, 40]);
    expect(progress.at(-1)).toMatchObject({ total: 40, secondsLeft: 0 });
  });

  it('pulls the source only while there is room', async () => {
    const { collection } = await made();
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let most = 0;
    const encoder = fakeEncoder({ wait: () => held, atOnce: 3 });
    const work = ingest(
      collection,
      encoder,
      stream(texts(500), (pulled) => (most = pulled)),
      { batch: 10 },
    );
    await vi.waitFor(() => expect(most).toBe(30), 30_000);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(most).toBe(30);
    release();
    expect((await work).added).toBe(500);
  });

  it('keeps what is done when it is stopped, and the same call goes on', async () => {
    const { collection, folder } = await made();
    const controller = new AbortController();
    const report = await ingest(collection, fakeEncoder(), stream(texts(100)), {
      batch: 5,
      signal: controller.signal,
      onProgress: ({ done }) => done >= 30 && controller.abort(),
    });
    expect(report).toMatchObject({ added: 30, aborted: true });
    await collection.close();
    const again = await openCollection(folder);
    onTestFinished(() => again.close());
    expect(await again.count()).toBe(30);
    const rest = await ingest(again, fakeEncoder(), stream(texts(100)));
    expect(rest).toMatchObject({ added: 70, unchanged: 30, aborted: false });
  });

  it('ends with the error of a write that failed; what was written before stays', async () => {
    const { collection } = await made();
    const upsert = collection.upsert.bind(collection);
    let calls = 0;
    collection.upsert = async (items: readonly NewItem[], options) => {
      if (++calls === 3)
        throw new UnseenError('COLLECTION_WRITE_FAILED', { name: 'c', kept: 'nothing', reason: 'ENOSPC' });
      await upsert(items, options);
    };
    const work = ingest(collection, fakeEncoder(), stream(texts(100)), { batch: 5 });
    await expect(work).rejects.toMatchObject({ code: 'COLLECTION_WRITE_FAILED' });
    expect(await collection.count()).toBe(10);
  });

  it('refuses an encoder of another model before it reads anything', async () => {
    const { collection } = await made();
    const encoder = { ...fakeEncoder(), fingerprint: 'b'.repeat(64) };
    let pulled = 0;
    const source = stream(texts(3), () => pulled++);
    await expect(ingest(collection, encoder, source)).rejects.toMatchObject({
      code: 'COLLECTION_OTHER_MODEL',
    });
    expect(pulled).toBe(0);
  });
});
