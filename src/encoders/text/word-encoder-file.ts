/** The files of this folder: a table of word vectors, and a text encoder, which has one inside. */
import { z } from 'zod';
import { LARGEST, type QuantizedMatrix } from './quantize.ts';
import { floatSection, invalid, SectionReader, stringSection, writeSections } from './sections.ts';
import type { WordEncoderParts } from './word-encoder.ts';

/** Far above every real table; products of two stay exact numbers. */
const count = z.int().min(0).max(1e8);
const weight = z.number().min(0).max(1e30);

/** Sizes of a word table: words, values a word, bytes of the JSON list of words. */
const tableSizes = z.strictObject({ words: count, dim: count, wordBytes: count });
const tableHeader = z.strictObject({ format: z.literal('unseen-words/1'), table: tableSizes });
const encoderHeader = z.strictObject({
  format: z.literal('unseen-word-encoder/1'),
  settings: z.strictObject({ tfidf: weight, words: weight, sublinear: z.boolean(), sif: weight }),
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
  const scales = reader.floats('scales', rows);
  const values = Int8Array.from(reader.take('vectors', rows * cols), (byte) => (byte << 24) >> 24);
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

export function writeEncoder({ vocabulary, settings, table }: WordEncoderParts): Uint8Array<ArrayBuffer> {
  const list = stringSection(vocabulary.terms);
  const [tableSizes, sections] = tableSections(table);
  const sizes = { terms: vocabulary.terms.length, termBytes: list.length, table: tableSizes };
  return writeSections({ format: 'unseen-word-encoder/1', settings, ...sizes }, [
    list,
    floatSection(vocabulary.idf),
    ...sections,
  ]);
}

/** @throws `TEXT_ENCODER_INVALID` */
export function readEncoder(bytes: Uint8Array, file: string): WordEncoderParts {
  const reader = new SectionReader(bytes, encoderHeader, file);
  const { settings, terms, termBytes } = reader.header;
  const vocabulary = { terms: reader.strings('terms', termBytes, terms), idf: reader.floats('idf', terms) };
  const table = readTableSections(reader, reader.header.table, file);
  reader.end();
  if (terms + table.vectors.cols === 0) throw invalid(file, 'it has neither words nor vectors');
  return { vocabulary, settings, table };
}
