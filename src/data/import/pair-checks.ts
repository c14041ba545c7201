/** Which rows are good: their labels known, their pictures there and whole, their parts named. */
import { UnseenError } from '../../errors.ts';
import type { ImageFiles } from '../dataset.ts';
import type { BadRows } from './bad-rows.ts';
import type { ImportOptions } from './importer.ts';
import { type FoundPictures, findPictures } from './picture-paths.ts';
import { type SourceRow, shows } from './source-row.ts';

/** Rows whose labels are all among the classes; `list` is where the classes are from. */
export function withKnownLabels(
  rows: readonly SourceRow[],
  classes: readonly string[],
  list: string,
  bad: BadRows,
): SourceRow[] {
  const known = new Set(classes);
  return rows.filter((row) => {
    const named = [...row.labels, ...(row.imageLabels ?? []), ...(row.textLabels ?? [])];
    const value = named.find((label) => !known.has(label));
    if (value === undefined) return true;
    bad.report(row.line, new UnseenError('LABEL_UNKNOWN', { value, classes: known.size, list }));
    return false;
  });
}

export interface Pictured {
  readonly rows: readonly SourceRow[];
  readonly images: ImageFiles;
  /** Number in `images` of a row's picture, by its path as written. */
  readonly numbers: ReadonlyMap<string, number>;
}

const FIELDS = {
  image: { features: 'imageFeatures', name: 'features' },
  text: { features: 'textFeatures', name: 'text_features' },
} as const;

/**
 * Rows whose features are as those of the first row that has some: as many numbers, and with a picture (or a text) where that
 * has one. Once some row has features, every row that shows something in the modality must.
 */
export function withFeatures(rows: readonly SourceRow[], bad: BadRows): readonly SourceRow[] {
  let kept = rows;
  for (const modality of ['image', 'text'] as const) {
    const { features: field, name } = FIELDS[modality];
    const isRaw = ({ image, texts }: SourceRow) =>
      modality === 'image' ? image !== undefined : texts.length > 0;
    const model = kept.find((row) => row[field]);
    if (!model) continue;
    const raw = isRaw(model);
    const problem = (row: SourceRow): UnseenError | undefined => {
      if (!shows[modality](row)) return undefined;
      const received = row[field]?.length ?? 'nothing';
      const wrong = (reason: string) =>
        new UnseenError('ROW_FIELD_INVALID', { field: name, reason, received });
      if (received !== model[field]!.length)
        return wrong(`must have ${model[field]!.length} numbers, as of row ${model.line}`);
      if (isRaw(row) === raw) return undefined;
      return wrong(
        `must stand ${raw ? 'beside' : 'without'} ${modality === 'image' ? 'a picture' : 'a text'}, as in row ${model.line}`,
      );
    };
    kept = kept.filter((row) => {
      const error = problem(row);
      if (error) bad.report(row.line, error);
      return !error;
    });
  }
  return kept;
}

/** Rows whose picture is there and, where there is a check, can be decoded; `where`: the pictures, or the folder of the files. */
export async function withPictures(
  rows: readonly SourceRow[],
  where: string | FoundPictures,
  bad: BadRows,
  options: ImportOptions,
): Promise<Pictured> {
  const written = [...new Set(rows.flatMap(({ image }) => image ?? []))];
  const { images, numbers, missing } =
    typeof where === 'string' ? await findPictures(where, written, options) : where;
  const keep = (errorOf: (image: string) => UnseenError | undefined, among: readonly SourceRow[]) =>
    among.filter(({ image, line }) => {
      const error = image === undefined ? undefined : errorOf(image);
      if (error) bad.report(line, error);
      return !error;
    });
  const there = keep((image) => missing.get(image), rows);
  const spoilt = new Map<number, UnseenError>();
  const lines = new Map<number, number>();
  for (const { image, line } of there) {
    const number = image === undefined ? undefined : numbers.get(image);
    if (number !== undefined && !lines.has(number)) lines.set(number, line);
  }
  await options.check?.(images, ({ row, error }) => {
    // Nothing is left out: the first bad picture ends it, before the rest is decoded.
    if (!options.onBad) bad.report(lines.get(row)!, error);
    spoilt.set(row, error);
  });
  return { rows: keep((image) => spoilt.get(numbers.get(image)!), there), images, numbers };
}

/** Train rows first; `undefined` where no row names a part. */
export function inParts(rows: readonly SourceRow[], bad: BadRows) {
  if (rows.every(({ part }) => part === undefined)) return { rows };
  const named = rows.filter((row) => {
    if (row.part === undefined) {
      const reason = 'must be train or test, as other rows have it';
      bad.report(
        row.line,
        new UnseenError('ROW_FIELD_INVALID', { field: 'part', reason, received: 'nothing' }),
      );
    }
    return row.part !== undefined;
  });
  const train = named.filter(({ part }) => part === 'train');
  const all = [...train, ...named.filter(({ part }) => part === 'test')];
  const parts = { train: [0, train.length], test: [train.length, all.length] } as const;
  if (train.length === 0 || train.length === all.length)
    throw new UnseenError('FILE_MALFORMED', {
      file: bad.file,
      where: 'part',
      reason: 'must name train rows and test rows, or be left out',
      received: { train: train.length, test: all.length - train.length },
    });
  return { rows: all, parts };
}
