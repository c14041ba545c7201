/** A question to a collection, checked, with its defaults. */
import type { ModalityName } from '../data/index.ts';
import { UnseenError } from '../errors.ts';
import { type CollectionQuery, MODALITIES } from './contract.ts';

const MAX_K = 10_000;
const MAX_OFFSET = 100_000;

export interface CheckedQuery {
  readonly k: number;
  readonly offset: number;
  readonly radius: number;
  readonly modalities: readonly ModalityName[];
}

/** @throws `ARGUMENT_INVALID`, `CODES_BITS_MISMATCH` */
export function checkQuery(query: CollectionQuery, bits: number): CheckedQuery {
  const { k = 10, offset = 0, radius = bits, modality, code } = query;
  checkRange('k', k, 1, MAX_K);
  checkRange('offset', offset, 0, MAX_OFFSET);
  checkRange('radius', radius, 0, bits);
  if (modality !== undefined && !MODALITIES.includes(modality))
    throw invalid('modality', `must be ${MODALITIES.join(' or ')}`, modality);
  if (!(code instanceof Uint8Array) || code.length !== bits / 8)
    throw new UnseenError('CODES_BITS_MISMATCH', { left: (code?.length ?? 0) * 8, right: bits });
  return { k, offset, radius, modalities: modality === undefined ? MODALITIES : [modality] };
}

const invalid = (name: string, reason: string, received: unknown): UnseenError =>
  new UnseenError('ARGUMENT_INVALID', { name, reason, received });

export function checkRange(name: string, value: number, low: number, high: number): void {
  if (!Number.isInteger(value) || value < low || value > high)
    throw invalid(name, `must be a whole number from ${low} to ${high}`, value);
}
