/** A dataset of pictures → the same dataset with features by a backbone, which it carries along. */
import type { Dataset } from '../../data/dataset.ts';
import { checkFinite } from '../../data/matrix.ts';
import { UnseenError } from '../../errors.ts';
import { readFeatures } from '../pictures.ts';
import type { Backbone } from './backbone.ts';

export interface FeatureOptions {
  readonly signal?: AbortSignal;
  /** Pictures done and pictures in all; after every batch. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Features of every picture, in batches of about 32. What features the dataset had are replaced; rows, labels and the
 * fingerprint stay, so that its splits do, too.
 *
 * @throws `ARGUMENT_INVALID` (no pictures), `VALUE_NOT_FINITE` naming the picture's number, `ENGINE_FAILED`, `ABORTED`,
 *   and the errors of pictures that cannot be decoded
 */
export async function addBackboneFeatures(
  dataset: Dataset,
  backbone: Backbone,
  options: FeatureOptions = {},
): Promise<Dataset> {
  const { image } = dataset.modalities;
  if (!image?.images) {
    const reason = `dataset "${dataset.name}" has no pictures to run it on`;
    throw new UnseenError('ARGUMENT_INVALID', { name: 'backbone', reason, received: backbone.name });
  }
  const { features } = await readFeatures(image.images, backbone, options);
  checkFinite(features, `features by ${backbone.name}`);
  const { files, name } = backbone;
  return {
    ...dataset,
    modalities: {
      ...dataset.modalities,
      image: { ...image, features, extractor: name, backbone: async () => files },
    },
  };
}
