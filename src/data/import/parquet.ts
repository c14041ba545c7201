/** A Parquet file of pictures or their paths, texts, labels and features → a dataset folder. */
import { throwIfAborted, UnseenError } from '../../errors.ts';
import type { BadRows } from './bad-rows.ts';
import type { Importer, ImportOptions } from './importer.ts';
import { importPairs, PAIR_OPTIONS, type ReadTable } from './pairs.ts';
import { type ParquetFile, withParquet } from './parquet-file.ts';
import { EmbeddedPictures, embeddedIn } from './parquet-pictures.ts';
import { classNames, featuresValue, fieldValue, namedClasses } from './parquet-values.ts';
import { isField, type SourceRow, sourceRow } from './source-row.ts';

/** Columns of features, and what they are of. */
const FEATURES = { features: 'imageFeatures', text_features: 'textFeatures' } as const;
const isFeatures = (field: string): field is keyof typeof FEATURES => Object.hasOwn(FEATURES, field);
/** Other names of fields, as many data sets have them; the field's own name comes first. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['label', 'labels'],
  ['id', 'name'],
]);

/** Names of columns by the field that they fill. Throws `FILE_MALFORMED`. */
function fieldsOf(file: string, columns: readonly string[], onUnused: ImportOptions['onUnused']) {
  const malformed = (reason: string, received: unknown): UnseenError =>
    new UnseenError('FILE_MALFORMED', { file, where: 'columns', reason, received });
  const names = columns.map((column) => column.trim().toLowerCase());
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw malformed('names must differ', twice);
  const fields = new Map<string, string>();
  const unused: string[] = [];
  names.forEach((name, i) => {
    const alias = ALIASES.get(name);
    const field = alias !== undefined && !names.includes(alias) ? alias : name;
    if (isField(field) || isFeatures(field)) fields.set(field, columns[i]!);
    else unused.push(name);
  });
  if (![...fields.keys()].some((field) => field === 'image' || isFeatures(field) || /^text\d*$/.test(field)))
    throw malformed('image, text, features or text_features must be among them', columns);
  if (unused.length > 0) onUnused?.(unused);
  return fields;
}

/** Makes rows of one file's values. */
class Reader {
  readonly #fields: ReadonlyMap<string, string>;
  readonly #classes: ReadonlyMap<string, readonly string[]>;
  readonly #imageIsPath: boolean;
  readonly embedded: EmbeddedPictures;
  /** Whether some row names a file, and some holds its picture. */
  readonly kinds = new Set<'path' | 'bytes'>();

  constructor(file: string, parquet: ParquetFile, fields: ReadonlyMap<string, string>) {
    this.#fields = fields;
    this.#classes = classNames(parquet.notes);
    const image = fields.get('image');
    this.#imageIsPath = parquet.columns.some(({ name, isText }) => name === image && isText);
    this.embedded = new EmbeddedPictures(file, image ?? '');
  }

  /** The classes that the file lists for its one column of labels, with those that no row has. */
  get classes(): readonly string[] | undefined {
    const own = ['image_labels', 'text_labels'].some((field) => this.#fields.has(field));
    return own ? undefined : this.#classes.get(this.#fields.get('labels') ?? '');
  }

  row(values: Readonly<Record<string, unknown>>, group: number, place: number, line: number): SourceRow {
    const fields = new Map<string, unknown>();
    const features: { imageFeatures?: Float32Array; textFeatures?: Float32Array } = {};
    let picture: { bytes: Uint8Array; path: string | undefined } | undefined;
    for (const [field, column] of this.#fields) {
      const value = values[column];
      const names = this.#classes.get(column);
      if (isFeatures(field)) {
        const numbers = featuresValue(value, field);
        if (numbers) features[FEATURES[field]] = numbers;
      } else if (field === 'image' && !this.#imageIsPath) {
        const { bytes, path } = embeddedIn(value) ?? {};
        const written = path && String(fieldValue(path, 'image.path'));
        if (bytes) picture = { bytes, path: written };
        fields.set(field, bytes ? 'its bytes' : written);
      } else fields.set(field, names ? namedClasses(value, names, field) : fieldValue(value, field));
    }
    const row = sourceRow(fields, line, features);
    if (row.image !== undefined) this.kinds.add(picture ? 'bytes' : 'path');
    if (!picture) return row;
    return { ...row, image: this.embedded.add(picture.bytes, group, place, line, picture.path) };
  }
}

/** Rows in the file's order, bad ones reported. */
async function readParquet(file: string, bad: BadRows, options: ImportOptions): Promise<ReadTable> {
  return withParquet(file, async (parquet) => {
    const fields = fieldsOf(
      file,
      parquet.columns.map(({ name }) => name),
      options.onUnused,
    );
    const reader = new Reader(file, parquet, fields);
    const rows: SourceRow[] = [];
    let line = 0;
    for (let group = 0; group < parquet.groups.length; group++) {
      throwIfAborted(options.signal, `the reading of ${file}`);
      options.onProgress?.(`reading ${file}`, group / parquet.groups.length);
      const read = await parquet.read(group, [...fields.values()]);
      for (const [place, values] of read.entries()) {
        line++;
        try {
          rows.push(reader.row(values, group, place, line));
        } catch (error) {
          bad.report(line, error);
        }
      }
    }
    const { kinds, embedded } = reader;
    if (kinds.size === 2) {
      const reason = 'all rows must hold their pictures, or all name their files';
      throw new UnseenError('FILE_MALFORMED', { file, where: 'image', reason, received: 'both' });
    }
    const { classes } = reader;
    return {
      rows,
      ...(kinds.has('bytes') && { pictures: embedded.found }),
      ...(classes && { classes }),
    };
  });
}

export const parquet: Importer = {
  name: 'parquet',
  describe: 'as csv, with pictures inside the file and features where there are columns of them',
  source:
    "a .parquet file; columns as those of csv (text and labels may be lists), image a path, the picture's bytes, or an object of " +
    'bytes and path; features and text_features, lists of numbers; label and id are read as labels and name',
  options: PAIR_OPTIONS,
  run: (source, out, options = {}) => importPairs(readParquet, source, out, options),
};
