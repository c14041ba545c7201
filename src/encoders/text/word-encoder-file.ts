/** The files of this folder: a table of word vectors, and a text encoder, which has one inside. */
import { z } from 'zod';
import { LARGEST, type QuantizedMatrix } from './quantize.ts';
import { floatSection, invalid, SectionReader, stringSection, writeSections } from './sections.ts';
import type { WordEncoderParts } from './word-encoder.ts';

/** Far above every real table; products of two stay exact numbers. */
const count = z.int().min(0).max(1e8);
/** ln of more texts than there are, + 1. */
const MOST_IDF = 100;
const weight = z.number().min(0).max(1000);

/** Sizes of a word table: words, values a word, bytes of the JSON list of words. */
const tableSizes = z
  .strictObject({ words: count, dim: count, wordBytes: count })
  .refine(({ words, dim }) => (words === 0) === (dim === 0), 'words and dim: only both may be 0');
const tableHeader = z.strictObject({ format: z.literal('unseen-words/1'), table: tableSizes });
const encoderHeader = z.strictObject({
  format: z.literal('unseen-word-encoder/1'),
  settings: z.strictObject({ tfidf: weight, words: weight, sublinear: z.boolean(), sif: weight }),
  /** Whether the table's common direction is given. */
  common: z.boolean(),
  terms: count,
  termBytes: count,
  table: tableSizes,
});

/** A table of word vectors, a byte a value. */
export interface WordTable {
  readonly words: readonly string[];
  readonly vectors: QuantizedMatrix;
}

const bytesOf = (values: Int8Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.length);

function tableSections({ words, vectors }: WordTable): [z.infer<typeof tableSizes>, Uint8Array[]] {
  const list = stringSection(words);
  const sizes = { words: vectors.rows, dim: vectors.cols, wordBytes: list.length };
  return [sizes, [list, floatSection(vectors.scales), bytesOf(vectors.values)]];
}

function readTableSections(
  reader: SectionReader<unknown>,
  { words: rows, dim: cols, wordBytes }: z.infer<typeof tableSizes>,
  file: string,
): WordTable {
  const words = reader.strings('words', wordBytes, rows);
  const scales = reader.floats('scales', rows, { least: 0 });
  const values = new Int8Array(reader.take('vectors', rows * cols).slice().buffer);
  if (values.includes(-LARGEST - 1))
    throw invalid(file, `vectors: a value is −128, the least is −${LARGEST}`);
  return { words, vectors: { rows, cols, values, scales } };
}

/** @throws `TEXT_ENCODER_INVALID` */
export function readTable(bytes: Uint8Array, file: string): WordTable {
  const reader = new SectionReader(bytes, tableHeader, file);
  const table = readTableSections(reader, reader.header.table, file);
  reader.end();
  return table;
}

export function writeEncoder({
  vocabulary,
  table,
  common,
  settings,
}: WordEncoderParts): Uint8Array<ArrayBuffer> {
  const list = stringSection(vocabulary.terms);
  const [tableSizes, sections] = tableSections(table);
  const sizes = { terms: vocabulary.terms.length, termBytes: list.length, table: tableSizes };
  return writeSections({ format: 'unseen-word-encoder/1', settings, common: common.length > 0, ...sizes }, [
    list,
    floatSection(vocabulary.idf),
    ...sections,
    floatSection(common),
  ]);
}

/** @throws `TEXT_ENCODER_INVALID` */
export function readEncoder(bytes: Uint8Array, file: string): WordEncoderParts {
  const reader = new SectionReader(bytes, encoderHeader, file);
  const { settings, terms, termBytes } = reader.header;
  const vocabulary = {
    terms: reader.strings('terms', termBytes, terms),
    idf: reader.floats('idf', terms, { least: 0, most: MOST_IDF }),
  };
  const table = readTableSections(reader, reader.header.table, file);
  const common = reader.floats('common direction', reader.header.common ? table.vectors.cols : 0);
  reader.end();
  if (terms + table.words.length === 0) throw invalid(file, 'it has no words');
  const square = common.reduce((sum, x) => sum + x * x, 0);
  if (reader.header.common && !(Math.abs(square - 1) < 1e-3))
    throw invalid(file, `common direction: its square is ${square}, must be 1`);
  return { vocabulary, table, common, settings };
}
