/** The hash of a value, by its one text. Node only; `canonical.ts` is not. */
import { createHash } from 'node:crypto';
import { canonicalJson, type Json } from './canonical.ts';

/** SHA-256 of the canonical form, in hex. */
export const canonicalHash = (value: Json): string =>
  createHash('sha256').update(canonicalJson(value)).digest('hex');
