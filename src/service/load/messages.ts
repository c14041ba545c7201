/** What the measuring process and the serving one say to each other. */

export interface ServerSettings {
  readonly items: number;
  readonly bits: number;
  /** Threads of a search. */
  readonly threads: number;
  /** Where the collection is made, for the time of the run. Default: the system's folder for such things. */
  readonly folder?: string;
}

export type ToServer = 'memory' | 'end';
export type FromServer =
  | { readonly kind: 'ready'; readonly port: number }
  | { readonly kind: 'memory'; readonly rss: number; readonly heapUsed: number };

export const COLLECTION = 'load';
/** No model is needed: items and queries come as codes. */
export const MODEL = '0'.repeat(64);
