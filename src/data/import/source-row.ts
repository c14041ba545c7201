/** A row of a table of pictures and texts, from its fields; the fields' names are the same in csv and JSON Lines. */
import { UnseenError } from '../../errors.ts';

/** As the text encoder: what is longer is no text to search for as one item. */
const MAX_TEXT_LENGTH = 1 << 20;
/** Separate several labels in one string. */
const SEPARATOR = /[;|]/;
const TEXT_FIELD = /^text\d*$/;

const NAMES = ['image', 'text', 'labels', 'image_labels', 'text_labels', 'part', 'group', 'name'] as const;

export interface SourceRow {
  /** Of the table, from 1. */
  readonly line: number;
  readonly image?: string;
  /** None: the row has no text. */
  readonly texts: readonly string[];
  /** Ready-made features of the picture, or of the texts; each may stand alone. */
  readonly imageFeatures?: Float32Array;
  readonly textFeatures?: Float32Array;
  /** Of both modalities, unless one has its own. */
  readonly labels: readonly string[];
  readonly imageLabels?: readonly string[];
  readonly textLabels?: readonly string[];
  readonly part?: 'train' | 'test';
  readonly group?: string;
  readonly name?: string;
}

/** Whether a row shows anything in a modality. */
export const shows = {
  image: ({ image, imageFeatures }: Pick<SourceRow, 'image' | 'imageFeatures'>): boolean =>
    (image ?? imageFeatures) !== undefined,
  text: ({ texts, textFeatures }: Pick<SourceRow, 'texts' | 'textFeatures'>): boolean =>
    texts.length > 0 || textFeatures !== undefined,
} as const;

/** Whether a column or field of this name means something. */
export const isField = (name: string): boolean =>
  TEXT_FIELD.test(name) || (NAMES as readonly string[]).includes(name);

const wrong = (field: string, reason: string, received: unknown): UnseenError =>
  new UnseenError('ROW_FIELD_INVALID', { field, reason, received });

function stringOf(value: unknown, field: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string' && typeof value !== 'number') throw wrong(field, 'must be a text', value);
  const text = String(value).trim();
  return text === '' ? undefined : text;
}

/** A list of strings, or one string; empty strings are none. */
function listOf(value: unknown, field: string, split: (text: string) => string[]): string[] | undefined {
  if (value === undefined || value === null) return undefined;
  const texts = Array.isArray(value)
    ? value.map((one) => stringOf(one, field))
    : split(stringOf(value, field) ?? '').map((one) => one.trim());
  return texts.filter((one) => one !== undefined && one !== '') as string[];
}

/**
 * Throws `TEXT_TOO_LONG`, and `ROW_FIELD_INVALID` for a field of the wrong type, an unknown part, labels of what the row
 * does not have, and a row that has neither picture nor text.
 */
export function sourceRow(
  fields: ReadonlyMap<string, unknown>,
  line: number,
  features: Pick<SourceRow, 'imageFeatures' | 'textFeatures'> = {},
): SourceRow {
  const string = (field: string) => stringOf(fields.get(field), field);
  const labels = (field: string) => {
    const list = listOf(fields.get(field), field, (text) => text.split(SEPARATOR));
    return list && [...new Set(list)];
  };
  const texts = [...fields.keys()]
    .filter((field) => TEXT_FIELD.test(field))
    .flatMap((field) => listOf(fields.get(field), field, (text) => [text]) ?? []);
  for (const text of texts)
    if (text.length > MAX_TEXT_LENGTH)
      throw new UnseenError('TEXT_TOO_LONG', {
        what: 'its text',
        received: text.length,
        limit: MAX_TEXT_LENGTH,
      });
  const image = string('image');
  const has = {
    image: shows.image({ ...features, ...(image !== undefined && { image }) }),
    text: shows.text({ ...features, texts }),
  };
  if (!has.image && !has.text) throw wrong('image and text', 'one of them must be given', 'neither');
  const own = { image: labels('image_labels'), text: labels('text_labels') };
  for (const modality of ['image', 'text'] as const) {
    const list = own[modality];
    if (!has[modality] && list?.length)
      throw wrong(`${modality}_labels`, `must be empty where the row has no ${modality}`, list[0]);
  }
  const part = string('part')?.toLowerCase();
  if (part !== undefined && part !== 'train' && part !== 'test')
    throw wrong('part', 'must be train or test', part);
  const group = string('group');
  const name = string('name');
  return {
    line,
    ...(image !== undefined && { image }),
    texts,
    ...features,
    labels: labels('labels') ?? [],
    ...(own.image && { imageLabels: own.image }),
    ...(own.text && { textLabels: own.text }),
    ...(part && { part }),
    ...(group !== undefined && { group }),
    ...(name !== undefined && { name }),
  };
}
