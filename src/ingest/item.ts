/** What goes into an encoder of items, and what comes out. */
import type { NewItem, Payload } from '../collection/index.ts';
import type { ModalityName } from '../data/index.ts';
import type { UnseenError } from '../errors.ts';
import type { Keep } from './keep-picture.ts';

/** An item as it was found: nothing of it is checked yet. */
export interface RawItem {
  readonly id: string;
  /** A list counts as one text; `payload.text` then has its parts with commas between them. */
  readonly text?: string | readonly string[];
  /** An encoded file: PNG, JPEG, WebP, GIF or AVIF. */
  readonly picture?: Uint8Array;
  /** Columns, class, source; `sha256` and `text` are set by ingest. */
  readonly payload?: Payload;
  /** Where it stands, for messages: `photos.csv:12`. Default: the id. */
  readonly where?: string;
}

export interface FailedItem {
  readonly status: 'failed';
  readonly id: string;
  readonly where?: string;
  readonly error: UnseenError;
}

export type Outcome = { readonly status: 'ready'; readonly item: NewItem } | FailedItem;

export interface EncodeItemsOptions {
  /** Default `small`. */
  readonly keep?: Keep;
  /** Makes codes of this modality only. Default: of all that item and model have. */
  readonly modality?: ModalityName;
  /** Rejects with `ABORTED`. */
  readonly signal?: AbortSignal;
}

/** Makes items of raw ones: here, or in worker threads. */
export interface Encoder {
  /** Fingerprint of the model. */
  readonly fingerprint: string;
  readonly bits: number;
  readonly modalities: readonly ModalityName[];
  /** Batches that are worth having under way at once. */
  readonly atOnce: number;
  /**
   * In the order given; an item that cannot be encoded fails alone.
   * @throws `MODEL_NEEDS_FEATURES`, `ENCODER_CRASHED`, `ABORTED`
   */
  encode(items: readonly RawItem[], options?: EncodeItemsOptions): Promise<Outcome[]>;
}

/** What a source gives: an item, or why there is none. */
export type SourceItem = RawItem | FailedItem;

export type ItemSource = AsyncIterable<SourceItem> & {
  /** Items that it will give, if it knows. */
  readonly total?: number;
};

export interface ItemResult {
  readonly id: string;
  readonly where?: string;
  /** `added`: new or replaced, and durable. `duplicate`: an item of another id, `of`, has the same content. */
  readonly status: 'added' | 'unchanged' | 'duplicate' | 'failed';
  readonly of?: string;
  readonly error?: UnseenError;
}
