/** A folder of pictures with one subfolder a class, as people have it, read as a dataset without any description. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { UnseenError } from '../errors.ts';
import { datasetFromArrays } from './build-dataset.ts';
import { readClassEmbeddings } from './class-embeddings.ts';
import type { Dataset } from './dataset.ts';
import { unreadable } from './files.ts';
import { imagesFromPaths, listImages } from './images.ts';

/** Subfolders whose pictures have no class; pictures that lie beside the subfolders have none either. */
const UNLABELLED = new Set(['unlabelled', '_']);
const EMBEDDINGS = /^class_embeddings\.(json|csv|npy|txt|vec)$/;

/**
 * Opens the folder; classes are the subfolders' names in sorted order. `embeddings` is a file elsewhere; without it
 * `class_embeddings.*` inside the folder is used if there is one. `name` is by default the folder's.
 *
 * Throws `FILE_MALFORMED` when no subfolder has pictures, and as `readClassEmbeddings`.
 */
export async function openImageFolder(
  folder: string,
  options: { readonly embeddings?: string; readonly name?: string } = {},
): Promise<Dataset> {
  const names = await listImages(folder);
  const classOf = names.map((name) => {
    const slash = name.indexOf('/');
    const top = slash < 0 ? '_' : name.slice(0, slash);
    return UNLABELLED.has(top) ? undefined : top;
  });
  const classes = [...new Set(classOf.filter((name) => name !== undefined))].sort((a, b) => (a < b ? -1 : 1));
  if (classes.length === 0) {
    throw new UnseenError('FILE_MALFORMED', {
      file: folder,
      where: 'folder',
      reason: 'needs a dataset.json, or subfolders with pictures, one a class',
      received: `${names.length} pictures in no class`,
    });
  }
  const index = new Map(classes.map((name, i) => [name, i]));
  const beside = (
    await readdir(folder).catch((cause: unknown) => {
      throw unreadable(folder, cause);
    })
  )
    .filter((name) => EMBEDDINGS.test(name))
    .sort();
  const file = options.embeddings ?? (beside[0] && path.join(folder, beside[0]));
  return datasetFromArrays({
    name: options.name ?? path.basename(path.resolve(folder)),
    classes,
    ...(file && { classEmbeddings: await readClassEmbeddings(file, classes) }),
    rowNames: names,
    modalities: {
      image: {
        images: imagesFromPaths(folder, names),
        labels: classOf.map((name) => (name === undefined ? -1 : index.get(name)!)),
      },
    },
  });
}
