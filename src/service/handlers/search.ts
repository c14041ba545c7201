/** Searching: what was asked becomes a code, the code a page of hits. */
import { bytesToHex, hexToBytes } from '../../codes/text.ts';
import type { Collection, CollectionHit, CollectionPage, Filter, ItemCodes } from '../../collection/index.ts';
import type { ModalityName } from '../../data/index.ts';
import { tokenize } from '../../encoders/text/index.ts';
import { throwIfAborted, UnseenError } from '../../errors.ts';
import type { RawItem } from '../../ingest/index.ts';
import type { ParsedBody, ParsedQuery } from '../api/routes.ts';
import type { Hit, SearchAnswer } from '../api/search.ts';
import type { Context } from '../context.ts';
import { checkPicture } from '../pictures.ts';
import type { Handlers } from './handler.ts';

type Settings = Omit<ParsedBody<'search'>, 'text' | 'code' | 'item' | 'image'>;

/** What is searched for; one of them. */
type Source =
  | { readonly from: 'text'; readonly text: string }
  | { readonly from: 'code'; readonly code: string }
  | { readonly from: 'item'; readonly item: string }
  | { readonly from: 'image'; readonly bytes: Uint8Array };

interface Query {
  readonly code: Uint8Array;
  readonly unknownWords?: string[];
}

export const searchHandlers = {
  async search(context, { params, query, body, signal }) {
    const { collection } = context.catalog.get(params.name);
    const raw: unknown = body;
    const [source, settings] =
      raw instanceof Uint8Array
        ? [{ from: 'image', bytes: raw } as const, settingsOf(query)]
        : [sourceOf(body), body];
    if (source.from === 'image') await checkPicture(source.bytes, 'image', context.limits);
    const started = performance.now();
    for (let again = true; ; again = false) {
      const { model, bits } = collection;
      try {
        const asked = await queryOf(context, collection, source, settings.modality, signal);
        const page = await collection.search({
          model,
          code: asked.code,
          ...optional(settings),
          k: settings.k,
          offset: settings.offset,
          partial: settings.partial,
          signal,
        });
        const hits = await Promise.all(page.hits.map((hit) => hitOf(collection, hit, settings.codes)));
        return answerOf(asked, source.from, page, hits, performance.now() - started);
      } catch (error) {
        // The collection moved to another model between encoding and search. A given code would be of the old one.
        const moved = collection.model !== model || collection.bits !== bits;
        if (again && moved && source.from !== 'code') continue;
        throw error;
      }
    }
  },
} satisfies Handlers<'search'>;

function sourceOf({ text, code, item, image }: ParsedBody<'search'>): Source {
  if (text !== undefined) return { from: 'text', text };
  if (code !== undefined) return { from: 'code', code };
  if (item !== undefined) return { from: 'item', item };
  return { from: 'image', bytes: Buffer.from(image!, 'base64') };
}

function settingsOf({
  k = 10,
  offset = 0,
  codes,
  partial,
  modality,
  radius,
  filter,
}: ParsedQuery<'search'>): Settings {
  return {
    k,
    offset,
    codes: codes === 'true',
    partial: partial === 'true',
    modality,
    radius,
    filter: filter === undefined ? undefined : parseJson(filter),
  };
}

function parseJson(filter: string): Filter {
  try {
    return JSON.parse(filter);
  } catch (cause) {
    throw new UnseenError('REQUEST_INVALID', { field: 'query.filter', reason: 'must be JSON' }, { cause });
  }
}

const optional = ({ modality, radius, filter }: Settings) => ({
  ...(modality !== undefined && { modality }),
  ...(radius !== undefined && { radius }),
  ...(filter !== undefined && { filter }),
});

async function queryOf(
  context: Context,
  collection: Collection,
  source: Source,
  modality: ModalityName | undefined,
  signal: AbortSignal,
): Promise<Query> {
  if (source.from === 'code') return { code: hexToBytes(source.code, collection.bits / 8, 0) };
  if (source.from === 'item') return { code: await codeOfItem(collection, source.item, modality) };
  const { model, encoder } = context.catalog.model(collection.model);
  const asked: ModalityName = source.from;
  model.preprocessing(asked); // a modality that it does not know is refused by name
  const item: RawItem =
    source.from === 'text' ? { id: 'query', text: source.text } : { id: 'query', picture: source.bytes };
  const [outcome] = await encoder.encode([item], { keep: 'none', modality: asked, signal });
  throwIfAborted(signal, 'a search');
  if (outcome!.status === 'failed') throw outcome!.error;
  const code = outcome!.item.codes[asked]!;
  if (source.from !== 'text' || model.preprocessing('text').kind !== 'text') return { code };
  const words = [...new Set(tokenize(source.text))];
  return { code, unknownWords: model.unknownTexts(words).map((i) => words[i]!) };
}

/** The code of the modality that is compared, where the item has it; else its picture's before its text's. */
async function codeOfItem(
  collection: Collection,
  id: string,
  modality: ModalityName | undefined,
): Promise<Uint8Array> {
  const item = await collection.get(id);
  if (!item) throw new UnseenError('ITEM_UNKNOWN', { name: collection.name, received: id });
  const { image, text }: ItemCodes = item.codes;
  return ((modality && item.codes[modality]) ?? image ?? text)!;
}

async function hitOf(collection: Collection, hit: CollectionHit, codes: boolean): Promise<Hit> {
  const { id, distance, modality, payload, picture } = hit;
  const code = codes ? (await collection.get(id))?.codes[modality] : undefined;
  return {
    id,
    distance,
    modality,
    payload,
    picture: picture !== undefined,
    ...(code && { code: bytesToHex(code) }),
  };
}

function answerOf(
  { code, unknownWords }: Query,
  from: Source['from'],
  { more, version, missing }: CollectionPage,
  hits: Hit[],
  milliseconds: number,
): SearchAnswer {
  return {
    query: { code: bytesToHex(code), from, ...(unknownWords && { unknownWords }) },
    hits,
    more,
    version,
    ...(missing && { missing: [...missing] }),
    milliseconds: Math.round(milliseconds * 1000) / 1000,
  };
}
