/** Ids of rows: whatever the caller has, checked once. */
import { UnseenError } from '../errors.ts';
import type { Id } from './types.ts';

/**
 * @throws `ARGUMENT_INVALID` if there is not one id a row or an id is no string, number or bigint;
 * `INDEX_ID_DUPLICATE` naming both rows.
 */
export function checkIds(ids: ArrayLike<Id>, count: number): void {
  if (ids.length !== count) {
    throw new UnseenError('ARGUMENT_INVALID', {
      name: 'ids',
      reason: `must have one entry a code (${count})`,
      received: ids.length,
    });
  }
  const seen = new Set<Id>();
  for (let row = 0; row < count; row++) {
    const id = ids[row]!;
    const kind = typeof id;
    if (kind !== 'string' && kind !== 'bigint' && !Number.isFinite(id)) {
      throw new UnseenError('ARGUMENT_INVALID', {
        name: `ids[${row}]`,
        reason: 'must be a string, a finite number or a bigint',
        received: String(id),
      });
    }
    if (seen.has(id)) {
      const first = Array.prototype.indexOf.call(ids, id);
      throw new UnseenError('INDEX_ID_DUPLICATE', { first, row, received: String(id) });
    }
    seen.add(id);
  }
}
