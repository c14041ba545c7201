/** The commit record: what a state of a collection consists of. What it does not name does not exist. */
import { z } from 'zod';
import { MAX_BITS, MIN_BITS } from '../../codes/index.ts';
import { UnseenError } from '../../errors.ts';
import { unsealed } from './sealed.ts';
import type { Tail } from './segments.ts';

const uint = z.number().int().min(0);

export const bitsSchema = z.number().int().min(MIN_BITS).max(MAX_BITS).multipleOf(8);
/** The model's fingerprint. */
export const modelSchema = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lowercase hexadecimal');

export const headSchema = z.strictObject({
  bits: bitsSchema,
  model: modelSchema,
  /** Counts commits. */
  version: uint,
  /** Counts compactions and changes of the model: blocks and numbers of items are those of this one. */
  generation: uint.max(2 ** 32 - 2),
  /** Number of the next item. */
  next: uint.max(2 ** 32 - 1),
  /** Items that are not dead. */
  live: uint,
  /** Segments that blocks name. */
  segments: z.array(uint),
  tail: z.strictObject({ segment: uint, bytes: uint }),
  /** Whether pictures that the last change of generation left without an item are gone. */
  swept: z.boolean(),
});

export interface Head extends z.infer<typeof headSchema> {
  readonly tail: Tail;
}

export const firstHead = (bits: number, model: string): Head => ({
  bits,
  model,
  version: 0,
  generation: 0,
  next: 0,
  live: 0,
  segments: [],
  tail: { segment: 1, bytes: 0 },
  swept: true,
});

/** @throws `COLLECTION_DAMAGED` */
export function readHead(file: string, value: Buffer | undefined): Head {
  const refuse = (reason: string): UnseenError =>
    new UnseenError('COLLECTION_DAMAGED', { file, where: 'the commit record', reason });
  if (!value) throw refuse('is missing');
  const content = unsealed(value);
  if (!content) throw refuse('its checksum is not the one stated');
  const result = headSchema.safeParse(JSON.parse(content.toString('utf8')));
  if (!result.success) throw refuse(result.error.issues[0]!.message);
  return result.data;
}
