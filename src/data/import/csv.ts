/** A csv file of paths, texts and labels (RFC 4180; the first line names the columns) → a dataset folder. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CsvError, type Info, parse } from 'csv-parse';
import { UnseenError } from '../../errors.ts';
import { withFile } from '../files.ts';
import type { BadRows } from './bad-rows.ts';
import { decodeText } from './encoding.ts';
import type { Importer, ImportOptions } from './importer.ts';
import { countEnds, LineCounter } from './line-counter.ts';
import { pieces } from './lines.ts';
import { importPairs, PAIR_OPTIONS, type ReadTable } from './pairs.ts';
import { isField, type SourceRow, sourceRow } from './source-row.ts';

/** A text of a million characters, and room. */
const MAX_RECORD_BYTES = 1 << 23;

export interface CsvRecord {
  /** Its first line. */
  readonly line: number;
  readonly cells: readonly Uint8Array[];
}

const malformed = (file: string, line: number, reason: string, received: unknown, cause?: unknown) =>
  new UnseenError('FILE_MALFORMED', { file, where: `line ${line}`, reason, received }, { cause });

/** The records of a file, cells as bytes: what is not UTF-8 spoils its own row only. */
export async function* records(source: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<CsvRecord> {
  const parser = parse({
    delimiter: /\.tsv$/i.test(file) ? '\t' : ',',
    encoding: null,
    info: true,
    max_record_size: MAX_RECORD_BYTES,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    skip_empty_lines: true,
  });
  const lines = new LineCounter();
  // A failure of the file arrives through the parser, which it destroys.
  pipeline(Readable.from(lines.watch(source)), parser).catch(() => undefined);
  try {
    for await (const { info, record } of parser as AsyncIterable<{ info: Info; record: Buffer[] }>) {
      const inside = record.reduce((sum, cell) => sum + countEnds(cell), 0);
      yield { line: lines.lineAt(info.bytes) - inside, cells: record };
    }
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    const { code } = cause;
    // After a quotation mark in the wrong place nobody knows where rows end.
    const reason =
      code === 'CSV_MAX_RECORD_SIZE'
        ? `a row must have at most ${MAX_RECORD_BYTES} bytes (is a quotation mark left open?)`
        : 'quotation marks must stand around a whole cell, and double inside it';
    throw malformed(file, lines.lineAt(Number(cause.bytes) + 1), reason, code, cause);
  }
}

function readHeading({ line, cells }: CsvRecord, file: string): string[] {
  const names = cells.map((cell) => decodeText(cell, file).trim().toLowerCase());
  const twice = names.find((name, i) => name !== '' && names.indexOf(name) !== i);
  if (twice !== undefined) throw malformed(file, line, 'column names must differ', twice);
  if (!names.includes('image') && !names.some((name) => /^text\d*$/.test(name)))
    throw malformed(
      file,
      line,
      'must name the columns, with commas between them, image or text among them',
      names.join(','),
    );
  return names;
}

function rowOf({ line, cells }: CsvRecord, heading: readonly string[]): SourceRow {
  if (cells.length !== heading.length) {
    const reason = `there must be ${heading.length}, as in the first line (a cell with a comma needs quotation marks)`;
    throw new UnseenError('ROW_FIELD_INVALID', { field: 'columns', reason, received: cells.length });
  }
  const fields = new Map<string, unknown>();
  heading.forEach((name, i) => {
    if (isField(name)) fields.set(name, decodeText(cells[i]!, `column ${name}`));
  });
  return sourceRow(fields, line);
}

/** Rows in the file's order, bad ones reported. */
async function readCsv(file: string, bad: BadRows, options: ImportOptions): Promise<ReadTable> {
  return withFile(file, async (handle, length) => {
    const rows: SourceRow[] = [];
    let heading: string[] | undefined;
    for await (const record of records(pieces(handle, file, length, options), file)) {
      if (!heading) {
        heading = readHeading(record, file);
        const unused = heading.filter((name) => name !== '' && !isField(name));
        if (unused.length > 0) options.onUnused?.(unused);
        continue;
      }
      try {
        rows.push(rowOf(record, heading));
      } catch (error) {
        bad.report(record.line, error);
      }
    }
    return { rows };
  });
}

export const csv: Importer = {
  name: 'csv',
  describe: 'a table of paths of pictures, texts and labels; rows may lack the picture or the text',
  source:
    'a .csv (or .tsv) file whose first line names its columns: image, text (text2, text3 …), labels (several: a;b or a|b), ' +
    'and if wanted image_labels, text_labels, part (train or test), group, name',
  options: PAIR_OPTIONS,
  run: (source, out, options = {}) => importPairs(readCsv, source, out, options),
};
