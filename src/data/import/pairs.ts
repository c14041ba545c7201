/** Tables of pictures and texts, whatever their form → a dataset folder. */
import path from 'node:path';
import { UnseenError } from '../../errors.ts';
import type { Dataset } from '../dataset.ts';
import { BadRows } from './bad-rows.ts';
import { ALL_OPTIONS, classesFrom, embeddingsFrom, finishImport, type ImportOptions } from './importer.ts';
import { inParts, withFeatures, withKnownLabels, withPictures } from './pair-checks.ts';
import { datasetOfPairs, labelsOf } from './pair-dataset.ts';
import type { FoundPictures } from './picture-paths.ts';
import type { SourceRow } from './source-row.ts';

export const PAIR_OPTIONS: readonly (keyof ImportOptions)[] = [
  ...ALL_OPTIONS,
  'classes',
  'images',
  'check',
  'onBad',
  'onUnused',
];

/** Reads the rows of a file, and reports those that cannot be read. */
export type ReadRows = (file: string, bad: BadRows, options: ImportOptions) => Promise<ReadTable>;

export interface ReadTable {
  readonly rows: readonly SourceRow[];
  /** Where the file holds the pictures itself: `image` of a row is then a key of their numbers. */
  readonly pictures?: FoundPictures;
  /** Where the file lists its classes: all that its labels can be. */
  readonly classes?: readonly string[];
}

/** The labels of the rows, sorted by code unit. */
function classesOf(rows: readonly SourceRow[], file: string): string[] {
  const found = new Set(rows.flatMap((row) => [...labelsOf.image(row), ...labelsOf.text(row)]));
  if (found.size > 0) return [...found].sort();
  const reason = 'some row must have one, or a list of classes must be given';
  throw new UnseenError('FILE_MALFORMED', { file, where: 'labels', reason, received: 'none' });
}

/**
 * Imports what `read` finds in a file. Pictures are looked for in `options.images`, or beside the file, and copied.
 *
 * Throws `IMPORT_ROW_BAD` with file and line, whose `values.code` says what is bad; `IMPORT_EMPTY`, `TEXT_ENCODING`,
 * `FILE_MALFORMED`, `ABORTED`, and as `writeDataset`.
 */
export async function importPairs(
  read: ReadRows,
  source: string,
  out: string,
  options: ImportOptions,
): Promise<Dataset> {
  const bad = new BadRows(source, options.onBad);
  const given = await classesFrom(options.classes);
  const { rows: listed, pictures, classes: noted } = await read(source, bad, options);
  const received = listed.length + bad.count;
  const labelled = given ? withKnownLabels(listed, given, options.classes!, bad) : listed;
  const folder = options.images ?? path.dirname(source);
  const featured = withFeatures(labelled, bad);
  const pictured = await withPictures(featured, pictures ?? folder, bad, options);
  const { rows, parts } = inParts(pictured.rows, bad);
  if (rows.length === 0) throw new UnseenError('IMPORT_EMPTY', { file: source, received });
  const classes = given ?? noted ?? classesOf(rows, source);
  const facts = {
    name: options.name ?? path.basename(source).replace(/\.[^.]*$/, ''),
    classes,
    ...(await embeddingsFrom(options.embeddings, classes)),
    ...(parts && { parts }),
  };
  return finishImport(datasetOfPairs({ ...pictured, rows }, facts, source), out, options);
}
