export type { DatasetParts, MatrixLike, ModalityParts } from './build-dataset.ts';
export { datasetFromArrays } from './build-dataset.ts';
export { holdsClassDescriptions, readClassDescriptions } from './class-descriptions.ts';
export { readClassEmbeddings } from './class-embeddings.ts';
export { type CodesNpyOptions, readCodesNpy, writeCodesNpy } from './codes-npy.ts';
export type {
  Dataset,
  ImageFiles,
  ImagePixels,
  Images,
  Matrix,
  Modality,
  ModalityName,
  WordVectors,
} from './dataset.ts';
export { imagesFromPaths, imagesFromPixels, imagesFromTar, listImages, openImages } from './images.ts';
export type { BadRow, Importer, ImportOptions, PictureCheck } from './import/importer.ts';
export { IMPORTERS, importerFor } from './import/registry.ts';
export { hasItem, itemsOf, takeFeatures, takeImages, takeTexts } from './items.ts';
export type { LabelBudget } from './label-budget.ts';
export { Labels } from './labels.ts';
export type { AnySplitOptions, SplitOptions, SupervisedOptions, ZeroShotOptions } from './make-split.ts';
export { makeSplit, supervisedSplit, zeroShotSplit } from './make-split.ts';
export { takeRows } from './matrix.ts';
export type { NpyArray, NpyData } from './npy.ts';
export { readNpy, readNpyHeader, writeNpy } from './npy.ts';
export type { NpyHeader, NpyType } from './npy-header.ts';
export { openDataset } from './open-dataset.ts';
export type { Protocol, Split } from './split.ts';
export { PROTOCOLS } from './split.ts';
export { loadSplit, saveSplit } from './split-file.ts';
export { classesOfRow } from './split-rows.ts';
export { STANDARD_SPLITS, type StandardSplit } from './standard-splits.ts';
export type { UnseenClasses } from './unseen-classes.ts';
export { readWordVectors, type WordVectorOptions } from './word-vectors.ts';
export type { WriteDatasetOptions } from './write-dataset.ts';
export { writeDataset } from './write-dataset.ts';
