/** What a pool and its worker threads say to each other. */
import type { ModalityName } from '../data/index.ts';
import type { ErrorMessage } from '../evaluate/runner/messages.ts';
import type { EncodeItemsOptions, FailedItem, Outcome, RawItem } from './item.ts';

export interface WorkerData {
  readonly modelFolder: string;
}

export type ToWorker =
  | {
      readonly kind: 'encode';
      readonly items: readonly RawItem[];
      readonly options: Omit<EncodeItemsOptions, 'signal'>;
    }
  /** Ends the thread when nothing is under way. */
  | { readonly kind: 'end' };

/** An error crosses as its code and values. */
export type OutcomeMessage =
  | Extract<Outcome, { status: 'ready' }>
  | (Omit<FailedItem, 'error'> & { readonly error: ErrorMessage });

export interface ModelFacts {
  readonly fingerprint: string;
  readonly bits: number;
  readonly modalities: readonly ModalityName[];
}

export type FromWorker =
  | { readonly kind: 'ready'; readonly model: ModelFacts }
  | { readonly kind: 'done'; readonly outcomes: readonly OutcomeMessage[] }
  | { readonly kind: 'failed'; readonly error: ErrorMessage };
