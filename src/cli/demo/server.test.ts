import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { UnseenError } from '../../errors.ts';
import { type LocalServer, openServer } from './server.ts';

const open: LocalServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function start(): Promise<{ server: LocalServer; stop: AbortController; served: Promise<void> }> {
  const server = await openServer(0);
  const stop = new AbortController();
  const served = server.serve(({ pathname }) => {
    if (pathname === '/wrong')
      throw new UnseenError('ARGUMENT_INVALID', { name: 'row', reason: 'no', received: 1 });
    return pathname === '/' ? { type: 'text/plain', body: 'hello' } : undefined;
  }, stop.signal);
  return { server, stop, served };
}

/** `fetch` does not let one choose the host header. */
const statusFor = (url: string, host: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    request(url, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });

describe('the service of the demo', () => {
  it('answers, says what is missing, and what was asked wrongly', async () => {
    const { server, stop, served } = await start();
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    expect(await (await fetch(server.url)).text()).toBe('hello');
    expect((await fetch(`${server.url}nothing`)).status).toBe(404);
    expect((await fetch(`${server.url}wrong`)).status).toBe(400);
    expect((await fetch(server.url, { method: 'POST' })).status).toBe(405);
    stop.abort();
    await served;
    await expect(fetch(server.url)).rejects.toThrow();
  });

  it('answers no other host, so that no web site reaches it through a name of its own', async () => {
    const { server, stop, served } = await start();
    expect(await statusFor(server.url, 'evil.example')).toBe(403);
    expect(await statusFor(server.url, 'localhost:80')).toBe(200);
    stop.abort();
    await served;
  });

  it('says at once that a port is taken', async () => {
    const first = await openServer(0);
    open.push(first);
    await expect(openServer(Number(new URL(first.url).port))).rejects.toMatchObject({
      code: 'ARGUMENT_INVALID',
    });
  });
});
