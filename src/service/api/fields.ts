/** Fields that several requests and answers share, with their limits. */
import { z } from 'zod';
import { MODALITIES } from '../../collection/contract.ts';
import type { Filter } from '../../collection/filter/types.ts';
import type { Payload } from '../../collection/payload.ts';

/** Most hits of one search. */
export const MAX_K = 1_000;
export const MAX_OFFSET = 100_000;
/** Characters of a text that is searched for, or of an item. */
export const MAX_TEXT = 10_000;
/** Ids of one deletion. */
export const MAX_DELETE = 10_000;

export const collectionName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'must be 1 to 64 of a-z, 0-9, _ and -')
  .meta({ description: 'Name of a collection', example: 'birds' });

/**
 * Any text is data here: it names no file. Not "." and "..": whatever reads addresses takes them for steps through
 * folders, percent-encoded or not.
 */
export const itemId = z
  .string()
  .regex(
    /^(?!\.{1,2}$)[^\p{Cc}\p{Cs}]{1,512}$/u,
    'must be 1 to 512 characters without control characters, and not . or ..',
  )
  .meta({ description: 'Id of an item', example: 'owl.jpg' });

export const fingerprint = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lowercase hexadecimal')
  .meta({ description: 'Fingerprint of a model' });

/** Two digits a byte; a byte at least, 4096 bits at most. */
export const hexCode = z
  .string()
  .regex(/^([0-9a-fA-F]{2}){1,512}$/, 'must be a code in hexadecimal')
  .meta({ description: 'A packed code in hexadecimal', example: '00ff00ff00ff00ff' });

export const modality = z.enum(MODALITIES).meta({ description: 'Whose codes are compared' });

const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Its own parser bounds depth and size and names the place of a fault; here it is an object. */
export const filter = z.custom<Filter>(isObject, 'must be an object').meta({
  type: 'object',
  description: 'A condition on payloads: a field with eq, in or gt/gte/lt/lte; or one of and, or, not',
  example: { field: 'class', eq: 'owl' },
});

/** As `filter`. */
export const payload = z.custom<Payload>(isObject, 'must be an object').meta({
  type: 'object',
  description: 'A JSON object, at most 64 KiB',
  example: { class: 'owl' },
});

export const text = z.union([
  z.string().min(1).max(MAX_TEXT),
  z.array(z.string().min(1).max(MAX_TEXT)).min(1).max(64),
]);

/** A picture file: PNG, JPEG, WebP, GIF or AVIF. How many bytes it may have is a setting of the service. */
export const base64Picture = z
  .base64()
  .min(1)
  .meta({ description: 'A picture file (PNG, JPEG, WebP, GIF, AVIF) in base64' });

export const count = z.number().int().min(0);
