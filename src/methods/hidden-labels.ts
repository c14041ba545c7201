/**
 * The pool's hidden labels: for the log, and for the oracle that says what perfect mining would give. No other training
 * reads them.
 */
import { hasItem } from '../data/items.ts';
import type { Dataset, Split } from './contract.ts';

/** `[pool]` classes of the pool's rows that have an image, as training gets them (index into the dataset's classes), −1 where there is none. */
export function hiddenLabels(data: Dataset, split: Split): Int32Array {
  const image = data.modalities.image!;
  const rows = split.pool.filter((row) => hasItem(image, row));
  return Int32Array.from(rows, (row) => image.labels.first(row));
}
