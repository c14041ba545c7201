/** Class embeddings of icon families from the word table `assets/icon-families.json`. */
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Matrix } from '../data/dataset.ts';
import { readJson } from '../data/files.ts';
import { UnseenError } from '../errors.ts';
import { sum, toMatrix, unit } from './vectors.ts';

/** The same place from `src/bundled` and from `dist/bundled`. */
const TABLE = fileURLToPath(new URL('../../assets/icon-families.json', import.meta.url));
/** The table has about 100 kB. */
const MAX_TABLE_BYTES = 1e7;
const DIM = 100;

const schema = z.object({
  /** Family → words that describe it: what the package's tags and aliases say of at least a quarter of its icons. */
  families: z.record(z.string(), z.array(z.string())),
  vectors: z.record(z.string(), z.array(z.number()).length(DIM)),
});

/**
 * Two embeddings `[classes, 100]` with unit rows. `glove100`: the vector of the family's word. `glove100-described`:
 * the mean of that and of the words that describe the family, which says more of what its icons show (`bell`:
 * notification; `archive`: box).
 *
 * @throws `CLASS_EMBEDDING_MISSING` for a family that the table does not have
 */
export async function iconEmbeddings(classes: readonly string[]): Promise<Map<string, Matrix>> {
  const table = schema.parse(await readJson(TABLE, MAX_TABLE_BYTES));
  const words = new Map(Object.entries(table.vectors).map(([word, vector]) => [word, unit(vector)]));
  const families = new Map(Object.entries(table.families));
  const plain = classes.map((family) => {
    const vector = words.get(family);
    if (!vector) throw new UnseenError('CLASS_EMBEDDING_MISSING', { file: TABLE, name: family });
    return vector;
  });
  const described = classes.map((family, i) => {
    const describing = (families.get(family) ?? []).map((word) => words.get(word)!);
    return describing.length === 0 ? plain[i]! : unit(sum([plain[i]!, unit(sum(describing))]));
  });
  return new Map([
    ['glove100', toMatrix(plain)],
    ['glove100-described', toMatrix(described)],
  ]);
}
