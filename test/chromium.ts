/**
 * Pages in a real browser, for tests. Chromium is looked for on the path, or where `CHROMIUM` says; without one, tests
 * that open pages are skipped.
 */
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = path.join(import.meta.dirname, '..');
/** Far more than a page of these sizes needs. */
const PAGE_MS = 60_000;

function findChromium(): string | undefined {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'chrome'];
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const found = folders.flatMap((folder) => names.map((name) => path.join(folder, name))).find(existsSync);
  return process.env.CHROMIUM || found;
}
export const chromium = findChromium();
if (!chromium) console.warn('no Chromium on the path or in CHROMIUM: pages are not opened');

/** As a user without rights, without a screen, and without looking anywhere by itself. */
export const FLAGS: readonly string[] = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-dev-shm-usage',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Compiles the package into a folder, as it would be installed. */
export async function buildPackage(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await copyFile(path.join(root, 'package.json'), path.join(folder, 'package.json'));
  const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
  const project = path.join(root, 'tsconfig.build.json');
  const flags = ['--noCheck', '--declaration', 'false', '--sourceMap', 'false']; // types are `npm run check`'s
  await run(process.execPath, [tsc, '-p', project, '--outDir', path.join(folder, 'dist'), ...flags]);
}

/** Bundles the page of a folder with Vite, which Vitest brings along. */
export async function viteBuild(source: string, target: string): Promise<void> {
  const vitest = createRequire(import.meta.url).resolve('vitest/package.json');
  const vite = path.dirname(createRequire(vitest).resolve('vite/package.json'));
  const options = ['build', source, '--outDir', target, '--logLevel', 'error'];
  await run(process.execPath, [path.join(vite, 'bin/vite.js'), ...options]);
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

type Headers = Readonly<Record<string, string>>;

/** Serves the first of the folders that has the file; `reported` gets what a page posts. */
export async function serve(
  folders: readonly string[],
  headers: Headers = {},
  reported: (report: unknown) => void = () => {},
): Promise<Server> {
  const server = createServer(async (request, response) => {
    if (request.method === 'POST') {
      let text = '';
      for await (const part of request) text += part;
      response.end();
      reported(JSON.parse(text));
      return;
    }
    const { pathname } = new URL(request.url!, 'http://localhost');
    const name = pathname.endsWith('/') ? `${pathname}index.html` : pathname;
    const file = folders.map((folder) => path.join(folder, name)).find(existsSync);
    if (!file) return response.writeHead(404).end();
    const type = TYPES[path.extname(file)] ?? 'application/octet-stream';
    response.writeHead(200, { 'content-type': type, ...headers });
    return response.end(await readFile(file));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** What the page of these folders reports (posts as JSON), opened in a fresh Chromium. */
export async function visit<Report>(
  folders: readonly string[],
  profile: string,
  headers: Headers = {},
  extraFlags: readonly string[] = [],
): Promise<Report> {
  let reported: (report: unknown) => void = () => {};
  const report = new Promise<Report>((resolve) => {
    reported = resolve as (report: unknown) => void;
  });
  const server = await serve(folders, headers, (text) => reported(text));
  const { port } = server.address() as AddressInfo;
  const browser = spawn(
    chromium!,
    [...FLAGS, ...extraFlags, `--user-data-dir=${profile}`, `http://127.0.0.1:${port}/`],
    {
      stdio: 'ignore',
      detached: true, // a group of its own, to end together
    },
  );
  const ended = new Promise<never>((_, reject) => {
    browser.once('error', reject);
    browser.once('exit', (code) => reject(new Error(`Chromium ended with ${code}`)));
  });
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error('the page reported nothing')), PAGE_MS).unref();
  });
  try {
    return await Promise.race([report, ended, late]);
  } finally {
    ended.catch(() => {});
    if (browser.pid !== undefined && browser.exitCode === null) {
      const gone = new Promise((resolve) => browser.once('exit', resolve));
      process.kill(-browser.pid, 'SIGKILL');
      await gone;
    }
    server.closeAllConnections();
    server.close();
  }
}
