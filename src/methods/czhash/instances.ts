/**
 * Items of both modalities as instances: a pair is one instance, an item without a pair another. What a pair is called in
 * either modality holds for both; so labels cross between modalities, whatever lists of classes they are drawn from.
 */
import { Labels } from '../../data/index.ts';
import type { CrossModalSet } from '../contract.ts';

export interface Instances {
  readonly count: number;
  /** `[count]` image item, or −1. */
  readonly image: Int32Array;
  /** `[count]` text item, or −1. */
  readonly text: Int32Array;
  /** `[count]` classes by either modality; empty: unlabelled. */
  readonly labels: Labels;
  /** `[count]` 1: of a training row, that is, of some seen class. */
  readonly trained: Uint8Array;
}

export function instancesOf({ image, text, classEmbeddings }: CrossModalSet): Instances {
  const alone = Int32Array.from(text.pairs.keys()).filter((item) => text.pairs[item]! < 0);
  const count = image.inputs.rows + alone.length;
  const images = new Int32Array(count).fill(-1);
  const texts = new Int32Array(count).fill(-1);
  for (let item = 0; item < image.inputs.rows; item++) {
    images[item] = item;
    texts[item] = image.pairs[item]!;
  }
  texts.set(alone, image.inputs.rows);
  const lists = Array.from({ length: count }, (_, i) => {
    const seen = images[i]! < 0 ? [] : image.labels.of(images[i]!);
    const read = texts[i]! < 0 ? [] : text.labels.of(texts[i]!);
    return [...new Set([...seen, ...read])].sort((a, b) => a - b);
  });
  const trained = Uint8Array.from({ length: count }, (_, i) =>
    (images[i]! < 0 ? texts[i]! < text.trained : images[i]! < image.trained) ? 1 : 0,
  );
  return {
    count,
    image: images,
    text: texts,
    labels: Labels.fromLists(lists, classEmbeddings.rows),
    trained,
  };
}
