/**
 * Codes on disk: `codes.npy`, uint8 `[n, bits/8]`, which NumPy and FAISS read, and beside it `codes.npy.json`: which
 * model made them and what the rows are called. Without the second file codes still search, by row number.
 */

import { stat } from 'node:fs/promises';
import { z } from 'zod';
import type { BitOrder, Codes } from '../codes/index.ts';
import { readJson, writeFileAtomic } from '../data/files.ts';
import { readCodesNpy, writeCodesNpy } from '../data/index.ts';
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
  await writeCodesNpy(file, codes);
  await saveFacts(file, all);
}

/** @throws `FILE_UNREADABLE`, `FILE_MALFORMED`, `NPY_UNSUPPORTED`, `FILE_LENGTH`, `CODES_BITS_INVALID` */
export async function loadCodes(
  file: string,
  options: { readonly bitOrder?: BitOrder } = {},
): Promise<{ codes: Codes; facts?: CodeFacts }> {
  const codes = await readCodesNpy(file, options);
  const facts = await loadFacts(file, { rows: codes.count, bits: codes.bits });
  return { codes, ...(facts && { facts }) };
}

/** What lies beside a file of so many codes; undefined where there is nothing. @throws `FILE_UNREADABLE`, `FILE_MALFORMED` */
export async function loadFacts(
  file: string,
  { rows, bits }: { readonly rows: number; readonly bits: number },
): Promise<CodeFacts | undefined> {
  const beside = factsFile(file);
  const there = await stat(beside).then(
    () => true,
    () => false,
  );
  if (!there) return undefined;
  const parsed = schema.safeParse(await readJson(beside, MAX_FACTS_BYTES));
  const malformed = (where: string, reason: string, received: unknown) =>
    new UnseenError('FILE_MALFORMED', { file: beside, where, reason, received });
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw malformed(issue.path.join('.') || 'top level', issue.message, 'something else');
  }
  const facts = parsed.data;
  for (const [where, expected, received] of [
    ['rows', rows, facts.rows],
    ['bits', bits, facts.bits],
    ['names', rows, facts.names.length],
    ['datasetRows', rows, facts.datasetRows?.length ?? rows],
  ] as const) {
    if (expected !== received) throw malformed(where, `must be ${expected}, as in ${file}`, received);
  }
  return facts;
}

/** Facts of some of the rows, in their order. */
export const takeFacts = (facts: CodeFacts, rows: ArrayLike<number>): CodeFacts => ({
  ...facts,
  rows: rows.length,
  names: Array.from(rows, (row) => facts.names[row]!),
  ...(facts.datasetRows && { datasetRows: Array.from(rows, (row) => facts.datasetRows![row]!) }),
});

/** Puts facts beside a file that holds codes in another form. */
export const saveFacts = (file: string, facts: CodeFacts): Promise<void> =>
  writeFileAtomic(factsFile(file), [`${JSON.stringify(facts)}\n`]);
