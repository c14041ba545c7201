/** SIGTERM under load: what was acknowledged is there, what was asked is answered, and the process ends by itself. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openCollection } from '../src/collection/index.ts';
import { Connection } from '../src/service/load/connection.ts';
import { codeOf, codesCollection } from './running-service.ts';
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

it('says at /readyz that it stops, while it still answers, and lives on at /healthz until then', async () => {
  const root = await temporaryFolder();
  const { child, port } = await start(root);
  const ready = async (place: string): Promise<number> =>
    (await fetch(`http://127.0.0.1:${port}${place}`)).status;
  expect([await ready('/readyz'), await ready('/healthz')]).toEqual([200, 200]);
  const holding = new Connection(port); // something to linger for
  await holding.send(Buffer.from('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n'));
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  const after = await holding.send(Buffer.from('GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n'));
  // The signal may come after the question; then it was still ready.
  expect([503, 200]).toContain(after);
  expect((await exit)[0]).toBe(0);
});
