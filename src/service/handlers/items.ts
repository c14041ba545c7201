/** Items one by one, and deleted many at once. */
import { bytesToHex, hexToBytes } from '../../codes/text.ts';
import type { Collection, Item, ItemCodes } from '../../collection/index.ts';
import { UnseenError } from '../../errors.ts';
import type { ItemLine } from '../api/items.ts';
import type { AnswerOf } from '../api/routes.ts';
import { type Draft, writeItems } from '../write-items.ts';
import type { Handlers } from './handler.ts';

export const itemHandlers = {
  async getItem({ catalog }, { params }) {
    const { collection } = catalog.get(params.name);
    return itemAnswer(await itemOf(collection, params.id));
  },

  async putItem(context, { params, body, signal }) {
    const served = context.catalog.get(params.name);
    const draft = draftOf({ ...body, id: params.id }, served.collection.bits);
    const [written] = await writeItems(context, served, [draft], signal);
    if (written!.status === 'failed') throw written!.error;
    return itemAnswer(await itemOf(served.collection, params.id));
  },

  async deleteItem({ catalog }, { params }) {
    const { collection } = catalog.get(params.name);
    if ((await collection.delete([params.id])) === 0) throw unknown(collection, params.id);
    return undefined;
  },

  async deleteItems({ catalog }, { params, body }) {
    return { deleted: await catalog.get(params.name).collection.delete(body.ids) };
  },

  async getPicture({ catalog }, { params, request, reply }) {
    const { collection } = catalog.get(params.name);
    const { picture: hash } = await itemOf(collection, params.id);
    const none = (): UnseenError =>
      new UnseenError('PICTURE_UNKNOWN', { name: collection.name, received: params.id });
    if (hash === undefined) throw none();
    const tag = `"${hash}"`;
    // Another picture may come under this id: asked again each time, sent once.
    reply.headers({ etag: tag, 'cache-control': 'private, no-cache' });
    if (request.headers['if-none-match'] === tag) {
      reply.code(304);
      return new Uint8Array(0);
    }
    const picture = await collection.picture(params.id);
    if (!picture) throw none();
    reply.type(picture.type);
    return picture.bytes;
  },
} satisfies Handlers<'getItem' | 'putItem' | 'deleteItem' | 'deleteItems' | 'getPicture'>;

async function itemOf(collection: Collection, id: string): Promise<Item> {
  const item = await collection.get(id);
  if (!item) throw unknown(collection, id);
  return item;
}

const unknown = ({ name }: Collection, id: string): UnseenError =>
  new UnseenError('ITEM_UNKNOWN', { name, received: id });

function itemAnswer({ id, codes, payload, picture }: Item): AnswerOf<'getItem'> {
  const { image, text } = codes;
  return {
    id,
    codes: { ...(image && { image: bytesToHex(image) }), ...(text && { text: bytesToHex(text) }) },
    payload,
    picture: picture !== undefined,
  };
}

/** `bits` of the collection. @throws `CODES_TEXT_INVALID` */
export function draftOf({ id, text, image, codes, payload }: ItemLine, bits: number): Draft {
  return {
    id,
    text,
    picture: image === undefined ? undefined : Buffer.from(image, 'base64'),
    codes: codes && codesOf(codes, bits),
    payload,
  };
}

function codesOf({ image, text }: NonNullable<ItemLine['codes']>, bits: number): ItemCodes {
  return {
    ...(image !== undefined && { image: hexToBytes(image, bits / 8, 0) }),
    ...(text !== undefined && { text: hexToBytes(text, bits / 8, 0) }),
  };
}
