import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Drawing, drawings, modelOf } from '../../test/drawings.ts';
import type { Model } from '../model/index.ts';
import { encodeItems } from './encode-items.ts';
import type { Outcome, RawItem } from './item.ts';

let made: Drawing[];
let model: Model;
beforeAll(async () => {
  made = await drawings();
  model = await modelOf(made);
});

const png = (side: number, height = side): Promise<Buffer> =>
  sharp({ create: { width: side, height, channels: 3, background: 'teal' } })
    .png()
    .toBuffer();

const noise = (side: number): Promise<Buffer> =>
  sharp({
    create: {
      width: side,
      height: side,
      channels: 3,
      background: '#888',
      noise: { type: 'gaussian', mean: 128, sigma: 60 },
    },
  })
    .png()
    .toBuffer();

/** What became of each: `ready`, or the code of its error. */
const words = (outcomes: readonly Outcome[]): string[] =>
  outcomes.map((one) => (one.status === 'ready' ? 'ready' : one.error.code));

async function one(raw: RawItem, options = {}) {
  const [outcome] = await encodeItems(model, [raw], options);
  if (outcome!.status === 'failed') throw outcome!.error;
  return outcome!.item;
}

describe('encoding items', () => {
  it('gives the codes that the model gives, in the order of the items', async () => {
    const some = made.slice(0, 9);
    const outcomes = await encodeItems(
      model,
      some.map(({ name, caption, bytes }) => ({ id: name, picture: bytes, text: caption })),
    );
    const images = await model.encode('image', {
      kind: 'files',
      count: some.length,
      name: (row) => some[row]!.name,
      read: async (row) => some[row]!.bytes,
    });
    const texts = await model.encode(
      'text',
      some.map(({ caption }) => caption),
    );
    outcomes.forEach((outcome, row) => {
      expect(outcome).toMatchObject({ status: 'ready', item: { id: some[row]!.name } });
      const { codes } = (outcome as Extract<Outcome, { status: 'ready' }>).item;
      expect(codes.image).toEqual(images.bytes.slice(2 * row, 2 * row + 2));
      expect(codes.text).toEqual(texts.bytes.slice(2 * row, 2 * row + 2));
    });
  });

  it('lets a bad item fail alone, with the error of what is wrong with it', async () => {
    const { bytes } = made[0]!;
    const cut = made.find(({ name }) => name.endsWith('.jpg'))!.bytes.subarray(0, 900);
    // A PNG of 40 bytes' head that claims 50,000 × 50,000 pixels.
    const bomb = Buffer.from(await png(8));
    bomb.writeUInt32BE(50_000, 16);
    bomb.writeUInt32BE(50_000, 20);
    const tiff = await sharp(bytes).tiff().toBuffer();
    const outcomes = await encodeItems(model, [
      { id: 'good', picture: bytes },
      { id: 'truncated png', picture: bytes.subarray(0, bytes.length / 2) },
      { id: 'truncated jpeg', picture: cut },
      { id: 'bomb', picture: bomb },
      { id: 'svg', picture: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>') },
      { id: 'text file', picture: Buffer.from('no picture at all') },
      { id: 'empty', picture: new Uint8Array(0) },
      { id: 'tiff', picture: tiff },
      { id: 'nothing' },
      { id: 'white space', text: ' \n ' },
      { id: 'unknown words', text: 'xyzzy plugh' },
      { id: 'a\u0000b', picture: bytes },
      { id: 'large', text: 'a navy ring', payload: { notes: 'x'.repeat(70_000) } },
      { id: 'also good', text: 'a navy ring' },
    ]);
    expect(words(outcomes)).toEqual([
      'ready',
      'PICTURE_UNREADABLE',
      'PICTURE_UNREADABLE',
      expect.stringMatching(/PICTURE_(TOO_LARGE|UNREADABLE)/), // the checksum of the head is wrong, too
      'PICTURE_FORMAT',
      'PICTURE_FORMAT',
      'PICTURE_FORMAT',
      'PICTURE_NOT_TAKEN',
      'ITEM_NOT_ENCODABLE',
      'ITEM_NOT_ENCODABLE',
      'TEXT_UNKNOWN',
      'COLLECTION_ITEM_INVALID',
      'PAYLOAD_INVALID',
      'ready',
    ]);
  });

  it('refuses more than 25 million pixels, whatever the bytes', async () => {
    const wide = await png(5001, 5000);
    expect(words(await encodeItems(model, [{ id: 'wide', picture: wide }]))).toEqual(['PICTURE_TOO_LARGE']);
  });

  it('keeps the text of unknown words beside a picture, without a code for it', async () => {
    const item = await one({ id: 'a', picture: made[0]!.bytes, text: 'xyzzy' });
    expect(Object.keys(item.codes)).toEqual(['image']);
    expect(item.payload).toMatchObject({ text: 'xyzzy' });
  });

  it('makes codes of one modality, if asked', async () => {
    const raw = { id: 'a', picture: made[0]!.bytes, text: made[0]!.caption };
    expect(Object.keys((await one(raw, { modality: 'text' })).codes)).toEqual(['text']);
    expect(Object.keys((await one(raw, { modality: 'image' })).codes)).toEqual(['image']);
    // Looked at to the end all the same: it is shown beside the item.
    const cut = { ...raw, picture: raw.picture.subarray(0, raw.picture.length / 2) };
    expect(words(await encodeItems(model, [cut], { modality: 'text' }))).toEqual(['PICTURE_UNREADABLE']);
  });

  it('says in the payload what it was made of, over whatever was given', async () => {
    const { bytes } = made[0]!;
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const given = {
      id: 'a',
      text: ['a navy ring', '', 'round'],
      payload: { class: 'ring', sha256: 'lie', text: 'lie' },
    };
    const item = await one({ ...given, picture: bytes });
    expect(item.payload).toEqual({ class: 'ring', text: 'a navy ring, round', sha256 });
    const text = createHash('sha256').update('a navy ring, round').digest('hex');
    expect((await one(given)).payload).toMatchObject({ sha256: text });
  });

  it('gives a text of several parts the code of the text in its payload', async () => {
    const parts = await one({ id: 'a', text: ['navy ring', 'teal cross'] });
    const joined = await one({ id: 'b', text: parts.payload!.text as string });
    expect(parts.codes.text).toEqual(joined.codes.text);
  });
});

describe('the picture that is kept', () => {
  it('is the file itself while it is small', async () => {
    const picture = await png(320);
    expect((await one({ id: 'a', picture })).picture).toEqual({ type: 'image/png', bytes: picture });
  });

  it('is a WebP of at most 320 pixels, if the file has more pixels or more bytes', async () => {
    for (const picture of [await noise(330), await noise(300)]) {
      const kept = (await one({ id: 'a', picture })).picture!;
      expect(kept.type).toBe('image/webp');
      const { width, height, format } = await sharp(kept.bytes).metadata();
      expect(format).toBe('webp');
      expect(Math.max(width, height)).toBeLessThanOrEqual(320);
      // Memory of its own, that a thread can hand over: a Buffer of a library's cannot be, from Node 22 on.
      expect(Object.getPrototypeOf(kept.bytes)).toBe(Uint8Array.prototype);
      expect(kept.bytes.length).toBeLessThan(picture.length);
    }
  });

  it('is turned as the camera says', async () => {
    const picture = await sharp(await png(400, 200))
      .jpeg()
      .withMetadata({ orientation: 6 })
      .toBuffer();
    const kept = (await one({ id: 'a', picture })).picture!;
    expect(await sharp(kept.bytes).metadata()).toMatchObject({ width: 160, height: 320 });
  });

  it('is the original, or none, if asked', async () => {
    const picture = await png(1000);
    expect((await one({ id: 'a', picture }, { keep: 'original' })).picture!.bytes).toBe(picture);
    expect((await one({ id: 'a', picture }, { keep: 'none' })).picture).toBeUndefined();
  });
});
