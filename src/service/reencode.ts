/** Moves a collection to another model: pictures and texts that are kept with its items are encoded anew. */
import type { Collection, Item, ItemCodes } from '../collection/index.ts';
import type { Model } from '../model/index.ts';
import type { Encoder, RawItem } from './encoder.ts';
import type { Progress } from './jobs.ts';

export async function reencode(
  collection: Collection,
  { fingerprint, bits }: Model,
  encoder: Encoder,
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: (progress: Progress) => void },
): Promise<void> {
  const encode = async (items: readonly Item[]): Promise<ItemCodes[]> => {
    const raws = await Promise.all(items.map((item) => rawOf(collection, item)));
    const outcomes = await encoder.encode(raws, { keep: 'none', signal });
    return outcomes.map((outcome) => {
      if (outcome.status === 'failed') throw outcome.error;
      return outcome.item.codes;
    });
  };
  await collection.reencode({ fingerprint, bits, encode }, { signal, onProgress });
}

async function rawOf(collection: Collection, { id, payload }: Item): Promise<RawItem> {
  const picture = await collection.picture(id);
  const { text } = payload;
  return { id, ...(typeof text === 'string' && { text }), ...(picture && { picture: picture.bytes }) };
}
