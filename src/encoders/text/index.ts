export { tokenize } from './tokenize.ts';
export { type TextInput, WordEncoder, type WordEncoderOptions } from './word-encoder.ts';
export { loadWordVectors } from './word-table.ts';
