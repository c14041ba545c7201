/** The search of a site, in the browser: the same indexes, filters and order as a collection's. */
import { Codes } from '../../../src/codes/index.ts';
import { compileFilter, type Filter, parseFilter } from '../../../src/collection/filter/index.ts';
import { bitmapBytes, hasBit, setBit } from '../../../src/search/bitmap.ts';
import { openIndex, type SavedIndex } from '../../../src/search/index.ts';
import type { SiteManifest } from '../../../src/site/format.ts';
import type { Hit, Modality, Query } from '../backend/contract.ts';
import type { Rows } from './rows.ts';

const MODALITIES: readonly Modality[] = ['image', 'text'];

interface Near {
  readonly row: number;
  readonly distance: number;
  readonly modality: Modality;
  readonly code: string;
}

export class SiteSearch {
  readonly #url: string;
  readonly #manifest: SiteManifest;
  readonly #rows: Rows;
  readonly #indexes = new Map<Modality, Promise<SavedIndex>>();
  /** The last filter and the rows that pass it. */
  #chosen: { readonly key: string; readonly bitmap: Promise<Uint8Array> } | undefined;

  constructor(url: string, manifest: SiteManifest, rows: Rows) {
    this.#url = url;
    this.#manifest = manifest;
    this.#rows = rows;
  }

  /** Resolves to itself when all codes are here. */
  async ready(): Promise<this> {
    await Promise.all(this.#modalities(undefined).map((kind) => this.#index(kind)));
    return this;
  }

  /** In hexadecimal: of the modality that is compared, where the item has it; else its picture's before its text's. */
  async codeOf(row: number, modality?: Modality): Promise<string | undefined> {
    for (const kind of [...this.#modalities(modality), ...this.#modalities(undefined)]) {
      const index = await this.#index(kind);
      if (!index.has(row)) continue;
      for (let at = 0; at < index.rows; at++)
        if (index.idOf(at) === row) return index.codes(at, at + 1).toHex(0);
    }
    return undefined;
  }

  /** Hits in the order (distance, id), and whether more follow. */
  async near(code: string, query: Omit<Query, 'question'>): Promise<{ hits: Hit[]; more: boolean }> {
    const { k, offset, radius, filter, modality } = query;
    const asked = Codes.fromHex([code]);
    const chosen = filter && (await this.#matching(filter));
    const found: Near[] = [];
    for (const kind of this.#modalities(modality)) {
      const index = await this.#index(kind);
      const [near] = await index.search(asked, {
        k: offset + k + 1,
        ...(radius !== undefined && { radius: Math.min(radius, index.bits) }),
        ...(chosen && { filter: index.bitmap((id) => hasBit(chosen, Number(id))) }),
      });
      for (const { id, row, distance } of near!) {
        const own = index.codes(row, row + 1).toHex(0);
        found.push({ row: Number(id), distance, modality: kind, code: own });
      }
    }
    // An item counts with its nearest code; of equal ones the first modality's, which sorting leaves in front.
    found.sort((a, b) => a.distance - b.distance || a.row - b.row);
    const seen = new Set<number>();
    const items = found.filter(({ row }) => !seen.has(row) && seen.add(row));
    const hits = await Promise.all(items.slice(offset, offset + k).map((near) => this.#hit(near)));
    return { hits, more: items.length > offset + k };
  }

  async #hit({ row, distance, modality, code }: Near): Promise<Hit> {
    const { id, payload, picture } = await this.#rows.at(row);
    return {
      id,
      distance,
      modality,
      payload: payload as Hit['payload'],
      picture: picture !== undefined,
      code,
    };
  }

  #modalities(asked: Modality | undefined): readonly Modality[] {
    return MODALITIES.filter(
      (kind) => this.#manifest.indexes[kind] !== undefined && (asked === undefined || asked === kind),
    );
  }

  #index(modality: Modality): Promise<SavedIndex> {
    const known = this.#indexes.get(modality);
    if (known) return known;
    const index = openIndex(new URL(this.#manifest.indexes[modality]!, this.#url).href);
    this.#indexes.set(modality, index);
    index.catch(() => this.#indexes.delete(modality));
    return index;
  }

  /** Reads all payloads once: a filter may ask for any field. */
  #matching(given: Filter): Promise<Uint8Array> {
    const key = JSON.stringify(given);
    if (this.#chosen?.key === key) return this.#chosen.bitmap;
    const bitmap = this.#filtered(given);
    this.#chosen = { key, bitmap };
    bitmap.catch(() => {
      this.#chosen = undefined;
    });
    return bitmap;
  }

  async #filtered(given: Filter): Promise<Uint8Array> {
    const matches = compileFilter(parseFilter(given));
    const bitmap = new Uint8Array(bitmapBytes(this.#manifest.collection.items));
    let row = 0;
    for await (const items of this.#rows.all())
      for (const { payload } of items) {
        if (matches(payload as Hit['payload'])) setBit(bitmap, row);
        row++;
      }
    return bitmap;
  }
}
