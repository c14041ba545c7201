/**
 * The typed client: a method for every operation of the table, `client.search('birds', { text: 'a reptile' })`. Parts of
 * the address come first, then the body, then options of the call. Whatever fails is an `UnseenError`.
 */
import type { ItemLine, ItemResult } from '../api/items.ts';
import { OPERATIONS, type OperationName, type OperationOf } from '../api/operations.ts';
import type { AnswerOf, BodyOf } from '../api/routes.ts';
import type { SearchAnswer } from '../api/search.ts';
import { addLines } from './lines.ts';
import { addressOf, type CallOptions, type ClientOptions, jsonOf, request, type Sent } from './request.ts';

/** A text for every pair of braces of an address. */
type Parts<Path extends string> = Path extends `${string}{${string}}${infer Rest}`
  ? [part: string, ...Parts<Rest>]
  : [];

type Body<Name extends OperationName> = OperationOf<Name>['takes'] extends 'nothing'
  ? []
  : [body: BodyOf<Name>];

type Call<Name extends OperationName> = (
  ...args: [...Parts<OperationOf<Name>['path']>, ...Body<Name>, options?: CallOptions]
) => Promise<AnswerOf<Name>>;

/** Operations whose bodies are no JSON have methods of their own. */
type JsonOperation = {
  [Name in OperationName]: OperationOf<Name>['takes'] extends 'nothing' | 'json' | 'search'
    ? OperationOf<Name>['gives'] extends 'json' | 'nothing'
      ? Name
      : never
    : never;
}[OperationName];

/** A picture file, as a form or a drop on a page gives it. */
export type PictureFile = Blob | Uint8Array<ArrayBuffer>;

/** As in the body of `search`, without what is searched for. */
export type SearchSettings = Omit<BodyOf<'search'>, 'text' | 'code' | 'item' | 'image'>;

export interface NamedPicture {
  /** Id of the item, and `source` of its payload. */
  readonly name: string;
  readonly file: PictureFile;
}

export type Client = { readonly [Name in JsonOperation]: Call<Name> } & {
  /** The nearest to a picture, sent as it is. */
  searchPicture(
    collection: string,
    picture: PictureFile,
    settings?: SearchSettings,
    options?: CallOptions,
  ): Promise<SearchAnswer>;
  /** The kept picture of an item. */
  getPicture(collection: string, id: string, options?: CallOptions): Promise<Blob>;
  /** Where a page finds the picture of an item; only for services that need no token. */
  pictureUrl(collection: string, id: string): string;
  /** Up to 64 pictures in one request; `payload` is every picture's. */
  addPictures(
    collection: string,
    pictures: readonly NamedPicture[],
    payload?: BodyOf<'putItem'>['payload'],
    options?: CallOptions,
  ): Promise<AnswerOf<'addPictures'>>;
  /**
   * Any number of items in requests of up to 1,000 lines, one after the other; results come in their order, each when its
   * item is on the disk. `line` counts over all of them.
   */
  addItems(
    collection: string,
    items: Iterable<NewLine> | AsyncIterable<NewLine>,
    options?: CallOptions,
  ): AsyncGenerator<ItemResult, void, undefined>;
};

/** An item of `addItems`. */
export type NewLine = BodyOf<'addItems'> & Pick<ItemLine, 'id'>;

export function createClient(options: ClientOptions): Client {
  const calls = Object.fromEntries(
    (Object.keys(OPERATIONS) as OperationName[]).map((name) => [name, jsonCall(options, name)]),
  ) as { readonly [Name in JsonOperation]: Call<Name> };
  return {
    ...calls,
    async searchPicture(collection, picture, settings = {}, call) {
      const query = new URLSearchParams();
      for (const [key, value] of Object.entries(settings))
        if (value !== undefined) query.set(key, key === 'filter' ? JSON.stringify(value) : String(value));
      const body = { type: 'image/*', content: blobOf(picture) };
      const response = await request(options, 'search', { parts: [collection], query, body }, call);
      return jsonOf('search', response);
    },
    async getPicture(collection, id, call) {
      return (await request(options, 'getPicture', { parts: [collection, id] }, call)).blob();
    },
    pictureUrl: (collection, id) => addressOf(options.url, OPERATIONS.getPicture.path, [collection, id]),
    async addPictures(collection, pictures, payload, call) {
      const form = new FormData();
      if (payload !== undefined) form.set('payload', JSON.stringify(payload));
      for (const { name, file } of pictures) form.append('picture', blobOf(file), name);
      const sent: Sent = { parts: [collection], body: { content: form } };
      return jsonOf('addPictures', await request(options, 'addPictures', sent, call));
    },
    addItems: (collection, items, call) => addLines(options, collection, items, call),
  };
}

function jsonCall(options: ClientOptions, name: OperationName) {
  const { path, takes, gives } = OPERATIONS[name];
  const parts = path.match(/\{/g)?.length ?? 0;
  const hasBody = takes !== 'nothing';
  return async (...args: unknown[]): Promise<unknown> => {
    const sent: Sent = {
      parts: args.slice(0, parts) as string[],
      ...(hasBody && { body: { type: 'application/json', content: JSON.stringify(args[parts]) } }),
    };
    const response = await request(options, name, sent, args[parts + Number(hasBody)] as CallOptions);
    return gives === 'nothing' ? undefined : jsonOf(name, response);
  };
}

const blobOf = (picture: PictureFile): Blob => (picture instanceof Blob ? picture : new Blob([picture]));
