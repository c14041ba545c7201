/**
 * The package as a web page has it: the examples of `docs/browser.md`, run in Node, in Chromium as plain modules, and in
 * Chromium after a bundler. Chromium is looked for on the path, or where `CHROMIUM` says; without one, its part is skipped.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Codes, hammingDistance } from '../src/codes/index.ts';
import type { Model } from '../src/model/index.ts';
import { buildPackage, chromium, visit, viteBuild } from './chromium.ts';
import { backboneModelOf, drawings, imageFilesOf, modelOf } from './drawings.ts';

const run = promisify(execFile);
const root = path.join(import.meta.dirname, '..');
const TEXTS = ['a teal circle', 'CRIMSON cross', 'an arrow of no known colour', 'zebra', ''];

const docs = readFileSync(path.join(root, 'docs/browser.md'), 'utf8');
/** The block of code below the comment that names it. */
function example(name: string): string {
  const block = new RegExp(`<!-- ${name} -->\\n+\`\`\`\\w+\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(docs);
  expect(block, `${name} in docs/browser.md`).not.toBeNull();
  return block![1]!;
}

/** Runs beside the example and tells the server what it found. */
const MAIN = `
const report = {};
try {
  const { find } = await import('./find.js');
  report.found = await find('a navy ring');
  const field = document.querySelector('input');
  field.value = 'an olive triangle';
  field.dispatchEvent(new Event('change'));
  for (let i = 0; i < 200 && !document.querySelector('output img'); i++)
    await new Promise((done) => setTimeout(done, 20));
  report.shown = document.querySelectorAll('output img').length;

  const { Model } = await import('unseen/model');
  const { evaluateRanking } = await import('unseen/evaluate');
  const { LinearIndex } = await import('unseen/search');
  const model = await Model.load(new URL('model/', location.href).href);
  const hex = (codes) => Array.from({ length: codes.count }, (_, i) => codes.toHex(i));
  const names = await (await fetch('names.json')).json();
  const texts = await (await fetch('texts.json')).json();
  report.fingerprint = model.fingerprint;
  report.texts = hex(await model.encode('text', texts));
  report.unknown = model.unknownTexts(texts);
  report.pictures = hex(await model.encode('image', names.map((name) => 'pictures/' + name)));
  const backbone = await Model.load('backbone');
  report.byBackbone = hex(await backbone.encode('image', names.map((name) => 'pictures/' + name)));
  const file = await (await fetch('pictures/' + names[0])).blob();
  report.chosen = hex(await model.encode('image', [URL.createObjectURL(file)]));
  report.engine = LinearIndex.from(await model.encode('text', texts)).engine;
  report.metrics = typeof evaluateRanking;
  const refusal = (work) => work.then(() => 'none', (error) => error.code);
  report.refused = await Promise.all([
    refusal(model.save('model')),
    refusal(Model.load('nowhere')),
    refusal(model.encode('image', ['names.json'])),
    refusal(model.encode('image', ['pictures/none.png'])),
  ]);
} catch (error) {
  report.error = String(error?.stack ?? error);
}
await fetch('report', { method: 'POST', body: JSON.stringify(report) });
`;

const page = (head: string): string => `<!doctype html>
<meta charset="utf-8">
${head}
<input><output></output>
<script type="module" src="./main.js"></script>
`;

interface Report {
  readonly error?: string;
  readonly fingerprint: string;
  readonly found: string[];
  readonly shown: number;
  readonly texts: string[];
  readonly unknown: number[];
  readonly pictures: string[];
  readonly byBackbone: string[];
  readonly chosen: string[];
  readonly engine: string;
  readonly metrics: string;
  readonly refused: string[];
}

let folder: string;
let site: string;
let model: Model;
/** What Node makes of the texts, and by the backbone of the pictures. */
let texts: Codes;
let byBackbone: Codes;

beforeAll(async () => {
  // Below the repository, so that packages resolve to those installed here; Unseen itself as a user has it.
  await mkdir(path.join(root, '.cache'), { recursive: true });
  folder = await mkdtemp(path.join(root, '.cache', 'browser-'));
  site = path.join(folder, 'site');
  const installed = path.join(folder, 'node_modules/unseen');
  await mkdir(path.join(site, 'pictures'), { recursive: true });
  // Without a package of its own, the folder would be part of this one, and `unseen` mean this one's `dist/`.
  await writeFile(path.join(folder, 'package.json'), '{"type": "module"}');
  await buildPackage(installed);

  // In the order that the site lists them.
  const items = (await drawings()).sort((a, b) => (a.name < b.name ? -1 : 1));
  model = await modelOf(items);
  await model.save(path.join(folder, 'model'));
  for (const { name, bytes } of items) await writeFile(path.join(site, 'pictures', name), bytes);
  await writeFile(path.join(folder, 'prepare.mjs'), example('prepare.mjs'));
  await run(process.execPath, ['prepare.mjs'], { cwd: folder });
  await writeFile(path.join(site, 'find.js'), example('find.js'));
  await writeFile(path.join(site, 'main.js'), MAIN);
  await writeFile(path.join(site, 'texts.json'), JSON.stringify(TEXTS));
  const map = `<script type="importmap">${example('importmap')}</script>`;
  await writeFile(path.join(site, 'index.html'), page(map));
  texts = await model.encode('text', TEXTS);
  const other = await backboneModelOf(items);
  await other.save(path.join(site, 'backbone'));
  byBackbone = await other.encode('image', imageFilesOf(items));
  await other.dispose();
}, 120_000);
afterAll(async () => {
  await model?.dispose();
  await rm(folder, { recursive: true, force: true });
});

/** Share of bits in which the codes of a page are not those of Node. */
function differing(list: readonly string[], codes: Codes): number {
  const other = Codes.fromHex(list);
  let bits = 0;
  for (let i = 0; i < codes.count; i++) bits += hammingDistance(other.row(i), codes.row(i));
  return bits / (codes.count * codes.bits);
}

async function check(report: Report): Promise<void> {
  expect(report.error).toBeUndefined();
  expect(report.fingerprint).toBe(model.fingerprint);
  expect(report.texts).toEqual(TEXTS.map((_, i) => texts.toHex(i)));
  expect(report.unknown).toEqual(model.unknownTexts(TEXTS));
  const names: string[] = JSON.parse(await readFile(path.join(site, 'names.json'), 'utf8'));
  const codes = Codes.fromBytes(await readFile(path.join(site, 'codes.bin')), { bits: model.bits });
  const [png, jpeg] = ['png', 'jpg'].map((ending) =>
    names.flatMap((name, i) => (name.endsWith(ending) ? [i] : [])),
  );
  const share = (rows: readonly number[]): number =>
    differing(
      rows.map((i) => report.pictures[i]!),
      codes.take(rows),
    );
  expect(share(png!)).toBeLessThan(0.01);
  expect(share(jpeg!)).toBeLessThan(0.03);
  expect(differing(report.byBackbone, byBackbone)).toBeLessThan(0.01);
  expect(report.chosen).toEqual(report.pictures.slice(0, 1));
  expect(report.found.filter((name) => name.startsWith('ring')).length).toBeGreaterThan(3);
  expect(report.shown).toBe(6);
  expect([report.engine, report.metrics]).toEqual(['wasm', 'function']);
  const refused = ['BROWSER_UNSUPPORTED', 'MODEL_FILE_MISSING', 'PICTURE_FORMAT', 'FILE_UNREADABLE'];
  expect(report.refused).toEqual(refused);
}

describe('the import map of docs/browser.md', () => {
  it('names what the package says that browsers load', () => {
    const { imports } = JSON.parse(example('importmap'));
    const { browser, exports } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
    const place = (file: string): string => `/node_modules/unseen${file.slice(1)}`;
    for (const [node, web] of Object.entries<string>(browser)) expect(imports[place(node)]).toBe(place(web));
    for (const name of Object.keys(imports).filter((key) => key.startsWith('unseen/'))) {
      const conditions = exports[`.${name.slice('unseen'.length)}`];
      expect(imports[name]).toBe(place(conditions.browser?.default ?? conditions.default));
    }
  });
});

describe.skipIf(!chromium)('the page, as plain modules in Chromium', () => {
  it('gives texts the codes of Node, finds pictures, and refuses what it must', async () => {
    await check(await visit<Report>([site, folder, root], path.join(folder, 'profile')));
  });
});

describe('the page, bundled', () => {
  const built = (): string => path.join(folder, 'built');

  beforeAll(async () => {
    const source = path.join(folder, 'source');
    await mkdir(source);
    for (const name of ['find.js', 'main.js']) await copyFile(path.join(site, name), path.join(source, name));
    await writeFile(path.join(source, 'index.html'), page(''));
    await viteBuild(source, built());
  }, 60_000);

  it('holds ONNX Runtime’s WebAssembly and nothing of Node', async () => {
    const files = await readdir(path.join(built(), 'assets'));
    expect(files.filter((file) => file.endsWith('.wasm'))).toHaveLength(1);
    for (const file of files.filter((name) => name.endsWith('.js'))) {
      const text = await readFile(path.join(built(), 'assets', file), 'utf8');
      expect(text.match(/onnxruntime-node|browser-external|limitInputPixels|from"node:/g), file).toBeNull();
    }
  });

  it.skipIf(!chromium)('does the same in Chromium', async () => {
    await check(await visit<Report>([built(), site], path.join(folder, 'profile-2')));
  });
});
