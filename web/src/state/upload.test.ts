import { describe, expect, it } from 'vitest';
import { type AddedFile, type NamedFile, Problem } from '../backend/contract.ts';
import { batchesOf, secondsLeft, type UploadProgress, upload } from './upload.ts';

const files = (count: number, folder = 'birds', bytes = 10): NamedFile[] =>
  Array.from({ length: count }, (_, i) => ({
    name: `${folder}/${String(i).padStart(3, '0')}.png`,
    file: new Blob([new Uint8Array(bytes)]),
  }));
const added = (batch: readonly NamedFile[]): AddedFile[] =>
  batch.map(({ name }) => ({ id: name, status: 'added' }));
const run = (
  all: readonly NamedFile[],
  send: Parameters<typeof upload>[1],
  {
    signal = new AbortController().signal,
    onProgress = () => {},
  }: Partial<Parameters<typeof upload>[2]> = {},
) => upload(all, send, { signal, onProgress });

describe('an upload', () => {
  it('sends every file once, in requests of one class and of a bounded size', async () => {
    const all = [...files(20), ...files(5, 'cats/small'), ...files(3, 'large', 5 * 2 ** 20)];
    const sent: [string[], unknown][] = [];
    const result = await run(all, async (batch, payload) => {
      sent.push([batch.map(({ name }) => name), payload]);
      return added(batch);
    });
    expect(sent.flatMap(([names]) => names)).toEqual(all.map(({ name }) => name));
    expect(sent.map(([names, payload]) => [names.length, payload])).toEqual([
      [16, { class: 'birds' }],
      [4, { class: 'birds' }],
      [5, { class: 'small' }],
      [1, { class: 'large' }],
      [1, { class: 'large' }],
      [1, { class: 'large' }],
    ]);
    expect(result).toMatchObject({ total: 28, done: 28, added: 28, known: 0, failed: [] });
    expect(batchesOf([{ name: 'alone.png', file: new Blob() }])).toHaveLength(1);
  });

  it('lists what failed and goes on', async () => {
    const result = await run(files(18), async (batch) =>
      batch.map(({ name }, i) =>
        i === 0
          ? { id: name, status: 'failed', reason: 'is no picture' }
          : { id: name, status: i === 1 ? 'duplicate' : 'added' },
      ),
    );
    expect(result).toMatchObject({ done: 18, added: 14, known: 2 });
    expect(result.failed).toEqual([
      { name: 'birds/000.png', reason: 'is no picture' },
      { name: 'birds/016.png', reason: 'is no picture' },
    ]);
  });

  it('finds the one file that a request was refused for, and keeps the others', async () => {
    const result = await run(files(4), async (batch) => {
      if (batch.some(({ name }) => name.endsWith('2.png'))) throw new Problem('too large', { status: 413 });
      return added(batch);
    });
    expect(result).toMatchObject({
      done: 4,
      added: 3,
      failed: [{ name: 'birds/002.png', reason: 'too large' }],
    });
  });

  it('comes back when a service is busy', async () => {
    let calls = 0;
    const result = await run(files(1), async (batch) => {
      if (++calls < 3) throw new Problem('busy', { status: 503, retryAfter: 0 });
      return added(batch);
    });
    expect([calls, result.added]).toEqual([3, 1]);
  });

  it('ends with what is no picture’s fault, after progress of what is kept', async () => {
    const seen: UploadProgress[] = [];
    let calls = 0;
    const lost = run(
      files(40),
      async (batch) => {
        if (++calls === 2) throw new Problem('gone');
        return added(batch);
      },
      { onProgress: (now) => seen.push(now) },
    );
    await expect(lost).rejects.toThrow('gone');
    expect(seen.map(({ done, added: count }) => [done, count])).toEqual([[16, 16]]);
  });

  it('stops between requests', async () => {
    const stop = new AbortController();
    const result = await run(
      files(40),
      async (batch) => {
        stop.abort();
        return added(batch);
      },
      { signal: stop.signal },
    );
    expect(result).toMatchObject({ total: 40, done: 16, added: 16 });
  });

  it('tells the time that is left from the rate so far', () => {
    const now = { total: 100, done: 25, added: 25, known: 0, failed: [], seconds: 5 };
    expect(secondsLeft(now)).toBe(15);
    expect(secondsLeft({ ...now, done: 0 })).toBeNaN();
  });
});
