/** What the service asks of `Encoder`s, which make items of raw texts and pictures. */
import type { NewItem, Payload } from '../collection/index.ts';
import type { ModalityName } from '../data/index.ts';
import { UnseenError } from '../errors.ts';
import type { Model } from '../model/index.ts';

export interface RawItem {
  readonly id: string;
  readonly text?: string | readonly string[];
  readonly picture?: Uint8Array;
  readonly payload?: Payload;
}
export type Outcome =
  | { readonly status: 'ready'; readonly item: NewItem }
  | { readonly status: 'failed'; readonly id: string; readonly error: UnseenError };

export interface Encoder {
  encode(
    items: readonly RawItem[],
    options?: {
      readonly keep?: 'small' | 'original' | 'none';
      readonly modality?: ModalityName;
      readonly signal?: AbortSignal;
    },
  ): Promise<Outcome[]>;
}

/** The model as an encoder in this thread. */
export const encoderOf = (model: Model): Encoder => ({
  encode: (items, { modality, signal } = {}) =>
    Promise.all(
      items.map(async (raw): Promise<Outcome> => {
        try {
          const codes: { [name in ModalityName]?: Uint8Array } = {};
          const wanted = model.modalities.filter((name) => modality === undefined || name === modality);
          for (const name of wanted) {
            const input = name === 'image' ? raw.picture : raw.text;
            if (input === undefined) continue;
            const made = await model.encode(name, [input] as never, signal ? { signal } : {});
            codes[name] = made.row(0).slice();
          }
          return { status: 'ready', item: { id: raw.id, codes, payload: { ...raw.payload } } };
        } catch (error) {
          if (!(error instanceof UnseenError)) throw error;
          return { status: 'failed', id: raw.id, error };
        }
      }),
    ),
});
