/** Pictures with one subfolder a class → a dataset folder that holds its own copy of them, in one tar. */
import { UnseenError } from '../../errors.ts';
import { datasetFromArrays } from '../build-dataset.ts';
import type { Dataset } from '../dataset.ts';
import { openImageFolder } from '../image-folder.ts';
import { takeImages } from '../items.ts';
import { ALL_OPTIONS, finishImport, type Importer, type ImportOptions } from './importer.ts';

/** Without the pictures that cannot be decoded; their classes stay, or class embeddings would lose their order. */
async function withoutBad(opened: Dataset, source: string, options: ImportOptions): Promise<Dataset> {
  const { images, labels } = opened.modalities.image!;
  if (images?.kind !== 'files' || !options.check) return opened;
  const spoilt = new Set<number>();
  await options.check(images, ({ row, error }) => {
    if (!options.onBad) throw error;
    spoilt.add(row);
    options.onBad({ file: images.name(row), code: error.code, reason: error.message });
  });
  if (spoilt.size === 0) return opened;
  const rows = Array.from(opened.rowNames!.keys()).filter((row) => !spoilt.has(row));
  if (rows.length === 0) throw new UnseenError('IMPORT_EMPTY', { file: source, received: opened.rows });
  const { name, classes, classEmbeddings, rowNames } = opened;
  return datasetFromArrays({
    name,
    classes,
    classEmbeddings,
    rowNames: rows.map((row) => rowNames![row]!),
    modalities: {
      image: {
        images: takeImages(opened.modalities.image!, rows),
        labels: rows.map((row) => labels.first(row)),
      },
    },
  });
}

export const folder: Importer = {
  name: 'folder',
  describe: 'pictures, one subfolder a class; "unlabelled" or "_" holds pictures without one',
  source: 'the folder with the subfolders; class_embeddings.json, .csv, .npy or .txt may lie beside them',
  options: [...ALL_OPTIONS, 'check', 'onBad'],
  async run(source, out, options = {}) {
    const opened = await openImageFolder(source, options);
    return finishImport(await withoutBad(opened, source, options), out, options);
  },
};
