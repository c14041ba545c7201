/** A dataset of pictures → the same dataset with features by a named extractor. */
import type { Dataset } from '../data/dataset.ts';
import { UnseenError } from '../errors.ts';
import type { CheckOptions } from './check-pictures.ts';
import { readFeatures } from './pictures.ts';

/**
 * Features of every picture; rows, labels and the fingerprint stay. Features that the dataset had are replaced.
 *
 * @throws `ARGUMENT_INVALID` (no pictures), `EXTRACTOR_UNKNOWN`, `ABORTED`, and the errors of pictures that cannot be
 *   decoded
 */
export async function addFeatures(
  dataset: Dataset,
  extractor: string,
  options: CheckOptions = {},
): Promise<Dataset> {
  const { image } = dataset.modalities;
  if (!image?.images) {
    const reason = `dataset "${dataset.name}" has no pictures to make them of`;
    throw new UnseenError('ARGUMENT_INVALID', { name: 'features', reason, received: extractor });
  }
  const { features } = await readFeatures(image.images, extractor, options);
  const { backbone: _, ...rest } = image;
  return { ...dataset, modalities: { ...dataset.modalities, image: { ...rest, features, extractor } } };
}
