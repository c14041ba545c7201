/** The road of a collection on the command line: made, filled, stopped and filled further, searched, moved. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../src/random.ts';
import { type Drawing, drawings, modelOf } from './drawings.ts';
import { type Json, type Run, succeed, unseen } from './program.ts';

let cwd: string;
let made: Drawing[];
const at = (...parts: string[]): string => path.join(cwd, ...parts);
const run = (line: string, options = {}): Promise<Run> => unseen(line, { cwd, ...options });
const done = (line: string): Promise<Json> => succeed(line, cwd);

/** Enough that a run of small batches can be stopped half-way, however fast the machine is. */
const MANY = 300;

async function writePhotos(): Promise<void> {
  for (const { name, shape, bytes } of made) {
    await mkdir(at('photos', shape), { recursive: true });
    await writeFile(at('photos', shape, name), bytes);
  }
  await writeFile(at('photos', 'notes.txt'), 'no picture');
}

async function writeNoise(): Promise<void> {
  const random = new Random(3, 'noise');
  await mkdir(at('noise'));
  for (let i = 0; i < MANY; i++) {
    const pixels = Uint8Array.from({ length: 24 * 24 * 3 }, () => random.below(256));
    const raw = { width: 24, height: 24, channels: 3 } as const;
    await sharp(pixels, { raw })
      .png({ compressionLevel: 1 })
      .toFile(at('noise', `${i}.png`));
  }
}

beforeAll(async () => {
  cwd = await mkdtemp(path.join(tmpdir(), 'unseen-collection-'));
  made = await drawings();
  await (await modelOf(made)).save(at('model'));
  await (await modelOf(made, 8)).save(at('next'));
  await writePhotos();
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

describe('a collection', () => {
  it('is made for one model, called as its folder', async () => {
    expect(await done('collection create "My photos" --model model')).toMatchObject({
      name: 'my-photos',
      bits: 16,
    });
    const again = await run('collection create "My photos" --model model');
    expect(again.stderr).toContain('COLLECTION_EXISTS');
    expect(await done('collection create shop --model model --name shop-2')).toMatchObject({
      name: 'shop-2',
    });
  });

  it('takes a folder of pictures, the folders inside as classes, and passes over what is there', async () => {
    const first = await done('collection add shop photos --model model --workers 1');
    expect(first).toMatchObject({
      added: made.length,
      unchanged: 0,
      failed: [],
      aborted: false,
      items: made.length,
    });
    const second = await done('collection add shop photos --model model --workers 1');
    expect(second).toMatchObject({ added: 0, unchanged: made.length, items: made.length });
  });

  it('skips equal pictures under other names, and keeps them if asked', async () => {
    const [one] = made;
    await mkdir(at('copies'));
    await writeFile(at('copies', 'copy.png'), one!.bytes);
    expect(await done('collection add shop copies --model model --workers 1')).toMatchObject({
      added: 0,
      duplicates: 1,
    });
    const kept = await done(
      'collection add shop copies --model model --workers 1 --duplicates keep --prefix again/',
    );
    expect(kept).toMatchObject({ added: 1, duplicates: 0 });
  });

  it('lists bad files, says why, and takes the others', async () => {
    await mkdir(at('mixed'));
    await writeFile(at('mixed', 'cut.png'), made[1]!.bytes.subarray(0, 300));
    await writeFile(at('mixed', 'drawing.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
    await writeFile(at('mixed', 'text.png'), 'I am no picture');
    const good = await sharp(Buffer.from(made[2]!.bytes)).negate({ alpha: false }).png().toBuffer();
    await writeFile(at('mixed', 'good.png'), good);
    const table = ['file,text,class', 'mixed/good.png,a navy ring,ring', '../x.png,t,', ',xyzzy,'].join('\n');
    await writeFile(at('items.csv'), table);
    const result = await run('collection add shop mixed items.csv --model model --workers 1 --json');
    expect(result.status).toBe(0);
    const report = result.json();
    expect(report.added).toBe(2);
    expect(report.failed.map(({ where, code }: Json) => [where, code])).toEqual([
      ['mixed/cut.png', 'PICTURE_UNREADABLE'],
      ['mixed/drawing.svg', 'PICTURE_FORMAT'],
      ['mixed/text.png', 'PICTURE_FORMAT'],
      ['items.csv:3', 'PATH_OUTSIDE'],
      ['items.csv:4', 'TEXT_UNKNOWN'],
    ]);
    const forPeople = await run('collection add shop mixed --model model --workers 1');
    expect(forPeople.stdout).toMatch(
      /3 failed; it holds 75 items\n {2}failed PICTURE_UNREADABLE: mixed\/cut.png/,
    );
  });

  it('is a failure only where nothing of a source is good', async () => {
    const result = await run('collection add shop mixed/text.png --model model --workers 1 --json');
    expect(result.status).toBe(1);
    expect(result.stderr).toContain('ITEMS_FAILED');
    expect(result.json().failed).toHaveLength(1);
  });

  it('keeps what it has when it is stopped, says so, and the same command goes on', async () => {
    await writeNoise();
    await done('collection create noise.collection --model model');
    const add = 'collection add noise.collection noise --model model --workers 1 --batch 1';
    const stopped = await run(`${add} --json`, { interruptAt: /adding: \d+ of 300/ });
    expect(stopped.status).toBe(1);
    const { added, aborted, items } = stopped.json();
    expect(aborted).toBe(true);
    expect(added).toBeGreaterThan(0);
    expect(added).toBeLessThan(MANY);
    expect(items).toBe(added);
    expect(stopped.stderr).toContain(
      `${added} items were added and stay. The same command goes on from there.`,
    );
    expect(await done('collection verify noise.collection')).toMatchObject({ items: added, problems: [] });
    expect(await done(add)).toMatchObject({
      added: MANY - added,
      unchanged: added,
      items: MANY,
      aborted: false,
    });
  });

  it('finds by text, picture, item and code, within a filter', async () => {
    const byText = await done('search --collection shop --text "a navy ring" --model model -k 12');
    expect(byText).toMatchObject({ collection: 'shop-2', from: 'text', unknownWords: false });
    expect(byText.hits).toHaveLength(12);
    const rings = byText.hits.filter(({ payload }: Json) => payload.class === 'ring');
    expect(rings.length).toBeGreaterThan(2); // of six shapes, 12 each
    const byPicture = await done(
      'search --collection shop --image photos/ring/ring-3.jpg --model model -k 200',
    );
    expect(byPicture.hits.map(({ id, distance }: Json) => [id, distance])).toContainEqual([
      'ring/ring-3.jpg',
      0,
    ]);
    const byItem = await done('search --collection shop --item ring/ring-3.jpg -k 200');
    expect(byItem.query).toBe(byPicture.query);
    expect(byItem.hits).toEqual(byPicture.hits);
    const byCode = await done(`search --collection shop --code ${byItem.query} --radius 0`);
    expect(byCode.hits).toEqual(byItem.hits.filter(({ distance }: Json) => distance === 0));
    const filter = ['--filter', '{"field": "class", "in": ["ring", "cross"]}'];
    const filtered = await unseen(
      ['search', '--collection', 'shop', '--item', 'ring/ring-3.jpg', '-k', '200', '--json', ...filter],
      { cwd },
    );
    const classes = filtered.json().hits.map(({ payload }: Json) => payload.class);
    expect(new Set(classes)).toEqual(new Set(['ring', 'cross']));
    const table = await run('search --collection shop --item ring/ring-3.jpg -k 3');
    expect(table.stdout).toMatch(/^distance +of +class +id/);
  });

  it('deletes by id and by filter, counts first if asked, and gives the space back', async () => {
    expect(await done('collection delete shop good.png gone.png')).toMatchObject({ deleted: 1, items: 74 });
    const filter = ['--filter', '{"field": "class", "eq": "cross"}'];
    const dry = await unseen(['collection', 'delete', 'shop', ...filter, '--dry-run', '--json'], { cwd });
    expect(dry.json()).toMatchObject({ deleted: 0, matched: 12, items: 74 });
    const wet = await unseen(['collection', 'delete', 'shop', ...filter, '--json'], { cwd });
    expect(wet.json()).toMatchObject({ deleted: 12, items: 62 });
    expect(await done('collection compact shop')).toMatchObject({ removed: 13, items: 62 });
    expect(await done('collection info shop')).toMatchObject({
      name: 'shop-2',
      items: 62,
      dead: 0,
      bits: 16,
    });
  });

  it('travels as a file, whole', async () => {
    expect(await done('collection export shop --out shop.export')).toMatchObject({ items: 62 });
    expect((await run('collection export shop --out shop.export')).stderr).toContain('OUTPUT_EXISTS');
    expect(await done('collection import shop.export copy')).toMatchObject({ imported: 62, items: 62 });
    expect(await done('collection import shop.export copy')).toMatchObject({ imported: 62, items: 62 });
    const ask = (of: string) => done(`search --collection ${of} --item ring/ring-3.jpg -k 62`);
    expect((await ask('copy')).hits).toEqual((await ask('shop')).hits);
    expect(await done('collection verify copy')).toMatchObject({ items: 62, problems: [] });
  });

  it('moves to another model by what it keeps', async () => {
    const before = await done('collection info copy');
    const moved = await done('collection re-encode copy --model next --workers 1');
    expect(moved).toMatchObject({ items: 62, before: before.model });
    const { fingerprint } = JSON.parse(await readFile(at('next', 'model.json'), 'utf8'));
    expect(await done('collection info copy')).toMatchObject({ model: fingerprint, items: 62 });
    const old = await run('search --collection copy --text ring --model model');
    expect(old.stderr).toContain('COLLECTION_OTHER_MODEL');
    expect((await done('search --collection copy --text "a navy ring" --model next')).hits).toHaveLength(10);
  });

  it('refuses what cannot be meant', async () => {
    for (const [line, code] of [
      ['search --item 1', 'ARGUMENT_INVALID'],
      ['search --collection shop --codes x.npy --item 1', 'ARGUMENT_INVALID'],
      ['search --collection shop --item 1 --rerank', 'ARGUMENT_INVALID'],
      ['search --collection shop --item gone', 'ARGUMENT_INVALID'],
      ['search --collection nowhere --item 1', 'COLLECTION_MISSING'],
      ['collection add shop photos --model next', 'COLLECTION_OTHER_MODEL'],
      ['collection add nowhere photos --model model', 'COLLECTION_MISSING'],
      ['collection add shop model/model.json --model model', 'SOURCE_UNKNOWN'],
      ['collection delete shop', 'ARGUMENT_INVALID'],
      ['collection delete shop --filter nonsense', 'FILTER_INVALID'],
      ['collection info postgres://me:secret@127.0.0.1/db', 'ARGUMENT_INVALID'],
    ] as const) {
      const { status, stderr } = await run(line);
      expect([line, status, stderr]).toEqual([line, 2, expect.stringContaining(`error ${code}: `)]);
      expect(stderr).not.toContain('secret');
    }
  });
});
