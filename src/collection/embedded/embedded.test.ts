import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { collectionConformance, MODEL } from '../../../test/collection-conformance.ts';
import type { ErrorCode } from '../../errors.ts';
import { type Collection, createCollection, type Item, openCollection, openReader } from '../index.ts';
import { blockKey } from './blocks.ts';
import { firstHead } from './head.ts';
import { type Holder, thisHolder } from './lock.ts';
import { Records } from './records.ts';
import { onStep, STEPS, type Step } from './steps.ts';

let root: string;
let made = 0;
const folders = new WeakMap<Collection, string>();
const M = { model: MODEL };
const image = (a: number, b = 0) => ({ image: Uint8Array.of(a, b) });
/** A model that has one code for all. */
const NEXT = {
  fingerprint: 'b'.repeat(64),
  bits: 16,
  encode: async (items: readonly Item[]) => items.map(() => image(77)),
};
const PICTURE = { type: 'image/gif', bytes: Buffer.from('GIF89a, and more') } as const;
const failing = (code: ErrorCode) => expect.objectContaining({ code });

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'unseen-collection-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));
afterEach(() => onStep(undefined));

async function create(index: 'linear' | 'mih' = 'linear'): Promise<Collection & { folder: string }> {
  const folder = path.join(root, String(made++));
  const collection = await createCollection(folder, { name: 'things', bits: 16, model: MODEL, index });
  folders.set(collection, folder);
  return Object.assign(collection, { folder }) as Collection & { folder: string };
}

async function reopen(collection: Collection): Promise<Collection> {
  const folder = folders.get(collection)!;
  await collection.close();
  const opened = await openCollection(folder);
  folders.set(opened, folder);
  return opened;
}

describe('embedded', () => collectionConformance({ create: () => create(), reopen }));
describe('embedded, with tables', () => collectionConformance({ create: () => create('mih'), reopen }));

describe('one writer, many readers', () => {
  it('a second writer is refused and told who writes', async () => {
    const one = await create();
    const second = await openCollection(one.folder).catch((cause) => cause);
    expect(second).toEqual(failing('COLLECTION_LOCKED'));
    expect(second.message).toContain(`process ${process.pid} on `);
    await one.close();
    await (await openCollection(one.folder)).close();
    expect((await readdir(one.folder)).sort()).toEqual(['codes', 'collection.json', 'records']);
  });

  /** Leaves a lock as a killed writer does. */
  async function leaveLock(folder: string, change: Partial<Holder>): Promise<void> {
    const records = new Records(path.join(folder, 'records'), false);
    records.claim({ ...thisHolder(), ...change }, true);
    await records.close();
  }

  it('a lock whose process is gone, or is another by now, is taken over', async () => {
    const one = await create();
    await one.close();
    for (const stale of [{ process: 2 ** 22 + 1 }, { began: '1' }]) {
      await leaveLock(one.folder, stale);
      await (await openCollection(one.folder)).close();
    }
  });

  it('the lock of another machine is believed, until it is taken over by word; then the other cannot write', async () => {
    const one = await create();
    await one.upsert([{ id: 'a', codes: image(1) }], M);
    await one.close();
    await leaveLock(one.folder, { host: 'elsewhere' });
    await expect(openCollection(one.folder)).rejects.toEqual(failing('COLLECTION_LOCKED'));
    const first = await openCollection(one.folder, { takeOver: true });
    const records = new Records(path.join(one.folder, 'records'), false);
    records.release(); // not its own: stays
    await expect(openCollection(one.folder, { takeOver: true })).rejects.toEqual(
      failing('COLLECTION_LOCKED'),
    );
    const head = firstHead(16, MODEL);
    await expect(records.commit({ head })).rejects.toEqual(failing('COLLECTION_LOCKED'));
    await records.close();
    expect(await first.count()).toBe(1);
    await first.close();
  });

  it('of many writers at once one gets in', async () => {
    const one = await create();
    await one.close();
    await leaveLock(one.folder, { process: 2 ** 22 + 1 });
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => openCollection(one.folder)));
    const opened = tries.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(opened).toHaveLength(1);
    await opened[0]!.close();
  });

  it('a reader keeps its state while the writer goes on and compacts, until it refreshes', async () => {
    const one = await create();
    await one.upsert(
      [
        { id: 'a', codes: image(1), payload: { v: 1 } },
        { id: 'b', codes: image(2) },
      ],
      M,
    );
    const reader = await openReader(one.folder);
    await one.upsert([{ id: 'a', codes: image(9), payload: { v: 2 } }], M);
    await one.delete(['b']);
    await one.compact();
    expect(await reader.get('a')).toEqual({ id: 'a', codes: image(1), payload: { v: 1 } });
    expect((await reader.search({ ...M, code: Uint8Array.of(2, 0), k: 1 })).hits[0]!.id).toBe('b');
    await reader.refresh();
    expect(await reader.get('a')).toEqual({ id: 'a', codes: image(9), payload: { v: 2 } });
    expect(await reader.count()).toBe(1);
    expect(reader.version).toBe(one.version);
    await reader.close();
    await one.close();
  });
});

describe('making and opening', () => {
  it('makes nothing where something is', async () => {
    const folder = path.join(root, 'taken');
    const one = await createCollection(folder, { name: 'a', bits: 8, model: MODEL });
    await one.close();
    const again = createCollection(folder, { name: 'a', bits: 8, model: MODEL });
    await expect(again).rejects.toEqual(failing('COLLECTION_EXISTS'));
  });

  it('refuses names, bits and models that are none', async () => {
    const good = { name: 'a', bits: 8, model: MODEL };
    for (const wrong of [{ name: '../a' }, { name: '' }, { bits: 12 }, { model: 'x' }]) {
      const call = createCollection(path.join(root, 'never'), { ...good, ...wrong });
      await expect(call).rejects.toEqual(failing('ARGUMENT_INVALID'));
    }
    expect(await readdir(root)).not.toContain('never');
  });

  it('refuses a folder that is none, and formats of the future', async () => {
    await expect(openCollection(path.join(root, 'nowhere'))).rejects.toEqual(failing('COLLECTION_MISSING'));
    const one = await create();
    await one.close();
    const file = path.join(one.folder, 'collection.json');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('collection/1', 'collection/2'));
    await expect(openCollection(one.folder)).rejects.toEqual(failing('COLLECTION_FORMAT_UNKNOWN'));
    await writeFile(file, text.replace('things', '../things'));
    await expect(openCollection(one.folder)).rejects.toEqual(failing('COLLECTION_DAMAGED'));
  });
});

describe('compact', () => {
  it('gives space back and changes no answer', async () => {
    const one = await create();
    const items = Array.from({ length: 2000 }, (_, i) => ({
      id: `i${i}`,
      codes: image(i, i >> 8),
      payload: { i },
    }));
    for (let round = 0; round < 3; round++) await one.upsert(items, M);
    await one.delete(items.slice(0, 1000).map(({ id }) => id));
    const query = { ...M, code: Uint8Array.of(3, 1), k: 50 };
    const before = await one.search(query);
    expect((await one.stats()).dead).toBe(5000);
    await one.compact();
    const after = await one.search(query);
    expect(after.hits).toEqual(before.hits);
    expect(await one.stats()).toMatchObject({ items: 1000, dead: 0 });
    const [segment, ...others] = await readdir(path.join(one.folder, 'codes'));
    expect(others).toEqual([]);
    expect(await readFile(path.join(one.folder, 'codes', segment!))).toHaveLength(2000);
    await one.close();
  });
});

describe('a write that fails', () => {
  /** After these steps the work is committed: it is told or goes on, and is there. */
  const COMMITTED: readonly Step[] = [
    'records committed',
    'memory updated',
    'compaction committed',
    'reencoding committed',
    'old segments removed',
    'old records removed',
  ];
  const workAt = (at: Step, one: Collection): Promise<unknown> => {
    if (/compaction|generation|old (segments|records)/.test(at)) return one.compact();
    if (/reencoding/.test(at)) return one.reencode(NEXT);
    return one.upsert([{ id: 'new', codes: image(2), picture: PICTURE }], M);
  };

  it.each(STEPS)(
    'at "%s" for want of room is told, and nothing that was acknowledged is lost',
    async (at) => {
      const one = await create();
      const old = { id: 'old', codes: image(1), payload: {} };
      if (at !== 'segment created' && at !== 'segment folder synced')
        await one.upsert([{ id: 'gone', codes: image(5) }, old], M);
      await one.delete(['gone']);
      const kept = await one.count();
      onStep((name) => {
        if (name === at) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
      });
      await expect(workAt(at, one)).rejects.toEqual(failing('COLLECTION_WRITE_FAILED'));
      onStep(undefined);
      if (!COMMITTED.includes(at)) {
        expect(await one.count()).toBe(kept);
        await one.upsert([{ id: 'next', codes: image(3) }], M);
        expect(await one.get('next')).toBeDefined();
        expect(await one.get('new')).toBeUndefined();
        await workAt(at, one);
      }
      const again = await reopen(one);
      const { codes } = (await again.get('old')) ?? {};
      if (kept > 0) expect(codes).toEqual(again.model === MODEL ? old.codes : image(77));
      expect((await again.verify()).problems).toEqual([]);
      await again.compact();
      const segments = await readdir(path.join(folders.get(again)!, 'codes'));
      expect(segments.length).toBeLessThanOrEqual(1);
      await again.close();
    },
  );
});

describe('bytes that change on the disk', () => {
  it('are told on opening, whichever of a segment they are; what lies behind the end is nothing', async () => {
    const one = await create();
    const items = Array.from({ length: 600 }, (_, i) => ({ id: `i${i}`, codes: image(i, i >> 8) }));
    await one.upsert(items, M);
    await one.close();
    const file = path.join(one.folder, 'codes', '00000001.codes');
    const good = await readFile(file);
    for (let at = 0; at < good.length; at += 53) {
      const bad = Buffer.from(good);
      bad[at]! ^= 1 << (at % 8);
      await writeFile(file, bad);
      await expect(openCollection(one.folder), `byte ${at}`).rejects.toEqual(failing('COLLECTION_DAMAGED'));
    }
    await writeFile(file, good.subarray(0, good.length - 1));
    await expect(openReader(one.folder)).rejects.toEqual(failing('COLLECTION_DAMAGED'));
    await rm(file);
    await expect(openReader(one.folder)).rejects.toEqual(failing('COLLECTION_DAMAGED'));
    await writeFile(file, Buffer.concat([good, Buffer.from('left by a killed write')]));
    await writeFile(path.join(one.folder, 'codes', '00000002.codes'), 'named by nobody');
    const opened = await openCollection(one.folder);
    expect(await opened.count()).toBe(600);
    expect(await readdir(path.join(one.folder, 'codes'))).toEqual(['00000001.codes']);
    expect(await readFile(file)).toEqual(good);
    await opened.close();
  });

  it('are found by verify in a collection that is open, and named', async () => {
    const one = await create();
    await one.upsert([{ id: 'a', codes: image(1) }], M);
    const file = path.join(one.folder, 'codes', '00000001.codes');
    await writeFile(file, Buffer.of(1, 1));
    const { problems } = await one.verify();
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(file);
    expect((await one.get('a'))!.codes).toEqual(image(1));
    await one.close();
  });

  it('in the lists of the dead are told, and bring nothing back', async () => {
    const one = await create();
    const items = Array.from({ length: 20 }, (_, i) => ({ id: `i${i}`, codes: image(i) }));
    await one.upsert(items, M);
    await one.delete(['i3', 'i4']);
    await one.close();
    const records = new Records(path.join(one.folder, 'records'), false);
    const bitmap = records.dead.get(blockKey(0, 0))!;
    bitmap[4] = 0b0110_0000; // as many, but others
    records.dead.putSync(blockKey(0, 0), bitmap);
    await records.close();
    await expect(openCollection(one.folder)).rejects.toEqual(failing('COLLECTION_DAMAGED'));
  });

  it('in the records are told, or change no answer', async () => {
    const one = await create();
    const items = Array.from({ length: 300 }, (_, i) => ({
      id: `i${i}`,
      codes: image(i, i >> 8),
      payload: { i },
    }));
    await one.upsert(items, M);
    await one.delete(['i7']);
    await one.close();
    const file = path.join(one.folder, 'records', 'data.mdb');
    const good = await readFile(file);
    const at = good.indexOf('{"i":299}');
    expect(at).toBeGreaterThan(0);
    let told = 0;
    for (let place = good.indexOf('{"i":299}'); place >= 0; place = good.indexOf('{"i":299}', place + 1)) {
      const bad = Buffer.from(good);
      bad[place + 5]! ^= 1;
      await writeFile(file, bad);
      const opened = await openCollection(one.folder).catch((cause) => cause);
      if (opened instanceof Error) {
        expect(opened).toEqual(failing('COLLECTION_DAMAGED'));
        told++;
      } else {
        const item = await opened.get('i299').catch((cause: unknown) => cause as Error);
        if (item instanceof Error) {
          expect(item).toEqual(failing('COLLECTION_DAMAGED'));
          expect((await opened.verify()).problems).toHaveLength(1);
          told++;
        } else expect(item.payload).toEqual({ i: 299 });
        await opened.close();
      }
    }
    expect(told).toBeGreaterThan(0);
  });
});
