/** SIGTERM under load: what was acknowledged is there, what was asked is answered, and the process ends by itself. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openCollection } from '../src/collection/index.ts';
import { Connection } from '../src/service/load/connection.ts';
import { changed, codeOf, codesCollection, runService } from './running-service.ts';
import { temporaryFolder } from './temporary-folder.ts';

const WRITERS = 4;
const READERS = 4;

async function start(root: string): Promise<{ child: ChildProcess; port: number }> {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'service-child.mjs'), root], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [said] = await once(child.stdout!, 'data');
  return { child, port: Number(said) };
}

const http = (method: string, address: string, body: string): Buffer =>
  Buffer.from(
    `${method} ${address} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );

it('SIGTERM under load loses no acknowledged write, drops no request under way, and ends with status 0', async () => {
  const root = await temporaryFolder();
  await mkdir(path.join(root, 'collections'), { recursive: true });
  await (await codesCollection(path.join(root, 'collections'), 2_000)).close();
  const { child, port } = await start(root);
  const acknowledged: string[] = [];
  const statuses = new Map<number, number>();
  let afterSignal = 0;
  let signalled = false;
  /** Until the service says that it ends this connection. */
  const work = async (next: () => { id?: string; bytes: Buffer }): Promise<void> => {
    const connection = new Connection(port);
    while (connection.alive) {
      const { id, bytes } = next();
      const status = await connection.send(bytes);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (signalled) afterSignal++;
      if (id !== undefined && status === 200) acknowledged.push(id);
    }
    connection.close();
  };
  const writers = Array.from({ length: WRITERS }, (_, w) => {
    let n = 0;
    return work(() => {
      const id = `w${w}-${n++}`;
      const body = JSON.stringify({ codes: { image: codeOf(n % 256) }, payload: { n } });
      return { id, bytes: http('PUT', `/v1/collections/codes/items/${id}`, body) };
    });
  });
  const readers = Array.from({ length: READERS }, (_, r) =>
    work(() => ({
      bytes: http('POST', '/v1/collections/codes/search', JSON.stringify({ code: codeOf(r) })),
    })),
  );
  await expect.poll(() => acknowledged.length, { timeout: 30_000 }).toBeGreaterThan(50);
  const exit = once(child, 'exit');
  signalled = true;
  child.kill('SIGTERM');
  await Promise.all([...writers, ...readers]);
  expect(await exit).toEqual([0, null]);
  expect([...statuses.keys()]).toEqual([200]);
  expect(afterSignal).toBeGreaterThanOrEqual(WRITERS + READERS);
  const collection = await openCollection(path.join(root, 'collections', 'codes'));
  const lost = [];
  for (const id of acknowledged) if (!(await collection.get(id))) lost.push(id);
  expect(lost).toEqual([]);
  expect((await collection.verify()).problems).toEqual([]);
  await collection.close();
});

it('says at /readyz that it stops, while it lives and still answers', async () => {
  const collection = await codesCollection(await temporaryFolder(), 3);
  const { service, url, client } = await runService({
    collections: [{ collection }],
    limits: { linger: 30_000, drain: 60_000 },
  });
  const status = async (place: string): Promise<number> => (await fetch(url + place)).status;
  expect([await status('/readyz'), await status('/healthz')]).toEqual([200, 200]);
  const busy = new Connection(Number(new URL(url).port)); // a reason to linger
  await busy.send(http('GET', '/healthz', ''));
  const closed = service.close();
  const ready = await fetch(`${url}/readyz`);
  expect([ready.status, ready.headers.get('connection')]).toEqual([503, 'close']);
  expect((await ready.json()).code).toBe('SERVICE_STOPPING');
  expect(await status('/healthz')).toBe(200);
  expect((await client.search('codes', { code: codeOf(1), k: 1 })).hits[0]).toMatchObject({ id: '1' });
  expect(await busy.send(http('GET', '/healthz', ''))).toBe(200);
  expect(busy.alive).toBe(false);
  await closed;
  await expect(client.listCollections()).rejects.toMatchObject({ code: 'SERVICE_UNREACHABLE' });
  await expect(collection.get('1')).rejects.toMatchObject({ code: 'COLLECTION_CLOSED' });
});

it('cuts off what does not end within the time that it has', async () => {
  const collection = changed(await codesCollection(await temporaryFolder(), 3), {
    search: () => new Promise(() => {}),
  });
  const { service, client } = await runService({ collections: [{ collection }], limits: { drain: 200 } });
  const stuck = client.search('codes', { code: codeOf(1) }).catch((error) => error.code);
  await expect.poll(() => service.app.server.listening).toBe(true);
  await client.getItem('codes', '1');
  const start = performance.now();
  await service.close();
  expect(performance.now() - start).toBeLessThan(9_000);
  expect(await stuck).toBe('SERVICE_UNREACHABLE');
});
