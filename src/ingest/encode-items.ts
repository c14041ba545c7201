/** Raw items → items of a collection: codes of pictures and texts, the picture that is kept, the payload. */
import { checkItems } from '../collection/check-items.ts';
import type { Payload, Picture } from '../collection/index.ts';
import type { ImageFiles, ModalityName } from '../data/index.ts';
import { AT_ONCE, decodePicture } from '../encoders/decode.ts';
import { throwIfAborted, UnseenError } from '../errors.ts';
import type { Model } from '../model/index.ts';
import { payloadOf, textOf } from './content.ts';
import type { EncodeItemsOptions, Encoder, Outcome, RawItem } from './item.ts';
import { keepPicture } from './keep-picture.ts';

/** Pixels of a side: enough for a decoder to read every byte of a picture that is kept and not encoded. */
const LOOK_SIDE = 8;

interface Draft {
  readonly raw: RawItem;
  /** Modalities of its codes. */
  wanted: readonly ModalityName[];
  readonly codes: { [modality in ModalityName]?: Uint8Array };
  payload: Payload;
  picture?: Picture;
  /** Why it failed: then nothing else of it counts. */
  error?: UnseenError;
}

/**
 * In the order given; an item that cannot be encoded fails alone, with the error of its picture (`PICTURE_…`), `TEXT_UNKNOWN`
 * for a text of no known word without a picture, `ITEM_NOT_ENCODABLE`, `PAYLOAD_INVALID` or `COLLECTION_ITEM_INVALID`.
 * @throws `MODEL_NEEDS_FEATURES` for a model that was trained on ready-made features, `ABORTED`
 */
export async function encodeItems(
  model: Model,
  items: readonly RawItem[],
  { keep = 'small', modality, signal }: EncodeItemsOptions = {},
): Promise<Outcome[]> {
  const possible = model.modalities.filter((name) => modality === undefined || name === modality);
  const drafts = items.map((raw) => draftOf(raw, possible));
  const good = (): Draft[] => drafts.filter(({ error }) => !error);
  await eachAtOnce(good(), async (draft) => {
    const { picture } = draft.raw;
    throwIfAborted(signal, 'encoding');
    if (!picture) return;
    const kept = await keepPicture(picture, nameOf(draft.raw), keep);
    // Whoever encodes it, decodes it; otherwise nobody has looked at more than its head.
    if (!draft.wanted.includes('image')) await decodePicture(picture, nameOf(draft.raw), { side: LOOK_SIDE });
    if (kept) draft.picture = kept;
  });
  await encodePictures(model, good(), signal);
  await encodeTexts(model, good(), signal);
  return drafts.map((draft) => outcomeOf(draft, model.bits));
}

/** The model as an encoder in this thread. */
export const encoderOf = (model: Model): Encoder => ({
  fingerprint: model.fingerprint,
  bits: model.bits,
  modalities: model.modalities,
  atOnce: 1,
  encode: (items, options) => encodeItems(model, items, options),
});

const nameOf = ({ where, id }: RawItem): string => where ?? id;

function draftOf(raw: RawItem, possible: readonly ModalityName[]): Draft {
  const draft: Draft = { raw, wanted: [], codes: {}, payload: {} };
  try {
    const has = { image: raw.picture !== undefined, text: textOf(raw) !== undefined };
    draft.wanted = possible.filter((name) => has[name]);
    if (draft.wanted.length === 0) throw notEncodable(raw, has, possible);
    draft.payload = payloadOf(raw);
  } catch (error) {
    draft.error = typed(error);
  }
  return draft;
}

function notEncodable(
  { id }: RawItem,
  has: Readonly<Record<ModalityName, boolean>>,
  possible: readonly ModalityName[],
): UnseenError {
  const words = { image: 'a picture', text: 'a text' } as const;
  const received = (['image', 'text'] as const).filter((name) => has[name]).map((name) => words[name]);
  return new UnseenError('ITEM_NOT_ENCODABLE', {
    id,
    received: received.join(' and ') || 'neither picture nor text',
    expected: possible.map((name) => words[name]).join(' or ') || 'another modality',
  });
}

/** A failure of one item, or thrown on: a bug, or a request to stop. */
function typed(error: unknown): UnseenError {
  if (error instanceof UnseenError && error.code !== 'ABORTED') return error;
  throw error;
}

/** Runs the work on a few drafts at once; a failure is the draft's own. */
async function eachAtOnce(drafts: readonly Draft[], work: (draft: Draft) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < drafts.length) {
      const draft = drafts[next++]!;
      try {
        await work(draft);
      } catch (error) {
        draft.error = typed(error);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

async function encodePictures(model: Model, drafts: readonly Draft[], signal?: AbortSignal): Promise<void> {
  const some = drafts.filter(({ wanted }) => wanted.includes('image'));
  if (some.length === 0) return;
  const images: ImageFiles = {
    kind: 'files',
    count: some.length,
    name: (row) => nameOf(some[row]!.raw),
    read: async (row) => some[row]!.raw.picture!,
  };
  const codes = await model.encode('image', images, {
    ...(signal && { signal }),
    onBad: ({ row, error }) => {
      some[row]!.error = error;
    },
  });
  some.forEach((draft, row) => {
    draft.codes.image = codes.bytes.slice(row * codes.bytesPerCode, (row + 1) * codes.bytesPerCode);
  });
}

async function encodeTexts(model: Model, drafts: readonly Draft[], signal?: AbortSignal): Promise<void> {
  const asked = drafts.filter(({ wanted }) => wanted.includes('text'));
  if (asked.length === 0) return;
  const unknown = new Set(model.unknownTexts(asked.map(({ raw }) => textOf(raw)!)));
  const some = asked.filter((_, i) => !unknown.has(i));
  for (const i of unknown) {
    const { codes, raw } = asked[i]!;
    // Beside a picture the text is kept and has no code: one that says nothing would be near to anything.
    if (!codes.image) asked[i]!.error = new UnseenError('TEXT_UNKNOWN', { received: textOf(raw) });
  }
  if (some.length === 0) return;
  const codes = await model.encode(
    'text',
    some.map(({ raw }) => textOf(raw)!),
    signal && { signal },
  );
  some.forEach((draft, row) => {
    draft.codes.text = codes.bytes.slice(row * codes.bytesPerCode, (row + 1) * codes.bytesPerCode);
  });
}

function outcomeOf({ raw, codes, payload, picture, error }: Draft, bits: number): Outcome {
  const item = { id: raw.id, codes, payload, ...(picture && { picture }) };
  const where = raw.where !== undefined && { where: raw.where };
  if (error) return { status: 'failed', id: raw.id, ...where, error };
  try {
    // The collection's own rules, item by item: there one bad item would take the whole batch with it.
    checkItems([item], bits);
    return { status: 'ready', item };
  } catch (thrown) {
    return { status: 'failed', id: raw.id, ...where, error: typed(thrown) };
  }
}
