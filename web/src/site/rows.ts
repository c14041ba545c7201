/** Ids, payloads and pictures of a site's items, fetched in pieces when hits need them. */
import { itemsFile, type SiteItem, type SiteManifest } from '../../../src/site/format.ts';
import { Problem } from '../backend/contract.ts';

/** Requests at a time when all are wanted: what browsers allow to one server. */
const AT_ONCE = 6;

export class Rows {
  readonly #url: string;
  readonly #manifest: SiteManifest;
  readonly #pieces = new Map<number, Promise<readonly SiteItem[]>>();

  constructor(url: string, manifest: SiteManifest) {
    this.#url = url;
    this.#manifest = manifest;
  }

  async at(row: number): Promise<SiteItem> {
    const { chunk } = this.#manifest;
    const item = (await this.#piece(Math.floor(row / chunk)))[row % chunk];
    if (!item) throw new Problem(`the files of this site do not fit together: there is no item ${row}`);
    return item;
  }

  /** Row of an item; undefined where there is no such item. */
  async rowOf(id: string): Promise<number | undefined> {
    const { firsts, chunk } = this.#manifest;
    // The last piece that begins at or before the id. JavaScript compares texts by UTF-16 units, as ids are sorted.
    let low = -1;
    let high = firsts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (firsts[middle]! <= id) low = middle;
      else high = middle - 1;
    }
    if (low < 0) return undefined;
    const place = (await this.#piece(low)).findIndex((item) => item.id === id);
    return place < 0 ? undefined : low * chunk + place;
  }

  /** All of them, in their order. */
  async *all(): AsyncGenerator<readonly SiteItem[]> {
    const { length } = this.#manifest.firsts;
    for (let piece = 0; piece < length; piece++) {
      for (let ahead = piece; ahead < Math.min(length, piece + AT_ONCE); ahead++)
        this.#piece(ahead).catch(() => {}); // fails below, when its turn comes
      yield await this.#piece(piece);
    }
  }

  #piece(number: number): Promise<readonly SiteItem[]> {
    const known = this.#pieces.get(number);
    if (known) return known;
    const piece = fetchJson<SiteItem[]>(new URL(itemsFile(number), this.#url).href);
    this.#pieces.set(number, piece);
    piece.catch(() => this.#pieces.delete(number));
    return piece;
  }
}

/** @throws `Problem` */
export async function fetchJson<T>(url: string): Promise<T> {
  const response = await fetch(url).catch((error: Error) => {
    throw new Problem(`${url} cannot be fetched (${error.message})`);
  });
  if (!response.ok) throw new Problem(`${url} cannot be fetched`, { status: response.status });
  return (await response.json()) as T;
}
