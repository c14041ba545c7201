/** `--data`: the name of a bundled set, or a dataset folder. */
import { type Dataset, type Images, type Matrix, type ModalityName, openDataset } from '../data/index.ts';
import { UnseenError } from '../errors.ts';
import type { Model } from '../model/index.ts';

/** A folder of the same name is `./icons`. */
export async function openData(source: string): Promise<Dataset> {
  if (source !== 'icons') return openDataset(source);
  const { openIcons } = await import('../bundled/icons.ts');
  return openIcons();
}

/** The rows of a dataset in the form that the model's encoder takes. */
export function inputFor(model: Model, data: Dataset, name: ModalityName): Matrix | Images {
  const modality = data.modalities[name];
  const preprocessing = model.preprocessing(name);
  const input =
    preprocessing.kind === 'features' ? (modality?.features ?? modality?.images) : modality?.images;
  if (input) return input;
  throw new UnseenError('TRAINING_INPUT_MISSING', {
    dataset: data.name,
    what: preprocessing.kind === 'features' ? 'features' : 'pictures',
    modality: name,
    known: Object.keys(data.modalities).join(', ') || 'nothing',
  });
}

/** What to call a row in results. */
export function rowName(data: Dataset, row: number): string {
  const images = data.modalities.image?.images;
  return data.rowNames?.[row] ?? (images?.kind === 'files' ? images.name(row) : `row ${row}`);
}

/** The row's classes, for people. */
export function classNames(data: Dataset, row: number): string {
  const { image, text } = data.modalities;
  const labels = (image ?? text)?.labels.of(row) ?? [];
  return Array.from(labels, (label) => data.classes[label]).join(', ') || 'unlabelled';
}
