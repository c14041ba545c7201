/** Too much at once, too late, or nobody there any more: what waits is bounded, and work ends with its reason. */
import { request } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { changed, codeOf, codesCollection, runService } from '../../../test/running-service.ts';
import { temporaryFolder } from '../../../test/temporary-folder.ts';
import type { CollectionPage, CollectionQuery } from '../../collection/index.ts';
import { UnseenError } from '../../errors.ts';
import type { Limits } from '../limits.ts';
import { Lane } from './lane.ts';

const PAGE: CollectionPage = { hits: [], more: false, version: 1 };

/** Searches that end when they are let go, or when their signal fires. */
async function withHeldSearches(limits: Partial<Limits>) {
  const held: (() => void)[] = [];
  const ended: unknown[] = [];
  const search = ({ signal }: CollectionQuery): Promise<CollectionPage> =>
    new Promise((resolve, reject) => {
      held.push(() => resolve(PAGE));
      signal!.addEventListener('abort', () => {
        ended.push(signal!.reason);
        reject(new UnseenError('ABORTED', { during: 'a search', kept: 'Nothing.' }));
      });
    });
  const collection = changed(await codesCollection(await temporaryFolder(), 1), { search });
  const running = await runService({ collections: [{ collection }], limits });
  return { ...running, held, ended };
}

const search = { code: codeOf(0) };

describe('a lane', () => {
  it('runs so many, lets so many wait in their order, and refuses the rest', async () => {
    const lane = new Lane('test', { running: 2, waiting: 3 });
    const { signal } = new AbortController();
    expect([lane.enter(signal), lane.enter(signal)]).toEqual([undefined, undefined]);
    const order: number[] = [];
    const waiting = [0, 1, 2].map((i) => lane.enter(signal)!.then(() => order.push(i)));
    expect([lane.running, lane.waiting, lane.hasRoom]).toEqual([2, 3, false]);
    expect(() => lane.enter(signal)).toThrow(/too many requests/);
    lane.leave();
    expect(lane.hasRoom).toBe(true);
    lane.leave();
    lane.leave();
    await Promise.all(waiting);
    expect(order).toEqual([0, 1, 2]);
    lane.leave();
    lane.leave();
    expect([lane.running, lane.waiting]).toEqual([0, 0]);
  });

  it('one that is aborted while it waits leaves the queue with the reason, and takes no place', async () => {
    const lane = new Lane('test', { running: 1, waiting: 2 });
    const gone = new AbortController();
    const { signal } = new AbortController();
    lane.enter(signal);
    const first = lane.enter(gone.signal)!;
    const second = lane.enter(signal)!;
    gone.abort('why');
    await expect(first).rejects.toBe('why');
    expect(lane.waiting).toBe(1);
    lane.leave();
    await second;
    lane.leave();
    expect([lane.running, lane.waiting]).toEqual([0, 0]);
  });
});

describe('a service with more requests than it has room for', () => {
  it('answers 503 with Retry-After at once, to searches only, and serves again when there is room', async () => {
    const { client, url, held } = await withHeldSearches({ readsAtOnce: 2, readsWaiting: 3 });
    const under = Array.from({ length: 5 }, () => client.search('codes', search));
    await expect.poll(() => held.length).toBe(2);
    await expect
      .poll(
        async () =>
          (await (await fetch(`${url}/metrics`)).text()).match(/lane="reads",state="waiting"} (\d)/)?.[1],
      )
      .toBe('3');
    for (let i = 0; i < 20; i++) {
      const refused = await client.search('codes', search).catch((error) => error);
      expect([refused.problem.status, refused.problem.code, refused.retryAfter]).toEqual([
        503,
        'SERVICE_BUSY',
        1,
      ]);
    }
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect(
      await client
        .putItem('codes', 'w', { codes: { image: codeOf(5) } })
        .catch((error) => error.problem.code),
    ).toMatchObject({ id: 'w' });
    expect(held).toHaveLength(2);
    for (let i = 0; i < 5; i++) {
      await expect.poll(() => held.length).toBeGreaterThan(i);
      held[i]!();
    }
    expect(await Promise.all(under)).toHaveLength(5);
    const later = client.search('codes', search);
    await expect.poll(() => held.length).toBe(6);
    held[5]!();
    expect(await later).toMatchObject({ hits: [] });
  });
});

describe('a deadline', () => {
  it('stops the work itself, of the service or the shorter one that was asked for', async () => {
    const { client, ended } = await withHeldSearches({ deadline: 300 });
    const own = await client.search('codes', search).catch((error) => error.problem);
    expect(own).toMatchObject({
      status: 504,
      code: 'DEADLINE_PASSED',
      detail: 'the work was stopped after 300 ms',
    });
    const asked = await client.search('codes', search, { timeout: 20 }).catch((error) => error.problem);
    expect(asked).toMatchObject({ code: 'DEADLINE_PASSED', detail: 'the work was stopped after 20 ms' });
    const more = await client.search('codes', search, { timeout: 60_000 }).catch((error) => error.problem);
    expect(more).toMatchObject({ detail: 'the work was stopped after 300 ms' });
    expect(ended).toHaveLength(3);
    const wrong = await client.search('codes', search, { timeout: 0 }).catch((error) => error.problem);
    expect(wrong).toMatchObject({ status: 400, field: 'header.unseen-timeout' });
  });

  it('ends those that wait too, and their places are free again', async () => {
    const { client, held, ended } = await withHeldSearches({
      readsAtOnce: 1,
      readsWaiting: 4,
      deadline: 200,
    });
    const said = await Promise.all(
      Array.from({ length: 5 }, () => client.search('codes', search).catch((error) => error.problem.code)),
    );
    expect(said).toEqual(Array(5).fill('DEADLINE_PASSED'));
    expect(held.length).toBe(ended.length);
    const later = client.search('codes', search);
    await expect.poll(() => held.length).toBe(ended.length + 1);
    held.at(-1)!();
    expect(await later).toMatchObject({ hits: [] });
  });

  it('holds for a body that comes too slowly', async () => {
    const { url } = await withHeldSearches({ deadline: 200 });
    const said = await new Promise<string>((resolve) => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      let text = '';
      socket.on('data', (piece) => {
        text += piece;
      });
      socket.on('close', () => resolve(text));
      socket.write(
        'POST /v1/collections/codes/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"code":',
      );
    });
    expect(said).toMatch(/^HTTP\/1\.1 408 /);
    expect(said).toContain('REQUEST_SLOW');
  });

  it('holds for an upload that falls silent, after what came before was kept and answered', async () => {
    const { client, url } = await withHeldSearches({ uploadSilence: 300 });
    const { port } = new URL(url);
    const said = await new Promise<string>((resolve) => {
      const upload = request({
        port,
        path: '/v1/collections/codes/items',
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson', 'transfer-encoding': 'chunked' },
      });
      let text = '';
      upload.on('response', (response) => {
        response.on('data', (piece) => {
          text += piece;
        });
        response.on('close', () => resolve(text));
        response.on('error', () => {});
      });
      upload.on('error', () => {});
      upload.write(`${JSON.stringify({ id: 'came', codes: { image: codeOf(9) } })}\n{"id":`);
    });
    expect(
      said
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([
      { line: 1, id: 'came', status: 'added' },
      { line: 2, status: 'failed', error: { code: 'DEADLINE_PASSED' } },
    ]);
    expect(await client.getItem('codes', 'came')).toMatchObject({ id: 'came' });
  });
});

describe('a client that goes away', () => {
  it('takes its work along, whether it runs or waits', async () => {
    const { client, held, ended, url } = await withHeldSearches({ readsAtOnce: 1, readsWaiting: 4 });
    const leaving = new AbortController();
    const under = [0, 1].map(() =>
      client.search('codes', search, { signal: leaving.signal }).catch((error) => error.name),
    );
    await expect.poll(() => held.length).toBe(1);
    leaving.abort();
    expect(await Promise.all(under)).toEqual(['AbortError', 'AbortError']);
    await expect.poll(() => ended.length).toBe(1);
    await expect
      .poll(async () => (await (await fetch(`${url}/metrics`)).text()).match(/lane="reads",state="\w+"} \d/g))
      .toEqual(['lane="reads",state="running"} 0', 'lane="reads",state="waiting"} 0']);
    expect(held).toHaveLength(1);
  });
});
