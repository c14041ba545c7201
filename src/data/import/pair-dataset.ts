/** Rows that are good → a dataset: items, places, label spaces, groups. */
import { UnseenError } from '../../errors.ts';
import { type DatasetParts, datasetFromArrays, type ModalityParts } from '../build-dataset.ts';
import type { Dataset, ImageFiles, Matrix } from '../dataset.ts';
import type { Pictured } from './pair-checks.ts';
import { type SourceRow, shows } from './source-row.ts';

/** What labels a row has in a modality: its own there, or those of the row. */
export const labelsOf = {
  image: (row: SourceRow) => (shows.image(row) ? (row.imageLabels ?? row.labels) : []),
  text: (row: SourceRow) => (shows.text(row) ? (row.textLabels ?? row.labels) : []),
};

/** Rows of one picture share a group, or the picture would be both asked for and found. */
function groupsOf(rows: readonly SourceRow[], items: Int32Array, file: string): Int32Array | undefined {
  const shared = new Set<number>();
  const seen = new Set<number>();
  for (const item of items) if (item >= 0) (seen.has(item) ? shared : seen).add(item);
  if (shared.size === 0 && rows.every(({ group }) => group === undefined)) return undefined;
  const keyOf = ({ group }: SourceRow, i: number): string => {
    if (group !== undefined) return `group ${group}`;
    return shared.has(items[i]!) ? `picture ${items[i]}` : `row ${i}`;
  };
  const numbers = new Map<string, number>();
  const ofPicture = new Map<number, string>();
  return Int32Array.from(rows, (row, i) => {
    const key = keyOf(row, i);
    const item = items[i]!;
    if (shared.has(item) && (ofPicture.get(item) ?? key) !== key) {
      const values = {
        file,
        where: `line ${row.line}`,
        reason: 'rows of one picture must have one group',
      };
      throw new UnseenError('FILE_MALFORMED', { ...values, received: row.group ?? 'nothing' });
    }
    ofPicture.set(item, key);
    if (!numbers.has(key)) numbers.set(key, numbers.size);
    return numbers.get(key)!;
  });
}

/** The modality of rows that show items; `undefined` where none does. Labels of its own make a label space of its own. */
function modality(
  rows: readonly SourceRow[],
  kind: 'image' | 'text',
  classes: readonly string[],
  content: Pick<ModalityParts, 'images' | 'texts' | 'features'>,
  items: Int32Array,
): ModalityParts | undefined {
  if (items.every((item) => item < 0)) return undefined;
  const numbers = new Map(classes.map((name, i) => [name, i]));
  const labels = rows.map((row) => labelsOf[kind](row).map((label) => numbers.get(label)!));
  const own = rows.some(({ imageLabels, textLabels }) => imageLabels ?? textLabels);
  const space = [...new Set(labels.flat())].sort((a, b) => a - b);
  return {
    ...content,
    labels,
    ...(items.some((item, i) => item !== i) && { places: items }),
    ...(own && space.length > 0 && space.length < classes.length && { classes: space }),
  };
}

/** Items in the order in which rows first show them, −1 where a row shows none. */
function numbered(rows: readonly SourceRow[], numberOf: (row: SourceRow, i: number) => number | undefined) {
  const order = new Map<number, number>();
  const items = Int32Array.from(rows, (row, i) => {
    const number = numberOf(row, i);
    if (number === undefined) return -1;
    if (!order.has(number)) order.set(number, order.size);
    return order.get(number)!;
  });
  return { items, order: [...order.keys()] };
}

/** A row each of a matrix; rows of one picture must say the same of it. */
function featuresOf(
  rows: readonly SourceRow[],
  field: 'imageFeatures' | 'textFeatures',
  items: Int32Array,
  file: string,
): Matrix | undefined {
  const cols = rows.find((row) => row[field])?.[field]?.length;
  if (cols === undefined) return undefined;
  const count = items.reduce((most, item) => Math.max(most, item + 1), 0);
  const data = new Float32Array(count * cols);
  const firsts = new Map<number, SourceRow>();
  rows.forEach((row, i) => {
    const item = items[i]!;
    if (item < 0) return;
    const first = firsts.get(item);
    if (!first) {
      firsts.set(item, row);
      data.set(row[field]!, item * cols);
    } else if (first[field]!.some((value, j) => value !== row[field]![j])) {
      const reason = `rows of one picture must have the same features (row ${first.line} has others)`;
      const values = { file, where: `line ${row.line}`, reason, received: row.image };
      throw new UnseenError('FILE_MALFORMED', values);
    }
  });
  return { data, rows: count, cols };
}

/** `file` is what errors name. */
export function datasetOfPairs(
  { rows, images, numbers }: Pictured,
  facts: Omit<DatasetParts, 'modalities'>,
  file: string,
): Dataset {
  const { classes } = facts;
  // Features alone are an item of their own, numbered after the pictures.
  const shown = numbered(rows, ({ image, imageFeatures }, i) =>
    image !== undefined ? numbers.get(image) : imageFeatures && images.count + i,
  );
  const told = numbered(rows, (row, i) => (shows.text(row) ? i : undefined));
  const pictures: ImageFiles = {
    kind: 'files',
    count: shown.order.length,
    name: (item) => images.name(shown.order[item]!),
    read: (item) => images.read(shown.order[item]!),
  };
  const seen = featuresOf(rows, 'imageFeatures', shown.items, file);
  const read = featuresOf(rows, 'textFeatures', told.items, file);
  const shownRaw = rows.some(({ image }) => image !== undefined);
  const toldRaw = rows.some(({ texts }) => texts.length > 0);
  const image = modality(
    rows,
    'image',
    classes,
    { ...(shownRaw && { images: pictures }), ...(seen && { features: seen }) },
    shown.items,
  );
  const text = modality(
    rows,
    'text',
    classes,
    { ...(toldRaw && { texts: told.order.map((i) => rows[i]!.texts) }), ...(read && { features: read }) },
    told.items,
  );
  const groups = groupsOf(rows, shown.items, file);
  const named = rows.some(({ name, image }) => name ?? image);
  return datasetFromArrays({
    ...facts,
    ...(groups && { groups }),
    ...(named && { rowNames: rows.map(({ name, image: path, line }) => name ?? path ?? `line ${line}`) }),
    modalities: { ...(image && { image }), ...(text && { text }) },
  });
}
