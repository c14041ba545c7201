/** Who may do what: tokens, scopes, collections, and where a service without tokens listens. */
import { timingSafeEqual } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { codeOf, codesCollection, runService } from '../../../test/running-service.ts';
import { temporaryFolder } from '../../../test/temporary-folder.ts';
import { OPERATIONS, type OperationName, type Scope } from '../api/operations.ts';
import { createClient } from '../client/index.ts';
import { serviceLogger } from '../log.ts';
import { createService } from '../service.ts';
import { Tokens } from './tokens.ts';
import { hashToken, makeToken, readTokens, TOKENS_FORMAT } from './tokens-file.ts';

vi.mock('node:crypto', async (original) => {
  const real = await original<typeof import('node:crypto')>();
  return { ...real, timingSafeEqual: vi.fn(real.timingSafeEqual) };
});

const SCOPES: readonly Scope[] = ['read', 'write', 'admin'];

async function serviceWithTokens() {
  const folder = await temporaryFolder();
  const made = SCOPES.map((scope) => makeToken({ name: scope, scopes: [scope] }));
  const narrow = makeToken({ name: 'narrow', scopes: ['read', 'admin'], collections: ['codes'] });
  const collections = [
    { collection: await codesCollection(folder, 3) },
    { collection: await codesCollection(folder, 3, 'other') },
  ];
  const tokens = [...made, narrow].map(({ entry }) => entry);
  const running = await runService({ collections, tokens });
  const tokenOf = Object.fromEntries(SCOPES.map((scope, i) => [scope, made[i]!.token]));
  return { ...running, tokenOf, narrow: narrow.token };
}

/** An address of each operation, of things that need not be there. */
const addressOf = (name: OperationName): string =>
  OPERATIONS[name].path.replace('{name}', 'codes').replace('{id}', '00000000-0000-0000-0000-000000000000');

describe('tokens', () => {
  it('every operation refuses a request without one, with an unknown one, and without its scope', async () => {
    const { url, tokenOf } = await serviceWithTokens();
    for (const name of Object.keys(OPERATIONS) as OperationName[]) {
      const { method, scope, takes } = OPERATIONS[name];
      const type = { json: 'application/json', search: 'application/json', ndjson: 'application/x-ndjson' };
      const ask = async (authorization?: string) => {
        const body = takes === 'multipart' ? new FormData() : takes === 'nothing' ? undefined : '{}';
        const headers: Record<string, string> = { ...(authorization && { authorization }) };
        if (takes in type) headers['content-type'] = type[takes as keyof typeof type];
        const response = await fetch(url + addressOf(name), { method, headers, ...(body && { body }) });
        const said = response.headers.get('content-type')?.includes('problem')
          ? await response.json()
          : undefined;
        if (!said) await response.arrayBuffer();
        return [response.status, said?.code, response.headers.get('www-authenticate')];
      };
      for (const none of [undefined, '', 'Bearer', 'Bearer  ', 'Basic YTpi', 'Bearer a b'])
        expect(await ask(none), name).toEqual([401, 'TOKEN_MISSING', 'Bearer']);
      for (const wrong of ['x', `${tokenOf[scope]}x`, tokenOf[scope]!.slice(0, -1), 'y'.repeat(5_000)])
        expect(await ask(`Bearer ${wrong}`), name).toEqual([401, 'TOKEN_UNKNOWN', 'Bearer']);
      for (const other of SCOPES.filter((one) => one !== scope))
        expect(await ask(`Bearer ${tokenOf[other]}`), name).toEqual([403, 'SCOPE_MISSING', null]);
      const [status] = await ask(`bearer ${tokenOf[scope]}`);
      expect([401, 403], `${name}: ${status}`).not.toContain(status);
    }
  });

  it('a token of one collection sees no other, and cannot tell whether there is one', async () => {
    const { url, narrow } = await serviceWithTokens();
    const client = createClient({ url, token: narrow });
    expect((await client.listCollections()).collections.map(({ name }) => name)).toEqual(['codes']);
    expect((await client.search('codes', { code: codeOf(1), k: 1 })).hits[0]).toMatchObject({ id: '1' });
    const codes = [];
    for (const name of ['other', 'nobody'])
      codes.push(
        await client.getCollection(name).catch((error) => error.problem.code),
        await client.search(name, { code: codeOf(1) }).catch((error) => error.problem.code),
        await client.deleteCollection(name).catch((error) => error.problem.code),
        await client.createCollection({ name, model: 'a'.repeat(64) }).catch((error) => error.problem.code),
      );
    expect(new Set(codes)).toEqual(new Set(['COLLECTION_FORBIDDEN']));
    const metrics = await fetch(`${url}/metrics`);
    expect(metrics.status).toBe(401);
  });

  it('are compared in constant time, with every entry, wherever the right one stands', () => {
    const made = Array.from({ length: 5 }, (_, i) => makeToken({ name: String(i), scopes: ['read'] }));
    const tokens = new Tokens(made.map(({ entry }) => entry));
    const comparisons = (token: string): number => {
      vi.mocked(timingSafeEqual).mockClear();
      try {
        tokens.identify(`Bearer ${token}`);
      } catch (error) {
        expect(error).toMatchObject({ code: 'TOKEN_UNKNOWN' });
      }
      return vi.mocked(timingSafeEqual).mock.calls.length;
    };
    for (const { token } of made) expect(comparisons(token)).toBe(made.length);
    expect(comparisons('nobody')).toBe(made.length);
  });

  it('never stand in the file, in an answer or in the log, nor do ids and bodies', async () => {
    const { token, entry } = makeToken({ name: 'one', scopes: ['read'] });
    expect(token).toMatch(/^unseen_[\w-]{43}$/);
    expect(entry.sha256).toBe(hashToken(token));
    const lines: string[] = [];
    const logger = serviceLogger({ stream: { write: (line) => void lines.push(line) } });
    const collections = [{ collection: await codesCollection(await temporaryFolder(), 1) }];
    const { client } = await runService({ tokens: [entry], collections, logger }, token);
    const problems = [
      await client.getItem('codes', 'private-id').catch((error) => error.problem),
      await client.deleteItem('codes', 'private-id').catch((error) => error.problem),
    ];
    await client.search('codes', { code: codeOf(77) });
    await expect.poll(() => lines.filter((line) => line.includes('"route"')).length).toBe(3);
    const logged = lines.map((line) => JSON.parse(line)).filter(({ route }) => route);
    expect(logged.map(({ method, status, by }) => [method, status, by])).toEqual([
      ['GET', 404, 'one'],
      ['DELETE', 403, undefined],
      ['POST', 200, 'one'],
    ]);
    expect(logged[2].route).toBe('/v1/collections/:name/search');
    for (const text of [JSON.stringify(entry), JSON.stringify(problems), lines.join('')])
      expect(text).not.toContain(token);
    expect(lines.join('')).not.toMatch(new RegExp(`private-id|${codeOf(77)}`));
  });

  it('a file of tokens is read, and whatever is wrong in it is named', async () => {
    const file = path.join(await temporaryFolder(), 'tokens.json');
    const { entry } = makeToken({ name: 'one', scopes: ['read'], collections: ['birds'] });
    await writeFile(file, JSON.stringify({ format: TOKENS_FORMAT, tokens: [entry] }));
    expect(await readTokens(file)).toEqual([entry]);
    for (const [content, where] of [
      ['{', 'file'],
      ['{}', 'format'],
      [JSON.stringify({ format: TOKENS_FORMAT, tokens: [{ ...entry, sha256: 'x' }] }), 'tokens.0.sha256'],
      [
        JSON.stringify({ format: TOKENS_FORMAT, tokens: [{ ...entry, scopes: ['root'] }] }),
        'tokens.0.scopes.0',
      ],
      [JSON.stringify({ format: TOKENS_FORMAT, tokens: [{ ...entry, more: 1 }] }), 'tokens.0'],
    ] as const) {
      await writeFile(file, content);
      await expect(readTokens(file), where).rejects.toMatchObject({
        code: 'TOKENS_INVALID',
        values: { where },
      });
    }
    await expect(readTokens(`${file}.none`)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });
});

describe('without tokens', () => {
  it('the service listens to this machine only', async () => {
    for (const host of ['0.0.0.0', '::', '192.0.2.1', 'example.org']) {
      const service = await createService({ limits: { linger: 0 } });
      await expect(service.listen({ host, port: 0 })).rejects.toMatchObject({ code: 'TOKENS_MISSING' });
      expect(service.app.server.listening).toBe(false);
      await service.close();
    }
  });

  it('with tokens it listens to others too, and a port that is taken is told', async () => {
    const tokens = [makeToken({ name: 'one', scopes: ['read'] }).entry];
    const { service, url } = await runService({ tokens });
    expect(url).toContain('127.0.0.1');
    const other = await createService({ tokens, limits: { linger: 0 } });
    const { port } = service.app.server.address() as { port: number };
    await expect(other.listen({ port })).rejects.toMatchObject({
      code: 'ARGUMENT_INVALID',
      values: { name: 'port' },
    });
    await other.close();
    const open = await createService({ tokens, limits: { linger: 0 } });
    expect(await open.listen({ host: '0.0.0.0', port: 0 })).toMatch(/^http:\/\/0\.0\.0\.0:\d+$/);
    await open.close();
  });

  it('pages of other sites reach nothing: neither by a name of theirs nor by a form', async () => {
    const { service } = await runService();
    const { port } = service.app.server.address() as { port: number };
    const ask = (headers: Record<string, string>): Promise<number> =>
      new Promise((resolve, reject) => {
        get({ port, host: '127.0.0.1', path: '/v1/collections', headers }, (response) => {
          response.resume();
          resolve(response.statusCode!);
        }).on('error', reject);
      });
    expect(await ask({ host: `127.0.0.1:${port}` })).toBe(200);
    expect(await ask({ host: 'localhost' })).toBe(200);
    expect(await ask({ host: 'attacker.example' })).toBe(403);
    expect(await ask({ host: '127.0.0.1.attacker.example' })).toBe(403);
    const here = `127.0.0.1:${port}`;
    expect(await ask({ host: here, origin: `http://${here}` })).toBe(200);
    expect(await ask({ host: here, origin: 'http://attacker.example' })).toBe(403);
    expect(await ask({ host: here, origin: 'null' })).toBe(403);
  });
});
