import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Drawing, drawings, modelOf } from '../../test/drawings.ts';
import { temporaryFolder } from '../../test/temporary-folder.ts';
import { type Collection, createCollection, type Item } from '../collection/index.ts';
import type { Model } from '../model/index.ts';
import { encodeItems, encoderOf } from './encode-items.ts';
import { ingest } from './ingest.ts';
import type { RawItem } from './item.ts';
import type { Keep } from './keep-picture.ts';
import { reencodeWith } from './reencode.ts';

let made: Drawing[];
let before: Model;
let after: Model;
beforeAll(async () => {
  made = await drawings();
  before = await modelOf(made);
  after = await modelOf(made, 8);
});

const raw = (): RawItem[] =>
  made.map(({ name, caption, bytes }, i) => ({
    id: name,
    ...(i % 3 !== 1 && { picture: bytes }),
    ...(i % 3 !== 2 && { text: caption }),
  }));

async function filled(items: readonly RawItem[], keep: Keep): Promise<Collection> {
  const options = { name: 'c', bits: before.bits, model: before.fingerprint };
  const collection = await createCollection(`${await temporaryFolder()}/c`, options);
  onTestFinished(() => collection.close());
  async function* source() {
    yield* items;
  }
  const report = await ingest(collection, encoderOf(before), source(), { keep, duplicates: 'keep' });
  expect(report.added).toBe(items.length);
  return collection;
}

async function itemsOf(collection: Collection): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of collection.items()) items.push(item);
  return items;
}

describe('moving a collection to another model', () => {
  it('gives the codes that adding the originals would have given; payloads and pictures stay', async () => {
    const collection = await filled(raw(), 'original');
    const payloads = (await itemsOf(collection)).map(({ payload, picture }) => ({ payload, picture }));
    await reencodeWith(collection, encoderOf(after));
    expect(collection.model).toBe(after.fingerprint);
    const items = await itemsOf(collection);
    const fresh = await encodeItems(after, raw());
    const codesOf = (codes: Item['codes']) => ({ image: codes.image?.join(), text: codes.text?.join() });
    const expected = fresh.map((one) => (one.status === 'ready' ? codesOf(one.item.codes) : one.error));
    expect(items.map(({ codes }) => codesOf(codes))).toEqual(expected);
    expect(items.map(({ payload, picture }) => ({ payload, picture }))).toEqual(payloads);
  });

  it('keeps the modalities that an item had', async () => {
    const collection = await filled([], 'small');
    async function* source() {
      yield { id: 'a', picture: made[0]!.bytes, text: made[0]!.caption };
    }
    await ingest(collection, encoderOf(before), source(), { modality: 'image' });
    await reencodeWith(collection, encoderOf(after));
    expect(Object.keys((await collection.get('a'))!.codes)).toEqual(['image']);
  });

  it('stops at an item of which nothing was kept, and the collection stays as it was', async () => {
    const collection = await filled([...raw().slice(0, 5), { id: 'bare', picture: made[0]!.bytes }], 'none');
    const items = await itemsOf(collection);
    await expect(reencodeWith(collection, encoderOf(after))).rejects.toMatchObject({
      code: 'ITEM_NOT_ENCODABLE',
    });
    expect(collection.model).toBe(before.fingerprint);
    expect(await itemsOf(collection)).toEqual(items);
  });
});
