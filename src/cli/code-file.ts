/**
 * Codes on disk: `codes.npy`, uint8 `[n, bits/8]`, which NumPy and FAISS read, and beside it `codes.npy.json`: which
 * model made them and what the rows are called. Without the second file codes still search, by row number.
 */

import { stat } from 'node:fs/promises';
import { z } from 'zod';
import { Codes } from '../codes/index.ts';
import { readJson, writeFileAtomic } from '../data/files.ts';
import { readNpy, writeNpy } from '../data/index.ts';
import { UnseenError } from '../errors.ts';

const schema = z.strictObject({
  format: z.literal('unseen-codes/1'),
  rows: z.int().min(0),
  bits: z.int(),
  modality: z.enum(['image', 'text']),
  /** Fingerprint of the model. */
  model: z.string(),
  names: z.array(z.string()),
  /** Where rows of a dataset had nothing to encode and were left out: the row of the dataset of each code. */
  datasetRows: z.array(z.int().min(0)).optional(),
});

export type CodeFacts = z.output<typeof schema>;

/** 50 million short names. */
const MAX_FACTS_BYTES = 1 << 30;

const factsFile = (file: string): string => `${file}.json`;

export async function saveCodes(
  file: string,
  codes: Codes,
  facts: Omit<CodeFacts, 'format' | 'rows' | 'bits'>,
): Promise<void> {
  const all: CodeFacts = { format: 'unseen-codes/1', rows: codes.count, bits: codes.bits, ...facts };
  await writeNpy(file, codes.bytes, codes.shape);
  await writeFileAtomic(factsFile(file), [`${JSON.stringify(all)}\n`]);
}

/** @throws `FILE_UNREADABLE`, `FILE_MALFORMED`, `NPY_UNSUPPORTED`, `FILE_LENGTH` */
export async function loadCodes(file: string): Promise<{ codes: Codes; facts?: CodeFacts }> {
  const { data, shape } = await readNpy(file);
  if (!(data instanceof Uint8Array) || shape.length !== 2 || shape[1] === 0) {
    const received = `${data.constructor.name} [${shape.join(', ')}]`;
    throw new UnseenError('FILE_MALFORMED', {
      file,
      where: 'array',
      reason: 'must be uint8 [n, bits/8]',
      received,
    });
  }
  const codes = Codes.fromBytes(data, { bits: 8 * shape[1]! });
  const beside = factsFile(file);
  const there = await stat(beside).then(
    () => true,
    () => false,
  );
  if (!there) return { codes };
  const parsed = schema.safeParse(await readJson(beside, MAX_FACTS_BYTES));
  const malformed = (where: string, reason: string, received: unknown) =>
    new UnseenError('FILE_MALFORMED', { file: beside, where, reason, received });
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw malformed(issue.path.join('.') || 'top level', issue.message, 'something else');
  }
  const facts = parsed.data;
  for (const [where, expected, received] of [
    ['rows', codes.count, facts.rows],
    ['bits', codes.bits, facts.bits],
    ['names', codes.count, facts.names.length],
    ['datasetRows', codes.count, facts.datasetRows?.length ?? codes.count],
  ] as const) {
    if (expected !== received) throw malformed(where, `must be ${expected}, as in ${file}`, received);
  }
  return { codes, facts };
}
