/**
 * The search of the built package in Node and in Chromium, by turns, in one run:
 *
 *   node bench/browser/run.mjs [--json] [--codes 1000000] [--bits 64] [--k 10] [--rounds 3] [--dist dist]
 *
 * A page is opened without and with the headers that allow shared memory (COOP and COEP), and with them with as many
 * threads as there are processors, two at most. Chromium is looked for on the path, or where `CHROMIUM` says.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { measure } from './measure.mjs';

const root = path.join(import.meta.dirname, '../..');
const { values: given } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    codes: { type: 'string', default: '1000000' },
    bits: { type: 'string', default: '64' },
    k: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '3' },
    dist: { type: 'string', default: path.join(root, 'dist') },
  },
});
const dist = path.resolve(given.dist);
const asked = { n: Number(given.codes), bits: Number(given.bits), k: Number(given.k) };
const rounds = Number(given.rounds);
/** Far more than a page needs. */
const PAGE_MS = 120_000;
process.on('uncaughtException', (error) => fail(error.message));

function findChromium() {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'chrome'];
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const found = folders.flatMap((folder) => names.map((name) => path.join(folder, name))).find(existsSync);
  return process.env.CHROMIUM || found;
}

function fail(reason) {
  process.stderr.write(`${reason}\n`);
  process.exit(2);
}

const chromium = findChromium();
if (!chromium) fail('There is no Chromium on the path: install it, or name it in CHROMIUM.');
if (!existsSync(path.join(dist, 'search/index.js')))
  fail(`${dist} has no built package: run "npm run build".`);
for (const value of [asked.n, asked.bits, asked.k, rounds])
  if (!Number.isInteger(value) || value < 1) fail('--codes, --bits, --k and --rounds are whole numbers ≥ 1.');

/** Files that browsers get in place of others: package.json says which. */
const twins = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).browser;

const page = (settings) => `<!doctype html>
<meta charset="utf-8">
<script type="module">
let report;
try {
  const search = await import('/dist/search/index.js');
  const codes = await import('/dist/codes/index.js');
  const { measure } = await import('/measure.mjs');
  report = { ...(await measure({ search, codes }, ${JSON.stringify(settings)})), isolated: crossOriginIsolated };
} catch (error) {
  report = { error: String(error?.stack ?? error) };
}
await fetch('/report', { method: 'POST', body: JSON.stringify(report) });
</script>
`;

function fileOf(pathname) {
  if (pathname === '/measure.mjs') return path.join(import.meta.dirname, 'measure.mjs');
  if (pathname.startsWith('/node_modules/')) return path.join(root, path.posix.normalize(pathname));
  const name = twins[`.${pathname}`]?.slice(1) ?? pathname;
  return path.join(dist, path.posix.relative('/dist', path.posix.normalize(name)));
}

/** A module as a page can load it: what it imports by a package's name, by address. */
function withAddresses(text) {
  return text.replace(/\b(from|import)(\s*)'([^'./][^']*)'/g, (whole, word, gap, name) => {
    try {
      const file = fileURLToPath(import.meta.resolve(name));
      return `${word}${gap}'/${path.relative(root, file).split(path.sep).join('/')}'`;
    } catch {
      return whole; // of Node, or only words
    }
  });
}

async function openPage(settings, isolated) {
  const profile = await mkdtemp(path.join(os.tmpdir(), 'unseen-browser-'));
  let reported;
  const report = new Promise((resolve) => {
    reported = resolve;
  });
  const isolation = isolated
    ? { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }
    : {};
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    if (request.method === 'POST') {
      let text = '';
      for await (const part of request) text += part;
      response.end();
      reported(JSON.parse(text));
    } else if (pathname === '/') {
      response.writeHead(200, { 'content-type': 'text/html', ...isolation }).end(page(settings));
    } else {
      const text = await readFile(fileOf(pathname), 'utf8').catch(() => undefined);
      const head = { 'content-type': 'text/javascript', ...isolation };
      if (text === undefined) response.writeHead(404).end();
      else response.writeHead(200, head).end(withAddresses(text));
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const flags = [
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    '--disable-dev-shm-usage',
    `--user-data-dir=${profile}`,
  ];
  const browser = spawn(chromium, [...flags, `http://127.0.0.1:${server.address().port}/`], {
    stdio: 'ignore',
    detached: true, // a group of its own, to end together
  });
  const ended = new Promise((_, reject) => {
    browser.once('error', reject);
    browser.once('exit', (code) => reject(new Error(`Chromium ended with ${code}`)));
  });
  ended.catch(() => {});
  const late = new Promise((_, reject) => {
    setTimeout(() => reject(new Error('the page reported nothing')), PAGE_MS).unref();
  });
  try {
    const result = await Promise.race([report, ended, late]);
    if (result.error) throw new Error(`in the page: ${result.error}`);
    if (result.isolated !== isolated) throw new Error('the page is not isolated as its headers say');
    return result;
  } finally {
    if (browser.pid !== undefined && browser.exitCode === null) {
      const gone = new Promise((resolve) => browser.once('exit', resolve));
      process.kill(-browser.pid, 'SIGKILL');
      await gone;
    }
    server.close();
    server.closeAllConnections();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

const browserVersion = await new Promise((resolve) => {
  const child = spawn(chromium, ['--version'], { stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  child.stdout.on('data', (part) => {
    text += part;
  });
  child.on('close', () => resolve(text.trim()));
});
const load = (name) => import(pathToFileURL(path.join(dist, name, 'index.js')).href);
const modules = { search: await load('search'), codes: await load('codes') };
const most = Math.min(2, os.availableParallelism());
const ways = [
  { where: 'node', threads: 1 },
  { where: 'page', threads: 1, isolated: false },
  { where: 'page', threads: 1, isolated: true },
  ...(most > 1
    ? [
        { where: 'node', threads: most },
        { where: 'page', threads: most, isolated: true },
      ]
    : []),
];
const runs = ways.map(() => []);
for (let round = 0; round < rounds; round++) {
  for (const [i, { where, threads, isolated }] of ways.entries()) {
    const settings = { ...asked, threads };
    runs[i].push(where === 'node' ? await measure(modules, settings) : await openPage(settings, isolated));
  }
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const expected = JSON.stringify(runs[0][0].answers);
const cases = ways.map((way, i) => {
  if (runs[i].some(({ answers }) => JSON.stringify(answers) !== expected))
    fail('a page answers otherwise than Node');
  const { engine, threads } = runs[i][0];
  const medianMs = median(runs[i].map((run) => run.medianMs));
  const bestMs = Math.min(...runs[i].map((run) => run.bestMs));
  return { ...way, engine, threads, ...asked, medianMs, bestMs };
});
for (const one of cases) {
  const node = cases.find(({ where, threads }) => where === 'node' && threads === one.threads);
  if (one.where === 'page') one.againstNode = one.medianMs / node.medianMs;
}
const environment = {
  node: process.version,
  browser: browserVersion,
  cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
  cores: os.availableParallelism(),
  unseen: JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).version,
};
if (given.json) process.stdout.write(`${JSON.stringify({ environment, cases }, null, 2)}\n`);
else {
  process.stdout.write(
    `${browserVersion}, Node ${process.version}; ${asked.n} codes of ${asked.bits} bits\n`,
  );
  for (const { where, isolated, threads, medianMs, againstNode } of cases) {
    const place = where === 'node' ? 'Node' : isolated ? 'page with COOP and COEP' : 'page';
    const ratio = againstNode === undefined ? '' : `, ${againstNode.toFixed(2)} × Node`;
    const many = threads === 1 ? 'one thread' : `${threads} threads`;
    process.stdout.write(`${place}, ${many}: ${medianMs.toFixed(3)} ms a query${ratio}\n`);
  }
}
