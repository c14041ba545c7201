/** The items that rows show in one modality: a row is an image, a text, or a pair of both. */
import { UnseenError } from '../errors.ts';
import type { Images, Matrix, Modality } from './dataset.ts';
import { takeRows } from './matrix.ts';

/** Whether a row has an item of the modality. */
export const hasItem = ({ places }: Modality, row: number): boolean =>
  places === undefined || places[row]! >= 0;

/** The items of rows that all have one. Throws `ROW_WITHOUT_ITEM`. */
export function itemsOf({ places }: Modality, rows: ArrayLike<number>): Int32Array {
  return Int32Array.from(rows, (row) => {
    const item = places ? places[row]! : row;
    if (item < 0) throw new UnseenError('ROW_WITHOUT_ITEM', { row });
    return item;
  });
}

/** Features of the rows, in their order; the modality must have features. Throws `ROW_WITHOUT_ITEM`. */
export const takeFeatures = (modality: Modality, rows: ArrayLike<number>): Matrix =>
  takeRows(modality.features!, itemsOf(modality, rows));

/** Texts of the rows, in their order; the modality must have texts. Throws `ROW_WITHOUT_ITEM`. */
export const takeTexts = (modality: Modality, rows: ArrayLike<number>): (readonly string[])[] =>
  Array.from(itemsOf(modality, rows), (item) => modality.texts![item]!);

/** Pictures of the rows, in their order, still unread where they are files. Throws `ROW_WITHOUT_ITEM`. */
export function takeImages(modality: Modality, rows: ArrayLike<number>): Images {
  const images = modality.images!;
  const items = itemsOf(modality, rows);
  if (images.kind === 'files') {
    return {
      kind: 'files',
      count: items.length,
      name: (row) => images.name(items[row]!),
      read: (row) => images.read(items[row]!),
    };
  }
  const { height, width } = images;
  const size = height * width * 3;
  const data = new Uint8Array(items.length * size);
  items.forEach((item, i) => {
    data.set(images.data.subarray(item * size, (item + 1) * size), i * size);
  });
  return { kind: 'pixels', count: items.length, height, width, data };
}
