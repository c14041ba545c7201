import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Dataset } from '../data/dataset.ts';
import { zeroShotSplit } from '../data/make-split.ts';
import { readFeatures } from '../encoders/pictures.ts';
import { baseName, listIcons } from './icon-list.ts';
import { iconEmbeddings } from './icon-words.ts';
import { openIcons } from './icons.ts';

let cacheDir: string;
let icons: Dataset;
const progress: number[] = [];
beforeAll(async () => {
  cacheDir = await mkdtemp(path.join(tmpdir(), 'unseen-icons-'));
  icons = await openIcons({ cacheDir, onProgress: (done) => progress.push(done) });
}, 60_000);
afterAll(() => rm(cacheDir, { recursive: true, force: true }));

const image = () => icons.modalities.image!;
const rowOf = (name: string) => icons.rowNames!.indexOf(name);

describe('the icon set', () => {
  it('has the counts that its page states', async () => {
    const page = await readFile(new URL('../../docs/icons.md', import.meta.url), 'utf8');
    const groups = new Set(icons.groups).size;
    expect(icons.rows).toBe(3343);
    expect(page).toContain('3,343 icons');
    expect(icons.classes.length).toBe(67);
    expect(page).toContain('67 families');
    expect(page).toContain(`${groups.toLocaleString('en')} drawings`);
    expect(progress.at(-1)).toBe(3343);
    const counts = icons.classes.map(
      (family, label) =>
        `${family} ${icons.rowNames!.filter((_, row) => image().labels.first(row) === label).length}`,
    );
    expect(page.replaceAll('\n> ', ' ')).toContain(counts.join(', '));
  });

  it('an icon belongs to the family of its first word', () => {
    for (let row = 0; row < icons.rows; row++) {
      expect(icons.rowNames![row]!.split('-')[0]).toBe(icons.classes[image().labels.first(row)]);
    }
  });

  it('every family has at least 25 icons and 11 drawings', () => {
    for (const [label] of icons.classes.entries()) {
      const rows = [...icons.groups!.keys()].filter((row) => image().labels.first(row) === label);
      expect(rows.length).toBeGreaterThanOrEqual(25);
      expect(new Set(rows.map((row) => icons.groups![row])).size).toBeGreaterThanOrEqual(11);
    }
  });

  it('is black on white: something is drawn everywhere, and the corners are paper', () => {
    const { images } = image();
    if (images?.kind !== 'pixels') throw new TypeError('pixels expected');
    const size = 64 * 64 * 3;
    expect(images.data.length).toBe(icons.rows * size);
    let corners = 0;
    for (let row = 0; row < icons.rows; row++) {
      const pixels = images.data.subarray(row * size, (row + 1) * size);
      expect(pixels.includes(0)).toBe(true);
      if (pixels[0] === 255 && pixels[size - 1] === 255) corners++;
    }
    expect(corners / icons.rows).toBeGreaterThan(0.95);
  });

  it('its features are what a model makes of the raw pictures', async () => {
    const rows = [0, 1000, 3342];
    const { features } = await readFeatures(image().images!, image().extractor!, { rows });
    const { data, cols } = image().features!;
    rows.forEach((row, i) => {
      expect(features.data.subarray(i * cols, (i + 1) * cols)).toEqual(
        data.subarray(row * cols, (row + 1) * cols),
      );
    });
  });

  it('class embeddings have unit norm and the nearest word makes sense', () => {
    expect([...icons.classEmbeddings.keys()]).toEqual(['glove100', 'glove100-described']);
    for (const { data, rows, cols } of icons.classEmbeddings.values()) {
      expect([rows, cols]).toEqual([67, 100]);
      const row = (i: number) => data.subarray(i * cols, (i + 1) * cols);
      const dot = (i: number, j: number) => row(i).reduce((sum, x, k) => sum + x * row(j)[k]!, 0);
      for (let i = 0; i < rows; i++) expect(dot(i, i)).toBeCloseTo(1, 5);
      const [phone, cellphone, weather] = ['phone', 'cellphone', 'weather'].map((name) =>
        icons.classes.indexOf(name),
      );
      expect(dot(phone!, cellphone!)).toBeGreaterThan(dot(phone!, weather!) + 0.3);
    }
  });
});

describe('groups', () => {
  it.each([
    ['arrow-down-bold-box-outline', 'arrow-down'],
    ['folder-plus-outline', 'folder-plus'],
    ['bell-off', 'bell'],
    ['video-box', 'video'],
    ['star-circle', 'star'],
  ])('%s is drawn from %s', (name, base) => {
    expect(baseName(name)).toBe(base);
  });

  it('share a number exactly when they share a base name', () => {
    expect(icons.groups![rowOf('bell-off-outline')]).toBe(icons.groups![rowOf('bell')]);
    expect(icons.groups![rowOf('bell-plus')]).not.toBe(icons.groups![rowOf('bell')]);
    const bases = new Map(icons.rowNames!.map((name, row) => [baseName(name), icons.groups![row]]));
    icons.rowNames!.forEach((name, row) => {
      expect(icons.groups![row]).toBe(bases.get(baseName(name)));
    });
    expect(new Set(bases.values()).size).toBe(bases.size);
  });

  it('never sit on two sides of a split', () => {
    for (const seed of [0, 1, 2]) {
      const split = zeroShotSplit(icons, { unseen: 24, seed });
      const side = new Map<number, string>();
      for (const name of ['train', 'pool', 'query', 'database'] as const) {
        expect(split[name].length).toBeGreaterThan(50);
        for (const row of split[name]) {
          const group = icons.groups![row]!;
          expect(side.get(group) ?? name).toBe(name);
          side.set(group, name);
        }
      }
    }
  });
});

describe('the cache', () => {
  it('gives the same set as drawing it', async () => {
    let drawn = 0;
    const cached = await openIcons({ cacheDir, onProgress: () => drawn++ });
    expect(drawn).toBe(0);
    expect(cached.fingerprint).toBe(icons.fingerprint);
    expect(
      Buffer.compare(bytesOf(cached.modalities.image!.features!.data), bytesOf(image().features!.data)),
    ).toBe(0);
    expect(Buffer.compare(pixelsOf(cached), pixelsOf(icons))).toBe(0);
  });

  it('when damaged is drawn again', async () => {
    const folder = path.join(cacheDir, (await readdir(cacheDir))[0]!);
    const bytes = await readFile(path.join(folder, 'features.npy'));
    bytes[5000]! ^= 1;
    await writeFile(path.join(folder, 'features.npy'), bytes);
    const stop = new AbortController();
    const again = openIcons({ cacheDir, signal: stop.signal, onProgress: () => stop.abort() });
    await expect(again).rejects.toMatchObject({ code: 'ABORTED' });
  });

  it('is not needed', async () => {
    const stop = new AbortController();
    const drawing = openIcons({ cacheDir: false, signal: stop.signal, onProgress: () => stop.abort() });
    await expect(drawing).rejects.toMatchObject({ code: 'ABORTED' });
  });
});

const bytesOf = (data: Float32Array) => Buffer.from(data.buffer, data.byteOffset, data.byteLength);

function pixelsOf({ modalities }: Dataset): Uint8Array {
  const images = modalities.image?.images;
  if (images?.kind !== 'pixels') throw new TypeError('pixels expected');
  return images.data;
}

describe('what is missing', () => {
  afterEach(() => {
    vi.doUnmock('node:module');
    vi.resetModules();
  });

  it('without the package the error says what to install', async () => {
    vi.resetModules();
    vi.doMock('node:module', () => ({
      createRequire: () => ({
        resolve: () => {
          throw new Error('Cannot find module');
        },
      }),
    }));
    const fresh = await import('./icon-list.ts');
    await expect(fresh.listIcons()).rejects.toMatchObject({
      code: 'PACKAGE_MISSING',
      hint: 'Run: npm install @mdi/svg@7.4.47',
    });
  });

  it('a family without a word vector is named', async () => {
    expect((await listIcons()).classes).toEqual(icons.classes);
    const unknown = iconEmbeddings(['bell', 'flurb']);
    await expect(unknown).rejects.toMatchObject({
      code: 'CLASS_EMBEDDING_MISSING',
      values: { name: 'flurb' },
    });
  });
});
