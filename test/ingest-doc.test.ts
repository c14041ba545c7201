import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createCollection } from '../src/collection/index.ts';
import { ingest, openEncoderPool, openItems as openItemsAt } from '../src/ingest/index.ts';
import { docExamples, spy } from './doc-examples.ts';
import { drawings, modelOf } from './drawings.ts';
import { temporaryFolder } from './temporary-folder.ts';

const examples = docExamples('ingest.md', import.meta.filename);

describe('docs/ingest.md', () => {
  it('shows code that runs', async () => {
    const cwd = await temporaryFolder();
    const made = (await drawings()).slice(0, 30);
    const model = await modelOf(await drawings());
    const modelFolder = path.join(cwd, 'model');
    await model.save(modelFolder);
    await mkdir(path.join(cwd, 'photos'));
    for (const { name, bytes } of made) await writeFile(path.join(cwd, 'photos', name), bytes);
    await writeFile(path.join(cwd, 'photos', 'z.svg'), '<svg/>');
    const options = { name: 'shop', bits: model.bits, model: model.fingerprint };
    const shop = await createCollection(path.join(cwd, 'shop'), options);
    const openItems = (places: string[]) => openItemsAt(places.map((place) => path.join(cwd, place)));
    const progress: string[] = [];
    const said = spy();
    // cut: use
    const pool = await openEncoderPool(modelFolder, { workers: 2 });
    const report = await ingest(shop, pool, await openItems(['photos/']), {
      onProgress: ({ done, total }) => progress.push(`${done} of ${total}`),
    });
    console.log(
      report.added,
      report.failed.map(({ where, code }) => `${where}: ${code}`),
    );

    // Items of your own: any async iterable.
    async function* products() {
      yield { id: 'sku-1', text: 'a navy ring', payload: { price: 40 } };
    }
    console.log((await ingest(shop, pool, products())).added);
    await pool.close();
    // end
    await shop.close();
    const svg = path.join(cwd, 'photos', 'z.svg');
    expect(said).toEqual([30, [`${svg}: PICTURE_FORMAT`], 1]);
    expect(progress.at(-1)).toBe('31 of 31');
    expect(examples.onPage('use')).toBe(examples.inTest('use'));
  });
});
