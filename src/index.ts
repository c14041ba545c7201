export type { BundledOptions } from './bundled/draw.ts';
export { openEmoji } from './bundled/emoji.ts';
export { openIconWords } from './bundled/icon-texts.ts';
export { openIcons } from './bundled/icons.ts';
export { Codes } from './codes/index.ts';
export {
  type Dataset,
  datasetFromArrays,
  loadSplit,
  makeSplit,
  openDataset,
  type Split,
  saveSplit,
  supervisedSplit,
  zeroShotSplit,
} from './data/index.ts';
export {
  addBackboneFeatures,
  Backbone,
  type BackboneConfig,
  type BackboneFileOptions,
  type BackboneSettings,
  openBackbone,
} from './encoders/backbone/index.ts';
export { type CheckOptions, pictureCheck } from './encoders/check-pictures.ts';
export { addFeatures } from './encoders/dataset-features.ts';
export { addClassDescriptions, type ClassDescriptionOptions } from './encoders/text/class-descriptions.ts';
export { addWordVectors } from './encoders/text/dataset-words.ts';
export {
  loadWordVectors,
  type TextInput,
  tokenize,
  WordEncoder,
  type WordEncoderOptions,
} from './encoders/text/index.ts';
export { type ErrorCode, UnseenError } from './errors.ts';
export {
  type CompareOptions,
  type Comparison,
  compare,
  type EvaluateOptions,
  type Evaluation,
  evaluate,
  type TuneOptions,
  type Tuning,
  tune,
} from './evaluate/index.ts';
export { type EncodeOptions, Model, UNSEEN_VERSION } from './model/index.ts';
