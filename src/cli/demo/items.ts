/** Rows of a dataset as items of a collection: codes of all that the model encodes, the picture, and what is known of it. */
import type { NewItem, Payload } from '../../collection/index.ts';
import { classesOfRow, type Dataset } from '../../data/index.ts';
import { inputsOf } from '../../evaluate/rows.ts';
import type { Model } from '../../model/index.ts';
import { thumbnail } from '../../report/pictures.ts';
import { rowName } from '../data.ts';
import type { DemoCollection } from './half.ts';

/** Rows at a time: enough to keep the picture library's threads busy. */
const AT_ONCE = 128;
/** Pixels: as the bundled sets are drawn. Nothing is lost, so that a picture of the page asks with the item's own code. */
const SIDE = 64;

/**
 * A collection of every row that the model encodes. Rows must have a picture and a label.
 * `payload.text` is what an item is called, `payload.class` its class; `more` adds to the payload.
 */
export function collectionOf(
  data: Dataset,
  model: Model,
  { name, more = () => ({}) }: { readonly name: string; readonly more?: (row: number) => Payload },
): DemoCollection {
  const { images } = data.modalities.image!;
  return {
    name,
    model,
    rows: data.rows,
    async *items() {
      for (let from = 0; from < data.rows; from += AT_ONCE) {
        const rows = Array.from({ length: Math.min(AT_ONCE, data.rows - from) }, (_, i) => from + i);
        const codes = await Promise.all(
          model.modalities.map(
            async (side) => [side, await model.encode(side, inputsOf(model, data, side, rows))] as const,
          ),
        );
        const pictures = await Promise.all(rows.map((row) => thumbnail(images!, row, SIDE)));
        yield rows.map((row, i): NewItem => {
          const label = classesOfRow(data, row)[0]!;
          return {
            id: rowName(data, row),
            codes: Object.fromEntries(codes.map(([side, list]) => [side, list.row(i)])),
            payload: { text: rowName(data, row), class: data.classes[label]!, ...more(row) },
            picture: { type: 'image/png', bytes: pictures[i]! },
          };
        });
      }
    },
  };
}
