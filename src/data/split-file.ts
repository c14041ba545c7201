/** Splits as files: JSON that states its own hash; a file that was changed, or is for other data, is refused. */
import { z } from 'zod';
import { UnseenError } from '../errors.ts';
import { canonicalHash } from './canonical-hash.ts';
import type { Dataset } from './dataset.ts';
import { readJson, writeFileAtomic } from './files.ts';
import { PROTOCOLS, type Split } from './split.ts';
import { classesOfRow } from './split-rows.ts';

/** 20 million row numbers of 10 digits. */
const MAX_SPLIT_BYTES = 1 << 28;

const rows = z.array(z.int().min(0));
const schema = z.strictObject({
  format: z.literal('unseen-split/1'),
  protocol: z.enum(PROTOCOLS),
  seed: z.int(),
  dataset: z.strictObject({ name: z.string().min(1), fingerprint: z.string().regex(/^[0-9a-f]{64}$/) }),
  seen: rows,
  unseen: rows,
  unseenFrom: z.string().min(1).max(200).optional(),
  train: rows,
  pool: rows,
  query: rows,
  database: rows,
  labelled: rows.optional(),
  labelSpaces: z.strictObject({ image: rows, text: rows }).optional(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
});

const LISTS = ['seen', 'unseen', 'train', 'pool', 'query', 'database'] as const;

const hashOf = ({ hash: _, ...body }: Split): string => canonicalHash(body);

/** Writes the split as JSON, atomically. */
export async function saveSplit(split: Split, file: string): Promise<void> {
  const lines = Object.entries(split).map(
    ([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`,
  );
  await writeFileAtomic(file, [`{\n${lines.join(',\n')}\n}\n`]);
}

/**
 * Reads a split and verifies it: format, hash, order and disjointness of its lists; against `dataset`, if given, also
 * that it was made for exactly that dataset.
 *
 * Throws `FILE_UNREADABLE`, `FILE_MALFORMED`, `SPLIT_INVALID`, `SPLIT_HASH_MISMATCH`, `SPLIT_OTHER_DATASET`.
 */
export async function loadSplit(file: string, dataset?: Dataset): Promise<Split> {
  const value = await readJson(file, MAX_SPLIT_BYTES);
  const result = schema.safeParse(value);
  if (!result.success) {
    const issue = result.error.issues[0]!;
    const received = issue.path.reduce<unknown>(
      (held, key) => (held as Record<PropertyKey, unknown> | null)?.[key],
      value,
    );
    throw new UnseenError('SPLIT_INVALID', {
      file,
      where: issue.path.join('.') || 'top level',
      reason: issue.message,
      received: received ?? 'nothing',
    });
  }
  const { unseenFrom, labelled, labelSpaces, ...rest } = result.data;
  const split: Split = {
    ...rest,
    ...(unseenFrom !== undefined && { unseenFrom }),
    ...(labelled && { labelled }),
    ...(labelSpaces && { labelSpaces }),
  };
  const received = hashOf(split);
  if (received !== split.hash)
    throw new UnseenError('SPLIT_HASH_MISMATCH', { file, expected: split.hash, received });
  checkSplit(split, file);
  if (dataset) checkSplitFor(split, dataset, file);
  return split;
}

/** Order and disjointness, as the protocol's name promises. */
function checkSplit(split: Split, file: string): void {
  const invalid = (where: string, reason: string, received: unknown) =>
    new UnseenError('SPLIT_INVALID', { file, where, reason, received });
  const ascending = (list: string, numbers: readonly number[]) => {
    const wrong = numbers.findIndex((row, i, all) => i > 0 && row <= all[i - 1]!);
    if (wrong >= 0) throw invalid(`${list}.${wrong}`, 'must be above the number before it', numbers[wrong]);
  };
  const inside = (list: string, numbers: readonly number[], whole: 'train' | 'seen') => {
    ascending(list, numbers);
    const held = new Set(split[whole]);
    const outside = numbers.find((row) => !held.has(row));
    if (outside !== undefined) throw invalid(list, `must lie inside ${whole}`, outside);
  };
  for (const list of LISTS) ascending(list, split[list]);
  if (split.labelled) inside('labelled', split.labelled, 'train');
  for (const [name, space] of Object.entries(split.labelSpaces ?? {}))
    inside(`labelSpaces.${name}`, space, 'seen');
  const disjoint = (a: (typeof LISTS)[number], b: (typeof LISTS)[number]) => {
    const held = new Set(split[a]);
    const shared = split[b].find((row) => held.has(row));
    if (shared !== undefined) throw invalid(b, `must share nothing with ${a}`, shared);
  };
  disjoint('seen', 'unseen');
  disjoint('train', 'pool');
  for (const list of ['train', 'pool', 'database'] as const) disjoint(list, 'query');
  if (split.protocol === 'zero-shot/pool=database') {
    const pool = new Set(split.pool); // the pool may hold unlabelled rows besides
    const outside = split.database.find((row) => !pool.has(row));
    if (outside !== undefined) throw invalid('database', 'must lie inside the pool', outside);
  } else disjoint('pool', 'database');
  if (split.protocol === 'supervised/train=database') {
    if (String(split.train) !== String(split.database))
      throw invalid('database', 'must be the train rows', split.database.length);
  } else disjoint('train', 'database');
  if (split.protocol.startsWith('supervised')) {
    if (split.pool.length + split.unseen.length > 0)
      throw invalid('pool', 'a supervised split has no pool and no unseen class', split.pool.length);
  }
}

/** Throws `SPLIT_OTHER_DATASET`, or `SPLIT_INVALID` when rows, classes or labels contradict the split. */
function checkSplitFor(split: Split, dataset: Dataset, file: string): void {
  if (split.dataset.fingerprint !== dataset.fingerprint) {
    throw new UnseenError('SPLIT_OTHER_DATASET', {
      expected: split.dataset.name,
      expectedHash: split.dataset.fingerprint.slice(0, 12),
      received: dataset.name,
      receivedHash: dataset.fingerprint.slice(0, 12),
    });
  }
  const invalid = (where: string, reason: string, received: unknown) =>
    new UnseenError('SPLIT_INVALID', { file, where, reason, received });
  for (const list of LISTS) {
    const limit = list === 'seen' || list === 'unseen' ? dataset.classes.length : dataset.rows;
    const last = split[list].at(-1);
    if (last !== undefined && last >= limit) throw invalid(list, `must be below ${limit}`, last);
  }
  const unseen = new Set(split.unseen);
  const leaked = split.train.find((row) => classesOfRow(dataset, row).some((label) => unseen.has(label)));
  if (leaked !== undefined) throw invalid('train', 'must hold no row of an unseen class', leaked);
}
