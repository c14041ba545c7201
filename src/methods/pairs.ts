/** Which items of a cross-modal set are pairs, and of what classes. Baselines learn from pairs alone. */
import { UnseenError } from '../errors.ts';
import type { CrossModalSet } from './contract.ts';

export interface Pairs {
  /** `[pairs]` items of either modality. */
  readonly image: Int32Array;
  readonly text: Int32Array;
  /** `[pairs]` classes, ascending: those of the image's labels and of the text's; none: unlabelled. */
  readonly labels: readonly (readonly number[])[];
}

/** All pairs, training rows and pool. Throws `TRAINING_ROWS_EMPTY` naming the method where there are none. */
export function pairsOf({ image, text }: CrossModalSet, method: string): Pairs {
  const images = Int32Array.from(image.pairs.keys()).filter((item) => image.pairs[item]! >= 0);
  if (images.length === 0) throw new UnseenError('TRAINING_ROWS_EMPTY', { method, what: 'paired' });
  const texts = images.map((item) => image.pairs[item]!);
  const labels = Array.from(images, (item, i) =>
    [...new Set([...image.labels.of(item), ...text.labels.of(texts[i]!)])].sort((a, b) => a - b),
  );
  return { image: images, text: texts, labels };
}

/** The pairs that have a label. Throws `TRAINING_ROWS_EMPTY` where there are none. */
export function labelledPairsOf(set: CrossModalSet, method: string): Pairs {
  const { image, text, labels } = pairsOf(set, method);
  const labelled = Int32Array.from(labels.keys()).filter((i) => labels[i]!.length > 0);
  if (labelled.length === 0)
    throw new UnseenError('TRAINING_ROWS_EMPTY', { method, what: 'paired and labelled' });
  return {
    image: labelled.map((i) => image[i]!),
    text: labelled.map((i) => text[i]!),
    labels: Array.from(labelled, (i) => labels[i]!),
  };
}
