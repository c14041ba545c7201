/** What is told of a model: by the service, and by an exported site. */
import type { Model } from '../model/index.ts';
import type { ModelInfo } from './api/collections.ts';

export function modelInfo({ manifest, modalities }: Model): ModelInfo {
  const { fingerprint, method, bits, dataset, split, classes } = manifest;
  const named = (places: readonly number[]): string[] => places.map((place) => classes.names[place]!);
  return {
    fingerprint,
    method,
    bits,
    modalities,
    dataset: dataset.name,
    split: split.hash,
    classes: { seen: named(classes.seen), unseen: named(classes.unseen) },
  };
}
