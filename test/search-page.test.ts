/**
 * The search of a web page: bundled and minified, in Chromium, on a page that is isolated (threads over shared memory) and
 * on one that is not; index files by URL and as blobs. Answers are compared with Node's.
 */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Codes } from '../src/codes/index.ts';
import { LinearIndex, openIndex } from '../src/search/index.ts';
import { buildPackage, chromium, visit, viteBuild } from './chromium.ts';

const root = path.join(import.meta.dirname, '..');
const golden = path.join(import.meta.dirname, 'golden');
const ROWS = 600_000;
/** What `unseen/search` may weigh in a page. */
const BUNDLE_BYTES = 40_000;

/** The same in the page and here: a linear congruential generator's high bytes. */
const DRAW = `(count) => {
  const bytes = new Uint8Array(count);
  let state = 12345;
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}`;

const MAIN = `
import { Codes } from 'unseen/codes';
import { indexFromBytes, indexToBytes, LinearIndex, openIndex, saveIndex } from 'unseen/search';
const report = { isolated: crossOriginIsolated };
try {
  const codes = Codes.fromBytes((${DRAW})(${ROWS} * 8), { bits: 64 });
  const index = LinearIndex.from(codes, { threads: 2 });
  report.engine = index.engine;
  report.threads = index.threads;
  await index.delete([7]);
  const queries = codes.slice(0, 9);
  report.hits = await index.search(queries, { k: 10 });
  report.alone = await index.search(queries.slice(3, 4), { k: 10 });
  index.close();
  const fetched = await openIndex('linear-ids-v1.index', { threads: 2 });
  const stored = await indexFromBytes(new Blob([await indexToBytes(fetched)]));
  const [found] = await stored.search(Codes.fromHex(['0f33aa']), { k: 20 });
  report.saved = found.map(({ id, distance }) => distance + ' ' + id);
  report.refused = await saveIndex(stored, 'my.index').catch(({ code }) => code);
  report.damaged = await openIndex('index.html').catch(({ code }) => code);
  report.missing = await openIndex('nothing.index').catch(({ message }) => message);
} catch (error) {
  report.error = String(error?.stack ?? error);
}
await fetch('report', { method: 'POST', body: JSON.stringify(report) });
`;

interface Report {
  readonly error?: string;
  readonly isolated: boolean;
  readonly engine: string;
  readonly threads: number;
  readonly hits: unknown;
  readonly alone: unknown;
  readonly saved: unknown;
  readonly refused: string;
  readonly damaged: string;
  readonly missing: string;
}

let folder: string;
const built = (): string => path.join(folder, 'built');
/** Scripts of a built page: what it loads at once, and what may be loaded later. */
async function scripts(name: string): Promise<{ first: string; later: string }> {
  const html = await readFile(path.join(folder, name, 'index.html'), 'utf8');
  const parts = { first: '', later: '' };
  for (const file of (await readdir(path.join(folder, name, 'assets'))).filter((one) =>
    one.endsWith('.js'),
  )) {
    const text = await readFile(path.join(folder, name, 'assets', file), 'utf8');
    parts[html.includes(file) ? 'first' : 'later'] += text;
  }
  return parts;
}

async function page(name: string, script: string): Promise<void> {
  const source = path.join(folder, `${name}-source`);
  await mkdir(source);
  await writeFile(path.join(source, 'main.js'), script);
  await writeFile(
    path.join(source, 'index.html'),
    '<!doctype html><meta charset="utf-8"><script type="module" src="./main.js"></script>',
  );
  await viteBuild(source, path.join(folder, name));
}

beforeAll(async () => {
  await mkdir(path.join(root, '.cache'), { recursive: true });
  folder = await mkdtemp(path.join(root, '.cache', 'search-'));
  await writeFile(path.join(folder, 'package.json'), '{"type": "module"}');
  await buildPackage(path.join(folder, 'node_modules/unseen'));
  await page('built', MAIN);
  await page('all', "import * as search from 'unseen/search';\nglobalThis.search = search;\n");
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

async function check(report: Report): Promise<void> {
  expect(report.error).toBeUndefined();
  expect(report.engine).toBe('wasm');
  const draw = new Function(`return (${DRAW})(${ROWS} * 8)`) as () => Uint8Array;
  const codes = Codes.fromBytes(draw(), { bits: 64 });
  const index = LinearIndex.from(codes);
  await index.delete([7]);
  const queries = codes.slice(0, 9);
  const hits = await index.search(queries, { k: 10 });
  expect(report.hits).toEqual(hits);
  expect(report.alone).toEqual([hits[3]]);
  const opened = await openIndex(path.join(golden, 'linear-ids-v1.index'));
  const [found] = await opened.search(Codes.fromHex(['0f33aa']), { k: 20 });
  expect(report.saved).toEqual(found!.map(({ id, distance }) => `${distance} ${id}`));
  expect([report.refused, report.damaged]).toEqual(['BROWSER_UNSUPPORTED', 'INDEX_FILE_INVALID']);
  expect(report.missing).toBe('nothing.index: cannot be read (HTTP 404)');
}

describe('unseen/search in a page', () => {
  it('weighs at most 40 kB with gzip, all of it; files are read by what is loaded when they are', async () => {
    const { first, later } = await scripts('all');
    const [bytes, more] = [first, later].map((text) => gzipSync(text, { level: 9 }).length);
    console.log(`unseen/search, bundled: ${bytes} bytes with gzip; for files ${more} more`);
    expect(bytes).toBeLessThanOrEqual(BUNDLE_BYTES);
    expect(later).toContain('UNSEENIX'); // what every index file begins with
  });

  it('holds nothing of Node', async () => {
    const { first, later } = await scripts('all');
    expect((first + later).match(/browser-external|from"node:|worker_threads/g)).toBeNull();
  });

  it.skipIf(!chromium)('finds what Node finds, with two threads where the page is isolated', async () => {
    const report = await visit<Report>([built(), golden], path.join(folder, 'profile'), {
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
    });
    await check(report);
    expect([report.isolated, report.threads]).toEqual([true, 2]);
  });

  it.skipIf(!chromium)('finds the same with one thread where it is not', async () => {
    const report = await visit<Report>([built(), golden], path.join(folder, 'profile-2'));
    await check(report);
    expect([report.isolated, report.threads]).toEqual([false, 1]);
  });

  it.skipIf(!chromium)('finds the same where a content security policy forbids threads', async () => {
    const report = await visit<Report>([built(), golden], path.join(folder, 'profile-3'), {
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
      'content-security-policy': "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'",
    });
    await check(report);
    expect(report.isolated).toBe(true);
  });
});
