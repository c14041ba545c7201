export { type CcaItqOptions, ccaItq } from './cca-itq/cca-itq.ts';
export { type CmfhOptions, cmfh } from './cmfh/cmfh.ts';
export type {
  FitOptions,
  FitProgress,
  HashMethod,
  Inputs,
  PixelBatch,
  TrainingSet,
} from './contract.ts';
export { csq } from './csq/csq.ts';
export type { CsqOptions } from './csq/options.ts';
export { dcmh } from './dcmh/dcmh.ts';
export type { DcmhOptions } from './dcmh/options.ts';
export { type ItqOptions, itq } from './itq/itq.ts';
export { type LshOptions, lsh } from './lsh/lsh.ts';
export type { PseudoLabelOptions } from './pseudo-label/options.ts';
export { pseudoLabel } from './pseudo-label/pseudo-label.ts';
export { createMethod, METHODS, type MethodEntry, type MethodSettings } from './registry.ts';
export { type ScmOptions, scm } from './scm/scm.ts';
export { type SdhOptions, sdh } from './sdh/sdh.ts';
export { checkSplit } from './training-set.ts';
export type { TzshOptions, Variant } from './tzsh/options.ts';
export { tzsh } from './tzsh/tzsh.ts';
export { type ZshOptions, zsh } from './zsh/zsh.ts';
