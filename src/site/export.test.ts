import { access, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { syntheticDataset } from '../../test/synthetic.ts';
import { temporaryFolder } from '../../test/temporary-folder.ts';
import { run } from '../cli/program.ts';
import { type CollectionReader, createCollection, openReader } from '../collection/index.ts';
import { makeSplit } from '../data/index.ts';
import { createMethod } from '../methods/index.ts';
import { Model } from '../model/index.ts';
import { openIndex } from '../search/index.ts';
import { exportSite } from './export.ts';
import type { SiteItem, SiteManifest } from './format.ts';

const ITEMS = 300;
const png = Uint8Array.from(
  atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='),
  (letter) => letter.charCodeAt(0),
);
/** Neither in the order of writing nor in that of numbers. */
const idOf = (i: number): string => `item ${(7 * i) % ITEMS}`;

let model: Model;
let other: Model;
beforeAll(async () => {
  const data = syntheticDataset({ classes: 6, perClass: 20 });
  const split = makeSplit(data, { protocol: 'zero-shot', unseen: 2, seed: 0 });
  [model, other] = (await Promise.all(
    [0, 1].map((seed) => createMethod('lsh', { bits: 16, seed }).fit(data, split)),
  )) as [Model, Model];
});

async function withCollection<T>(work: (reader: CollectionReader, folder: string) => Promise<T>): Promise<T> {
  const folder = path.join(await temporaryFolder(), 'collection');
  const { fingerprint } = model;
  const collection = await createCollection(folder, { name: 'some', bits: 16, model: fingerprint });
  await collection.upsert(
    Array.from({ length: ITEMS }, (_, i) => ({
      id: idOf(i),
      codes: {
        image: Uint8Array.of(i % 256, i >> 8),
        ...(i % 3 === 0 && { text: Uint8Array.of(255, i % 256) }),
      },
      payload: { number: i },
      ...(i % 2 === 0 && { picture: { type: 'image/png' as const, bytes: png } }),
    })),
    { model: fingerprint },
  );
  await collection.close();
  const reader = await openReader(folder);
  try {
    return await work(reader, folder);
  } finally {
    await reader.close();
  }
}

const readJson = async <T>(...place: string[]): Promise<T> =>
  JSON.parse(await readFile(path.join(...place), 'utf8'));

describe('an exported site', () => {
  it('holds every item once, in the order of ids, with its codes, payload and picture', async () => {
    await withCollection(async (reader) => {
      const out = path.join(await temporaryFolder(), 'site');
      const steps: number[] = [];
      const summary = await exportSite(reader, model, out, { onProgress: ({ done }) => steps.push(done) });
      expect(summary).toMatchObject({ items: ITEMS, pictures: 1 });
      expect(steps.at(-1)).toBe(ITEMS);
      const site = await readJson<SiteManifest>(out, 'site.json');
      expect(site).toMatchObject({ title: 'some', collection: { name: 'some', bits: 16, items: ITEMS } });
      expect(site.model.fingerprint).toBe((await Model.load(path.join(out, 'model'))).fingerprint);
      expect(site.model.classes.unseen).toHaveLength(2);
      const files = site.firsts.map((_, i) => readJson<SiteItem[]>(out, `items/${i}.json`));
      const items = (await Promise.all(files)).flat();
      const ids = items.map(({ id }) => id);
      expect(ids).toEqual(Array.from({ length: ITEMS }, (_, i) => idOf(i)).sort());
      expect(site.firsts).toEqual(ids.filter((_, i) => i % site.chunk === 0));
      for (const modality of ['image', 'text'] as const) {
        const index = await openIndex(path.join(out, site.indexes[modality]!));
        for (let row = 0; row < index.rows; row++) {
          const { id, payload, picture } = items[Number(index.idOf(row))]!;
          const kept = (await reader.get(id))!;
          expect(index.codes(row, row + 1).bytes).toEqual(kept.codes[modality]);
          expect(payload).toEqual(kept.payload);
          expect(picture).toBe(kept.picture && `${kept.picture}.png`);
        }
        expect(index.rows).toBe(modality === 'image' ? ITEMS : ITEMS / 3);
      }
      const [picture] = await readdir(path.join(out, 'pictures'));
      expect(new Uint8Array(await readFile(path.join(out, 'pictures', picture!)))).toEqual(png);
    });
  });

  it('is the page, told to search by itself under a policy that lets nothing else in', async () => {
    await withCollection(async (reader) => {
      const out = path.join(await temporaryFolder(), 'site');
      await exportSite(reader, model, out, { title: 'A <title>' });
      const html = await readFile(path.join(out, 'index.html'), 'utf8');
      expect(html).toContain('<meta name="unseen-site" content="site.json" />');
      expect(html).toContain("default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src");
      expect(html).not.toMatch(/(?:src|href)="(?!\.\/)/);
      expect((await readJson<SiteManifest>(out, 'site.json')).title).toBe('A <title>');
      for (const file of ['ort/ort.js', 'ort/ort-wasm-simd-threaded.wasm', 'theme.js'])
        await access(path.join(out, file));
    });
  });

  it('is refused for a model of other codes, and leaves nothing behind when it is stopped', async () => {
    await withCollection(async (reader) => {
      const parent = await temporaryFolder();
      const out = path.join(parent, 'site');
      await expect(exportSite(reader, other, out)).rejects.toMatchObject({ code: 'COLLECTION_OTHER_MODEL' });
      const stop = new AbortController();
      const stopped = exportSite(reader, model, out, { signal: stop.signal, onProgress: () => stop.abort() });
      await expect(stopped).rejects.toMatchObject({ code: 'ABORTED' });
      expect(await readdir(parent)).toEqual([]);
    });
  });
});

describe('unseen export-site', () => {
  it('replaces with --force what it wrote, and nobody else’s folder', async () => {
    await withCollection(async (_reader, folder) => {
      const parent = await temporaryFolder();
      const [modelFolder, out, foreign] = ['model', 'site', 'photos'].map((name) => path.join(parent, name));
      await model.save(modelFolder!);
      await mkdir(foreign!);
      await writeFile(path.join(foreign!, 'cat.jpg'), 'a cat');
      const printed = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
      const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
      const call = (place: string, ...more: string[]) =>
        run([
          'export-site',
          '--collection',
          folder,
          '--model',
          modelFolder!,
          '--out',
          place,
          '--json',
          ...more,
        ]);
      try {
        expect(await call(out!)).toBe(0);
        const document = JSON.parse(printed.mock.calls.map(([text]) => text).join(''));
        expect(document).toMatchObject({ folder: out, items: ITEMS });
        expect(await call(out!)).toBe(2);
        expect(await call(out!, '--force')).toBe(0);
        expect(await call(foreign!, '--force')).toBe(2);
        expect(told.mock.calls.join('')).toMatch(/OUTPUT_EXISTS[\s\S]*OUTPUT_FOREIGN/);
      } finally {
        printed.mockRestore();
        told.mockRestore();
      }
      expect(await readdir(foreign!)).toEqual(['cat.jpg']);
    });
  });
});
