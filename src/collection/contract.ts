/** What every collection gives, whatever keeps it: items with codes and payloads that are not lost once acknowledged. */
import type { ModalityName } from '../data/index.ts';
import type { Filter } from './filter/index.ts';
import type { Payload } from './payload.ts';

/** Order of modalities wherever codes of one item stand in a row; a new one goes to the end. */
export const MODALITIES: readonly ModalityName[] = ['image', 'text'];

/** Packed codes of one item, one a modality, `[bits/8]` bytes each; at least one. */
export type ItemCodes = { readonly [modality in ModalityName]?: Uint8Array };

/** What a browser shows and `sharp` decodes; no SVG. */
export const PICTURE_TYPES = ['image/png', 'image/jpeg', 'image/webp', 'image/gif', 'image/avif'] as const;

/** A picture kept with its item: shown beside hits, and encoded anew when the collection moves to another model. */
export interface Picture {
  readonly type: (typeof PICTURE_TYPES)[number];
  /** The encoded file, 1 … `MAX_PICTURE_BYTES`. */
  readonly bytes: Uint8Array;
}
/** What a large photo of a camera has; larger ones are made smaller before they are kept. */
export const MAX_PICTURE_BYTES = 16 * 2 ** 20;

export interface NewItem {
  /** 1 … 512 characters, no control characters. */
  readonly id: string;
  readonly codes: ItemCodes;
  /** A JSON object. Default: `{}`. */
  readonly payload?: Payload;
  /** Durable with the item, and gone with it. Equal ones are kept once. */
  readonly picture?: Picture;
}

export interface Item {
  readonly id: string;
  readonly codes: ItemCodes;
  readonly payload: Payload;
  /** SHA-256 of the bytes of the item's picture, in lowercase hexadecimal; absent where it has none. */
  readonly picture?: string;
}

/** The model that a collection moves to. */
export interface NextModel {
  readonly fingerprint: string;
  /** Bits of its codes. */
  readonly bits: number;
  /**
   * Codes of these items, in their order, made of what is kept of them. It may read the collection and must not wait for a
   * write to it. An item that is deleted or replaced meanwhile may miss its picture; throwing is then no failure.
   */
  readonly encode: (items: readonly Item[]) => Promise<readonly ItemCodes[]>;
}

export interface ReencodeOptions {
  /** Stops with `ABORTED`; the collection stays as it was. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

export interface ModelOptions {
  /** Fingerprint of the model that made the codes. @throws `COLLECTION_OTHER_MODEL` if it is not the collection's. */
  readonly model: string;
}

export interface CollectionQuery extends ModelOptions {
  /** One packed code, `[bits/8]` bytes. */
  readonly code: Uint8Array;
  /** Whose codes are compared. Default: all, and an item counts with its nearest. */
  readonly modality?: ModalityName;
  /** At most this many hits, 1 … 10,000. Default: 10. */
  readonly k?: number;
  /** Only items at a distance ≤ radius, 0 … bits. Default: no bound. */
  readonly radius?: number;
  /** Only items whose payload matches. Default: all. */
  readonly filter?: Filter;
  /** Hits to pass over, for the next page: 0 … 100,000. Default: 0. */
  readonly offset?: number;
  /**
   * Of a collection that is divided over servers: the nearest items of those that answer, if others do not, and the page
   * names those. Any other collection answers whole. Default: false, an error names them.
   */
  readonly partial?: boolean;
  /** Stops the search with `ABORTED`. */
  readonly signal?: AbortSignal;
}

export interface CollectionHit {
  readonly id: string;
  /** Hamming distance in bits. */
  readonly distance: number;
  /** Whose code is that near; of equal ones the first in the order of `MODALITIES`. */
  readonly modality: ModalityName;
  readonly payload: Payload;
  /** SHA-256 of the item's picture, as `Item` has it. */
  readonly picture?: string;
}

export interface CollectionPage {
  /** By (distance, id), ids by UTF-16 units. Exact, never padded. */
  readonly hits: readonly CollectionHit[];
  /** Whether hits follow behind these. */
  readonly more: boolean;
  /** Of the state that was searched: pages belong together while it is the same. */
  readonly version: number;
  /** The shards that did not answer, where a part was asked for; their items are not among the hits. */
  readonly missing?: readonly string[];
}

export interface CollectionStats {
  readonly items: number;
  /** Items written and since replaced or deleted; `compact` gives their space back. */
  readonly dead: number;
  readonly version: number;
  /** Codes that can be found, a modality. */
  readonly codes: { readonly [modality in ModalityName]: number };
  /** Bytes of the files, and of memory for codes and search. */
  readonly bytes: { readonly disk: number; readonly memory: number };
}

export interface VerifyReport {
  readonly items: number;
  /** Bytes of codes whose checksum was compared. */
  readonly codeBytes: number;
  /** What is wrong and where; empty if all is well. */
  readonly problems: readonly string[];
}

/** What can be asked. Every call sees one committed state, never a part of a write. */
export interface CollectionReader {
  readonly name: string;
  readonly bits: number;
  /** Fingerprint of the model whose codes these are. */
  readonly model: string;
  /** Counts committed writes. */
  readonly version: number;
  /** Items, or those whose payload matches. */
  count(options?: { readonly filter?: Filter }): Promise<number>;
  get(id: string): Promise<Item | undefined>;
  /** The picture of an item; undefined where there is no such item, or no picture of it. */
  picture(id: string): Promise<Picture | undefined>;
  /** @throws `COLLECTION_OTHER_MODEL`, `CODES_BITS_MISMATCH`, `ARGUMENT_INVALID`, `ABORTED`, `COLLECTION_CLOSED` */
  search(query: CollectionQuery): Promise<CollectionPage>;
  /** All items of one state, in the order in which they were written. @throws `INDEX_CHANGED` if compacted under way. */
  items(): AsyncGenerator<Item, void, undefined>;
  stats(): Promise<CollectionStats>;
  /** Reads everything that is kept and compares checksums and counts. */
  verify(): Promise<VerifyReport>;
  close(): Promise<void>;
}

/** A resolved promise means: on the disk, and seen by every later call. A rejected one: nothing of the call was kept. */
export interface Collection extends CollectionReader {
  /**
   * Adds items, or replaces those of the same id whole; all or none. At most 1,000,000 a call.
   * @throws `COLLECTION_OTHER_MODEL`, `COLLECTION_ITEM_INVALID`, `PAYLOAD_INVALID`, `COLLECTION_WRITE_FAILED`,
   *   `COLLECTION_CLOSED`
   */
  upsert(items: readonly NewItem[], options: ModelOptions): Promise<void>;
  /** Returns how many of them there were. @throws `COLLECTION_WRITE_FAILED`, `COLLECTION_CLOSED` */
  delete(ids: readonly string[]): Promise<number>;
  /** Gives the space of replaced and deleted items back. @throws as `delete` */
  compact(): Promise<void>;
  /**
   * Moves all items to codes of another model, in one commit at the end: until then searches and writes go on with the old
   * one, and what is written meanwhile is encoded too. `model` and `bits` change with that commit. A kill leaves the old
   * collection whole.
   * @throws what `encode` throws, `ABORTED`, `COLLECTION_ITEM_INVALID` for codes of another length or for none at all; and as
   *   `delete`
   */
  reencode(next: NextModel, options?: ReencodeOptions): Promise<void>;
}
