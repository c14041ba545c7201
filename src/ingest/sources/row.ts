/** A row of a table → an item: `id`, `file`, `text`, `class` mean something, every other column goes to the payload. */
import path from 'node:path';
import type { Payload } from '../../collection/index.ts';
import { resolveInside } from '../../data/files.ts';
import { pathInside } from '../../data/import/picture-paths.ts';
import { readPicture } from '../../encoders/decode.ts';
import { UnseenError } from '../../errors.ts';
import type { SourceItem } from '../item.ts';

/** The picture's path, from the table's folder. `image` is what `unseen import` calls it. */
const FILE_FIELDS = ['file', 'image'];
const TEXT_FIELD = /^text\d*$/;
/** Labels as `unseen import` reads them: the first is the class. */
const SEPARATOR = /[;|]/;

const wrong = (field: string, reason: string, received: unknown): UnseenError =>
  new UnseenError('ROW_FIELD_INVALID', { field, reason, received });

function stringOf(value: unknown, field: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string' && typeof value !== 'number') throw wrong(field, 'must be a text', value);
  const text = String(value).trim();
  return text === '' ? undefined : text;
}

function stringsOf(value: unknown, field: string): string[] {
  const list = Array.isArray(value) ? value : [value];
  return list.flatMap((one) => stringOf(one, field) ?? []);
}

/** What a row says, its picture not yet read. */
interface Row {
  readonly id: string | undefined;
  readonly file: string | undefined;
  readonly texts: readonly string[];
  readonly payload: Payload;
}

function rowOf(fields: ReadonlyMap<string, unknown>): Row {
  const columns: Record<string, unknown> = {};
  const texts: string[] = [];
  const files: string[] = [];
  let id: string | undefined;
  for (const [name, value] of fields) {
    const field = name.trim().toLowerCase();
    if (field === 'id') id = stringOf(value, 'id');
    else if (FILE_FIELDS.includes(field)) files.push(...stringsOf(value, field));
    else if (TEXT_FIELD.test(field)) texts.push(...stringsOf(value, field));
    else if (field === 'class') columns.class = stringOf(value, 'class');
    else if (field === 'labels') columns.labels = labelsOf(value);
    else if (value !== null && value !== '') columns[name] = value;
  }
  if (files.length > 1) throw wrong('file', 'an item has one picture', files.length);
  const { class: label, labels, ...others } = columns as { class?: string; labels?: string[] };
  const first = label ?? labels?.[0];
  return {
    id,
    file: files[0],
    texts,
    payload: {
      ...(others as Payload),
      ...(labels && labels.length > 1 && { labels }),
      ...(first !== undefined && { class: first }),
    },
  };
}

const labelsOf = (value: unknown): string[] =>
  stringsOf(value, 'labels')
    .flatMap((text) => text.split(SEPARATOR))
    .map((one) => one.trim())
    .filter((one) => one !== '');

/**
 * `fields` throws where the row cannot be read: then, as where its picture cannot, the item fails alone. Without an `id` the
 * picture's path is one, else the line: `captions.csv:12`.
 */
export async function itemOfRow(
  table: string,
  line: number,
  fields: () => ReadonlyMap<string, unknown>,
): Promise<SourceItem> {
  const where = `${table}:${line}`;
  const name = path.basename(table);
  let id = `${name}:${line}`;
  try {
    const row = rowOf(fields());
    id = row.id ?? row.file ?? id;
    const picture = row.file === undefined ? undefined : await pictureAt(path.dirname(table), row.file);
    return {
      id,
      where,
      ...(row.texts.length > 0 && { text: row.texts }),
      ...(picture && { picture }),
      payload: { ...row.payload, source: row.file ?? name },
    };
  } catch (error) {
    if (!(error instanceof UnseenError)) throw error;
    return { status: 'failed', id, where, error };
  }
}

/** @throws `PATH_OUTSIDE`, `FILE_UNREADABLE`, `FILE_LENGTH` */
async function pictureAt(folder: string, written: string): Promise<Uint8Array> {
  return readPicture(await resolveInside(folder, pathInside(folder, written)));
}
