/** The page and the report: files of their folders, with headers for browsers, and nothing from outside. */
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { runService } from '../../../test/running-service.ts';
import { temporaryFolder } from '../../../test/temporary-folder.ts';
import { Connection } from '../load/connection.ts';

async function folders() {
  const folder = await temporaryFolder();
  const [web, report] = [path.join(folder, 'web'), path.join(folder, 'report')];
  await mkdir(path.join(web, 'assets'), { recursive: true });
  await mkdir(report);
  await writeFile(path.join(folder, 'secret.txt'), 'secret');
  await writeFile(path.join(web, 'index.html'), '<title>page</title>');
  await writeFile(path.join(web, '.env'), 'secret');
  await writeFile(path.join(web, 'assets', 'index-abc123.js'), 'export {};');
  await writeFile(path.join(report, 'index.html'), '<title>report</title>');
  await symlink(path.join(folder, 'secret.txt'), path.join(web, 'assets', 'link.txt'));
  return { web, report };
}

it('serves the page with its policy, hashed files for ever, and the report in its place', async () => {
  const { url } = await runService(await folders());
  const page = await fetch(url);
  expect([page.status, await page.text()]).toEqual([200, '<title>page</title>']);
  expect(page.headers.get('cache-control')).toBe('no-cache');
  expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'self';.*wasm-unsafe-eval/);
  expect(page.headers.get('x-content-type-options')).toBe('nosniff');
  const asset = await fetch(`${url}/assets/index-abc123.js`);
  expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect(asset.headers.get('content-type')).toContain('javascript');
  expect(await (await fetch(`${url}/report/`)).text()).toBe('<title>report</title>');
  expect((await fetch(`${url}/assets/none.js`)).status).toBe(404);
  expect((await fetch(`${url}/v1/collections`)).headers.get('content-security-policy')).toContain(
    "default-src 'none'",
  );
  expect((await fetch(url)).headers.get('access-control-allow-origin')).toBeNull();
});

it('gives no file from outside the folders, however the address is written', async () => {
  const { url } = await runService(await folders());
  const connection = new Connection(Number(new URL(url).port));
  for (const address of [
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/assets/%2e%2e/%2e%2e/secret.txt',
    '/assets/..%5c..%5csecret.txt',
    '/report/../secret.txt',
    '/report/..%2fsecret.txt',
    '/.env',
    '/%2eenv',
  ]) {
    const status = await connection.send(Buffer.from(`GET ${address} HTTP/1.1\r\nHost: localhost\r\n\r\n`));
    expect([400, 403, 404], `${address}: ${status}`).toContain(status);
  }
  connection.close();
});
