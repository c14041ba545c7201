import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { changed, codeOf, codesCollection, runService } from '../../../test/running-service.ts';
import { temporaryFolder } from '../../../test/temporary-folder.ts';
import type { CollectionPage } from '../../collection/index.ts';
import { Turns } from './turns.ts';

describe('turns', () => {
  it('begin together and in their order, after a look at the sockets', async () => {
    const turns = new Turns();
    const seen: (number | string)[] = [];
    const work = async (i: number): Promise<void> => {
      await turns.next();
      seen.push(i);
    };
    const all = [work(0), work(1)];
    await Promise.resolve();
    setImmediate(() => seen.push('loop'));
    all.push(work(2));
    await Promise.all(all);
    expect(seen).toEqual([0, 1, 2]);
    const next = work(3);
    await Promise.all([next, new Promise((resume) => setTimeout(resume, 5))]);
    expect(seen).toEqual([0, 1, 2, 'loop', 3]);
  });
});

describe('a burst of searches, each done in one go', () => {
  it('is counted where it waits: those beyond the places are refused at once', async () => {
    const search = async (): Promise<CollectionPage> => {
      const end = performance.now() + 5; // as a scan of many codes has the thread
      while (performance.now() < end);
      return { hits: [], more: false, version: 1 };
    };
    const collection = changed(await codesCollection(await temporaryFolder(), 1), { search });
    const limits = { readsAtOnce: 1, readsWaiting: 3 };
    const { url } = await runService({ collections: [{ collection }], limits });
    const sockets = await Promise.all(Array.from({ length: 60 }, () => connected(Number(new URL(url).port))));
    const host = 'HTTP/1.1\r\nHost: localhost';
    // From now on the service reads from all of them: it takes new connections in one by one.
    await Promise.all(sockets.map((socket) => asked(socket, `GET /healthz ${host}\r\n\r\n`)));
    const body = JSON.stringify({ code: codeOf(0) });
    const head = `Content-Type: application/json\r\nContent-Length: ${body.length}`;
    const request = `POST /v1/collections/codes/search ${host}\r\n${head}\r\n\r\n${body}`;
    const statuses = await Promise.all(sockets.map((socket) => asked(socket, request)));
    for (const socket of sockets) socket.destroy();
    const count = (status: number): number => statuses.filter((one) => one === status).length;
    expect(count(200) + count(503)).toBe(60);
    expect(count(200)).toBeGreaterThanOrEqual(4);
    expect(count(503)).toBeGreaterThan(0);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    const counted = /route="\/v1\/collections\/:name\/search",method="POST",status="503"} (\d+)/.exec(
      metrics,
    );
    expect(Number(counted?.[1])).toBe(count(503));
  });
});

function connected(port: number): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
  });
}

/** Status of the answer. */
function asked(socket: Socket, request: string): Promise<number> {
  return new Promise((resolve) => {
    socket.once('data', (piece) => resolve(Number(piece.toString('latin1', 9, 12))));
    socket.write(request);
  });
}
