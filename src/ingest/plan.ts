/** What is to be done with the items of a batch, before any of them is encoded: most repeated runs end here. */
import { type Collection, type Item, MODALITIES } from '../collection/index.ts';
import { canonicalJson } from '../data/canonical.ts';
import { UnseenError } from '../errors.ts';
import { contentKey, payloadOf, textOf } from './content.ts';
import type { Contents } from './contents.ts';
import type { EncodeItemsOptions, Encoder, ItemResult, RawItem, SourceItem } from './item.ts';

export interface Planned {
  /** Known already, nothing is to be done. */
  readonly result?: ItemResult;
  /** To be encoded and written. Without it and without a result: decided when the item of the same content is written. */
  readonly encode?: RawItem;
  readonly raw?: RawItem;
  readonly key?: string;
}

export class Planner {
  readonly #collection: Collection;
  readonly #encoder: Encoder;
  readonly #options: EncodeItemsOptions;
  readonly #contents: Contents | undefined;
  /** Ids of the source so far. */
  readonly #ids = new Set<string>();
  /** Contents that are being encoded. */
  readonly #underWay = new Set<string>();

  /** Without contents nothing is a duplicate. */
  constructor(
    collection: Collection,
    encoder: Encoder,
    options: EncodeItemsOptions,
    contents: Contents | undefined,
  ) {
    this.#collection = collection;
    this.#encoder = encoder;
    this.#options = options;
    this.#contents = contents;
  }

  /** In the order given; `again`: of items that were planned before. */
  async plan(items: readonly SourceItem[], again = false): Promise<Planned[]> {
    const kept = await Promise.all(
      items.map((item) => ('status' in item ? undefined : this.#collection.get(item.id))),
    );
    const planned: Planned[] = [];
    for (const [i, item] of items.entries()) {
      if ('status' in item) planned.push({ result: item });
      else planned.push(await this.#planOne(item, kept[i], again));
    }
    return planned;
  }

  /** The item was written, or failed. */
  settle({ encode, key }: Planned, written: boolean): void {
    if (key === undefined) return;
    this.#underWay.delete(key);
    if (written) this.#contents?.add(key, encode!.id);
  }

  async #planOne(raw: RawItem, kept: Item | undefined, again: boolean): Promise<Planned> {
    const about = { id: raw.id, ...(raw.where !== undefined && { where: raw.where }) };
    if (!again && this.#ids.has(raw.id)) {
      return { result: { ...about, status: 'failed', error: new UnseenError('ITEM_TWICE', { id: raw.id }) } };
    }
    this.#ids.add(raw.id);
    let key: string;
    try {
      const payload = payloadOf(raw);
      if (kept && this.#isSame(raw, kept, payload)) return { result: { ...about, status: 'unchanged' } };
      key = contentKey(payload);
    } catch {
      return { raw, encode: raw }; // the encoder says what is wrong with it
    }
    if (!again && this.#underWay.has(key)) return { raw };
    const of = await this.#contents?.holderOf(key);
    if (of !== undefined && of !== raw.id) return { result: { ...about, status: 'duplicate', of } };
    if (this.#contents) this.#underWay.add(key);
    return { raw, encode: raw, key };
  }

  /** Whether writing it would change nothing. */
  #isSame(raw: RawItem, kept: Item, payload: Item['payload']): boolean {
    const { keep = 'small', modality } = this.#options;
    if (canonicalJson(kept.payload) !== canonicalJson(payload)) return false;
    if (raw.picture && keep !== 'none' && kept.picture === undefined) return false;
    const has = { image: raw.picture !== undefined, text: textOf(raw) !== undefined };
    return MODALITIES.every(
      (name) =>
        !has[name] ||
        kept.codes[name] !== undefined ||
        !this.#encoder.modalities.includes(name) ||
        (modality !== undefined && modality !== name),
    );
  }
}
