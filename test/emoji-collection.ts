/** Some emoji with their pictures in a collection, as the demo makes it, and a model that finds them by words: seconds. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { openEmoji } from '../src/bundled/emoji.ts';
import { collectionOf } from '../src/cli/demo/items.ts';
import { createCollection } from '../src/collection/index.ts';
import { type Dataset, datasetFromArrays, makeSplit } from '../src/data/index.ts';
import { createMethod } from '../src/methods/index.ts';
import type { Model } from '../src/model/index.ts';

const CLASSES = [
  'animal-bird',
  'animal-bug',
  'animal-mammal',
  'animal-marine',
  'animal-reptile',
  'clothing',
  'face-smiling',
  'food-fruit',
  'heart',
  'musical-instrument',
  'time',
  'transport-ground',
];
/** Without a label in training. */
export const UNSEEN = ['animal-reptile', 'food-fruit', 'time'];
const STYLES = /\((?:noto|openmoji)\)$/;

/** The rows of these classes and styles, as a set of its own. */
async function someEmoji(): Promise<Dataset> {
  const all = await openEmoji();
  const { image, text } = all.modalities;
  const { images, features, labels, extractor } = image!;
  if (images?.kind !== 'pixels' || !features || extractor === undefined) throw new Error('other emoji');
  const classOf = (row: number): number => CLASSES.indexOf(all.classes[labels.first(row)]!);
  const rows = Array.from({ length: all.rows }, (_, row) => row).filter(
    (row) => classOf(row) >= 0 && STYLES.test(all.rowNames![row]!),
  );
  const size = images.height * images.width * 3;
  const pixels = new Uint8Array(rows.length * size);
  const values = new Float32Array(rows.length * features.cols);
  rows.forEach((row, i) => {
    pixels.set(images.data.subarray(row * size, (row + 1) * size), i * size);
    values.set(features.data.subarray(row * features.cols, (row + 1) * features.cols), i * features.cols);
  });
  const own = Int32Array.from(rows, classOf);
  return datasetFromArrays({
    name: 'some-emoji',
    classes: CLASSES,
    groups: Int32Array.from(rows, (row) => all.groups![row]!),
    rowNames: rows.map((row) => all.rowNames![row]!),
    ...(all.wordVectors && { wordVectors: all.wordVectors }),
    modalities: {
      image: {
        images: { ...images, count: rows.length, data: pixels },
        features: { data: values, rows: rows.length, cols: features.cols },
        extractor,
        labels: own,
      },
      text: { texts: rows.map((row) => text!.texts![row]!), labels: own },
    },
  });
}

export interface EmojiCollection {
  readonly folder: string;
  readonly model: Model;
  readonly modelFolder: string;
  readonly items: number;
}

/** Made below `folder`. */
export async function emojiCollection(folder: string): Promise<EmojiCollection> {
  const data = await someEmoji();
  const split = makeSplit(data, { protocol: 'zero-shot', unseen: UNSEEN, seed: 0 });
  const model = await createMethod('cca-itq', { bits: 64, seed: 0 }).fit(data, split);
  const modelFolder = path.join(folder, 'model');
  await model.save(modelFolder);
  const styleOf = (row: number): string => /\((\w+)\)$/.exec(data.rowNames![row]!)![1]!;
  const made = collectionOf(data, model, {
    name: 'emoji',
    more: (row) => ({ text: data.modalities.text!.texts![row]![0]!, style: styleOf(row) }),
  });
  const place = path.join(folder, 'emoji');
  await mkdir(place, { recursive: true });
  const options = { name: 'emoji', bits: model.bits, model: model.fingerprint };
  const collection = await createCollection(place, options);
  for await (const items of made.items()) await collection.upsert(items, { model: model.fingerprint });
  await collection.close();
  return { folder: place, model, modelFolder, items: made.rows };
}
