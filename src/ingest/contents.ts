/** Which contents a collection has already, so that the same picture under another name is seen before it is encoded. */
import type { CollectionReader } from '../collection/index.ts';
import { throwIfAborted, UnseenError } from '../errors.ts';
import { contentKey } from './content.ts';

/** A compaction may come between; then the scan begins again. */
const ATTEMPTS = 5;

/** About 130 bytes an item. One may serve many calls of `ingest` on one collection; what was deleted since is noticed. */
export class Contents {
  readonly #collection: CollectionReader;
  readonly #ids: Map<string, string>;

  private constructor(collection: CollectionReader, ids: Map<string, string>) {
    this.#collection = collection;
    this.#ids = ids;
  }

  /** Reads the payloads of all items. @throws `ABORTED`, what `items` throws */
  static async of(collection: CollectionReader, signal?: AbortSignal): Promise<Contents> {
    for (let attempt = 1; ; attempt++) {
      try {
        const ids = new Map<string, string>();
        for await (const { id, payload } of collection.items()) {
          throwIfAborted(signal, 'the reading of the collection', 'Nothing was added.');
          if (typeof payload.sha256 === 'string') ids.set(contentKey(payload), id);
        }
        return new Contents(collection, ids);
      } catch (error) {
        if (!(error instanceof UnseenError) || error.code !== 'INDEX_CHANGED' || attempt === ATTEMPTS)
          throw error;
      }
    }
  }

  add(key: string, id: string): void {
    this.#ids.set(key, id);
  }

  /** The item that has this content now. */
  async holderOf(key: string): Promise<string | undefined> {
    const id = this.#ids.get(key);
    if (id === undefined) return undefined;
    const item = await this.#collection.get(id);
    if (item && contentKey(item.payload) === key) return id;
    this.#ids.delete(key);
    return undefined;
  }
}
