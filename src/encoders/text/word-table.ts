/** The table of English word vectors that comes with the project. Of this folder only this file needs Node. */
import { fileURLToPath } from 'node:url';
import type { WordVectors } from '../../data/dataset.ts';
import { readBounded } from '../../data/files.ts';
import { dequantize } from './quantize.ts';
import { readTable } from './word-encoder-file.ts';

/** The same place from `src/encoders/text` and from `dist/encoders/text`. */
const TABLE = fileURLToPath(new URL('../../../assets/words.bin', import.meta.url));
/** The table has 2.5 MB. */
const MAX_BYTES = 1e7;

let table: Promise<WordVectors> | undefined;

async function read(): Promise<WordVectors> {
  const { words, vectors } = readTable(await readBounded(TABLE, MAX_BYTES), TABLE);
  return { words, vectors: dequantize(vectors) };
}

/**
 * GloVe vectors `[words, 100]` of the 19,500 most frequent English words, most frequent first, then of the words of
 * emoji and icons; read once. Sources and licences: `assets/README.md`.
 */
export function loadWordVectors(): Promise<WordVectors> {
  table ??= read();
  return table;
}
