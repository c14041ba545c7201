/** JSON Lines of paths, texts and labels → a dataset folder. */
import { UnseenError } from '../../errors.ts';
import { withFile } from '../files.ts';
import type { BadRows } from './bad-rows.ts';
import { decodeText } from './encoding.ts';
import type { Importer, ImportOptions } from './importer.ts';
import { type Line, linesOf, pieces } from './lines.ts';
import { importPairs, PAIR_OPTIONS, type ReadTable } from './pairs.ts';
import { isField, type SourceRow, sourceRow } from './source-row.ts';

export const MAX_LINE_BYTES = 1 << 23;

const wrong = (reason: string, received: unknown, cause?: unknown): UnseenError =>
  new UnseenError('ROW_FIELD_INVALID', { field: 'line', reason, received }, { cause });

/** The fields of a line; `undefined` for a blank one. @throws `ROW_FIELD_INVALID`, `TEXT_ENCODING` */
export function fieldsOf({ bytes, tooLong }: Line): ReadonlyMap<string, unknown> | undefined {
  if (tooLong) throw wrong(`must have at most ${MAX_LINE_BYTES} bytes`, 'more');
  const text = decodeText(bytes, 'line');
  if (text.trim() === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw wrong(`must be JSON (${(cause as Error).message})`, text.slice(0, 60), cause);
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw wrong('must be an object', text.slice(0, 60));
  return new Map(Object.entries(value));
}

async function readJsonl(file: string, bad: BadRows, options: ImportOptions): Promise<ReadTable> {
  return withFile(file, async (handle, length) => {
    const rows: SourceRow[] = [];
    const unused = new Set<string>();
    for await (const line of linesOf(pieces(handle, file, length, options), MAX_LINE_BYTES)) {
      try {
        const fields = fieldsOf(line);
        if (!fields) continue;
        for (const name of fields.keys()) if (!isField(name) && unused.size < 100) unused.add(name);
        rows.push(sourceRow(fields, line.number));
      } catch (error) {
        bad.report(line.number, error);
      }
    }
    if (unused.size > 0) options.onUnused?.([...unused]);
    return { rows };
  });
}

export const jsonl: Importer = {
  name: 'jsonl',
  describe: 'as csv, an object a line: {"image": "a.jpg", "text": ["…", "…"], "labels": ["cat"]}',
  source: 'a .jsonl file; fields as the columns of csv, text and labels a string or a list of strings',
  options: PAIR_OPTIONS,
  run: (source, out, options = {}) => importPairs(readJsonl, source, out, options),
};
