/** Datasets whose pairs are broken, for tests of what cross-modal methods learn from them. */
import { datasetFromArrays, type ModalityParts } from '../src/data/build-dataset.ts';
import type { Dataset, Modality, ModalityName } from '../src/data/dataset.ts';

const rebuilt = (
  { name, classes, classEmbeddings, modalities: { image, text } }: Dataset,
  change: (modality: Modality, of: ModalityName) => ModalityParts,
): Dataset =>
  datasetFromArrays({
    name,
    classes,
    classEmbeddings,
    modalities: { image: change(image!, 'image'), text: change(text!, 'text') },
  });

/** The same rows; only those of `paired` keep both items, of the others even rows keep the image and odd ones the text. */
export const keepPairs = (data: Dataset, paired: (row: number) => boolean): Dataset =>
  rebuilt(data, (modality, of) => {
    const keeps = (row: number): boolean => paired(row) || row % 2 === (of === 'image' ? 0 : 1);
    const rows = Array.from({ length: data.rows }, (_, row) => row);
    return {
      ...modality,
      places: rows.map((row) => (keeps(row) ? row : -1)),
      labels: rows.map((row) => (keeps(row) ? Array.from(modality.labels.of(row)) : [])),
    };
  });

/** The same rows with the texts of other rows: of row `order[i]` in row i. Labels stay where they are. */
export const swapTexts = (data: Dataset, order: ArrayLike<number>): Dataset =>
  rebuilt(data, (modality, of) => (of === 'text' ? { ...modality, places: order } : modality));
