/** Items of a request → items of a collection: encoded, checked one by one, and written together. */
import { isDeepStrictEqual } from 'node:util';
import { checkItems } from '../collection/check-items.ts';
import type { Collection, Item, ItemCodes, NewItem, Payload } from '../collection/index.ts';
import { throwIfAborted, UnseenError } from '../errors.ts';
import type { Encoder, RawItem } from '../ingest/index.ts';
import type { Served } from './catalog.ts';
import type { Context } from './context.ts';
import { checkPicture } from './pictures.ts';

/** What a request says about an item; at least one of text, picture, codes. */
export interface Draft {
  readonly id: string;
  readonly text?: string | readonly string[] | undefined;
  /** An encoded file. */
  readonly picture?: Uint8Array | undefined;
  /** Stand for what would be encoded. */
  readonly codes?: ItemCodes | undefined;
  readonly payload?: Payload | undefined;
}

export interface Written {
  readonly status: 'added' | 'unchanged' | 'failed';
  /** Of a failed one; the others were written. */
  readonly error?: unknown;
}

/** Ids must differ. Answers in the order of the drafts, when what was added is on the disk. @throws `ABORTED` */
export async function writeItems(
  { catalog, limits, keep }: Context,
  { collection }: Served,
  drafts: readonly Draft[],
  signal: AbortSignal,
): Promise<Written[]> {
  for (let again = true; ; again = false) {
    const { model, bits } = collection;
    const encoderOf = (): Encoder => catalog.model(model).encoder;
    const ready = await itemsOf(drafts, encoderOf, { limits, keep, signal });
    const written = await Promise.all(ready.map((item) => judge(collection, item, bits)));
    const fresh = ready.filter((_, i) => written[i]!.status === 'added') as NewItem[];
    throwIfAborted(signal, 'the writing of items');
    if (fresh.length === 0) return written;
    try {
      // From here on the answer is waited for: a write that has begun is not taken back.
      await collection.upsert(fresh, { model });
      return written;
    } catch (error) {
      // The collection moved to another model while these were encoded.
      if (again && isOtherModel(error) && collection.model !== model) continue;
      return written.map((one) => (one.status === 'added' ? { status: 'failed', error } : one));
    }
  }
}

const isOtherModel = (error: unknown): boolean =>
  error instanceof UnseenError && error.code === 'COLLECTION_OTHER_MODEL';

/** An item, or why there is none. */
type Ready = NewItem | UnseenError;

async function itemsOf(
  drafts: readonly Draft[],
  encoderOf: () => Encoder,
  { limits, keep, signal }: Pick<Context, 'limits' | 'keep'> & { readonly signal: AbortSignal },
): Promise<Ready[]> {
  const raws: RawItem[] = [];
  const places: number[] = [];
  const ready: Ready[] = await Promise.all(
    drafts.map(async ({ id, text, picture, codes, payload }, place): Promise<Ready> => {
      try {
        if (picture) await checkPicture(picture, id, limits);
        else if (codes) return { id, codes, payload: withText(payload, text) };
      } catch (error) {
        return typed(error);
      }
      const raw: RawItem = {
        id,
        ...(text !== undefined && { text }),
        ...(picture && { picture }),
        ...(payload && { payload }),
      };
      raws.push(raw);
      places.push(place);
      return { id, codes: {} };
    }),
  );
  if (raws.length === 0) return ready;
  let encoder: Encoder;
  try {
    encoder = encoderOf();
  } catch (error) {
    for (const place of places) ready[place] = typed(error);
    return ready;
  }
  const outcomes = await encoder.encode(raws, { keep, signal });
  for (const [i, outcome] of outcomes.entries()) {
    const place = places[i]!;
    const { codes } = drafts[place]!;
    if (outcome.status === 'failed') ready[place] = outcome.error;
    else ready[place] = codes ? { ...outcome.item, codes } : outcome.item;
  }
  return ready;
}

/** As encoded items have it: what another model would encode. */
const withText = (payload: Payload = {}, text: Draft['text']): Payload =>
  text === undefined ? payload : { ...payload, text: typeof text === 'string' ? text : text.join(', ') };

function typed(error: unknown): UnseenError {
  if (error instanceof UnseenError) return error;
  throw error;
}

/** By itself, so that one bad item does not take the others along. */
async function judge(collection: Collection, ready: Ready, bits: number): Promise<Written> {
  if (ready instanceof UnseenError) return { status: 'failed', error: ready };
  try {
    checkItems([ready], bits);
  } catch (error) {
    return { status: 'failed', error: typed(error) };
  }
  const there = await collection.get(ready.id);
  return { status: there && isSame(there, ready) ? 'unchanged' : 'added' };
}

/** A kept picture differs only where its payload's `sha256` does. */
function isSame(there: Item, { codes, payload = {}, picture }: NewItem): boolean {
  return (
    isDeepStrictEqual(there.payload, payload) &&
    sameCodes(there.codes, codes) &&
    (there.picture !== undefined) === (picture !== undefined)
  );
}

const sameCodes = (a: ItemCodes, b: ItemCodes): boolean =>
  (['image', 'text'] as const).every((name) => {
    const [left, right] = [a[name], b[name]];
    return left && right ? Buffer.compare(left, right) === 0 : left === right;
  });
