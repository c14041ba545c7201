/** `unseen serve` and `unseen tokens` as a person runs them: a process, its address on stdout, signals. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createCollection, openCollection } from '../src/collection/index.ts';
import { encoderOf, ingest, openItems } from '../src/ingest/index.ts';
import { drawings, modelOf } from './drawings.ts';
import { type Json, succeed, unseen } from './program.ts';

const MAIN = path.join(import.meta.dirname, '../dist/cli/main.js');

let cwd: string;
const at = (...parts: string[]): string => path.join(cwd, ...parts);

beforeAll(async () => {
  cwd = await mkdtemp(path.join(tmpdir(), 'unseen-serve-'));
  const made = await drawings();
  const model = await modelOf(made);
  await model.save(at('data/models/drawings'));
  await mkdir(at('photos'));
  for (const { name, bytes } of made.slice(0, 20)) await writeFile(at('photos', name), bytes);
  const options = { name: 'photos', bits: model.bits, model: model.fingerprint };
  const collection = await createCollection(at('photos.collection'), options);
  await ingest(collection, encoderOf(model), await openItems([at('photos')]));
  await collection.close();
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

interface Serving {
  readonly url: string;
  readonly document: Json;
  readonly process: ChildProcess;
  /** Exit status, once it has ended. */
  readonly ended: Promise<number | null>;
}

/** Started, and answering. */
function serve(...words: string[]): Promise<Serving> {
  const child = spawn(process.execPath, [MAIN, 'serve', '--port', '0', '--json', ...words], { cwd });
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  onTestFinished(() => void child.kill('SIGKILL'));
  return new Promise((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    child.stdout.on('data', (text) => {
      stdout += text;
      if (!stdout.endsWith('}\n')) return;
      const document = JSON.parse(stdout);
      resolve({ url: document.url, document, process: child, ended });
    });
    child.on('exit', (status) => reject(new Error(`ended with ${status}: ${stderr}`)));
  });
}

const json = async (url: string, options?: RequestInit): Promise<Json> => (await fetch(url, options)).json();

describe('unseen serve', () => {
  it('answers at the address that it prints, and loses nothing when it is stopped', async () => {
    const {
      url,
      document,
      process: child,
      ended,
    } = await serve('--collection', 'photos.collection', '--model', 'data/models/drawings');
    expect(document).toMatchObject({
      collections: ['photos'],
      models: [expect.stringMatching(/^[0-9a-f]{64}$/)],
    });
    const found = await json(`${url}/v1/collections/photos/search`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text: 'a navy circle', k: 3 }),
    });
    expect(found.hits).toHaveLength(3);
    const put = await fetch(`${url}/v1/collections/photos/items/new`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text: 'a teal circle' }),
    });
    expect(put.ok).toBe(true);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    const kept = await openCollection(at('photos.collection'));
    onTestFinished(() => kept.close());
    expect((await kept.get('new'))!.payload).toMatchObject({ text: 'a teal circle' });
  });

  it('ends at once with status 1 at the second signal, whatever is under way', async () => {
    const { url, process: child, ended } = await serve('--root', 'data', '--workers', '0');
    const [{ fingerprint }] = (await json(`${url}/v1/models`)).models;
    const body = JSON.stringify({ name: 'slow', model: fingerprint });
    const headers = { 'content-type': 'application/json' };
    expect((await fetch(`${url}/v1/collections`, { method: 'POST', headers, body })).status).toBe(201);
    // An upload that never ends.
    const upload = request(`${url}/v1/collections/slow/items`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
    });
    upload.on('error', () => {});
    upload.write('{"id": "1", "text": "a navy circle"}\n');
    await new Promise((resolve) => upload.once('socket', (socket) => socket.once('connect', resolve)));
    const said = new Promise<void>((resolve) =>
      child.stderr!.on('data', (text) => `${text}`.includes('once more kills') && resolve()),
    );
    child.kill('SIGINT');
    await said;
    child.kill('SIGINT');
    expect(await ended).toBe(1);
  });

  it('keeps to this machine without tokens, and with them asks for one that still stands in the file', async () => {
    const open = await unseen('serve --root data --host 0.0.0.0 --port 0', { cwd });
    expect(open.status).toBe(2);
    expect(open.stderr).toContain('TOKENS_MISSING');
    const { token } = await succeed('tokens add tokens.json --name shop --scope read', cwd);
    const {
      url,
      process: child,
      ended,
    } = await serve('--root', 'data', '--tokens', 'tokens.json', '--workers', '0');
    expect((await fetch(`${url}/v1/collections`)).status).toBe(401);
    const headers = { authorization: `Bearer ${token}` };
    const status = async (): Promise<number> => (await fetch(`${url}/v1/collections`, { headers })).status;
    expect(await status()).toBe(200);
    const tokens = await readFile(at('tokens.json'));
    await writeFile(at('tokens.json'), '{'); // half of a file changes nothing
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect(await status()).toBe(200);
    await writeFile(at('tokens.json'), tokens);
    await succeed('tokens remove tokens.json shop', cwd);
    await expect.poll(status, { timeout: 10_000 }).toBe(401);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });

  it('refuses a call that serves nothing, and one of a folder that is no collection', async () => {
    const nothing = await unseen('serve', { cwd });
    expect([nothing.status, nothing.stderr]).toEqual([
      2,
      expect.stringContaining('give --collection, or --root'),
    ]);
    const none = await unseen('serve --collection photos --model data/models/drawings', { cwd });
    expect([none.status, none.stderr]).toEqual([2, expect.stringContaining('COLLECTION_MISSING')]);
  });
});

describe('unseen tokens', () => {
  it('keeps hashes only, lists who there is, and takes a token back', async () => {
    const file = at('more.json');
    const made = await succeed('tokens add more.json --name a --scope read,write --collections photos', cwd);
    await succeed('tokens add more.json --name b --scope admin', cwd);
    expect(made.token).toMatch(/^unseen_[\w-]{43}$/);
    expect(await readFile(file, 'utf8')).not.toContain(made.token);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await succeed('tokens list more.json', cwd)).tokens).toEqual([
      { name: 'a', scopes: ['read', 'write'], collections: ['photos'] },
      { name: 'b', scopes: ['admin'] },
    ]);
    const twice = await unseen('tokens add more.json --name a --scope read', { cwd });
    expect([twice.status, twice.stderr]).toEqual([2, expect.stringContaining('is taken')]);
    await succeed('tokens remove more.json a', cwd);
    expect((await succeed('tokens list more.json', cwd)).tokens).toHaveLength(1);
    const gone = await unseen('tokens remove more.json a', { cwd });
    expect([gone.status, gone.stderr]).toEqual([2, expect.stringContaining('must be one of b')]);
  });
});
