/** A collection → codes of another model, made of the pictures and texts that it keeps. */
import type { Collection, Item, ItemCodes, ReencodeOptions } from '../collection/index.ts';
import type { ModalityName } from '../data/index.ts';
import type { Encoder, RawItem } from './item.ts';

/** Items a batch: a worker's share. */
const BATCH = 64;

/**
 * An item keeps the modalities that it has codes of, as far as the model encodes them; one that would have none gets what its
 * picture and text allow. Pictures that were kept small are encoded as they were kept.
 * @throws `ITEM_NOT_ENCODABLE` for an item that was added with `keep: 'none'`, `TEXT_UNKNOWN`, and as `Collection.reencode`:
 *   the collection stays as it was
 */
export function reencodeWith(
  collection: Collection,
  encoder: Encoder,
  options: ReencodeOptions = {},
): Promise<void> {
  const { fingerprint, bits } = encoder;
  const encode = async (items: readonly Item[]): Promise<ItemCodes[]> => {
    const batches: Promise<ItemCodes[]>[] = [];
    for (let from = 0; from < items.length; from += BATCH)
      batches.push(encodeBatch(collection, encoder, items.slice(from, from + BATCH), options.signal));
    return (await Promise.all(batches)).flat();
  };
  return collection.reencode({ fingerprint, bits, encode }, options);
}

async function encodeBatch(
  collection: Collection,
  encoder: Encoder,
  items: readonly Item[],
  signal: AbortSignal | undefined,
): Promise<ItemCodes[]> {
  const raw = await Promise.all(items.map((item) => rawOf(collection, item)));
  const outcomes = await encoder.encode(raw, { keep: 'none', ...(signal && { signal }) });
  return outcomes.map((outcome, i) => {
    if (outcome.status === 'failed') throw outcome.error;
    return chosen(outcome.item.codes, items[i]!.codes);
  });
}

async function rawOf(collection: Collection, { id, payload, picture }: Item): Promise<RawItem> {
  const { text } = payload;
  const kept = picture === undefined ? undefined : await collection.picture(id);
  return {
    id,
    ...(typeof text === 'string' && { text }),
    ...(kept && { picture: kept.bytes }),
  };
}

/** New codes of the modalities that had old ones; all, if none is left. */
function chosen(made: ItemCodes, before: ItemCodes): ItemCodes {
  const names = (Object.keys(made) as ModalityName[]).filter((name) => before[name] !== undefined);
  return names.length > 0 ? Object.fromEntries(names.map((name) => [name, made[name]!])) : made;
}
