/** CSV and JSON Lines: a row an item, in the file's order; a bad row fails alone. */
import { open, stat } from 'node:fs/promises';
import { unreadable } from '../../data/files.ts';
import { type CsvRecord, records } from '../../data/import/csv.ts';
import { decodeText } from '../../data/import/encoding.ts';
import { fieldsOf, MAX_LINE_BYTES } from '../../data/import/jsonl.ts';
import { linesOf, pieces } from '../../data/import/lines.ts';
import { UnseenError } from '../../errors.ts';
import type { ItemSource, SourceItem } from '../item.ts';
import { itemOfRow } from './row.ts';

/** Plain decimal numbers, no more digits than a double holds: `7`, `-0.5`; not `007`, which is a name. */
const NUMBER = /^-?(0|[1-9]\d{0,14})(\.\d{1,15})?$/;

/** @throws `FILE_UNREADABLE`, `FILE_MALFORMED` (quotation marks, column names), `TEXT_ENCODING`, `ABORTED` */
export async function csvSource(file: string, signal?: AbortSignal): Promise<ItemSource> {
  let total = -1; // the heading is a record, too
  let heading: readonly string[] = [];
  for await (const record of records(bytesOf(file, signal), file)) {
    if (++total === 0) heading = headingOf(record, file);
  }
  return {
    total: Math.max(0, total),
    async *[Symbol.asyncIterator](): AsyncGenerator<SourceItem> {
      let first = true;
      for await (const record of records(bytesOf(file, signal), file)) {
        if (!first) yield itemOfRow(file, record.line, () => csvFields(record, heading));
        first = false;
      }
    },
  };
}

/** @throws `FILE_UNREADABLE`, `TEXT_ENCODING` (two-byte encodings), `ABORTED` */
export async function jsonlSource(file: string, signal?: AbortSignal): Promise<ItemSource> {
  let total = 0;
  for await (const { bytes } of linesOf(bytesOf(file, signal), MAX_LINE_BYTES)) if (!isBlank(bytes)) total++;
  return {
    total,
    async *[Symbol.asyncIterator](): AsyncGenerator<SourceItem> {
      for await (const line of linesOf(bytesOf(file, signal), MAX_LINE_BYTES)) {
        if (!isBlank(line.bytes)) yield itemOfRow(file, line.number, () => fieldsOf(line) ?? new Map());
      }
    },
  };
}

const isBlank = (bytes: Uint8Array): boolean =>
  bytes.every((byte) => byte === 32 || (byte >= 9 && byte <= 13));

/** @throws `FILE_MALFORMED` for names that come twice, or that say neither what the picture nor what the text is */
function headingOf({ line, cells }: CsvRecord, file: string): string[] {
  const names = cells.map((cell) => decodeText(cell, file).trim());
  const known = names.map((name) => name.toLowerCase());
  const malformed = (reason: string, received: unknown): UnseenError =>
    new UnseenError('FILE_MALFORMED', { file, where: `line ${line}`, reason, received });
  const twice = known.find((name, i) => name !== '' && known.indexOf(name) !== i);
  if (twice !== undefined) throw malformed('column names must differ', twice);
  if (!known.some((name) => name === 'file' || name === 'image' || /^text\d*$/.test(name)))
    throw malformed('must name the columns, file, image or text among them', names.join(','));
  return names;
}

function csvFields({ cells }: CsvRecord, heading: readonly string[]): Map<string, unknown> {
  if (cells.length !== heading.length) {
    const reason = `there must be ${heading.length}, as in the first line (a cell with a comma needs quotation marks)`;
    throw new UnseenError('ROW_FIELD_INVALID', { field: 'columns', reason, received: cells.length });
  }
  const fields = new Map<string, unknown>();
  heading.forEach((name, i) => {
    const text = decodeText(cells[i]!, `column ${name}`);
    if (name !== '') fields.set(name, NUMBER.test(text) ? Number(text) : text);
  });
  return fields;
}

async function* bytesOf(file: string, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  try {
    const facts = await stat(file);
    if (!facts.isFile())
      throw new UnseenError('FILE_UNREADABLE', { file, reason: 'it is not a regular file' });
    const handle = await open(file, 'r');
    try {
      yield* pieces(handle, file, facts.size, signal ? { signal } : {});
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw unreadable(file, cause);
  }
}
