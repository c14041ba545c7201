import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { packTexts } from '../payload.ts';
import { BlockContent, encodeContent, itemOfContent } from './block-content.ts';
import type { NewRows } from './new-rows.ts';

const key = { generation: 3, first: 1000 };
const texts = Array.from({ length: 40 }, (_, i) => JSON.stringify({ text: 'é'.repeat((i * 7) % 23), i }));
const pictures = new Map([0, 1, 17, 39].map((place) => [place, randomBytes(32)]));
const value = encodeContent({ payloads: packTexts(texts), pictures } as unknown as NewRows, key);

it('one item of a block is what the whole block says of it', () => {
  const whole = new BlockContent(value, 'file', key);
  for (let place = 0; place < texts.length; place++) {
    const picture = pictures.get(place);
    const expected = { payload: JSON.parse(texts[place]!), ...(picture && { picture }) };
    expect(itemOfContent(value, 'file', key, place)).toEqual(expected);
    expect([whole.payload(place), whole.picture(place)]).toEqual([expected.payload, picture]);
  }
});

it('a block that is not as it was written, or another one, gives no item', () => {
  const refused = expect.objectContaining({ code: 'COLLECTION_DAMAGED' });
  const read =
    (bytes: Buffer, of = key) =>
    () =>
      itemOfContent(bytes, 'file', of, 5);
  for (const at of [0, 6, 20, value.length - 1]) {
    const broken = Buffer.from(value);
    broken[at]! ^= 1;
    expect(read(broken)).toThrow(refused);
  }
  expect(read(value.subarray(0, 30))).toThrow(refused);
  expect(read(value, { generation: 4, first: 1000 })).toThrow(refused);
  expect(read(value, { generation: 3, first: 0 })).toThrow(refused);
});
