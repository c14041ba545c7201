/** Pictures with one subfolder a class → a dataset folder that holds its own copy of them, in one tar. */
import { openImageFolder } from '../image-folder.ts';
import { ALL_OPTIONS, finishImport, type Importer } from './importer.ts';

export const folder: Importer = {
  name: 'folder',
  describe: 'pictures, one subfolder a class; "unlabelled" or "_" holds pictures without one',
  source: 'the folder with the subfolders; class_embeddings.json, .csv, .npy or .txt may lie beside them',
  options: ALL_OPTIONS,
  async run(source, out, options = {}) {
    const opened = await openImageFolder(source, options);
    return finishImport(opened, out, options);
  },
};
