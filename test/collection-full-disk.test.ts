/** A disk that is really full: a small tmpfs. Where mounting is not permitted, it is skipped and says so. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  type Collection,
  type CollectionReader,
  createCollection,
  type NewItem,
  openCollection,
  openReader,
} from '../src/collection/index.ts';
import { temporaryFolder } from './temporary-folder.ts';

const MODEL = 'e'.repeat(64);
const BITS = 4096;
const SIZE = 12 * 2 ** 20;
/** Goes when room is to be made again. */
const BALLAST = 4 * 2 ** 20;

/** Why it cannot be; undefined: it is mounted. */
function mount(folder: string): string | undefined {
  if (process.platform !== 'linux') return 'there is no tmpfs on this system';
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', folder], { stdio: 'pipe' });
    return undefined;
  } catch (cause) {
    return `mounting a tmpfs is not permitted: ${(cause as Error).message.trim()}`;
  }
}

/** What fills the disk: codes in segments, payloads in blocks, pictures. */
const KINDS: Readonly<Record<string, { readonly items: number; readonly more: () => Partial<NewItem> }>> = {
  codes: { items: 1000, more: () => ({}) },
  payloads: { items: 20, more: () => ({ payload: { text: randomBytes(20_000).toString('hex') } }) },
  // These alone wait for the disk in this thread; the others are too large for it.
  'small writes': { items: 1, more: () => ({ payload: { text: randomBytes(20_000).toString('hex') } }) },
  pictures: {
    items: 4,
    more: () => {
      const bytes = new Uint8Array(Buffer.concat([Buffer.from('GIF89a'), randomBytes(300_000)]));
      return { picture: { type: 'image/gif', bytes } };
    },
  },
};

/** `toEqual` takes a microsecond a byte. */
const same = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a !== undefined && b !== undefined && Buffer.compare(a, b) === 0;

describe('a disk that is full', () => {
  const promise = 'nothing acknowledged is lost, all can be read, and it goes on when there is room';
  it.for(Object.entries(KINDS))(`of %s: ${promise}`, async ([, { items, more }], { skip }) => {
    const disk = await temporaryFolder();
    const refused = mount(disk);
    if (refused) return skip(refused);
    onTestFinished(() => void execFileSync('umount', ['-l', disk]));
    const ballast = path.join(disk, 'ballast');
    await writeFile(ballast, Buffer.alloc(BALLAST));
    const folder = path.join(disk, 'things');
    const acknowledged = new Map<string, NewItem>();
    let one: Collection = await createCollection(folder, { name: 'things', bits: BITS, model: MODEL });

    const write = async (): Promise<unknown> => {
      const some = Array.from({ length: items }, (_unused, i): NewItem => {
        const id = `${acknowledged.size}-${i}`;
        return { id, codes: { image: new Uint8Array(randomBytes(BITS / 8)) }, payload: {}, ...more() };
      });
      const failure = await one.upsert(some, { model: MODEL }).catch((cause: unknown) => cause);
      if (failure === undefined) for (const item of some) acknowledged.set(item.id, item);
      return failure;
    };
    const full = expect.objectContaining({
      code: 'COLLECTION_WRITE_FAILED',
      message: expect.stringContaining('nothing of the call was kept'),
      hint: expect.stringContaining('Make room'),
    });
    const fill = async (): Promise<void> => {
      let failure: unknown;
      while (failure === undefined) failure = await write();
      expect(failure).toEqual(full);
      // Full is full: smaller writes find it too, and break nothing.
      for (let i = 0; i < 3; i++) {
        failure = await write();
        if (failure !== undefined) expect(failure).toEqual(full);
      }
    };
    const check = async (reader: CollectionReader): Promise<void> => {
      expect(await reader.count()).toBe(acknowledged.size);
      for (const { id, codes, payload, picture } of acknowledged.values()) {
        const found = await reader.get(id);
        if (!same(found?.codes.image, codes.image) || found?.payload.text !== payload?.text)
          expect.fail(`${id} is not as it was acknowledged`);
        if (picture && !same((await reader.picture(id))?.bytes, picture.bytes))
          expect.fail(`the picture of ${id} is not as it was acknowledged`);
      }
      const [wanted] = acknowledged.values();
      const { hits } = await reader.search({ model: MODEL, code: wanted!.codes.image!, k: 1 });
      expect(hits).toMatchObject([{ id: wanted!.id, distance: 0 }]);
      expect((await reader.verify()).problems).toEqual([]);
    };

    await fill();
    expect(acknowledged.size).toBeGreaterThan(0);
    await check(one);
    const reader = await openReader(folder);
    await check(reader);
    await reader.close();

    await rm(ballast);
    expect(await write()).toBeUndefined();
    await check(one);
    await fill();
    await one.close();
    const late = await openReader(folder);
    await check(late);
    await late.close();

    one = await openCollection(folder); // full as it is
    await check(one);
    const gone = [...acknowledged.keys()].filter((_, i) => i % 2 === 0);
    await writeFile(ballast, '');
    await one.delete(gone);
    for (const id of gone) acknowledged.delete(id);
    await check(one);
    await one.close();
  });
});
