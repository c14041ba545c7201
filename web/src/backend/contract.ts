/** What the page needs of whatever answers it: a service over HTTP, or files that it searches itself. */
import type { Filter } from '../../../src/collection/filter/types.ts';
import type { Payload } from '../../../src/collection/payload.ts';

export type Modality = 'image' | 'text';
export type { Payload };

export interface CollectionInfo {
  readonly name: string;
  readonly bits: number;
  /** Fingerprint of its model. */
  readonly model: string;
  readonly items: number;
  readonly modalities: readonly Modality[];
}

export interface ModelInfo {
  readonly fingerprint: string;
  readonly method: string;
  readonly bits: number;
  /** What it can encode: whether words, and pictures, can ask. */
  readonly modalities: readonly Modality[];
  /** Name of the dataset of its training. */
  readonly dataset: string;
  /** SHA-256 of its split. */
  readonly split: string;
  /** Names: those that training had labels of, and those that it had none of. */
  readonly classes: { readonly seen: readonly string[]; readonly unseen: readonly string[] };
}

export interface Overview {
  readonly title?: string;
  /** Addresses to link to, where there is something behind them. */
  readonly links: { readonly report?: string; readonly api?: string };
  readonly collections: readonly CollectionInfo[];
  readonly models: readonly ModelInfo[];
}

export type Question =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'item'; readonly id: string }
  /** Packed, in hexadecimal. */
  | { readonly kind: 'code'; readonly code: string };

export interface Query {
  readonly question: Question;
  readonly modality?: Modality;
  /** Bits. */
  readonly radius?: number;
  readonly filter?: Filter;
  readonly k: number;
  readonly offset: number;
}

export interface Hit {
  readonly id: string;
  /** Bits that differ from the query's code. */
  readonly distance: number;
  /** Whose code is that near. */
  readonly modality: Modality;
  readonly payload: Payload;
  /** Whether a picture can be shown. */
  readonly picture: boolean;
  /** In hexadecimal, that of `modality`. */
  readonly code?: string;
}

export interface ResultPage {
  /** Of the query, in hexadecimal. */
  readonly code: string;
  /** Words of the text that the model does not know. */
  readonly unknownWords: readonly string[];
  readonly hits: readonly Hit[];
  readonly more: boolean;
  /** Of the collection: pages belong together while it is the same. */
  readonly version: number;
  readonly milliseconds: number;
}

/** A row of the collection's facts, ready to be shown. */
export type Fact = readonly [label: string, value: string];

/** What came of one file that was added. */
export interface AddedFile {
  readonly id: string;
  readonly status: 'added' | 'unchanged' | 'duplicate' | 'failed';
  readonly reason?: string;
}

export interface Backend {
  overview(signal: AbortSignal): Promise<Overview>;
  /** What only this collection's keeper knows: sizes, versions. */
  facts(collection: string, signal: AbortSignal): Promise<readonly Fact[]>;
  search(collection: string, query: Query, signal: AbortSignal): Promise<ResultPage>;
  /** The code of a picture that is no item, in hexadecimal. */
  encodePicture(collection: string, picture: Blob, signal: AbortSignal): Promise<string>;
  /** An address that `<img>` can show; it may be one of this page's memory (`blob:`). */
  picture(collection: string, id: string, signal: AbortSignal): Promise<string>;
  /** Adds pictures and waits until they are kept; absent where nothing can be added. */
  readonly add?: (
    collection: string,
    files: readonly NamedFile[],
    payload: Payload,
    signal: AbortSignal,
  ) => Promise<readonly AddedFile[]>;
  /** Takes a token for later calls; absent where none is needed. */
  readonly useToken?: (token: string) => void;
}

export interface NamedFile {
  /** Path below the folder that was chosen, with slashes; the item's id. */
  readonly name: string;
  readonly file: Blob;
}

interface ProblemFacts {
  readonly hint?: string | undefined;
  readonly status?: number;
  readonly retryAfter?: number | undefined;
}

/** What went wrong, as it can be said to whoever looks at the page. */
export class Problem extends Error {
  readonly hint: string | undefined;
  /** Of HTTP; 0 where nobody answered. */
  readonly status: number;
  /** Seconds after which to ask again, where the service was too busy. */
  readonly retryAfter: number | undefined;

  constructor(message: string, { hint, status = 0, retryAfter }: ProblemFacts = {}) {
    super(message);
    this.hint = hint;
    this.status = status;
    this.retryAfter = retryAfter;
  }
}
